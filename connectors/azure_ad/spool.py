"""Rows that come page by page are put down in a private temporary file, and come back as one table of text.

So a million people need the memory of one page, and nothing slow happens between two pages of a service whose page
tokens expire (facts: microsoft-graph §3). The file has no name if the system allows it, may be read by its owner
only, and is gone with the process, however that ends.
"""

import contextlib
import mmap
import tempfile
from collections.abc import Iterator, Sequence
from typing import Self

import pyarrow as pa

from connectors.base import SourceUnreadable

BATCH_ROWS = 50_000
"""Pages are gathered to batches of this size: small chunks make every later kernel slow."""


class Spool:
    """A table that grows at its end and is then read completely; use it in a ``with``."""

    def __init__(self, names: Sequence[str]) -> None:
        """Open the file for rows with these columns, all of them text.

        Raises:
            SourceUnreadable: there is no place for a temporary file.
        """
        self._schema = pa.schema([pa.field(name, pa.string(), nullable=False) for name in names])
        self._waiting: list[pa.RecordBatch] = []
        self._rows_waiting = 0
        self.rows = 0
        with _room():
            self._file = tempfile.TemporaryFile(prefix="contactpro-")  # noqa: SIM115 - closed by close()
            self._writer = pa.ipc.new_file(pa.PythonFile(self._file, "wb"), self._schema)

    def __enter__(self) -> Self:
        """Return the spool itself; there is nothing more to open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file; a table that was given out keeps its own hold on what it shows."""
        with contextlib.suppress(OSError):
            self._writer.close()
        with contextlib.suppress(OSError):
            self._file.close()

    def add(self, columns: Sequence[pa.Array]) -> None:
        """Write some rows: one array of text for each column, all of one length, without nulls.

        Raises:
            SourceUnreadable: the disk is full.
        """
        batch = pa.RecordBatch.from_arrays(list(columns), schema=self._schema)
        self._waiting.append(batch)
        self._rows_waiting += batch.num_rows
        self.rows += batch.num_rows
        if self._rows_waiting >= BATCH_ROWS:
            self._flush()

    def table(self) -> pa.Table:
        """Close the file and return every row, in the order of writing, mapped from the file.

        Raises:
            SourceUnreadable: the disk is full.
        """
        self._flush()
        with _room():
            self._writer.close()
            self._file.flush()
            mapped = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        return pa.ipc.open_file(pa.py_buffer(mapped)).read_all()

    def _flush(self) -> None:
        if self._waiting:
            with _room():
                self._writer.write_batch(pa.concat_batches(self._waiting))
            self._waiting.clear()
            self._rows_waiting = 0


def sieved(table: pa.Table, keep: pa.Array, more: pa.Table | None = None) -> pa.Table:
    """Return the rows of a table for which ``keep`` is true, one truth value a row, and then the rows of ``more``.

    Only one batch at a time is in delta_state.

    Raises:
        SourceUnreadable: the disk is full.
    """
    with Spool(table.column_names) as spool:
        place = 0
        for batch in table.to_batches(max_chunksize=BATCH_ROWS):
            spool.add(batch.filter(keep.slice(place, batch.num_rows)).columns)
            place += batch.num_rows
        for batch in more.to_batches() if more is not None else ():
            spool.add(batch.columns)
        return spool.table()


@contextlib.contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceUnreadable(
            f"People could not be kept in the temporary folder {tempfile.gettempdir()} while they were read "
            f"({error.strerror or 'the disk is full'}); free some space there, or name another folder with TMPDIR, "
            "and run again."
        ) from error
