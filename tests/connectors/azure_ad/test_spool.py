"""Rows that are put down page by page and come back as one table."""

import errno
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import Buffer

from connectors.azure_ad import spool
from connectors.azure_ad.spool import Spool, sieved
from connectors.base import SourceUnreadable

PEOPLE = [("1", "anna@example.com"), ("2", ""), ("3", "Käthe.Großmann@example.com"), ("4", "\u0000\u2028;\t")]


def columns(rows: Sequence[tuple[str, str]]) -> list[pa.Array]:
    """Lay rows out as columns."""
    return [pa.array([row[place] for row in rows], pa.string()) for place in range(2)]


def spooled(pages: Sequence[Sequence[tuple[str, str]]]) -> pa.Table:
    """Put pages down and take the table."""
    with Spool(("id", "mail")) as spool:
        for page in pages:
            spool.add(columns(page))
        return spool.table()


def tuples(table: pa.Table) -> list[tuple[str, str]]:
    """Return the rows of a table."""
    return [(row["id"], row["mail"]) for row in table.to_pylist()]


class Full(io.FileIO):
    """A file on a disk that has room for the header of a table, and for nothing more."""

    def __init__(self, **_: object) -> None:
        """Open what is always full."""
        super().__init__("/dev/full", "wb")
        self.room = 3

    def write(self, data: Buffer, /) -> int:
        """Take the first pieces; the device refuses the others."""
        self.room -= 1
        return memoryview(data).nbytes if self.room >= 0 else super().write(data)


def test_rows_come_back_in_order() -> None:
    """Every row comes back as it was, in the order of its coming, as text without nulls."""
    table = spooled([PEOPLE[:1], [], PEOPLE[1:]])
    assert tuples(table) == PEOPLE
    assert table.schema.types == [pa.string(), pa.string()]
    assert [column.null_count for column in table.columns] == [0, 0]


@given(st.lists(st.lists(st.tuples(st.text(), st.text()), max_size=5), max_size=8), st.integers(1, 7))
def test_no_split_into_pages_matters(pages: list[list[tuple[str, str]]], batch: int) -> None:
    """However rows are split into pages and pages gathered into batches, the table is the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "BATCH_ROWS", batch)
        assert tuples(spooled(pages)) == [row for page in pages for row in page]


def test_an_empty_spool_is_an_empty_table() -> None:
    """If nothing was put down there is a table with the columns and without rows."""
    table = spooled([])
    assert table.column_names == ["id", "mail"]
    assert table.num_rows == 0


def test_the_table_outlives_the_spool() -> None:
    """A table may be used after its spool was closed, and makes no visible file."""
    before = set(Path(tempfile.gettempdir()).iterdir())
    table = spooled([PEOPLE] * 40_000)
    assert {path for path in set(Path(tempfile.gettempdir()).iterdir()) - before if "contactpro" in path.name} == set()
    assert table.num_rows == 160_000
    assert table.slice(159_999).to_pylist() == [{"id": "4", "mail": "\u0000\u2028;\t"}]
    assert [chunk.num_chunks for chunk in table.columns] == [4, 4]


def test_a_full_disk_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the disk is full, the message names the place, and what to do."""
    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    with Spool(("id", "mail")) as spool:
        spool.add(columns(PEOPLE))
        with pytest.raises(
            SourceUnreadable, match=r"in the temporary folder .* \(No space left on device\); free some"
        ):
            spool.table()


def test_no_place_for_a_file_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """If no file can be made at all, the message reports it in the same way."""

    def fail(**_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(tempfile, "TemporaryFile", fail)
    with pytest.raises(SourceUnreadable, match=r"\(Read-only file system\); free some space there"):
        Spool(("id",))


def test_sieved_keeps_what_is_true_and_appends() -> None:
    """Rows stay in order, those without a true value go, and further rows come last."""
    table = pa.table(columns(PEOPLE), ["id", "mail"])
    more = pa.table(columns([("5", "new@example.com")]), ["id", "mail"])
    assert tuples(sieved(table, pa.array([True, False, False, True]))) == [PEOPLE[0], PEOPLE[3]]
    assert tuples(sieved(table, pa.array([False] * 4), more)) == [("5", "new@example.com")]


@given(st.lists(st.tuples(st.text(max_size=3), st.booleans()), max_size=30), st.integers(1, 7), st.integers(1, 9))
def test_sieving_is_filtering(rows: list[tuple[str, bool]], batch: int, chunk: int) -> None:
    """However a table is cut into chunks and batches, its rows are those that a plain filter keeps."""
    texts = [text for text, _ in rows]
    chunks = [texts[start : start + chunk] for start in range(0, len(texts), chunk)]
    table = pa.table([pa.chunked_array(chunks, pa.string())], ["id"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "BATCH_ROWS", batch)
        kept = sieved(table, pa.array([keep for _, keep in rows], pa.bool_()))
    assert kept.column("id").to_pylist() == [text for text, keep in rows if keep]
