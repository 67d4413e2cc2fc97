"""Rows of a directory file that could not be used: each is reported, and more than a few stop the run."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.base import ReaderIssue, SourceEmpty, SourceIncomplete
from pipeline.model import fields
from pipeline.model.issues import Finding
from pipeline.model.people import People

SAMPLE = 1000
"""So many entries are asked for an email before all of them are."""

FEW = 3
SHARE = 100
"""So many rows, or one in so many, may be left out; more is a broken export, on which no email may be judged."""


def findings(directory: People | None) -> list[Finding]:
    """Return an issue for each row of a directory whose cells do not fit, or whose email is the error of a formula.

    Raises:
        SourceEmpty: no entry has an email.
        SourceIncomplete: more than a few rows could not be used (design rule 4).
    """
    if directory is not None:
        _refuse_without_emails(directory)
    if directory is None or (numbers := directory.extract.origin.rows) is None:
        return []
    source = directory.extract.origin.source
    unusable = unusable_rows(directory)
    if len(unusable) > max(FEW, len(directory) // SHARE):
        rows = ", ".join(str(numbers[remark.position]) for remark in unusable[:FEW])
        raise SourceIncomplete(
            f"{source}: {len(unusable)} of {len(directory)} rows (rows {rows} and more) cannot be used: their cells do "
            "not fit the header, or their email is a formula without a result. So people of the directory would be "
            "missing. Export the directory again."
        )
    return [
        Finding(
            remark.code,
            np.zeros(0, np.int64),
            None,
            f"{remark.detail}: this row of the directory was not used",
            f"Correct row {numbers[remark.position]} of {source}, or export the directory again.",
            values=[remark.value],
            place=(source, numbers[remark.position]),
        )
        for remark in unusable
    ]


def unusable_rows(directory: People) -> list[ReaderIssue]:
    """Return the reader's remarks on the rows of a directory that cannot be found by their email."""
    email = directory.binding.columns.get(fields.EMAIL)
    return [
        remark
        for remark in directory.extract.remarks
        if remark.code == "ROW-RAGGED" or (remark.code == "CELL-FORMULA-ERROR" and remark.column == email)
    ]


def _refuse_without_emails(directory: People) -> None:
    emails = directory.texts(fields.EMAIL)
    if len(directory) and not (_has_text(emails[:SAMPLE]) or _has_text(emails)):
        raise SourceEmpty(
            f"{directory.extract.origin.source}: none of its {len(directory)} entries has an email, so no email can be "
            "compared.",
            advice="Export the directory with the emails, or name their attribute with email_attribute.",
        )


def _has_text(column: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.not_equal(pc.utf8_trim_whitespace(column.cast(pa.string())), "")).as_py())
