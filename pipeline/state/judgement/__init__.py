"""What was found in a large list, kept for a night with exactly the same input."""
