"""The commands, one module a topic; each is a thin shell over one function of another room."""
