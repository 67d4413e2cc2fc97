"""The nearest spelling in the directory for an email that it does not know."""

from collections import defaultdict

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels import folding

CLOSE_ENOUGH = 85.0
"""Below this similarity (rapidfuzz ratio, 0 to 100) a proposal is more likely another person than a typing error."""

CLOSE_NAME = 80.0
"""The same of the part before the @ alone: a long domain that all share makes any two addresses similar."""

BEST = 5
"""So many of the most similar addresses are looked at."""

COMPARISONS = 2_000_000
"""Pairs compared in one run at the most (a fraction of a second); after that an email goes without a proposal."""

BLOCK = 3
"""Emails that begin with the same letters are compared first: most typing errors come later in the word."""

EVERYONE_UP_TO = 100_000
"""Only a directory of this size at the most is searched as a whole for an error in the first letters."""

Block = tuple[list[int], list[str]]
"""Entries of the directory and their folded emails."""


def spellings(wanted: list[str], directory: pa.StringArray, usable: npt.NDArray[np.bool_]) -> list[str]:
    """Return for each wanted email the directory's most similar one, "" where none is close or the budget is spent.

    ``directory`` (``string``) and ``usable`` (``bool``) have one element for each entry of the directory.
    """
    found = [""] * len(wanted)
    if not wanted:
        return found
    folded = folding.fold(directory)
    blocks = _blocks([folding.fold_text(email) for email in wanted], folded, usable)
    everyone: Block = ([], [])
    left = COMPARISONS
    for at, email in enumerate(map(folding.fold_text, wanted)):
        block = blocks.get(email[:BLOCK], ([], []))
        if len(block[0]) > left:
            continue
        left -= len(block[0])
        close = _closest(email, block)
        if close < 0 and len(folded) <= min(left, EVERYONE_UP_TO):
            everyone = everyone if everyone[0] else _everyone(folded, usable)
            left -= len(everyone[0])
            close = _closest(email, everyone)
        if close >= 0:
            found[at] = directory[close].as_py()
    return found


def _closest(email: str, block: Block) -> int:
    """Find the entry whose email is most like this one, -1 where none is close enough."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - most runs never need it

    for close, _, place in process.extract(email, block[1], scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH, limit=BEST):
        if fuzz.ratio(email.rpartition("@")[0], close.rpartition("@")[0]) >= CLOSE_NAME:
            return block[0][place]
    return -1


def _blocks(wanted: list[str], folded: pa.StringArray, usable: npt.NDArray[np.bool_]) -> dict[str, Block]:
    """Gather the directory's emails that begin like a wanted one, by those first letters."""
    beginnings = pc.utf8_slice_codeunits(folded, 0, BLOCK)
    asked = pa.array(sorted({email[:BLOCK] for email in wanted} - {""}), pa.string())
    inside = pc.is_in(beginnings, value_set=asked).to_numpy(zero_copy_only=False) & usable
    blocks: defaultdict[str, Block] = defaultdict(lambda: ([], []))
    for email, entry in sorted(zip(_texts(folded, inside), np.flatnonzero(inside).tolist(), strict=True)):
        entries, texts = blocks[email[:BLOCK]]
        entries.append(entry)
        texts.append(email)
    return blocks


def _everyone(folded: pa.StringArray, usable: npt.NDArray[np.bool_]) -> Block:
    """Return every usable entry in the order of its email, so that the order of the directory decides no tie."""
    texts, entries = _texts(folded, usable), np.flatnonzero(usable).tolist()
    order = sorted(range(len(texts)), key=texts.__getitem__)
    return [entries[at] for at in order], [texts[at] for at in order]


def _texts(folded: pa.StringArray, chosen: npt.NDArray[np.bool_]) -> list[str]:
    texts: list[str] = folded.filter(pa.array(chosen)).to_pylist()
    return texts
