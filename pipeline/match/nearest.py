"""The nearest spelling in the directory for an email that it does not know."""

import msgspec
import numpy as np
import numpy.typing as npt
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

COMPARISONS = 2_000_000
"""Pairs compared in one run at the most (a fraction of a second); after that an email goes without a proposal."""

BLOCK = 3
"""Emails that begin with the same characters are compared first: most typing errors come later in the word."""

EVERYONE_UP_TO = 100_000
"""Largest directory that is searched completely for an error in the first characters."""

Block = tuple[list[int], list[str]]
"""Entries of the directory and their folded emails."""


def spellings(wanted: list[str], directory: pa.StringArray, folded: pa.StringArray, usable: Mask) -> list[str]:
    """Return for each wanted email the directory's most similar one, "" if none is close or the budget is spent.

    ``directory`` (``string``), ``folded`` (the same, case folded away) and ``usable`` (``bool``) have one element for
    each entry of the directory.
    """
    found = [""] * len(wanted)
    if not wanted:
        return found
    blocks = _Blocks.build(folded, usable)
    read: dict[str, Block] = {}
    everyone: _Everyone | None = None
    left = COMPARISONS
    for at, email in enumerate(map(folding.fold_text, wanted)):
        alike = blocks.entries(email)
        if len(alike) > left:
            continue
        left -= len(alike)
        block = read.get(email[:BLOCK]) or read.setdefault(email[:BLOCK], _in_order(folded, alike))
        close = _closest(email, block)
        if close < 0 and len(folded) <= min(left, EVERYONE_UP_TO):
            everyone = everyone or _Everyone.build(folded, usable)
            left -= len(everyone.entries)
            close = _closest(email, everyone.alike(email))
        if close >= 0:
            found[at] = directory[close].as_py()
    return found


def _closest(email: str, block: Block) -> int:
    """Find the entry whose email is most like this one, -1 if none is close enough."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - most runs never need it

    for close, _, place in process.extract(email, block[1], scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH, limit=BEST):
        if fuzz.ratio(email.rpartition("@")[0], close.rpartition("@")[0]) >= CLOSE_NAME:
            return block[0][place]
    return -1


class _Everyone(msgspec.Struct, frozen=True):
    """All usable entries in the order of their emails, and their counted bytes: few of them can be close enough.

    ``entries`` are ``int64`` and ``texts`` the folded emails as Python has them.
    """

    entries: Positions
    texts: npt.NDArray[np.object_]
    counts: ByteCounts

    @classmethod
    def build(cls, folded: pa.StringArray, usable: Mask) -> "_Everyone":
        """Sort the entries and count their bytes."""
        entries, texts = _in_order(folded, np.flatnonzero(usable))
        return cls(
            np.array(entries, np.int64), np.array(texts, np.object_), ByteCounts.build(pa.array(texts, pa.string()))
        )

    def alike(self, email: str) -> Block:
        """Return the entries that can be close enough to an email; none that is close enough is missing."""
        at = self.counts.alike(email, CLOSE_ENOUGH)
        return self.entries[at].tolist(), self.texts[at].tolist()


class _Blocks(msgspec.Struct, frozen=True):
    """The entries that begin with the same characters: of a million, the budget reaches a small part.

    ``order`` (``int64``) are the usable entries, sorted by beginning; ``ends`` (``int64``) is the end of
    each beginning there.
    """

    codes: dict[str, int]
    order: Positions
    ends: Positions

    @classmethod
    def build(cls, folded: pa.StringArray, usable: Mask) -> "_Blocks":
        """Sort the usable entries by their first characters."""
        entries = np.flatnonzero(usable)
        letters = pc.utf8_slice_codeunits(folded.take(pa.array(entries)), 0, BLOCK).dictionary_encode()
        in_each = letters.indices.to_numpy()
        codes = {text: code for code, text in enumerate(letters.dictionary.to_pylist()) if text}
        ends = np.cumsum(np.bincount(in_each, minlength=len(letters.dictionary)))
        return cls(codes, entries[np.argsort(in_each, kind="stable")], ends)

    def entries(self, email: str) -> Positions:
        """Return the entries that begin like an email (``int64``, ascending)."""
        code = self.codes.get(email[:BLOCK])
        if code is None:
            return self.order[:0]
        return self.order[(self.ends[code - 1] if code else 0) : self.ends[code]]


def _in_order(folded: pa.StringArray, entries: Positions) -> Block:
    """Return some entries in the order of their emails, so that the order of the directory decides no tie."""
    texts = folded.take(pa.array(entries))
    order = pc.array_sort_indices(texts)
    return entries[order.to_numpy()].tolist(), texts.take(order).to_pylist()
