"""Language models that score reviews."""
