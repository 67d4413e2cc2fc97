"""Finding equal texts among millions: keyed 64-bit hashes of their bytes, sorted; bytes then judge every candidate.

Hashes only find. No answer of this module rests on one: candidates are compared byte for byte before they count, so
neither a collision nor a list made to collide changes a result (facts: performance, recipe 4).
"""

import secrets
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import WORD, Positions, words

Hashes = npt.NDArray[np.uint64]

PROCESS_KEY = np.uint64(secrets.randbits(64) | 1)
"""The key of this process, so that no list can be made to collide; workers that compare hashes are given one key."""

_MIX = np.uint64(0xFF51AFD7ED558CCD)
_BLOCK_ROWS = 1 << 16
"""Rows hashed at a time, so that what is being mixed stays in the processor's cache."""


def hash_texts(texts: pa.StringArray, key: np.uint64 = PROCESS_KEY) -> Hashes:
    """Return the hash of each text (``string``, no nulls) as ``uint64``; equal bytes and keys give equal hashes."""
    offsets, all_words = words(texts, "<u8")
    hashes = np.empty(len(texts), np.uint64)
    for first in range(0, len(texts), _BLOCK_ROWS):
        block = offsets[first : first + _BLOCK_ROWS + 1]
        hashes[first : first + _BLOCK_ROWS] = _hash_block(all_words, block[:-1], np.diff(block), key)
    return hashes


def _hash_block(words: Hashes, starts: Positions, lengths: Positions, key: np.uint64) -> Hashes:
    """Hash eight bytes of every text at a time; the bytes behind a text's end are shifted out of its last word."""
    hashes = lengths.astype(np.uint64) * key
    shortest, longest = int(lengths.min(initial=0)), int(lengths.max(initial=0))
    for done in range(0, longest, WORD):
        left = lengths - done
        rows = slice(None) if done < shortest else np.flatnonzero(left > 0)
        beyond = np.maximum(WORD - left[rows], 0).astype(np.uint64) * np.uint64(8)
        mixed = (hashes[rows] ^ (words[starts[rows] + done] << beyond)) * _MIX
        hashes[rows] = mixed ^ (mixed >> np.uint64(32))
    return hashes


@dataclass(frozen=True, slots=True)
class HashedTexts:
    """Texts (``string``, no nulls) with the hash of each, made once for every module that looks them up."""

    texts: pa.StringArray
    hashes: Hashes
    key: np.uint64 = PROCESS_KEY

    @classmethod
    def build(cls, texts: pa.StringArray, key: np.uint64 = PROCESS_KEY) -> "HashedTexts":
        """Hash the texts."""
        return cls(texts, hash_texts(texts, key), key)

    def take(self, positions: Positions) -> "HashedTexts":
        """Return the texts at some positions (``int64``)."""
        return HashedTexts(self.texts.take(pa.array(positions)), self.hashes[positions], self.key)

    def repeated(self) -> list[Positions]:
        """Find the repeated texts: for each its positions, ascending; empty texts do not count."""
        in_order = np.sort(self.hashes)
        shared = np.unique(in_order[1:][in_order[1:] == in_order[:-1]])
        if not len(shared):
            return []
        nearest = shared[np.minimum(np.searchsorted(shared, self.hashes), len(shared) - 1)]
        suspects = np.flatnonzero(nearest == self.hashes)
        groups: dict[str, list[int]] = {}
        for position, text in zip(suspects.tolist(), self.texts.take(pa.array(suspects)).to_pylist(), strict=True):
            if text:
                groups.setdefault(text, []).append(position)
        return [np.array(group, np.int64) for group in groups.values() if len(group) > 1]


@dataclass(frozen=True, slots=True)
class Index:
    """Texts that can be looked up: their hashes in order, and the place of each."""

    texts: pa.StringArray
    hashes: Hashes
    order: Positions
    key: np.uint64 = PROCESS_KEY

    @classmethod
    def build(cls, texts: pa.StringArray) -> "Index":
        """Build the index of a ``string`` array without nulls; empty texts can never be found."""
        return cls.build_keyed(HashedTexts.build(texts))

    @classmethod
    def build_keyed(cls, keyed: HashedTexts) -> "Index":
        """Build the index of texts that have been hashed already."""
        order = np.argsort(keyed.hashes, kind="stable")
        return cls(keyed.texts, keyed.hashes[order], order, keyed.key)

    def candidates(self, wanted: HashedTexts) -> tuple[Positions, npt.NDArray[np.bool_]]:
        """Find by hash alone: the first position that may have each text (-1: none), and whether others may too.

        A candidate counts only after ``confirmed``, or after the caller has compared bytes itself.
        """
        if not len(self.texts) or not len(wanted.texts):
            return np.full(len(wanted.texts), -1, np.int64), np.zeros(len(wanted.texts), np.bool_)
        by_hash = np.argsort(wanted.hashes)  # looked up in order, the binary searches share their cache lines
        place = np.empty(len(wanted.texts), np.int64)
        place[by_hash] = np.searchsorted(self.hashes, wanted.hashes[by_hash])
        place = np.minimum(place, len(self.hashes) - 1)
        filled = pc.greater(pc.binary_length(wanted.texts), 0).to_numpy(zero_copy_only=False)
        found = np.where(filled & (self.hashes[place] == wanted.hashes), self.order[place], -1)
        following = np.minimum(place + 1, len(self.hashes) - 1)
        return found, (found >= 0) & (following > place) & (self.hashes[following] == wanted.hashes)

    def confirmed(self, wanted: pa.StringArray, found: Positions) -> Positions:
        """Compare candidates byte for byte; if a collision hid the right one, find it among its neighbours."""
        if not len(self.texts):
            return found
        there = self.texts.take(pa.array(np.maximum(found, 0)))
        right = pc.equal(there, wanted).to_numpy(zero_copy_only=False)
        found = found.copy()
        for row in np.flatnonzero((found >= 0) & ~right).tolist():
            found[row] = next(iter(self.all(wanted[row].as_py())), -1)
        return found

    def first(self, wanted: pa.StringArray) -> Positions:
        """Find the first position of each wanted text, -1 for none."""
        return self.confirmed(wanted, self.candidates(HashedTexts.build(wanted, self.key))[0])

    def positions(self, wanted: HashedTexts) -> dict[str, Positions]:
        """Return the positions of each wanted text (``int64``, ascending); texts of equal hash may be there too."""
        hashes = np.unique(wanted.hashes)
        begin, end = (np.searchsorted(self.hashes, hashes, side=side) for side in ("left", "right"))
        lengths = end - begin
        ends = np.cumsum(lengths)
        found = self.order[np.repeat(end - ends, lengths) + np.arange(lengths.sum())]
        groups: dict[str, list[int]] = {}
        for position, text in zip(found.tolist(), self.texts.take(pa.array(found)).to_pylist(), strict=True):
            groups.setdefault(text, []).append(position)
        return {text: np.array(group, np.int64) for text, group in groups.items()}

    def all(self, wanted: str) -> list[int]:
        """Return every position of one text, ascending."""
        hashed = hash_texts(pa.array([wanted], pa.string()), self.key)[0]
        begin, end = (int(np.searchsorted(self.hashes, hashed, side=side)) for side in ("left", "right"))
        run = self.order[begin:end].tolist() if wanted else []
        return [position for position in run if self.texts[position].as_py() == wanted]
