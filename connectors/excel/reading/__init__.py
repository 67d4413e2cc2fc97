"""Reading a sheet to columns of text, in a child process.

``worker`` is its program. ``workbook`` checks and parses the file; the values of a sheet are a ``grid``, from which
``added_columns`` takes out what an earlier annotation added; ``table`` makes the columns below a header, with remarks.
Pure standard library, and calamine.
"""
