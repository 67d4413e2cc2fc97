"""rejects.csv: the rejected rows in the input's own columns, then code and reason; safe to open in a spreadsheet."""

import io
import re
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from pipeline.extract.own_rejects import FORMULA, REJECT_COLUMNS, ROW
from pipeline.model.people import People
from pipeline.model.texts.translation import translated
from pipeline.result import RunResult

_FORMULA = re.compile(FORMULA)

HIDDEN = "(not kept)"

DOUBTS = {"CELL-NUMBER": "#NUMBER? {}", "CELL-FORMULA-ERROR": "#N/A"}
"""What stands in place of a cell whose text is not known; ``validate.checks`` rejects it."""


def rejects(run: RunResult) -> bytes | None:
    """Return the rejected rows as CSV (UTF-8 with BOM, quoted), None if there are none.

    The row number comes first, then the columns of the input, then ``REJECT_COLUMNS``; ``extract.own_rejects`` knows
    them again. Cells are made formula-safe, columns of passwords are not kept, and a cell whose text is in doubt stays
    so: fed back uncorrected it is rejected again.
    """
    people = run.people
    positions = np.flatnonzero(run.rejected)
    if people is None or not len(positions):
        return None
    frame = people.extract.frame.take(pa.array(positions))
    columns: list[pa.Array | pa.ChunkedArray | list[str]] = [column.cast(pa.string()) for column in frame.columns]
    for place in people.binding.secret_columns:
        columns[place] = [HIDDEN] * len(positions)
    _keep_doubts(people, positions.tolist(), columns)
    named, written = _findings_of(run), [_row(people, row) for row in positions.tolist()]
    codes = [" ".join(dict.fromkeys(named[row].codes)) for row in positions.tolist()]
    reasons = ["; ".join(dict.fromkeys(named[row].reasons)) for row in positions.tolist()]
    fixes = [" ".join(dict.fromkeys(named[row].fixes)) for row in positions.tolist()]
    parts = (written, *columns, codes, reasons, fixes)
    cells = [_safe(pa.array(each, pa.string()) if isinstance(each, list) else each) for each in parts]
    names = _safe(pa.array([ROW, *people.extract.frame.column_names, *REJECT_COLUMNS], pa.string())).to_pylist()
    sink = io.BytesIO(b"\xef\xbb\xbf")
    sink.seek(0, io.SEEK_END)
    delimiter = people.extract.delimiter or (";" if run.request.language == "de" else ",")  # as that Excel reads it
    arrow_csv.write_csv(pa.table(cells, names=names), sink, arrow_csv.WriteOptions(delimiter=delimiter))
    return sink.getvalue()


@dataclass(slots=True)
class _OfRow:
    """What was found on one row."""

    codes: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    fixes: list[str] = field(default_factory=list)


def _findings_of(run: RunResult) -> dict[int, _OfRow]:
    found: defaultdict[int, _OfRow] = defaultdict(_OfRow)
    language = run.request.language
    for finding in run.findings:
        if finding.severity == "error":
            for at, row in enumerate(finding.rows.tolist()):
                found[row].codes.append(finding.code)
                found[row].reasons.append(translated(finding.message(at), language))
                found[row].fixes.append(translated(finding.fix(at), language))
    return found


def _row(people: People, row: int) -> str:
    rows = people.extract.origin.rows
    return people.key(row) if rows is None else str(rows[row])


def _keep_doubts(people: People, positions: list[int], columns: list[pa.Array | pa.ChunkedArray | list[str]]) -> None:
    """Mark the cells whose text is not known, and write a ragged row with all of its cells into its first cell."""
    line_of = {row: line for line, row in enumerate(positions)}
    for remark in people.extract.remarks:
        line = line_of.get(remark.position)
        if line is None:
            continue
        if remark.code == "ROW-RAGGED":
            for place in range(len(columns)):
                _editable(columns, place)[line] = "" if place else remark.value
        elif remark.column is not None and remark.code in DOUBTS:
            _editable(columns, remark.column)[line] = DOUBTS[remark.code].format(remark.value)


def _editable(columns: list[pa.Array | pa.ChunkedArray | list[str]], place: int) -> list[str]:
    """Return a column as a list; only columns with such cells leave Arrow."""
    column = columns[place]
    if not isinstance(column, list):
        column = columns[place] = column.to_pylist()
    return column


def as_text(text: str) -> str:
    """Return a text as a cell that a spreadsheet does not calculate when the page is copied into it.

    A page folds the spaces at a cell's start away, so they do not keep a formula from being one.
    """
    return f"'{text}" if _FORMULA.match(text.lstrip()) else text


def _safe(column: pa.Array) -> pa.Array:
    """Put an apostrophe before what a spreadsheet would calculate, and before one that stands there already."""
    return pc.replace_substring_regex(column, FORMULA, r"'\1")
