"""What each kind of workbook has of a sheet beside its values: formulas, errors, hidden rows, formats of numbers.

calamine gives the values; ``xlsx``, ``xls``, ``xlsb`` and ``ods`` read the rest into ``details``. An .xlsx is searched
(``xlsx_patterns``), and parsed cell by cell only if that is not enough (``xlsx_parse``). ``number_formats`` decides
when the text of a number is certain, ``references`` reads names of cells. ``xlsx_search`` and ``ods_content`` find and
mend what calamine would misread. Pure standard library: the child that reads has nothing else to load.
"""
