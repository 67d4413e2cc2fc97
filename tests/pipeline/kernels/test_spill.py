"""Columns in files: whatever is done with them, the result is that of columns in memory."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pipeline.kernels import spill as kept
from pipeline.kernels.spill import IN_MEMORY, Spill

TEXTS = ["", "a", "é😀", "a", "", "bcd" * 40, "z\x00y", "ö", "", "end"]


@pytest.fixture
def spill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Spill:
    """Return a place for columns, three rows at a time."""
    monkeypatch.setattr(kept, "SLICE", 3)
    return Spill(tmp_path)


def columns() -> list[pa.ChunkedArray]:
    """Return the texts whole, in chunks, as a slice, without any, and as a dictionary."""
    whole = pa.array(TEXTS, pa.string())
    chunks = [whole.slice(0, 4), whole.slice(4, 0), whole.slice(4)]
    return [
        pa.chunked_array([whole]),
        pa.chunked_array(chunks),
        pa.chunked_array([whole.slice(2, 6)]),
        pa.chunked_array([], pa.string()),
        pa.chunked_array([whole.dictionary_encode()]),
    ]


@pytest.mark.parametrize("number", range(5))
def test_a_column_in_a_file_is_the_column(number: int, spill: Spill, tmp_path: Path) -> None:
    """Texts, order and type stay; the files have no names, so nothing is left however the process ends."""
    column = columns()[number]
    there = spill.column(column)
    assert (there.type, there.to_pylist()) == (column.type, column.to_pylist())
    assert spill.column(there) is there
    table = pa.table({"one": column, "two": column})
    assert spill.table(table).to_pylist() == table.to_pylist()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", range(5))
def test_rows_are_taken_from_files_as_from_memory(number: int, spill: Spill) -> None:
    """Taken, filtered and picked rows are the same, in the same order."""
    column = columns()[number]
    table = pa.table({"text": column})
    rows = np.array([at for at in (5, 0, 3, 3, 1, 4, 2) if at < len(column)], np.int64)
    mask = np.arange(len(column)) % 2 == 0
    for place in (spill, IN_MEMORY):
        assert place.taken(table, rows).to_pylist() == [table.to_pylist()[row] for row in rows]
        assert place.filtered(table, mask).to_pylist() == table.to_pylist()[::2]
        assert place.picked(column, rows).to_pylist() == [column.to_pylist()[row] for row in rows]


def test_a_file_is_copied_as_it_is_now(spill: Spill, tmp_path: Path) -> None:
    """What is written to the list afterwards is not read, and an empty list has no bytes."""
    path = tmp_path / "list.csv"
    path.write_bytes(b"Email\na@x.com\n")
    copy = spill.copy_of(path)
    path.write_bytes(b"")
    assert (copy[:], copy.startswith(b"a@", 6), copy.isascii()) == (b"Email\na@x.com\n", True, True)
    assert (copy.decode("utf-8"), spill.copy_of(path)) == ("Email\na@x.com\n", b"")


def test_a_column_of_more_than_2_gib_is_refused(spill: Spill, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its texts could not be found by 32-bit ends."""
    monkeypatch.setattr(kept, "MOST_BYTES", 9)
    with pytest.raises(pa.ArrowCapacityError, match="2 GiB"):
        spill.column(pa.chunked_array([pa.array(["12345", "67890"])]))
