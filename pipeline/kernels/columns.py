"""Operations on Arrow columns: flatten, build constant ones, inspect their bytes."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]

WORD = 8
"""Bytes that are hashed or compared as one number."""


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


def bytes_of(texts: pa.StringArray) -> npt.NDArray[np.uint8]:
    """Return the bytes of all texts, one text behind the other (``uint8``, not copied)."""
    if not len(texts):
        return np.zeros(0, np.uint8)
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(texts.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]


def first_bytes(texts: pa.StringArray) -> npt.NDArray[np.uint8]:
    """Return the first byte of each text (``uint8``); the code of "a" if the text is empty."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32, count=len(texts) + 1) if len(texts) else np.zeros(1, np.int32)
    filled = np.diff(offsets) > 0
    first = np.full(len(texts), ord("a"), np.uint8)
    if filled.any():
        first[filled] = np.frombuffer(texts.buffers()[2], np.uint8)[offsets[:-1][filled]]
    return first


def rows_with_other_bytes(texts: pa.StringArray, allowed: bytes) -> Positions:
    """Return the positions (``int64``) of the texts with a byte outside ``allowed``; one scan suffices if none has."""
    if not len(texts):
        return np.zeros(0, np.int64)
    offsets = np.frombuffer(texts.buffers()[1], np.int32, count=len(texts) + 1)
    data = (texts.buffers()[2] or b"")[: int(offsets[-1])]
    if not bytes(data).translate(None, allowed):
        return np.zeros(0, np.int64)
    other = ~np.isin(np.arange(256), list(allowed))
    places = np.flatnonzero(other[np.frombuffer(data, np.uint8)])
    rows = np.searchsorted(offsets, places, side="right") - 1
    return rows[np.flatnonzero(np.diff(rows, prepend=-1))]  # ascending already; np.unique took 20 times as long


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


def constant(text: str, length: int) -> pa.DictionaryArray:
    """Build a column with one text on every row: ``dictionary<int32, string>``, four bytes a row."""
    return pa.DictionaryArray.from_arrays(pa.nulls(length, pa.int32()).fill_null(0), pa.array([text], pa.string()))


def distinct(table: pa.Table) -> pa.Table:
    """Return a table with each of its rows once.

    One without rows is returned as it is: grouping loads what pyarrow has for datasets (10 ms).
    """
    return table.group_by(table.column_names, use_threads=False).aggregate([]) if table.num_rows else table
