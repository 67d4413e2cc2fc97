"""Operations on Arrow columns: flatten, build constant ones, inspect their bytes."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]

WORD = 8
"""Bytes that are hashed or compared as one number."""


def flat(column: pa.ChunkedArray | pa.Array) -> pa.StringArray:
    """Return a column of texts as one plain ``string`` array, without chunks, dictionary or offset."""
    array = column
    if isinstance(column, pa.ChunkedArray):  # one chunk is taken as it is: combining would copy it
        array = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    return array if array.offset == 0 else pa.concat_arrays([array, pa.array([], pa.string())])


def encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return a column of texts, or a dictionary of them, as one dictionary array."""
    words = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    array = words.unify_dictionaries().combine_chunks()
    return array if isinstance(array, pa.DictionaryArray) else pa.concat_arrays(array.chunks)


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
