"""A rejects.csv of ours that is read as a list: the added columns are left out, and our apostrophes taken away."""

import re

import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from connectors.base import Extract

ROW = "row"
REJECT_COLUMNS = ("code", "reason", "fix")

FORMULA = r"^('*[=+\-@\t\r＝＋－＠])"  # noqa: RUF001 - full-width signs start a formula in East Asian Excel
"""What makes a spreadsheet run a cell (OWASP, CSV injection; facts: reliability §1); rejects.csv puts ' before it."""

_OURS = r"^'('*[=+\-@\t\r＝＋－＠])"  # noqa: RUF001 - as above
_CODES = re.compile(r"[A-Z]+(?:-[A-Z0-9]+)*(?: [A-Z]+(?:-[A-Z0-9]+)*)*")


def take(extract: Extract) -> Extract:
    """Return the list inside a rejects.csv; any other list is returned as it is.

    It is ours if it begins and ends with the columns that we add, and every row has issue codes in our column.
    """
    names = extract.frame.column_names
    if (
        len(names) <= len(REJECT_COLUMNS) + 1
        or names[0] != ROW
        or tuple(names[-len(REJECT_COLUMNS) :]) != REJECT_COLUMNS
    ):
        return extract
    codes = extract.frame.column(len(names) - len(REJECT_COLUMNS)).cast(pa.string()).to_pylist()
    if not all(_CODES.fullmatch(each) for each in codes if each):
        return extract
    inner = range(1, len(names) - len(REJECT_COLUMNS))
    columns = [pc.replace_substring_regex(extract.frame.column(at).cast(pa.string()), _OURS, r"\1") for at in inner]
    plain = [re.sub(_OURS, r"\1", names[at]) for at in inner]
    remarks = (replace(each, column=each.column - 1) if each.column is not None else each for each in extract.remarks)
    kept = tuple(each for each in remarks if each.column is None or 0 <= each.column < len(plain))
    note = "read as rejects.csv of an earlier run: its added columns were left out"
    return replace(extract, frame=pa.table(columns, names=plain), remarks=kept, notes=(*extract.notes, note))
