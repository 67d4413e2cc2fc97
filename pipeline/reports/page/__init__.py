"""Shared parts of HTML pages: template environment, colours and styles, charts, and the marks between two spellings."""
