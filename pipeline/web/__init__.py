"""The page: the same run in a browser, for people who do not use a terminal (extra ``web``).

A session has the lists of one browser. A list is uploaded, its columns are confirmed, it is run, its problem rows are
corrected on the page, and it is run again. Nothing is kept after the server ends unless a folder of runs was given.
"""
