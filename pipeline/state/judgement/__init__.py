"""What was found in a large list, and its annotated workbook, kept for a night with exactly the same input."""
