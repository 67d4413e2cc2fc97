"""Corrections made on the page."""

import pyarrow as pa
import pytest
from msgspec.structs import replace

from connectors.base import Extract, Origin, ReaderIssue, SourceIncomplete
from pipeline.config.request import Correction
from pipeline.extract import corrected

FRAME = pa.table({"Login": ["ada", "bo"], "Email": ["ada@example.com", "b@example.com"]})
EXTRACT = Extract(FRAME, Origin("list.csv", None, range(2, 4)), complete=True)


def test_a_corrected_cell_is_changed_and_reported() -> None:
    """Only the corrected cell changes, and it is reported with the old and the new text."""
    made = corrected.take(EXTRACT, [Correction(1, 1, "b@example.com", "bo@example.com")])
    assert made.frame.to_pydict() == {"Login": ["ada", "bo"], "Email": ["ada@example.com", "bo@example.com"]}
    detail = "you corrected 'b@example.com' to 'bo@example.com'"
    assert made.remarks == (ReaderIssue("PROPOSAL-ACCEPTED", 1, 1, "b@example.com", detail),)


def test_what_the_reader_said_about_the_old_text_is_gone() -> None:
    """A formula without a result that was typed over is not an issue any more; one elsewhere stays."""
    remarks = tuple(ReaderIssue("CELL-FORMULA-ERROR", row, 1, "#N/A", "has no result") for row in (0, 1))
    made = corrected.take(replace(EXTRACT, remarks=remarks), [Correction(1, 1, "b@example.com", "x")])
    assert [(each.code, each.position) for each in made.remarks] == [
        ("CELL-FORMULA-ERROR", 0),
        ("PROPOSAL-ACCEPTED", 1),
    ]


@pytest.mark.parametrize("wrong", [Correction(1, 1, "other@example.com", "x"), Correction(7, 1, "b@example.com", "x")])
def test_a_list_that_has_changed_is_refused(wrong: Correction) -> None:
    """A correction of another text than the list has is never written somewhere else."""
    with pytest.raises(SourceIncomplete, match="not what it was"):
        corrected.take(EXTRACT, [wrong])


def test_without_corrections_nothing_changes() -> None:
    """The frame is the same object."""
    assert corrected.take(EXTRACT, []).frame is FRAME
