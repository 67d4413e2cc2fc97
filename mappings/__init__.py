"""What means what: data, and the rooms that read it."""
