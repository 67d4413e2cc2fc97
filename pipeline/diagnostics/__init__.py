"""Diagnostics: check that a job can run, explain one person, directory statistics, verify what landed."""
