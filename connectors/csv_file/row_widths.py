"""Rows with another number of cells than the header: those that have lost nothing, and the remarks on the others."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import pyarrow as pa
from msgspec.structs import replace

from connectors.base import ReaderIssue, SourceUnreadable
from connectors.csv_file.header import COLUMN_LIMIT, DELIMITERS, CsvHeader, too_wide

EXCEL_BLOCK = 16
"""Excel decides for so many rows of a sheet at a time which cells at their end are empty (its CSV writer)."""

_TOO_MANY = "a delimiter inside an unquoted value does this"
_PADDED = "a delimiter at the end of the line does this, or one inside an unquoted value"
_ONE_CELL = "the whole row is one quoted cell"
_OTHER_DELIMITER = "the row is parted by {} instead"
_TOO_FEW = "a missing delimiter or a line break inside an unquoted value does this"
_HABIT = (
    "Excel leaves empty cells out at the end of a file's last rows; a missing delimiter inside the row looks the same"
)
_HABIT_FIX = "Fill the last column in each row, or save the list as .xlsx, and run again."


def harmless(odd: Mapping[int, int], padded: Mapping[int, int], head: CsvHeader, *, filled: int, rows: int) -> set[int]:
    """Return the positions of odd rows that lack only empty cells at their end, or have only some too many.

    A delimiter at the end of each line makes the same empty cells too many in most rows; in a few rows, a delimiter
    inside a value may have shifted the cells. A delimiter at the end of the header alone makes most rows too short by
    columns without a header.

    Args:
        odd: the number of cells of each row that has fewer than the header, or more with a text in them, by position.
        padded: the number of cells of each row that is longer than the header by empty cells only.
        head: the header.
        filled: the number of rows with any text.
        rows: the number of rows below the header.
    """
    by_blocks = _excel_blocks({**odd, **padded}, rows, head.row)
    by_blocks -= {at for at, cells in odd.items() if cells > len(head.columns)}
    if padded and len(set(padded.values())) == 1 and len(padded) * 2 > filled:
        by_blocks |= set(padded)
    named = max((place for place, header in enumerate(head.columns, start=1) if header.strip()), default=0)
    as_named = {at for at, cells in odd.items() if cells == named < len(head.columns)}
    if len(as_named) * 2 > filled:
        by_blocks |= as_named
    return by_blocks


def excel_habit(odd: Mapping[int, int], rows: int, head: CsvHeader) -> set[int]:
    """Return the rows of the file's last, incomplete block if all of them are short by the same cells.

    They look like Excel's, but fewer rows than a block prove nothing.
    """
    first = rows - (head.row + rows) % EXCEL_BLOCK
    last = set(range(first, rows))
    short = {odd.get(at, 0) for at in last}
    return last if first > 0 and len(last) > 1 and len(short) == 1 and 1 < short.pop() < len(head.columns) else set()


def explained(remark: ReaderIssue) -> ReaderIssue:
    """Return the remark on a short row with Excel's habit as the likely cause, and the cure for it."""
    return replace(remark, detail=remark.detail.replace(_TOO_FEW, _HABIT), fix=_HABIT_FIX)


def _excel_blocks(odd: Mapping[int, int], rows: int, header_row: int) -> set[int]:
    """Return the rows of the blocks whose rows all have one number of cells, if one such block is complete.

    Excel leaves the delimiters of empty cells at the end out for a whole block of 16 rows of the sheet at a time.
    """
    blocks: defaultdict[int, list[int]] = defaultdict(list)
    for position in odd:
        blocks[(header_row + position) // EXCEL_BLOCK].append(position)
    uniform = []
    for block, positions in blocks.items():
        first = block * EXCEL_BLOCK - header_row
        length = min(first + EXCEL_BLOCK, rows) - first
        if first >= 0 and len(positions) == length and len({odd[at] for at in positions}) == 1:
            uniform.append(positions)
    if not any(len(positions) == EXCEL_BLOCK for positions in uniform):
        return set()
    return {position for positions in uniform for position in positions}


def fault(name: str, head: CsvHeader, line: int, cells: Sequence[str]) -> str:
    """Return what is wrong with a record that has another number of cells than the header."""
    if len(cells) > COLUMN_LIMIT:
        raise too_wide(name, line, len(cells))
    cause = _TOO_MANY if len(cells) > len(head.columns) else _one_cell(cells, head) or _TOO_FEW
    return f"{_widths(len(cells), len(head.columns))}; {cause}"


def _one_cell(cells: Sequence[str], head: CsvHeader) -> str:
    """Return why a whole row is one cell: it is quoted, or parted by another delimiter; "" if it is neither."""
    if len(cells) != 1:
        return ""
    parting = next((each for each in DELIMITERS if cells[0].count(each) + 1 == len(head.columns)), "")
    if parting == head.delimiter:
        return _ONE_CELL
    return _OTHER_DELIMITER.format(_shown(parting)) if parting else ""


def padded_row(table: pa.Table, head: CsvHeader, position: int, cells: int) -> ReaderIssue:
    """Return the remark on a row that is longer than the header by empty cells, while most rows are not."""
    written = [str(column[position].as_py()) for column in table.columns]
    line = head.delimiter.join([*written, *[""] * (cells - len(written))])
    found = _widths(cells, len(head.columns))
    return ReaderIssue("ROW-RAGGED", position, None, line, f"{found}; {_PADDED}")


def mostly_ragged(name: str, head: CsvHeader, ragged: int, filled: int, first: int) -> SourceUnreadable:
    """Build the error about a file of which most rows do not fit; ``first`` is the first of them."""
    return SourceUnreadable(
        f"{name}: {ragged} of {filled} rows (the first is row {first}) do not have the {len(head.columns)} cells of "
        f"the header in row {head.row}; the delimiter {_shown(head.delimiter)} or the header is wrong, or values with "
        f"the delimiter are not quoted. Export the list again."
    )


def _shown(delimiter: str) -> str:
    return {"\t": "TAB"}.get(delimiter, f'"{delimiter}"')


def _widths(cells: int, columns: int) -> str:
    if cells == 1:
        return f"has 1 cell where the header has {columns} columns"
    if columns == 1:
        return f"has {cells} cells where the header has 1 column"
    return f"has {cells} cells where the header has {columns} columns"
