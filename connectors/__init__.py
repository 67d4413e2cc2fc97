"""Where people are listed: one file a kind, and the file's name is the kind."""
