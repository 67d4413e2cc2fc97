"""rejects.csv: the rejected rows in the input's own columns, then code and reason; safe to open in a spreadsheet."""

import io
import re
from collections import defaultdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from pipeline.result import RunResult
from pipeline.texts.translation import translated

FORMULA = r"^('*[=+\-@\t\r＝＋－＠])"  # noqa: RUF001 - full-width signs start a formula in East Asian Excel
"""What makes a spreadsheet run a cell (OWASP, CSV injection; facts: reliability §1)."""

_FORMULA = re.compile(FORMULA)

HIDDEN = "(not kept)"


def rejects(run: RunResult) -> bytes | None:
    """Write the rejected rows (UTF-8 with BOM, with the input's own delimiter, quoted); None where there are none.

    Columns that hold passwords are not kept. Only this file is made formula-safe: the import file is raw.
    """
    people = run.people
    positions = np.flatnonzero(run.rejected)
    if people is None or not len(positions):
        return None
    codes: defaultdict[int, list[str]] = defaultdict(list)
    reasons: defaultdict[int, list[str]] = defaultdict(list)
    for finding in run.findings:
        if finding.severity == "error":
            for at, row in enumerate(finding.rows.tolist()):
                codes[row].append(finding.code)
                reasons[row].append(translated(finding.message(at), run.request.language))
    rows = people.extract.frame.take(pa.array(positions))
    columns = [_safe(column.cast(pa.string())) for column in rows.columns]
    for place in people.binding.secret_columns:
        columns[place] = pa.array([HIDDEN] * len(positions))
    columns.append(pa.array([" ".join(dict.fromkeys(codes[row])) for row in positions.tolist()]))
    columns.append(_safe(pa.array(["; ".join(dict.fromkeys(reasons[row])) for row in positions.tolist()])))
    names = _safe(pa.array([*rows.column_names, "code", "reason"], pa.string())).to_pylist()
    sink = io.BytesIO(b"\xef\xbb\xbf")
    sink.seek(0, io.SEEK_END)
    arrow_csv.write_csv(
        pa.table(columns, names=names), sink, arrow_csv.WriteOptions(delimiter=people.extract.delimiter or ",")
    )
    return sink.getvalue()


def as_text(text: str) -> str:
    """Return a text as a cell that a spreadsheet does not calculate when the page is copied into it.

    A page folds the spaces at a cell's start away, so they do not keep a formula from being one.
    """
    return f"'{text}" if _FORMULA.match(text.lstrip()) else text


def _safe(column: pa.Array) -> pa.Array:
    """Put an apostrophe before what a spreadsheet would calculate, and before one that stands there already."""
    return pc.replace_substring_regex(column, FORMULA, r"'\1")
