"""Hashes of texts, by which ``by_key`` finds equal ones among millions: keyed, 64 bits, of all their bytes.

Hashes only find: candidates are compared byte for byte before they count, so neither a collision nor a list made to
collide changes a result (facts: performance, recipe 4).
"""

import secrets
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import WORD, Positions

Hashes = npt.NDArray[np.uint64]
HashKey = np.uint64

_MIX = np.uint64(0xFF51AFD7ED558CCD)
_BLOCK_ROWS = 1 << 14
"""Rows hashed at a time, so that what is being mixed stays in the processor's cache."""

_BLOCK_BYTES = 1 << 23
"""Bytes that a block may have once all of its texts are as long as the longest; a larger block is halved."""


def random_key() -> HashKey:
    """Return a hash key (odd, 64 bits) that no list was made for; hashes that are compared need one and the same key.

    A run draws one, in ``extract.read.reading``; a count within one column draws its own.
    """
    return np.uint64(secrets.randbits(64) | 1)


def hash_texts(texts: pa.StringArray, key: HashKey) -> Hashes:
    """Return the hash of each text (``string``, no nulls) as ``uint64``; equal bytes and keys give equal hashes."""
    blocks = (_hash_block(texts.slice(begin, _BLOCK_ROWS), key) for begin in range(0, len(texts), _BLOCK_ROWS))
    return np.concatenate([np.zeros(0, np.uint64), *blocks])


def with_numbers(hashes: Hashes, numbers: Positions) -> Hashes:
    """Return hashes (``uint64``) into which a number a text (``int64``) is mixed: equal pairs have equal ones."""
    return hashes + numbers.astype(np.uint64) * _MIX


def _hash_block(texts: pa.StringArray, key: HashKey) -> Hashes:
    """Hash eight bytes of every text at a time; the length is hashed too, so a space that pads is none of the text's.

    Padded to one length, the words of a block are a table: reading each at its own place took four times as long.
    """
    lengths = pc.binary_length(texts).to_numpy()
    shortest, longest = int(lengths.min(initial=0)), int(lengths.max(initial=0))
    width = -(-longest // WORD)
    if len(texts) > 1 and len(texts) * width * WORD > _BLOCK_BYTES:
        half = len(texts) // 2
        return np.concatenate([_hash_block(texts.slice(0, half), key), _hash_block(texts.slice(half), key)])
    hashes: Hashes = lengths.astype(np.uint64) * key
    if not width:
        return hashes
    padded = pc.ascii_rpad(texts, width * WORD).buffers()[2]  # bytes are counted, not characters
    words = np.frombuffer(padded, "<u8", count=len(texts) * width).reshape(len(texts), width)
    for place in range(width):
        mixed = (hashes ^ words[:, place]) * _MIX
        mixed ^= mixed >> np.uint64(32)
        hashes = mixed if place * WORD < shortest else np.where(lengths > place * WORD, mixed, hashes)
    return hashes


@dataclass(frozen=True, slots=True)
class HashedTexts:
    """Texts (``string``, no nulls) with the hash of each, made once for every module that looks them up.

    They are hashed when the hashes are asked for; ``build`` does it at once, in the thread that has the time.
    """

    texts: pa.StringArray
    key: HashKey
    _made: list[Hashes] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def build(cls, texts: pa.StringArray, key: HashKey) -> "HashedTexts":
        """Hash the texts."""
        return cls(texts, key).hashed()

    @property
    def hashes(self) -> Hashes:
        """Return the hash of each text (``uint64``)."""
        if not self._made:
            self._made.append(hash_texts(self.texts, self.key))
        return self._made[0]

    def hashed(self) -> "HashedTexts":
        """Hash the texts now, if they are not hashed yet."""
        return self if self._made else HashedTexts(self.texts, self.key, [hash_texts(self.texts, self.key)])

    def take(self, positions: Positions) -> "HashedTexts":
        """Return the texts at some positions (``int64``)."""
        return HashedTexts(self.texts.take(pa.array(positions)), self.key, [self.hashes[positions]])

    def slice(self, begin: int, length: int) -> "HashedTexts":
        """Return the texts from one position on, without a copy."""
        return HashedTexts(self.texts.slice(begin, length), self.key, [self.hashes[begin : begin + length]])
