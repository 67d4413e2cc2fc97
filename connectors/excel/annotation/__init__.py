"""The annotated workbook: the list with its wrong cells marked, and what was added found again when it is read.

``annotator`` is the parent's side: what to write, and the child that writes it, whose program is ``worker``.

- The user's own workbook is copied by openpyxl: ``workbook_copy``, with ``marked_sheet`` and ``text_cells``;
  ``formula_results`` puts back and ``losses`` names what openpyxl drops.
- ``new_workbook`` writes any other list with XlsxWriter.
- Both have the ``verdict_sheet``, the ``styles``, and the ``hidden_names`` by which the reader knows what was added.
"""
