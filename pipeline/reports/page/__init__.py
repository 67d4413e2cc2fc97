"""What HTML pages share: the template environment, colours and styles, charts, and the marks between two spellings."""
