"""Finding equal texts among millions: keyed 64-bit hashes of their bytes, sorted; bytes then judge every candidate.

Hashes only find. No answer of this room rests on one: candidates are compared byte for byte before they count, so
neither a collision nor a list made to collide changes a result (facts: performance, recipe 4).
"""

import secrets
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]

_KEY = np.uint64(secrets.randbits(64) | 1)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_WORD = 8
_BLOCK_ROWS = 1 << 16
"""Rows hashed at a time, so that what is being mixed stays in the processor's cache."""


def flat(column: pa.ChunkedArray | pa.Array) -> pa.StringArray:
    """Lay a column of texts out as one plain ``string`` array, without chunks, dictionary or offset."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    return array if array.offset == 0 else pa.concat_arrays([array, pa.array([], pa.string())])


def hash_texts(texts: pa.StringArray) -> Hashes:
    """Hash each text (``string``, no nulls) to a ``uint64``; equal bytes give equal hashes within one process."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32, count=len(texts) + 1) if len(texts) else np.zeros(1, np.int32)
    used = int(offsets[-1])
    padded = np.zeros(used + _WORD, np.uint8)
    if used:
        padded[:used] = np.frombuffer(texts.buffers()[2], np.uint8, count=used)
    words = np.ndarray(shape=(used + 1,), dtype="<u8", buffer=padded.data, strides=(1,))
    hashes = np.empty(len(texts), np.uint64)
    for first in range(0, len(texts), _BLOCK_ROWS):
        block = offsets[first : first + _BLOCK_ROWS + 1].astype(np.int64)
        hashes[first : first + _BLOCK_ROWS] = _hash_block(words, block[:-1], np.diff(block))
    return hashes


def _hash_block(words: Hashes, starts: Positions, lengths: Positions) -> Hashes:
    """Mix eight bytes of every text at a time; the bytes behind a text's end are shifted out of its last word."""
    hashes = lengths.astype(np.uint64) * _KEY
    shortest, longest = int(lengths.min(initial=0)), int(lengths.max(initial=0))
    for done in range(0, longest, _WORD):
        left = lengths - done
        rows = slice(None) if done < shortest else np.flatnonzero(left > 0)
        beyond = np.maximum(_WORD - left[rows], 0).astype(np.uint64) * np.uint64(8)
        mixed = (hashes[rows] ^ (words[starts[rows] + done] << beyond)) * _MIX
        hashes[rows] = mixed ^ (mixed >> np.uint64(32))
    return hashes


def repeated(texts: pa.StringArray) -> list[Positions]:
    """Find the texts that stand more than once: for each of them its positions, ascending; empty texts do not count."""
    hashes = hash_texts(texts)
    in_order = np.sort(hashes)
    shared = np.unique(in_order[1:][in_order[1:] == in_order[:-1]])
    if not len(shared):
        return []
    suspects = np.flatnonzero(np.isin(hashes, shared))
    groups: dict[str, list[int]] = {}
    for position, text in zip(suspects.tolist(), texts.take(pa.array(suspects)).to_pylist(), strict=True):
        if text:
            groups.setdefault(text, []).append(position)
    return [np.array(group, np.int64) for group in groups.values() if len(group) > 1]


@dataclass(frozen=True, slots=True)
class Index:
    """Texts that can be looked up: their hashes in order, and where each stands."""

    texts: pa.StringArray
    hashes: Hashes
    order: Positions

    @classmethod
    def of(cls, texts: pa.StringArray) -> "Index":
        """Build the index of a ``string`` array without nulls; empty texts can never be found."""
        hashes = hash_texts(texts)
        order = np.argsort(hashes, kind="stable")
        return cls(texts, hashes[order], order)

    def first(self, wanted: pa.StringArray) -> tuple[Positions, npt.NDArray[np.bool_]]:
        """Find each wanted text: the first position that has it (-1: none), and whether others have it too."""
        if not len(self.texts) or not len(wanted):
            return np.full(len(wanted), -1, np.int64), np.zeros(len(wanted), np.bool_)
        hashes = hash_texts(wanted)
        by_hash = np.argsort(hashes)  # looked up in order, the binary searches share their cache lines
        place = np.empty(len(wanted), np.int64)
        place[by_hash] = np.searchsorted(self.hashes, hashes[by_hash])
        inside = np.minimum(place, len(self.hashes) - 1)
        candidate = self.order[inside]
        same_hash = self.hashes[inside] == hashes
        same_text = pc.equal(self.texts.take(pa.array(candidate)), wanted).to_numpy(zero_copy_only=False)
        filled = pc.greater(pc.binary_length(wanted), 0).to_numpy(zero_copy_only=False)
        found = np.where(same_hash & same_text & filled, candidate, -1)
        following = np.minimum(inside + 1, len(self.hashes) - 1)
        shared = (following > inside) & (self.hashes[following] == hashes)
        for row in np.flatnonzero((shared & filled) | (same_hash & ~same_text & filled)).tolist():
            found[row], shared[row] = self._judge_run(wanted[row].as_py(), int(place[row]))
        return found, shared & (found >= 0)

    def all(self, wanted: str) -> list[int]:
        """List every position of one text, ascending."""
        hashed = hash_texts(pa.array([wanted]))[0]
        return self._same(wanted, int(np.searchsorted(self.hashes, hashed))) if wanted else []

    def _judge_run(self, wanted: str, place: int) -> tuple[int, bool]:
        same = self._same(wanted, place)
        return (same[0], len(same) > 1) if same else (-1, False)

    def _same(self, wanted: str, place: int) -> list[int]:
        """Compare the run of equal hashes that begins at ``place`` byte for byte."""
        if place == len(self.hashes):
            return []
        end = int(np.searchsorted(self.hashes, self.hashes[place], side="right"))
        run = self.order[place:end].tolist()
        return [position for position in run if self.texts[position].as_py() == wanted]


def byte_order(texts: pa.StringArray) -> Positions:
    """Order texts by their bytes: by the first eight as one number, then only the tied ones by all of them."""
    texts = flat(texts)
    if not len(texts):
        return np.zeros(0, np.int64)
    offsets = np.frombuffer(texts.buffers()[1], np.int32, count=len(texts) + 1).astype(np.int64)
    padded = np.zeros(int(offsets[-1]) + _WORD, np.uint8)
    padded[: offsets[-1]] = np.frombuffer(texts.buffers()[2] or b"", np.uint8, count=int(offsets[-1]))
    words = np.ndarray(shape=(int(offsets[-1]) + 1,), dtype=">u8", buffer=padded.data, strides=(1,))
    beyond = np.clip(_WORD - np.diff(offsets), 0, _WORD - 1).astype(np.uint64) * np.uint64(8)
    first = np.where(np.diff(offsets) > 0, (words[offsets[:-1]].astype(np.uint64) >> beyond) << beyond, np.uint64(0))
    order = np.argsort(first, kind="stable")
    same = first[order][1:] == first[order][:-1]
    tied = np.flatnonzero(np.concatenate(([False], same)) | np.concatenate((same, [False])))
    if len(tied):
        rows = order[tied]
        among = pa.table({"first": first[rows], "text": texts.take(pa.array(rows)).cast(pa.binary())})
        by_text = pc.sort_indices(among, sort_keys=[("first", "ascending"), ("text", "ascending")])
        order[tied] = rows[by_text.to_numpy()]
    return order
