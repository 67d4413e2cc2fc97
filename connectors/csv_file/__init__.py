"""Kind "csv": delimited text files."""
