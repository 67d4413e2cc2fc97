"""The first job file: written from a list and a few answers, with a mapping if none knows the list's headers."""
