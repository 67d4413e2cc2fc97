"""Which texts can be similar: how many bytes two texts share, in any order, bounds how long a part they share in order.

One look at 100,000 texts takes 1 ms, a comparison with each of them 30 ms; a third of them is left.
"""

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import Positions, flat

BUCKETS = 32
"""Bytes are counted by their last five bits: of a letter, which letter it is. Counting some as one keeps the bound."""

_ROWS_AT_A_TIME = 1 << 14


class ByteCounts(msgspec.Struct, frozen=True):
    """The bytes of texts: ``counts`` (``uint16``) has a row a bucket, ``lengths`` the characters of each text."""

    counts: npt.NDArray[np.uint16]
    lengths: Positions

    @classmethod
    def build(cls, texts: pa.StringArray) -> "ByteCounts":
        """Count the bytes of a ``string`` array without nulls."""
        counts = np.zeros((BUCKETS, len(texts)), np.uint16)
        for first in range(0, len(texts), _ROWS_AT_A_TIME):
            some = flat(texts.slice(first, _ROWS_AT_A_TIME))
            widths = pc.binary_length(some).to_numpy()
            data = np.frombuffer(some.buffers()[2] or b"", np.uint8, count=int(widths.sum()))
            places = np.repeat(np.arange(len(some)) * BUCKETS, widths) + data % BUCKETS
            counted = np.bincount(places, minlength=len(some) * BUCKETS).reshape(len(some), BUCKETS)
            counts[:, first : first + len(some)] = counted.T
        return cls(counts, pc.utf8_length(texts).to_numpy().astype(np.int64))

    def alike(self, text: str, percent: float) -> Positions:
        """Return the positions (``int64``) of texts that can share ``percent`` of all characters of both with this one.

        None that does is left out (rapidfuzz's ``ratio`` is this share); some that do not are found.
        """
        ours = np.bincount(np.frombuffer(text.encode(), np.uint8) % BUCKETS, minlength=BUCKETS).astype(np.uint16)
        shared = np.zeros(len(self.lengths), np.uint16)
        for bucket in np.flatnonzero(ours):
            shared += np.minimum(self.counts[bucket], ours[bucket])
        return np.flatnonzero(200.0 * shared >= percent * (self.lengths + len(text)) - 1e-6)
