"""The nearest spelling in the directory for an email that it does not know."""

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels import folding
from pipeline.kernels.byte_counts import ByteCounts
from pipeline.kernels.columns import Mask, Positions

CLOSE_ENOUGH = 85.0
"""Below this similarity (rapidfuzz ratio, 0 to 100) a proposal is more likely another person than a typing error."""

CLOSE_NAME = 80.0
"""The same of the part before the @ alone: a long domain that all share makes any two addresses similar."""

BEST = 5
"""So many of the most similar addresses are looked at."""

LOOKED_AT = 10 * BEST
"""So many are asked for: among them are nearly always all that are as similar as the last of the best."""

ROUNDING = 0.01
"""rapidfuzz may leave out what is exactly as similar as asked for."""

COMPARISONS = 2_000_000
"""Pairs compared in one run at the most (a fraction of a second); after that an email goes without a proposal."""

BLOCK = 3
"""Emails that begin with the same characters are compared first: most typing errors come later in the word."""

EVERYONE_UP_TO = 100_000
"""Largest directory that is searched completely for an error in the first characters."""

Block = tuple[Positions, list[str]]
"""Entries of the directory and their folded emails."""

_Match = tuple[str, float, int]
"""An email, how similar it is, and its place in a block: as rapidfuzz returns it."""


def spellings(wanted: list[str], directory: pa.StringArray, folded: pa.StringArray, usable: Mask) -> list[str]:
    """Return for each wanted email the directory's most similar one, "" if none is close or the budget is spent.

    ``directory`` (``string``), ``folded`` (the same, case folded away) and ``usable`` (``bool``) have one element for
    each entry of the directory.
    """
    found = [""] * len(wanted)
    if not wanted:
        return found
    asked = list(map(folding.fold_text, wanted))
    blocks = _Blocks.build(folded, usable, {email[:BLOCK] for email in asked})
    read: dict[str, Block] = {}
    everyone: _Everyone | None = None
    left = COMPARISONS
    for at, email in enumerate(asked):
        alike = blocks.entries(email)
        if len(alike) > left:
            continue
        left -= len(alike)
        block = read.get(email[:BLOCK]) or read.setdefault(email[:BLOCK], _read(folded, alike))
        close = _closest(email, block) if len(alike) else -1
        if close < 0 and len(folded) <= min(left, EVERYONE_UP_TO):
            everyone = everyone or _Everyone.build(folded, usable)
            left -= len(everyone.entries)
            close = _closest(email, _read(folded, everyone.alike(email)))
        if close >= 0:
            found[at] = directory[close].as_py()
    return found


def _closest(email: str, block: Block) -> int:
    """Find the entry whose email is most like this one, -1 if none is close enough."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - most runs never need it

    entries, texts = block
    for close, _, place in _best(email, texts):
        if fuzz.ratio(email.rpartition("@")[0], close.rpartition("@")[0]) >= CLOSE_NAME:
            return int(entries[place])
    return -1


def _best(email: str, texts: list[str]) -> list[_Match]:
    """Return the ``BEST`` most similar texts; of equally similar ones the first by its characters.

    So the order of the directory decides no tie. Only what is equally similar is sorted, not the block.
    """
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - as above

    def similar(least: float, most: int | None) -> list[_Match]:
        return process.extract(email, texts, scorer=fuzz.ratio, score_cutoff=least, limit=most)

    found = similar(CLOSE_ENOUGH, LOOKED_AT)
    if len(found) == LOOKED_AT and found[-1][1] == found[BEST - 1][1]:  # others may be as similar as the last one
        found = similar(found[-1][1] - ROUNDING, None)
    return sorted(found, key=lambda match: (-match[1], match[0], match[2]))[:BEST]


class _Everyone(msgspec.Struct, frozen=True):
    """All usable entries (``int64``) and the counted bytes of their emails: few of them can be close enough."""

    entries: Positions
    counts: ByteCounts

    @classmethod
    def build(cls, folded: pa.StringArray, usable: Mask) -> "_Everyone":
        """Count the bytes of the emails."""
        entries = np.flatnonzero(usable)
        return cls(entries, ByteCounts.build(folded.take(pa.array(entries))))

    def alike(self, email: str) -> Positions:
        """Return the entries that can be close enough to an email; none that is close enough is missing."""
        return self.entries[self.counts.alike(email, CLOSE_ENOUGH)]


class _Blocks(msgspec.Struct, frozen=True):
    """The entries that begin with the same characters: of a million, the budget reaches a small part.

    ``order`` (``int64``) are the usable entries with one of the beginnings that are asked for, sorted by it; ``ends``
    (``int64``) is the end of each beginning there.
    """

    codes: dict[str, int]
    order: Positions
    ends: Positions

    @classmethod
    def build(cls, folded: pa.StringArray, usable: Mask, beginnings: set[str]) -> "_Blocks":
        """Find the usable entries that begin with some characters."""
        codes = {text: code for code, text in enumerate(sorted(beginnings - {""}))}
        letters = pc.utf8_slice_codeunits(folded, 0, BLOCK)
        code_of_each = pc.index_in(letters, value_set=pa.array(list(codes), pa.string())).fill_null(-1).to_numpy()
        entries = np.flatnonzero(usable & (code_of_each >= 0))
        in_each = code_of_each[entries]
        small = in_each.astype(np.min_scalar_type(len(codes)))  # numpy sorts numbers of two bytes five times as fast
        ends = np.cumsum(np.bincount(in_each, minlength=len(codes)))
        return cls(codes, entries[np.argsort(small, kind="stable")], ends)

    def entries(self, email: str) -> Positions:
        """Return the entries that begin like an email (``int64``, ascending)."""
        code = self.codes.get(email[:BLOCK])
        if code is None:
            return self.order[:0]
        return self.order[(self.ends[code - 1] if code else 0) : self.ends[code]]


def _read(folded: pa.StringArray, entries: Positions) -> Block:
    return entries, folded.take(pa.array(entries)).to_pylist()
