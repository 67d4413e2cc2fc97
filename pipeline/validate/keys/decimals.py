"""Keys that a program took for numbers: 17.0 in place of 17 in every row, and 17 in place of 00017 in a few.

A single 1.0 among other keys may be a key, so the whole column decides; so may a short key, so that is a note.
"""

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import Positions, flat
from pipeline.model import fields
from pipeline.model.issues import Finding
from pipeline.model.people import People

CODE = "CELL-NUMBER"
FEWEST = 10
"""Among fewer keys, or if more than one in so many is shorter, no length is the usual one."""

_DIGITS = "^[0-9]+$"
_DECIMAL = r"^[0-9]+\.0$"


def findings(people: People) -> Iterator[Finding]:
    """Yield a finding for each key whose every filled cell is a whole number with ``.0``, with what is meant."""
    for name in fields.IDENTITY if people.extract.origin.rows is not None else ():
        if not people.has(name):
            continue
        words = flat(people.texts(name))
        filled = pc.not_equal(words, "")
        at = pc.index(filled, value=True).as_py()
        if at < 0 or not re.fullmatch(_DECIMAL, words[at].as_py()):
            continue  # an ordinary column is decided by its first key
        if pc.all(pc.or_(pc.match_substring_regex(words, _DECIMAL), pc.invert(filled))).as_py():
            rows = np.flatnonzero(filled.to_numpy(zero_copy_only=False))
            meant = [key.removesuffix(".0") for key in words.take(pa.array(rows)).to_pylist()]
            yield Finding(
                CODE,
                people.ids.at(rows),
                name,
                [f"every key has .0 at its end, as a program writes numbers: {key!r} is meant" for key in meant],
                [f"Write {key!r}; zeros at its start may be lost too." for key in meant],
                proposals=meant,
            )


def notes(people: People) -> Iterator[str]:
    """Yield a note for each column of digits of one length, some with zeros in front, that has a few shorter keys."""
    source = people.extract.origin.source
    for name in fields.IDENTITY if people.extract.origin.rows is not None else ():
        short = _shorter(flat(people.texts(name))).tolist()
        if short:
            have = "has" if len(short) == 1 else "have"
            yield (
                f"{source}: {people.where(short)} {have} fewer digits under {people.header(name)!r} than all others, "
                "which are of one length and may begin with 0: a program may have dropped zeros. With another key the "
                "import may make a second user."
            )


def _shorter(keys: pa.StringArray) -> Positions:
    """Return the few keys (positions) that lack digits; none if the lengths show no rule, or none begins with 0."""
    lengths, none = pc.binary_length(keys).to_numpy(zero_copy_only=False), np.zeros(0, np.int64)
    counts = np.bincount(lengths, minlength=2)[1:]
    usual = int(counts.argmax()) + 1
    others = int(counts.sum() - counts[usual - 1])
    if not others or others * FEWEST > counts.sum():  # an ordinary column is decided by its lengths
        return none
    digits = pc.match_substring_regex(keys, _DIGITS).to_numpy(zero_copy_only=False)
    zeros = pc.starts_with(keys, "0").to_numpy(zero_copy_only=False)
    short = digits & (lengths < usual)
    has_rule = digits[lengths == usual].all() and zeros.any() and not (zeros & short).any()
    return np.flatnonzero(short) if has_rule and not (digits & (lengths > usual)).any() else none
