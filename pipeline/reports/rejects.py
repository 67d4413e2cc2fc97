"""rejects.csv: the rejected rows in the input's own columns, then code and reason; safe to open in a spreadsheet."""

import io
import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from pipeline.extract.own_rejects import FORMULA, REJECT_COLUMNS, ROW
from pipeline.model.issues import Finding
from pipeline.model.texts.translation import translated
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
    _keep_doubts(run, positions.tolist(), columns)
    written = [people.number(row) for row in people.ids.at(positions).tolist()]
    parts = (written, *columns, *_added_columns(run))
    cells = [_safe(pa.array(each, pa.string()) if isinstance(each, list) else each) for each in parts]
    names = _safe(pa.array([ROW, *people.extract.frame.column_names, *REJECT_COLUMNS], pa.string())).to_pylist()
    sink = io.BytesIO(b"\xef\xbb\xbf")
    sink.seek(0, io.SEEK_END)
    delimiter = people.extract.delimiter or (";" if run.request.language == "de" else ",")  # as that Excel reads it
    arrow_csv.write_csv(pa.table(cells, names=names), sink, arrow_csv.WriteOptions(delimiter=delimiter))
    return sink.getvalue()


def _added_columns(run: RunResult) -> list[pa.Array]:
    """Return code, reason and fix of each rejected row (``string``); those of several findings are joined."""
    language = run.request.language
    findings = [finding for finding in run.findings if finding.severity == "error" and len(finding.rows)]
    rows = np.concatenate([finding.rows for finding in findings])
    order = np.argsort(rows, kind="stable")
    begins = np.flatnonzero(np.append(True, np.diff(rows[order]) > 0))
    several = np.flatnonzero(np.diff(np.append(begins, len(rows))) > 1).tolist()
    columns = (
        (" ", [finding.code for finding in findings]),
        ("; ", [finding.messages for finding in findings]),
        (" ", [_fixes(finding) for finding in findings]),
    )
    made: list[pa.Array] = []
    for between, of_findings in columns:
        texts = pa.concat_arrays(list(map(_texts, of_findings, findings)))
        coded = texts.dictionary_encode()  # a million rows have few different sentences, or one each
        words = pa.array([translated(text, language) for text in coded.dictionary.to_pylist()], pa.string())
        texts = words.take(coded.indices).take(pa.array(order))
        firsts = texts.take(pa.array(begins)).to_pylist() if several else texts.take(pa.array(begins))
        for line in several:
            end = begins[line + 1] if line + 1 < len(begins) else len(rows)
            firsts[line] = between.join(dict.fromkeys(texts.slice(begins[line], end - begins[line]).to_pylist()))
        made.append(pa.array(firsts, pa.string()))
    return made


def _fixes(finding: Finding) -> str | list[str]:
    return finding.fix(0) if isinstance(finding.fixes, str) else list(map(finding.fix, range(len(finding.rows))))


def _texts(texts: str | Sequence[str], finding: Finding) -> pa.StringArray:
    rows = len(finding.rows)
    return pa.repeat(pa.scalar(texts), rows) if isinstance(texts, str) else pa.array(texts, pa.string())


def _keep_doubts(run: RunResult, positions: list[int], columns: list[pa.Array | pa.ChunkedArray | list[str]]) -> None:
    """Mark the cells whose text is not known, and write a ragged row with all of its cells into its first cell."""
    line_of = {row: line for line, row in enumerate(positions)}
    decide = {run.people.binding.columns.get(each) for each in MERGED_CELLS} if run.people is not None else set()
    for remark in run.people.extract.remarks if run.people is not None else ():
        line = line_of.get(remark.position)
        if remark.code == "CELL-MERGED" and remark.column not in decide:
            continue
        if line is not None and remark.column is not None and remark.code in DOUBTS:
            _editable(columns, remark.column)[line] = DOUBTS[remark.code].format(remark.value)
    for finding in run.findings:
        if finding.code == "ROW-RAGGED":
            for row, value in zip(run.ids.positions(finding.rows).tolist(), finding.values or (), strict=False):
                for place in range(len(columns)):
                    _editable(columns, place)[line_of[row]] = "" if place else value


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
    """Add an apostrophe before what a spreadsheet would calculate, and before an existing one."""
    return pc.replace_substring_regex(column, FORMULA, r"'\1")
