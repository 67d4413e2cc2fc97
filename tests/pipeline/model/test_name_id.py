"""The note of a run that changes Subjects."""

import pytest

from pipeline.model.name_id import changed_subjects


@pytest.mark.parametrize(
    ("number", "start"),
    [(0, None), (1, "1 Subject changes. If the identity"), (1200, "1,200 Subjects change. If the identity")],
)
def test_the_note_of_changed_subjects(number: int, start: str | None) -> None:
    """A run without a changed Subject has no note; the others name the error that users read."""
    notes = changed_subjects(number)
    assert [note.startswith(str(start)) for note in notes] == [True] * (start is not None)
    assert all('"Invalid ProviderName/Username combination"' in note for note in notes)
