"""Keys that a program took for numbers: 17.0 in place of 17, in every row.

A single 1.0 among other keys may be a key, so the whole column decides.
"""

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import flat
from pipeline.model import fields
from pipeline.model.issues import Finding
from pipeline.model.people import People

CODE = "CELL-NUMBER"
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
