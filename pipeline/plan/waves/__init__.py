"""Waves: a part of the people at a time."""
