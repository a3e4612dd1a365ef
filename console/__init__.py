"""The doors for humans: the command line."""
