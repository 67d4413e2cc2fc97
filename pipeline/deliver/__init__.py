"""Sending a sealed plan through the Restful Configuration Interface (RCI), and what was read back of it."""
