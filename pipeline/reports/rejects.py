"""rejects.csv: the rejected rows in the input's own columns, then code and reason; safe to open in a spreadsheet."""

import io
import re
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from pipeline.extract.own_rejects import FORMULA, REJECT_COLUMNS, ROW
from pipeline.kernels.columns import Positions, flat
from pipeline.reports.rows import text_columns
from pipeline.result import RunResult
from pipeline.validate.rows import MERGED_CELLS

_FORMULA = re.compile(FORMULA)

HIDDEN = "(not kept)"

DOUBTS = {"CELL-NUMBER": "#NUMBER? {}", "CELL-FORMULA-ERROR": "#N/A", "CELL-MERGED": "#N/A"}
"""Placeholder for a cell whose text is not known; ``validate.checks`` rejects it."""


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
    _keep_doubts(run, positions, columns)
    in_file = people.extract.origin.rows is not None
    numbers = pa.array(people.numbers(positions)).cast(pa.string()) if in_file else people.keys(positions)
    parts = (numbers, *columns, *_added_columns(run))
    cells = [_safe(pa.array(each, pa.string()) if isinstance(each, list) else each) for each in parts]
    names = _safe(pa.array([ROW, *people.extract.frame.column_names, *REJECT_COLUMNS], pa.string())).to_pylist()
    sink = io.BytesIO(b"\xef\xbb\xbf")
    sink.seek(0, io.SEEK_END)
    delimiter = people.extract.delimiter or (";" if run.request.language == "de" else ",")  # as that Excel reads it
    arrow_csv.write_csv(pa.table(cells, names=names), sink, arrow_csv.WriteOptions(delimiter=delimiter))
    return sink.getvalue()


def _added_columns(run: RunResult) -> list[pa.StringArray]:
    """Return code, reason and fix of each rejected row; those of several findings are joined."""
    language = run.request.language
    findings = [finding for finding in run.findings if finding.severity == "error" and len(finding.rows)]
    all_of = [np.arange(len(finding.rows)) for finding in findings]
    rows = np.concatenate([finding.rows for finding in findings])
    order = np.argsort(rows, kind="stable")
    begins = np.flatnonzero(np.append(True, np.diff(rows[order]) > 0))
    columns = (
        (" ", (text_columns.at(finding.code, at) for finding, at in zip(findings, all_of, strict=True))),
        ("; ", (text_columns.messages(finding, at, language) for finding, at in zip(findings, all_of, strict=True))),
        (" ", (text_columns.fixes(finding, at, language) for finding, at in zip(findings, all_of, strict=True))),
    )
    return [
        _joined_by_row(pa.concat_arrays(list(parts)).take(pa.array(order)), begins, between)
        for between, parts in columns
    ]


def _joined_by_row(texts: pa.StringArray, begins: Positions, between: str) -> pa.StringArray:
    """Return one text for each row, whose texts begin at ``begins``: most rows have one, and equal ones count once."""
    firsts, lengths = texts.take(pa.array(begins)), np.diff(np.append(begins, len(texts)))
    several = lengths > 1
    if not several.any():
        return firsts
    words = iter(texts.filter(pa.array(np.repeat(several, lengths))).to_pylist())
    joined = [between.join(dict.fromkeys(islice(words, length))) for length in lengths[several].tolist()]
    return pc.replace_with_mask(firsts, pa.array(several), pa.array(joined, pa.string()))


def _keep_doubts(run: RunResult, positions: Positions, columns: list[pa.Array | pa.ChunkedArray | list[str]]) -> None:
    """Mark the cells whose text is not known, and write a ragged row with all of its cells into its first cell."""
    decide = {run.people.binding.columns.get(each) for each in MERGED_CELLS} if run.people is not None else set()
    for remark in run.people.extract.remarks if run.people is not None else ():
        if remark.code == "CELL-MERGED" and remark.column not in decide:
            continue
        if remark.column is not None and remark.code in DOUBTS:
            line = int(np.searchsorted(positions, remark.position))
            if line < len(positions) and positions[line] == remark.position:
                _editable(columns, remark.column)[line] = DOUBTS[remark.code].format(remark.value)
    for finding in run.findings:
        if finding.code == "ROW-RAGGED":
            lines = np.searchsorted(positions, run.ids.positions(finding.rows))
            for line, value in zip(lines.tolist(), finding.values or (), strict=False):
                for place in range(len(columns)):
                    _editable(columns, place)[line] = "" if place else value


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


def _safe(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Add an apostrophe before what a spreadsheet would calculate, and before an existing one.

    Few cells need one, and to look for them takes a fifth of the time of a replacement in every cell.
    """
    cells = flat(column)
    unsafe = pc.match_substring_regex(cells, FORMULA)
    if not pc.any(unsafe).as_py():
        return cells
    return pc.replace_with_mask(cells, unsafe, pc.replace_substring_regex(cells.filter(unsafe), FORMULA, r"'\1"))
