"""Convert a sheet's values to columns of text with remarks, in the form that is sent to the parent."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.excel.formats.details import CellDetails
from connectors.excel.formats.number_formats import NOT_A_NUMBER, NOT_PROVABLE
from connectors.excel.formats.references import cell_name
from connectors.excel.reading.grid import Grid, text_of

MERGED = "the cell is merged with the one above it, so the row has no value of its own"

Remark = tuple[str, int, int | None, str, str]
"""Code, position from 0, column from 0 or None, value, detail: the fields of ``connectors.base.ReaderIssue``."""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of text below a header; the first row of the columns is the Excel row after ``header_row``.

    ``first_column`` is the Excel column of the first one, from 1.
    """

    header_row: int
    names: list[str]
    columns: list[Sequence[str]]
    remarks: list[Remark]
    notes: list[str]
    first_column: int


def below(grid: Grid, header_row: int, details: CellDetails | None) -> Table:
    """Return the rows below the header row, down to the last one with a value, with a remark if the text is not all.

    Args:
        grid: the values of the sheet.
        header_row: the Excel row of the header.
        details: what only the sheet's XML has; None if the kind of workbook does not allow to know.
    """
    seen = details or CellDetails()
    header = [text_of(value) for value in grid.values[header_row - grid.row]]
    above = header_row - grid.row + 1
    hard = max((row for row, _ in seen.faults), default=0)
    beyond = ("",) * (hard - header_row - len(grid.values) + above)
    columns: list[Sequence[str]] = []
    remarks: list[Remark] = []
    for place, (column, is_text) in enumerate(zip(grid.columns, grid.texts, strict=True)):
        values = column[above:] + beyond
        texts = values if is_text else _as_text(values)
        columns.append(texts)
        if not is_text:
            remarks += _doubts(values, texts, place, proved=details is not None and details.has_formats)
    columns = [list(column) for column in columns] if seen.faults or seen.numbers else columns
    origin = (header_row + 1, grid.column)
    remarks += _settle(columns, origin, seen)
    faulty = {position for _, position, _, _, _ in remarks}
    height = len(columns[0]) if columns else 0
    while height and height - 1 not in faulty and not any(column[height - 1] for column in columns):
        height -= 1
    columns = [column[:height] for column in columns]
    remarks += _hidden(columns, origin[0], seen)
    wanted = [place for place, column in enumerate(columns) if header[place] or any(column)]
    first, end = (wanted[0], wanted[-1] + 1) if wanted else (0, 0)
    single = {remark[:3]: remark for remark in remarks}  # of two remarks about a date the later knows its format
    kept = [
        (code, position, None if column is None else column - first, value, detail)
        for code, position, column, value, detail in single.values()
        if column is None or first <= column < end
    ]
    kept.sort(key=lambda remark: (remark[1], -1 if remark[2] is None else remark[2]))
    notes = _hidden_columns(header, grid.column, seen)
    return Table(header_row, header[first:end], columns[first:end], kept, notes, grid.column + first)


def _as_text(values: Sequence[object]) -> list[str]:
    return [value if type(value) is str else text_of(value) for value in values]


def _doubts(values: Sequence[object], texts: Sequence[str], place: int, *, proved: bool) -> list[Remark]:
    """Return remarks for cells that are not text; an exact number gets its own from the sheet's details instead."""
    return [
        (
            "CELL-NUMBER",
            position,
            place,
            texts[position],
            NOT_PROVABLE if isinstance(value, float | int) and not isinstance(value, bool) else NOT_A_NUMBER,
        )
        for position, value in enumerate(values)
        if type(value) is not str and not (proved and type(value) in {int, float})
    ]


def _settle(columns: list[Sequence[str]], origin: tuple[int, int], seen: CellDetails) -> list[Remark]:
    """Write the certain texts of numbers into the columns and add remarks to what is not certain, or is not a value."""
    remarks: list[Remark] = []
    for (row, column), (text, doubt) in seen.numbers.items():
        position, place = row - origin[0], column - origin[1]
        texts = columns[place] if 0 <= place < len(columns) else ()
        if not (isinstance(texts, list) and 0 <= position < len(texts)):
            continue
        if not doubt or _is_number(texts[position]):
            texts[position] = text
        if doubt:
            remarks.append(("CELL-NUMBER", position, place, texts[position], doubt))
    for (row, column), (value, why) in seen.faults.items():
        position, place = row - origin[0], column - origin[1]
        texts = columns[place] if 0 <= place < len(columns) else ()
        if isinstance(texts, list) and 0 <= position < len(texts):
            texts[position] = ""
            remarks.append(("CELL-FORMULA-ERROR", position, place, value, why))
    return remarks


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _hidden(columns: list[Sequence[str]], first_row: int, seen: CellDetails) -> list[Remark]:
    height = len(columns[0]) if columns else 0
    positions = (row - first_row for row in seen.hidden_rows if first_row <= row < first_row + height)
    return [
        ("ROW-HIDDEN", position, None, "", "the row is hidden in the sheet")
        for position in positions
        if any(column[position] for column in columns)
    ]


def _hidden_columns(header: list[str], first_column: int, seen: CellDetails) -> list[str]:
    return [
        f"the column {name!r} is hidden in the sheet and was read"
        for place, name in enumerate(header, start=first_column)
        if name and any(first <= place <= last for first, last in seen.hidden_columns)
    ]


def merged_notes(ranges: list[tuple[tuple[int, int], tuple[int, int]]], table: Table) -> list[str]:
    """Return a sentence for each merged range that covers more than one row of people."""
    last = table.header_row + (len(table.columns[0]) if table.columns else 0)
    return [
        f"the cells {cell_name(top, left)}:{cell_name(bottom, right)} are merged: "
        "only the first of these rows has the value"
        for (top, left), (bottom, right) in ranges
        if min(bottom + 1, last) > max(top + 1, table.header_row + 1)
    ]


def merged_remarks(ranges: list[tuple[tuple[int, int], tuple[int, int]]], table: Table) -> list[Remark]:
    """Return a remark for each empty cell of a row of people that is merged with the first row of its range."""
    height, first, left_edge = len(table.columns[0]) if table.columns else 0, table.header_row, table.first_column - 1
    return [
        ("CELL-MERGED", row - first, column - left_edge, table.columns[column - left_edge][top - first], MERGED)
        for (top, left), (bottom, right) in ranges
        if top >= first
        for row in range(top + 1, min(bottom + 1, first + height))
        for column in range(max(left, left_edge), min(right + 1, left_edge + len(table.columns)))
        if not table.columns[column - left_edge][row - first]
    ]


def link_remarks(links: dict[tuple[int, int], str], table: Table) -> list[Remark]:
    """Return a remark for each cell with an email behind which there is a link to another address.

    Args:
        links: the address behind a cell, by row and column from 1.
        table: the rows of the list.
    """
    height = len(table.columns[0]) if table.columns else 0
    found: list[Remark] = []
    for (row, column), address in links.items():
        position, place = row - table.header_row - 1, column - table.first_column
        text = table.columns[place][position] if 0 <= place < len(table.columns) and 0 <= position < height else ""
        if "@" in text and text.strip().lower() != address.strip().lower():
            found.append(("EMAIL-LINK", position, place, text, f"the link behind the cell leads to {address!r}"))
    return found
