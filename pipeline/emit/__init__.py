"""From a plan to import files: lay rows out, write them, read them back."""
