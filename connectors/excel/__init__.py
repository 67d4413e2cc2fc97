"""Kind "excel": workbooks, read and written in limited child processes. Imports nothing: the children load it as well.

``connector`` has the keys of a job file; ``source`` reads a workbook: it starts the child, lets ``sheet_choice`` find
the sheet that lists people, and receives its columns. The packages, each of which imports only those below it:

- ``reading``: the child that reads a sheet to columns of text;
- ``annotation``: annotated.xlsx, and the child that writes it; how the added parts are found again;
- ``formats``: what .xlsx, .xls, .xlsb and .ods have of a cell beside its value, and when its text is certain;
- ``container``: opening the file: what it is, whether it is safe, its password, its parts;
- ``process``: starting, limiting and ending a child.
"""
