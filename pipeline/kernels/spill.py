"""Columns that need not fit into memory: kept in unnamed files and mapped, so that the system can drop their pages.

Texts are made in slices, so that only a slice of them is in memory. Without a limit nothing is written, everything is
made at once, and the results are the same.
"""

import mmap
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Self, TypeVar, cast

import msgspec
import numpy as np
import pyarrow as pa

from pipeline.kernels.background import by_twos
from pipeline.kernels.columns import Mask, Positions, flat

T = TypeVar("T")
R = TypeVar("R")

SLICE = 1 << 16
"""Rows that are made at a time: a few megabytes."""


MOST_BYTES = (1 << 31) - 1
"""Bytes of one column: Arrow finds a text by the 32-bit number of its end."""


class MappedText(mmap.mmap):
    """The bytes of an unnamed file, with the questions that a reader asks of ``bytes``."""

    def startswith(self, prefix: bytes, start: int = 0) -> bool:
        """Return True if the bytes from ``start`` on begin so."""
        return self[start : start + len(prefix)] == prefix

    def isascii(self) -> bool:
        """Return True if no byte is beyond ASCII."""
        return memoryview(self).tobytes().isascii()

    def decode(self, codec: str) -> str:
        """Return the text."""
        return str(memoryview(self), codec)


class Spill(msgspec.Struct, frozen=True):
    """A place for columns: the folder of their files, None for memory."""

    folder: Path | None = None

    @property
    def batch_rows(self) -> int | None:
        """Return how many rows are judged at a time, None for all."""
        return None if self.folder is None else SLICE

    def copy_of(self, path: Path) -> bytes:
        """Return the bytes of a file as they are now, also if it is changed later."""
        if self.folder is None:
            return path.read_bytes()
        with path.open("rb") as source, _unnamed(self.folder) as file:
            while piece := source.read(1 << 22):
                file.write(piece)
            return cast("bytes", _mapped(file)) if file.tell() else b""  # it answers what a reader asks of bytes

    def texts(self, length: int, make: Callable[[int, int], pa.StringArray]) -> pa.StringArray:
        """Return texts that ``make`` returns for so many rows from a position on."""
        if self.folder is None:
            return make(0, length)
        return self.joined(make(begin, min(SLICE, length - begin)) for begin in range(0, length, SLICE))

    def joined(self, parts: Iterable[pa.StringArray]) -> pa.StringArray:
        """Return parts of a column as one array."""
        if self.folder is None:
            return pa.concat_arrays([*parts, pa.array([], pa.string())])
        with _Texts(self.folder) as texts:
            for part in parts:
                texts.add(part)
            return texts.array()

    def columns(self, batches: Iterable[pa.RecordBatch], names: Sequence[str]) -> pa.Table:
        """Return batches of text columns as a table, one after the other."""
        if self.folder is None:
            return pa.Table.from_batches(list(batches))
        writers = [_Texts(self.folder) for _ in names]
        try:
            for batch in batches:
                for writer, column in zip(writers, batch.columns, strict=True):
                    writer.add(column)
            return pa.table([writer.array() for writer in writers], names=list(names))
        finally:
            for writer in writers:
                writer.close()

    def column(self, column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
        """Return a column of texts that is kept here; one of few words stays in memory."""
        if self.folder is None or not len(column) or not pa.types.is_string(column.type):
            return column
        chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
        if len(chunks) == 1 and _place_of(chunks[0]) in _MAPPED:
            return column
        return self.joined(chunk.slice(at, SLICE) for chunk in chunks for at in range(0, len(chunk), SLICE))

    def table(self, table: pa.Table) -> pa.Table:
        """Return a table whose columns are kept here."""
        if self.folder is None:
            return table
        return pa.table([self.column(column) for column in table.columns], names=table.column_names)

    def taken(self, table: pa.Table, rows: Positions) -> pa.Table:
        """Return some rows of a table, one column at a time."""
        at = pa.array(rows)

        def taken(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
            return self.picked(column, rows) if pa.types.is_string(column.type) else column.take(at)

        return pa.table(self.each(taken, table.columns), names=table.column_names)

    def each(self, make: Callable[[T], R], columns: Iterable[T]) -> list[R]:
        """Return what ``make`` returns for each column: two at a time in memory, else one, and so only one is there."""
        return by_twos(make, columns) if self.folder is None else [make(column) for column in columns]

    def filtered(self, table: pa.Table, mask: Mask) -> pa.Table:
        """Return the rows of a table that ``mask`` (``bool``, one a row) marks."""
        if mask.all():
            return table
        return table.filter(pa.array(mask)) if self.folder is None else self.taken(table, np.flatnonzero(mask))

    def picked(self, column: pa.ChunkedArray | pa.Array, rows: Positions) -> pa.StringArray:
        """Return the texts of some rows of a column (``string``, or a dictionary of them)."""
        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) and column.num_chunks != 1 else column
        whole = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
        return self.texts(len(rows), lambda at, length: flat(whole.take(pa.array(rows[at : at + length]))))


IN_MEMORY = Spill()


_MAPPED: set[int] = set()
"""Addresses of columns that were mapped, so that none is written twice."""


def _place_of(texts: pa.StringArray) -> int:
    return int(texts.buffers()[1].address)


class _Texts:
    """A column of texts that grows in two unnamed files: its bytes, and the end of each text."""

    def __init__(self, folder: Path) -> None:
        self._data, self._ends = _unnamed(folder), _unnamed(folder)
        self._ends.write(bytes(4))  # the first text begins at 0
        self._rows = self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, texts: pa.StringArray) -> None:
        """Add texts at the end.

        Raises:
            ArrowCapacityError: a column has more than 2 GiB.
        """
        if not len(texts):
            return
        _, offsets, data = texts.buffers()
        ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
        first, last = int(ends[0]), int(ends[-1])
        if self._size + last - first > MOST_BYTES:
            raise pa.ArrowCapacityError("a column has more than 2 GiB")
        if last > first:
            self._data.write(memoryview(data)[first:last])
        self._ends.write((ends[1:] + np.int32(self._size - first)).astype(np.int32).tobytes())
        self._size += last - first
        self._rows += len(texts)

    def array(self) -> pa.StringArray:
        """Return the column, mapped."""
        if not self._rows:
            return pa.array([], pa.string())
        data = pa.py_buffer(_mapped(self._data) if self._size else b"")
        ends = pa.py_buffer(_mapped(self._ends))
        _MAPPED.add(ends.address)
        return pa.Array.from_buffers(pa.string(), self._rows, [None, ends, data])

    def close(self) -> None:
        self._data.close()
        self._ends.close()


def _unnamed(folder: Path) -> IO[bytes]:
    return tempfile.TemporaryFile(dir=folder, buffering=1 << 20)


def _mapped(file: IO[bytes]) -> MappedText:
    file.flush()
    return MappedText(file.fileno(), 0, access=mmap.ACCESS_READ)
