"""Read from the ``content.xml`` of an .ods what a list of values lacks: shown text, formulas, errors, hidden rows.

In an .ods the displayed text of a number is beside the number, so 00007 is certain if it is shown so.
Repeated rows and cells are counted, never written out, unless they have content (``CELLS`` at most).
"""

import re

from connectors.excel.container.errors import WorkbookRejected
from connectors.excel.container.parts import parse
from connectors.excel.formats import number_formats, references
from connectors.excel.formats.details import FORMULA_CUT, NOT_CALCULATED, CellDetails

CELLS = 1_000_000

_ERROR = re.compile(r"(?:#[A-Z/0]+[!?]?|Err:\d{3})\Z")
_HIDDEN = frozenset({"collapse", "filter"})


def details(data: bytes, sheet: str) -> CellDetails:
    """Read one table of a ``content.xml`` cell by cell.

    Raises:
        WorkbookRejected: for a DTD, damaged XML, or more than ``CELLS`` cells that would need a remark.
    """
    reader = _Reader(sheet)
    parse(data, reader.start, reader.text)
    reader.finish()
    return reader.seen


class _Reader:
    """The state between two tags of a table; one instance reads one table."""

    __slots__ = ("cell", "column", "columns", "inside", "last", "paragraphs", "row", "rows", "seen", "sheet")

    def __init__(self, sheet: str) -> None:
        self.sheet = sheet
        self.seen = CellDetails()
        self.inside = False
        self.cell: dict[str, str] | None = None
        self.paragraphs: list[str] = []
        self.row = self.rows = self.column = self.columns = 0
        self.last = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an opening tag; a cell is judged when the next one begins."""
        name = name.rpartition(":")[2]
        own = {label.rpartition(":")[2]: value for label, value in attributes.items()}
        if name == "table":
            self.finish()
            self.inside = own.get("name") == self.sheet
        elif not self.inside:
            return
        elif name == "table-column":
            repeat = _repeat(own, "number-columns-repeated")
            if own.get("visibility") in _HIDDEN:
                self.seen.hidden_columns.append((self.columns + 1, self.columns + repeat))
            self.columns += repeat
        elif name == "table-row":
            self.finish()
            self.row += self.rows
            self.rows, self.column = _repeat(own, "number-rows-repeated"), 0
            if own.get("visibility") in _HIDDEN and self.rows < CELLS:
                self.seen.hidden_rows.update(range(self.row + 1, self.row + self.rows + 1))
        elif name in {"table-cell", "covered-table-cell"}:
            self.finish()
            self.cell, self.paragraphs = own, []
        elif name == "p":
            self.paragraphs.append("")
        self.last = name

    def text(self, text: str) -> None:
        """Take the text behind the last opening tag."""
        if self.inside and self.cell is not None and self.last in {"p", "span", "a"} and self.paragraphs:
            self.paragraphs[-1] += text

    def finish(self) -> None:
        """Check the cell that was read last, and every cell that it repeats."""
        if self.cell is None:
            return
        cell, self.cell = self.cell, None
        repeat = _repeat(cell, "number-columns-repeated")
        shown = "\n".join(self.paragraphs).strip()
        kind = cell.get("value-type", "")
        formula = cell.get("formula")
        fault: tuple[str, str] | None = None
        if kind == "error" or (formula is not None and _ERROR.match(shown)):
            fault = (shown, f"the cell shows {shown}")
        elif formula is not None and not shown and kind != "string" and not self.paragraphs:  # "" is a result
            fault = ("=" + formula.partition("=")[2][: FORMULA_CUT - 1], NOT_CALCULATED)
        number = None if fault else _number(kind, cell, shown)
        if fault or number:
            if repeat * self.rows + len(self.seen.faults) + len(self.seen.numbers) > CELLS:
                raise WorkbookRejected(
                    "one cell is repeated over a million times: save the table as .xlsx and run again"
                )
            for row in range(self.row + 1, self.row + self.rows + 1):
                for column in range(self.column + 1, self.column + repeat + 1):
                    if fault:
                        self.seen.faults[row, column] = fault
                    elif number:
                        self.seen.numbers[row, column] = number
        self.column += repeat


def _number(kind: str, cell: dict[str, str], shown: str) -> tuple[str, str] | None:
    if kind in {"", "string"}:
        return None
    if kind in {"boolean", "date", "time"}:
        return "", number_formats.NOT_A_NUMBER
    text, doubt = number_formats.exact_text(cell.get("value", ""), kind if kind != "float" else "General")
    if kind == "float" and not doubt and shown != text:
        certain = shown.isascii() and shown.isdigit() and int(shown) == int(text)
        return (shown, "") if certain else number_formats.exact_text(text, f"shown as {shown[:20]}")
    return text, doubt


def _repeat(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return min(int(text), references.MAX_ROWS) if text.isascii() and text.isdigit() and len(text) < 10 else 1  # noqa: PLR2004 - ten digits are past any row
