"""A workbook to fill in: headers in the user's language, drop-downs, cells formatted as text, an example row."""
