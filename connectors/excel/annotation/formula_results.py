"""The results of formulas, which openpyxl does not write: put back into a saved workbook, so that it reads as before.

Spreadsheet programs calculate again when they open the workbook; a program that only reads needs the last results.
"""

import datetime as dt
import io
import re
import zipfile
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils.datetime import to_excel
from openpyxl.workbook import Workbook

_FORMULA = re.compile(r'<c r="([A-Z]+[0-9]+)"((?: s="[0-9]+")?)>(<f[^>]*>[^<]*</f>)<v ?/></c>')
_EMPTY = "<v></v>"
_TEXT_RESULT = "str"
_ERRORS = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!", "#FIELD!"}
)

Results = dict[str, dict[str, Any]]
"""For each sheet the result of each cell with a formula."""


def read(source: bytes, book: Workbook) -> Results:
    """Return the results that a workbook has, for every sheet of ``book`` with formulas; {} if it has none."""
    formulas = {
        sheet.title: [cell.coordinate for cell in sheet._cells.values() if cell.data_type == "f"]  # noqa: SLF001 - the public iterators make every cell that is not there
        for sheet in book.worksheets
    }
    if not any(formulas.values()):
        return {}
    calculated = load_workbook(io.BytesIO(source), data_only=True)
    return {
        title: {cell: _result(calculated[title][cell]) for cell in cells} for title, cells in formulas.items() if cells
    }


def _result(cell: Cell) -> object:
    """Return the result of a formula, None if it has none; a result that is an empty text has the type of a text."""
    return "" if cell.value is None and cell.data_type == _TEXT_RESULT else cell.value


def put_back(data: bytes, book: Workbook, results: Results) -> bytes:
    """Return the saved workbook with the results beside their formulas."""
    if not results:
        return data
    parts = {f"xl/worksheets/sheet{number}.xml": sheet.title for number, sheet in enumerate(book.worksheets, start=1)}
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as saved, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as whole:
        for info in saved.infolist():
            part = saved.read(info)
            if known := results.get(parts.get(info.filename, "")):
                part = _with_results(part.decode().replace(_EMPTY, "<v/>"), known).encode()
            whole.writestr(info, part)
    return target.getvalue()


def _with_results(part: str, known: dict[str, Any]) -> str:
    def cell(found: re.Match[str]) -> str:
        value = known.get(found[1])
        if value is None:
            return found[0]
        kind, text = _written(value)
        return f'<c r="{found[1]}"{found[2]}{kind}>{found[3]}<v>{text}</v></c>'

    return _FORMULA.sub(cell, part)


def _written(value: object) -> tuple[str, str]:
    """Return the type attribute and the text of a result."""
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, int | float):
        return "", repr(value)
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return "", repr(to_excel(value))
    text = str(value)
    return (' t="e"' if text in _ERRORS else ' t="str"'), escape(text)
