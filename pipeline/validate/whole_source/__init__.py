"""Findings about a source or a run as a whole, not about one row."""
