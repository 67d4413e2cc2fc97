"""Texts in UTF-8 that were read in another encoding (``MÃ¼ller`` for ``Müller``): recognised, never corrected."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import bytes_of, rows_of


def _read_as(byte: int) -> str:
    """Return the character as which cp1252 reads a byte; the five that it leaves open are read as they are."""
    raw = bytes([byte])
    return raw.decode("cp1252", "ignore") or raw.decode("latin-1")


_SUSPECT = f"[{''.join(map(_read_as, range(0xC2, 0xF5)))}][{''.join(map(_read_as, range(0x80, 0xC0)))}]"
"""The first two bytes of a letter in UTF-8, as cp1252 reads them."""

_FIRST = "Ã".encode()[0]
"""The first byte in UTF-8 of each character that begins a suspect, U+00C2 to U+00F4; each of them has two."""

_NEXT = np.isin(np.arange(256), [_read_as(byte).encode()[0] for byte in range(0x80, 0xC0)])
"""Marks the first bytes of the characters that follow it."""

_SUSPECT_HERE = re.compile(_SUSPECT)
_BYTES = {_read_as(byte): byte for byte in range(0x80, 0x100)}


def meant(text: str) -> str:
    """Return what a text was before it was read in another encoding; "" if it was read right."""
    if text.isascii() or not _SUSPECT_HERE.search(text):
        return ""
    try:
        found = bytes(_BYTES[c] if c in _BYTES else ord(c) for c in text).decode("utf-8")
    except ValueError:  # a character beyond cp1252, or bytes that are not UTF-8
        return ""
    return found if found.isprintable() else ""


def suspects(texts: pa.StringArray) -> list[int]:
    """Return the positions of texts that were read in another encoding; a kernel finds those worth a look."""
    data = bytes_of(texts)
    first = np.flatnonzero(data[:-2] == _FIRST)
    at = pa.array(rows_of(texts, first[_NEXT[data[first + 2]]]))
    at = at.filter(pc.match_substring_regex(texts.take(at), _SUSPECT))
    return [row for row, text in zip(at.to_pylist(), texts.take(at).to_pylist(), strict=True) if meant(text)]
