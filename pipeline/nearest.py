"""The nearest spelling in the directory for an email that it does not know."""

from collections import defaultdict

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import emails

CLOSE_ENOUGH = 85.0
"""Below this similarity (rapidfuzz ratio, 0 to 100) a proposal is more likely another person than a typing error."""

COMPARISONS = 5_000_000
"""Pairs compared in one run at the most (a fraction of a second); after that an email goes without a proposal."""

BLOCK = 3
"""Emails that begin with the same letters are compared first: most typing errors come later in the word."""


def spellings(wanted: list[str], directory: pa.StringArray, usable: npt.NDArray[np.bool_]) -> list[str]:
    """Give for each wanted email the directory's most similar one, "" where none is close or the budget is spent.

    ``directory`` (``string``) and ``usable`` (``bool``) have one element for each entry of the directory.
    """
    found = [""] * len(wanted)
    if not wanted:
        return found
    folded = emails.fold(pa.chunked_array([directory.filter(pa.array(usable))]))
    blocks = _blocks([emails.fold_text(email) for email in wanted], folded)
    everyone = None
    left = COMPARISONS
    for at, email in enumerate(map(emails.fold_text, wanted)):
        candidates = blocks.get(email[:BLOCK], [])
        left -= len(candidates)
        if left < 0:
            break
        close = _closest(email, candidates)
        if not close and left >= len(folded):
            everyone = everyone if everyone is not None else folded.to_pylist()
            left -= len(everyone)
            close = _closest(email, everyone)
        found[at] = close
    return _as_spelled(found, folded, directory.filter(pa.array(usable)))


def _closest(email: str, candidates: list[str]) -> str:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - most runs never need it

    best = process.extractOne(email, candidates, scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH)
    return best[0] if best else ""


def _blocks(wanted: list[str], folded: pa.ChunkedArray) -> dict[str, list[str]]:
    """Gather the directory's emails that begin like a wanted one, by those first letters."""
    beginnings = pc.utf8_slice_codeunits(folded, 0, BLOCK)
    inside = pc.is_in(beginnings, value_set=pa.array(sorted({email[:BLOCK] for email in wanted} - {""}), pa.string()))
    blocks: defaultdict[str, list[str]] = defaultdict(list)
    for beginning, email in zip(beginnings.filter(inside).to_pylist(), folded.filter(inside).to_pylist(), strict=True):
        blocks[beginning].append(email)
    return blocks


def _as_spelled(found: list[str], folded: pa.ChunkedArray, directory: pa.StringArray) -> list[str]:
    """Turn folded proposals back into the directory's own spelling."""
    places = pc.index_in(pa.array(found, pa.string()), value_set=folded).to_pylist()
    return [directory[place].as_py() if email else "" for email, place in zip(found, places, strict=True)]
