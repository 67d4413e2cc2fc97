"""Step 3: rules on one list. They look at rows, cells and emails, return findings, and change nothing."""
