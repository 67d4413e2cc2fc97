"""Names of cells like C9: read, written, and searched for the one that made a parser fail.

A parser reserves memory for the box around all cells, so one cell at XFD1048576 in 1.5 kB is enough to kill it
(facts: reliability, finding 1). Cells without a value do not count: real workbooks have styled ones far out.
"""

import re

from connectors.excel.container.errors import WorkbookRejected
from connectors.excel.container.parts import parse

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_BOX = 30_000_000

_REFERENCE = re.compile(r"([A-Za-z]+)([0-9]+)\Z")


def place(reference: str) -> tuple[int, int] | None:
    """Parse a reference like ``C9`` to row and column, both from 1; None if Excel has no such cell."""
    parts = _REFERENCE.match(reference)
    if parts is None or len(parts[1]) > len("XFD") or len(parts[2]) > len("1048576"):
        return None
    row, column = int(parts[2]), column_number(parts[1])
    return (row, column) if 0 < row <= MAX_ROWS and column <= MAX_COLUMNS else None


def column_number(letters: str) -> int:
    """Return the number of a column by Excel's name of it, from 1."""
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def cell_name(row: int, column: int) -> str:
    """Return Excel's name of the cell at this row and column, both from 0."""
    return f"{column_letters(column + 1)}{row + 1}"


def column_letters(column: int) -> str:
    """Return Excel's name of a column, counted from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def refuse_reference(reference: str) -> WorkbookRejected:
    """Build the error for a cell outside of every sheet, or too far from the others."""
    return WorkbookRejected(
        f"a value is at cell {reference[:20]!r}, outside or far from the table: delete that cell's row and column "
        "in Excel, save it and run again"
    )


def far_reference(data: bytes) -> None:
    """Read the references of all cells with a value in one worksheet part and refuse the first impossible one.

    Raises:
        WorkbookRejected: naming the cell that makes the box around the values too large, or that cannot exist.
    """
    box = [MAX_ROWS, 0, MAX_COLUMNS, 0]
    current = [""]

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            current[0] = attributes.get("r", "")
        elif local in {"v", "t"} and current[0]:
            where = place(current[0])
            if where is None:
                raise refuse_reference(current[0])
            row, column = where
            box[:] = min(box[0], row), max(box[1], row), min(box[2], column), max(box[3], column)
            if (box[1] - box[0] + 1) * (box[3] - box[2] + 1) > MAX_BOX:
                raise refuse_reference(current[0])
            current[0] = ""

    parse(data, start)
