"""Operations on Arrow columns: flatten, build constant ones, inspect their bytes."""

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]

BEYOND_ASCII = bytes(range(0x80, 0x100))

WORD = 8
"""Bytes that are hashed or compared as one number."""

_BLOCK_BYTES = 1 << 18
"""Bytes that are looked at at a time: what is found about them stays in the processor's cache."""

_LAST_BYTE = 0xFF


def unchunked(column: pa.ChunkedArray | pa.Array) -> pa.StringArray:
    """Return a column of texts as one ``string`` array, without chunks or dictionary; a slice stays one, uncopied."""
    array = column
    if isinstance(column, pa.ChunkedArray):  # one chunk is taken as it is: combining would copy it
        array = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def flat(column: pa.ChunkedArray | pa.Array) -> pa.StringArray:
    """Return a column of texts as one plain ``string`` array, without chunks, dictionary or offset."""
    array = unchunked(column)
    return array if array.offset == 0 else pa.concat_arrays([array, pa.array([], pa.string())])


def encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return a column of texts, or a dictionary of them, as one dictionary array."""
    words = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    array = words.unify_dictionaries().combine_chunks()
    return array if isinstance(array, pa.DictionaryArray) else pa.concat_arrays(array.chunks)


def bytes_of(texts: pa.StringArray) -> npt.NDArray[np.uint8]:
    """Return the bytes of all texts, one text behind the other (``uint8``, not copied)."""
    offsets = ends_of(texts)
    return np.frombuffer(texts.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]


def first_bytes(texts: pa.StringArray) -> npt.NDArray[np.uint8]:
    """Return the first byte of each text (``uint8``); the code of "a" if the text is empty."""
    offsets = ends_of(texts)
    filled = np.diff(offsets) > 0
    first = np.full(len(texts), ord("a"), np.uint8)
    if filled.any():
        first[filled] = np.frombuffer(texts.buffers()[2], np.uint8)[offsets[:-1][filled]]
    return first


def rows_with_other_bytes(texts: pa.StringArray, allowed: bytes) -> Positions:
    """Return the positions (``int64``) of the texts with a byte outside ``allowed``; one scan finds them."""
    return rows_with_bytes(texts, bytes(set(range(256)) - set(allowed)))


def rows_with_bytes(texts: pa.StringArray | pa.ChunkedArray, wanted: bytes) -> Positions:
    """Return the positions (``int64``) of the texts with one of the wanted bytes; one scan finds them."""
    chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    begins = np.cumsum([0, *map(len, chunks)])
    found = [begin + _rows_with_bytes(chunk, wanted) for begin, chunk in zip(begins, chunks, strict=False)]
    return np.concatenate([np.zeros(0, np.int64), *found])


def _rows_with_bytes(texts: pa.StringArray, wanted: bytes) -> Positions:
    data = bytes_of(texts)
    begins = range(0, len(data), _BLOCK_BYTES)
    found = [begin + np.flatnonzero(_marked(data[begin : begin + _BLOCK_BYTES], wanted)) for begin in begins]
    return rows_of(texts, np.concatenate([np.zeros(0, np.int64), *found]))


def rows_of(texts: pa.StringArray, places: Positions) -> Positions:
    """Return the positions (``int64``) of the texts that have some places (``int64``, ascending) of ``bytes_of``."""
    ends = ends_of(texts)
    rows: Positions = np.searchsorted(ends[1:], ends[0] + places, side="right")
    return rows[np.flatnonzero(np.diff(rows, prepend=-1))]  # ascending already; np.unique took 20 times as long


def _marked(data: npt.NDArray[np.uint8], wanted: bytes) -> Mask:
    """Mark the wanted bytes: range by range, each of them in a thirtieth of the time of a table."""
    found = np.zeros(len(data), np.bool_)
    for first, last in _ranges(wanted):
        if first == last:
            found |= data == first
        elif last == _LAST_BYTE:
            found |= data >= first
        else:
            found |= (data >= first) & (data <= last)
    return found


@cache
def _ranges(wanted: bytes) -> list[tuple[int, int]]:
    """Return the first and the last byte of each range of wanted bytes."""
    marks = np.isin(np.arange(-1, _LAST_BYTE + 2), list(wanted))
    edges = np.flatnonzero(marks[1:] != marks[:-1])
    return [(int(first), int(end) - 1) for first, end in zip(edges[::2], edges[1::2], strict=True)]


def ends_of(texts: pa.StringArray) -> npt.NDArray[np.int32]:
    """Return the place at which the first text begins, and that at which each ends (``int32``)."""
    if not len(texts):
        return np.zeros(1, np.int32)
    return np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1, texts.offset * 4)


def words(texts: pa.StringArray, dtype: str) -> tuple[Positions, npt.NDArray[np.uint64]]:
    """Return the beginning of each text, and all bytes as overlapping words of ``WORD`` bytes, one from every byte.

    ``dtype`` is "<u8" or ">u8". ``WORD`` zero bytes follow the last text, so that its last byte begins a word too.
    """
    if not len(texts):
        return np.zeros(1, np.int64), np.zeros(1, dtype)
    texts = flat(texts)
    offsets = np.frombuffer(texts.buffers()[1], np.int32, count=len(texts) + 1).astype(np.int64)
    used = int(offsets[-1])
    padded = np.zeros(used + WORD, np.uint8)
    padded[:used] = np.frombuffer(texts.buffers()[2] or b"", np.uint8, count=used)
    return offsets, np.ndarray(shape=(used + 1,), dtype=dtype, buffer=padded.data, strides=(1,))


def distinct(numbers: Positions, below: int) -> tuple[Positions, Positions]:
    """Return the different numbers (``int64``, ascending), and the place of each row's number among them.

    All of them are at least 0 and below a limit, so they are marked in a table: sorting them took ten times as long.
    """
    seen = np.zeros(below, np.bool_)
    seen[numbers] = True
    return np.flatnonzero(seen), (np.cumsum(seen) - 1)[numbers]


def constant(text: str, length: int) -> pa.DictionaryArray:
    """Build a column with one text on every row: ``dictionary<int32, string>``, four bytes a row."""
    return pa.DictionaryArray.from_arrays(pa.nulls(length, pa.int32()).fill_null(0), pa.array([text], pa.string()))


def distinct_rows(table: pa.Table) -> pa.Table:
    """Return a table with each of its rows once.

    One without rows is returned as it is: grouping loads what pyarrow has for datasets (10 ms).
    """
    return table.group_by(table.column_names, use_threads=False).aggregate([]) if table.num_rows else table
