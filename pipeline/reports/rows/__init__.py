"""Parts that several reports share: the findings by row, their places and texts, and columns written as JSON."""
