"""Rows with equal keys: grouped within one column of keys, or joined between two columns.

Keys are texts; an empty one joins nothing. A key is found by its hash, and its bytes decide.
Every rule about several rows is one of these two operations, so an engine that has both can run it.
"""

from collections.abc import Hashable, Iterable
from itertools import repeat
from typing import TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels import hashing, sorting
from pipeline.kernels.columns import Mask, Positions
from pipeline.kernels.hashing import HashedTexts

K = TypeVar("K", bound=Hashable)
NONE = -1

_BEGINNING = 16
_BEHIND = np.uint64(64 - _BEGINNING)
"""Bits of a hash that show which ones cannot be equal, before any is searched for."""

_ROWS_AT_A_TIME = 1 << 18
"""Rows whose partners' texts are copied at a time."""


class Joined(msgspec.Struct, frozen=True):
    """The partner of each wanted row.

    ``first`` is the first known row with its key (``int64``, -1 for none). ``several`` marks the rows whose key other
    known rows may have too. ``same`` marks the rows whose spelling is the partner's; without spellings, those with one.
    """

    first: Positions
    several: Mask
    same: Mask


class Known(msgspec.Struct, frozen=True):
    """The known side of a join: its keys, and their hashes in order with the row of each."""

    keys: HashedTexts
    hashes: hashing.Hashes
    order: Positions

    @classmethod
    def build(cls, keys: HashedTexts) -> "Known":
        """Sort the keys, once for all joins; empty ones can never be found."""
        order = sorting.stable_order(keys.hashes)
        return cls(keys, keys.hashes[order], order)

    def groups(self, wanted: HashedTexts) -> dict[str, Positions]:
        """Return the known rows of each wanted key (``int64``, ascending); keys of equal hash may be there too."""
        hashes = np.unique(wanted.hashes)
        begin, end = (np.searchsorted(self.hashes, hashes, side=side) for side in ("left", "right"))
        lengths = end - begin
        found = self.order[np.repeat(end - np.cumsum(lengths), lengths) + np.arange(lengths.sum())]
        return _grouped(found, self.keys.texts.take(pa.array(found)).to_pylist())

    def all(self, wanted: str) -> list[int]:
        """Return every known row of one key, ascending."""
        hashed = hashing.hash_texts(pa.array([wanted], pa.string()), self.keys.key)[0]
        begin, end = (int(np.searchsorted(self.hashes, hashed, side=side)) for side in ("left", "right"))
        run = self.order[begin:end].tolist() if wanted else []
        return [row for row in run if self.keys.texts[row].as_py() == wanted]


def group_by_key(keys: HashedTexts, parts: Positions | None = None) -> list[Positions]:
    """Return the rows (``int64``, ascending) of each key that several rows have.

    With ``parts`` (``int64``, the number of the part of each row) they are the rows of each key within one part: the
    number is mixed into the hash, so no text is joined with another.
    """
    hashes = keys.hashes if parts is None else hashing.with_numbers(keys.hashes, parts)
    in_order = np.sort(hashes)
    shared = np.unique(in_order[1:][in_order[1:] == in_order[:-1]])
    if not len(shared):
        return []
    begins = np.zeros(1 << _BEGINNING, np.bool_)
    begins[shared >> _BEHIND] = True
    suspects = np.flatnonzero(begins[hashes >> _BEHIND])  # of a million rows few are left to be searched for
    nearest = shared[np.minimum(np.searchsorted(shared, hashes[suspects]), len(shared) - 1)]
    suspects = suspects[nearest == hashes[suspects]]
    texts = keys.texts.take(pa.array(suspects))
    filled = pc.greater(pc.binary_length(texts), 0)  # of a column that most rows leave empty, no text is looked at
    texts, suspects = texts.filter(filled).to_pylist(), suspects[filled.to_numpy(zero_copy_only=False)]
    numbers = repeat(0) if parts is None else parts[suspects].tolist()
    return [group for group in _grouped(suspects, zip(texts, numbers, strict=False)).values() if len(group) > 1]


def join_by_key(
    wanted: HashedTexts, known: HashedTexts | Known, spelled: tuple[pa.StringArray, pa.StringArray] | None = None
) -> Joined:
    """Find the first known row with the key of each wanted row.

    Args:
        wanted: the keys to look for.
        known: the keys to find, hashed with the same hash key; sorted already if they are joined more than once.
        spelled: a spelling for each row of both sides, which is compared as well; equal spellings have equal keys.

    Raises:
        ValueError: the two sides were hashed with different hash keys.
    """
    there = known if isinstance(known, Known) else Known.build(known)
    if wanted.key != there.keys.key:
        raise ValueError("the keys of a join were hashed with different hash keys")
    first, several = _candidates(wanted, there)
    if spelled is None:
        first = _confirmed(wanted.texts, first, there)
        return Joined(first, several, first >= 0)
    same = equal_texts(*spelled, first)
    unsure = np.flatnonzero((first >= 0) & ~same)  # found by hash alone; the others were compared by their bytes
    first[unsure] = _confirmed(wanted.texts.take(pa.array(unsure)), first[unsure], there)
    return Joined(first, several, same)


def equal_texts(wanted: pa.StringArray, known: pa.StringArray, partner: Positions) -> Mask:
    """Mark the wanted rows whose text is that of their partner (``int64``, -1 for none), byte for byte."""
    if not len(known):
        return np.zeros(len(wanted), np.bool_)
    same = np.empty(len(wanted), np.bool_)
    for begin in range(0, len(wanted), _ROWS_AT_A_TIME):
        rows = slice(begin, begin + _ROWS_AT_A_TIME)
        theirs = known.take(pa.array(np.maximum(partner[rows], 0)))
        same[rows] = pc.equal(wanted.slice(begin, _ROWS_AT_A_TIME), theirs).to_numpy(zero_copy_only=False)
    return same & (partner >= 0)


def _candidates(wanted: HashedTexts, known: Known) -> tuple[Positions, npt.NDArray[np.bool_]]:
    """Find by hash alone: the first row that may have each key (-1: none), and whether others may too."""
    if not len(known.keys.texts) or not len(wanted.texts):
        return np.full(len(wanted.texts), NONE, np.int64), np.zeros(len(wanted.texts), np.bool_)
    by_hash = np.argsort(wanted.hashes)  # looked up in order, the binary searches share their cache lines
    place = np.empty(len(wanted.texts), np.int64)
    place[by_hash] = np.searchsorted(known.hashes, wanted.hashes[by_hash])
    place = np.minimum(place, len(known.hashes) - 1)
    filled = pc.greater(pc.binary_length(wanted.texts), 0).to_numpy(zero_copy_only=False)
    found = np.where(filled & (known.hashes[place] == wanted.hashes), known.order[place], NONE)
    following = np.minimum(place + 1, len(known.hashes) - 1)
    return found, (found >= 0) & (following > place) & (known.hashes[following] == wanted.hashes)


def _confirmed(wanted: pa.StringArray, found: Positions, known: Known) -> Positions:
    """Compare candidates byte for byte; if a collision hid the right one, find it among its neighbours."""
    right = equal_texts(wanted, known.keys.texts, found)
    found = found.copy()
    for row in np.flatnonzero((found >= 0) & ~right).tolist():
        found[row] = next(iter(known.all(wanted[row].as_py())), NONE)
    return found


def _grouped(rows: Positions, keys: Iterable[K]) -> dict[K, Positions]:
    """Group some rows by their keys."""
    groups: dict[K, list[int]] = {}
    for row, key in zip(rows.tolist(), keys, strict=True):
        groups.setdefault(key, []).append(row)
    return {key: np.array(group, np.int64) for key, group in groups.items()}
