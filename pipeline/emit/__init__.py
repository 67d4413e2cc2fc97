"""Emit the import files of a plan: build rows, write them, read them back."""
