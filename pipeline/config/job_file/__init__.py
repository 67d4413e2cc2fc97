"""What a job file may contain: its tables, their keys, and how they depend on each other."""
