"""Step 4: roster against directory. Entries are found by folded text and decided by bytes."""
