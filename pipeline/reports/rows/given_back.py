"""Cells of rejected rows as they are given back, in rejects.csv or a new workbook: read again they are rejected again.

In a new file every cell is a text, so it no longer shows why it was rejected: a number whose text is not known, the
error of a formula, a cell merged with another row's, cells that are not under their columns.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from connectors.base import ReaderIssue
from pipeline.kernels.columns import Positions
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.reports.rows.row_notes import RowNotes
from pipeline.validate.rows import MERGED_CELLS

Columns = list[pa.Array | pa.ChunkedArray | list[str]]
Part = tuple[Finding, Positions]
"""A finding, and the places in it of the rows that are written."""

RAGGED = "ROW-RAGGED"

_DOUBTS = {"CELL-NUMBER": "#NUMBER? {}", "CELL-FORMULA-ERROR": "#N/A", "CELL-MERGED": "#N/A"}
"""Placeholder for a cell whose text is not known; ``validate.checks`` rejects it."""


def doubts(people: People) -> list[ReaderIssue]:
    """Return the remarks of the reader on cells whose text is not known."""
    decide = {people.binding.columns.get(each) for each in MERGED_CELLS}
    return [
        remark
        for remark in people.extract.remarks
        if remark.column is not None
        and remark.code in _DOUBTS
        and (remark.code != "CELL-MERGED" or remark.column in decide)
    ]


def keep_doubts(at: Positions, columns: Columns, remarks: Sequence[ReaderIssue]) -> None:
    """Mark the cells whose text is not known in columns of the rows ``at`` some positions (ascending)."""
    positions = np.array([remark.position for remark in remarks], np.int64)
    lines = np.minimum(np.searchsorted(at, positions), len(at) - 1)
    for place in np.flatnonzero(at[lines] == positions).tolist():
        remark = remarks[place]
        if remark.column is not None:
            _editable(columns, remark.column)[lines[place]] = _placeholder(remark)


def keep_ragged(ids: Positions, columns: Columns, parts: Sequence[Part]) -> None:
    """Write a ragged row with all of its cells into its first cell."""
    for finding, places in parts:
        if finding.code == RAGGED and finding.values is not None:
            lines = np.searchsorted(ids, finding.rows[places])
            for line, at in zip(lines.tolist(), places.tolist(), strict=True):
                for place in range(len(columns)):
                    _editable(columns, place)[line] = "" if place else finding.values[at]


def keep_faults(people: People, cells: Sequence[list[str]], lines: dict[int, int], notes: dict[int, RowNotes]) -> None:
    """Mark the wrong cells in the columns of a new workbook as those of rejects.csv; every other cell stays.

    Args:
        people: the list.
        cells: its texts, column by column.
        lines: for each row with notes its place in the columns.
        notes: what was found.
    """
    for remark in doubts(people):
        found = notes[remark.position].notes if remark.position in notes else ()
        if remark.column is not None and (remark.code, remark.column) in {(note.code, note.place) for note in found}:
            cells[remark.column][lines[remark.position]] = _placeholder(remark)
    for row, each in notes.items():
        line = next((note.value for note in each.notes if note.code == RAGGED), "")
        for place, column in enumerate(cells if line else ()):
            column[lines[row]] = "" if place else line


def _placeholder(remark: ReaderIssue) -> str:
    return _DOUBTS[remark.code].format(remark.value)


def _editable(columns: Columns, place: int) -> list[str]:
    """Return a column as a list; only columns with such cells leave Arrow."""
    column = columns[place]
    if not isinstance(column, list):
        column = columns[place] = column.to_pylist()
    return column
