"""Read import files back from the disk and compare them with what was planned."""

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from mappings.model import Layout
from pipeline.kernels.columns import unchunked
from pipeline.model.errors import OutputRefused

BOM = b"\xef\xbb\xbf"


def digests(paths: Sequence[Path], sizes: Sequence[int], rows: pa.Table, layout: Layout) -> list[str]:
    """Read files back with a parser that shares nothing with the writer, compare every cell, and return their digests.

    The length of each file is compared too: if every cell is right, it leaves no room for another separator or line
    end, nor for a row in the wrong file.

    Args:
        paths: the files.
        sizes: the rows of each file, without its header.
        rows: the rows of all files, in their order (``string``, or dictionaries of one word).
        layout: how the files are written.

    Raises:
        OutputRefused: a file is not what was planned.
    """
    begin = head(layout)
    ends = np.cumsum([0, *sizes])
    lengths = _line_lengths(rows, layout)
    bodies: list[pa.Buffer] = []
    found: list[str] = []
    for path, (first, last) in zip(paths, pairwise(ends.tolist()), strict=True):
        data = pa.memory_map(str(path)).read_buffer()
        expected = len(begin) + int(lengths[first:last].sum())
        if data.size != expected or data.slice(0, len(begin)) != begin:
            raise _differs(path)
        bodies.append(data.slice(len(begin)))
        found.append(hashlib.sha256(data).hexdigest())
    body = bodies[0] if len(bodies) == 1 else pa.py_buffer(b"".join(bodies))
    if not _same(body, rows, layout):
        raise _differs(*paths)
    return found


def head(layout: Layout) -> bytes:
    """Return the first bytes of a file: the byte order mark and the header row."""
    names = layout.delimiter.join(column.column for column in layout.columns)
    return (BOM if layout.bom else b"") + (names + layout.newline).encode(layout.encoding)


def cells(column: pa.ChunkedArray) -> pa.StringArray | pa.StringScalar:
    """Return a column as Arrow joins and compares it: a constant as one scalar."""
    if pa.types.is_dictionary(column.type) and column.num_chunks and len(column.chunk(0).dictionary) == 1:
        return column.chunk(0).dictionary[0]
    return unchunked(column)


def _same(body: pa.Buffer, rows: pa.Table, layout: Layout) -> bool:
    """Return True if the lines of files, read without their headers, have exactly these cells."""
    names = rows.column_names
    try:
        read = arrow_csv.read_csv(
            pa.BufferReader(body),
            read_options=arrow_csv.ReadOptions(column_names=names),
            parse_options=arrow_csv.ParseOptions(
                delimiter=layout.delimiter, quote_char=False, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:  # not even a table of that width
        return False
    planned = map(cells, rows.columns)
    return read.num_rows == rows.num_rows and all(
        pc.all(pc.equal(column, cell)).as_py() for column, cell in zip(read.columns, planned, strict=True)
    )


def _line_lengths(rows: pa.Table, layout: Layout) -> npt.NDArray[np.int64]:
    """Return the bytes of each line (``int64``): its cells, delimiters and line end."""
    lengths = np.full(rows.num_rows, len(layout.delimiter) * (rows.num_columns - 1) + len(layout.newline), np.int64)
    for cell in map(cells, rows.columns):
        is_one = isinstance(cell, pa.StringScalar)
        lengths += len(cell.as_py().encode()) if is_one else pc.binary_length(cell).to_numpy()
    return lengths


def _differs(*paths: Path) -> OutputRefused:
    first, last = (f"{path.parent.name}/{path.name}" for path in (paths[0], paths[-1]))
    name = first if len(paths) == 1 else f"{first} to {last}"
    return OutputRefused(f"{name} read back differs from what was planned; no import file was kept.")
