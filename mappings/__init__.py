"""Mappings: data on the meaning of columns, and the modules that read it."""
