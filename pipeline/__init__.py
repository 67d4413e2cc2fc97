"""The way of the data, from an extract to import files."""
