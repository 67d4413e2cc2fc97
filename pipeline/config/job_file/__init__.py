"""Content of a job file: its tables, their keys, and how they depend on each other."""
