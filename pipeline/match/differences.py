"""Mark the characters in which two spellings of an email differ."""

import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import BEYOND_ASCII, Mask, bytes_of, ends_of, rows_with_bytes


def mark_columns(written: pa.StringArray, wanted: pa.StringArray) -> tuple[pa.StringArray, pa.StringArray]:
    """Return both spellings of each pair (``string``) as ``mark_differences`` does, the first followed by ``named``.

    Plain characters are marked as columns, in a tenth of the time; other pairs, and those of two lengths, one by one.
    """
    plain = pc.equal(pc.binary_length(written), pc.binary_length(wanted)).to_numpy(zero_copy_only=False).copy()
    for side in (written, wanted):
        plain[rows_with_bytes(side, b"[]" + BEYOND_ASCII)] = False
    ours, theirs = (side.filter(pa.array(plain)) for side in (written, wanted))
    differs = bytes_of(ours) != bytes_of(theirs)
    columns = [_bracketed_column(side, differs) for side in (ours, theirs)]
    if plain.all():
        return columns[0], columns[1]
    pairs = list(zip(*(side.filter(pa.array(~plain)).to_pylist() for side in (written, wanted)), strict=True))
    marked = [mark_differences(*pair) for pair in pairs]
    others = (
        [f"{ours}{named(*pair)}" for pair, (ours, _) in zip(pairs, marked, strict=True)],
        [theirs for _, theirs in marked],
    )
    return _mixed(plain, columns[0], others[0]), _mixed(plain, columns[1], others[1])


def mark_differences(written: str, wanted: str) -> tuple[str, str]:
    """Return both spellings with brackets around the characters that differ: ``[j].[s]mith``, ``[J].[S]mith``.

    Spellings of different length (an accent composed or not) are shown completely, as code points.
    """
    if len(written) != len(wanted):
        return ascii(written), ascii(wanted)
    differs = [a != b for a, b in zip(written, wanted, strict=True)]
    return _bracketed(written, differs), _bracketed(wanted, differs)


def _bracketed(text: str, marked: list[bool]) -> str:
    pieces = (f"[{c}]" if mark else c for c, mark in zip(text, marked, strict=True))
    return "".join(pieces).replace("][", "")


def _bracketed_column(texts: pa.StringArray, marked: Mask) -> pa.StringArray:
    """Return texts with brackets around the marked bytes (``bool``, one for each of ``bytes_of``)."""
    ends, nothing = ends_of(texts) - ends_of(texts)[0], np.zeros(1, np.bool_)
    edge = np.zeros(len(marked) + 1, np.bool_)
    edge[ends] = True  # brackets do not reach from one text into the next
    opens = marked & (edge[:-1] | ~np.concatenate([nothing, marked[:-1]]))
    closes = marked & (edge[1:] | ~np.concatenate([marked[1:], nothing]))
    places = np.flatnonzero(closes) + 1, np.flatnonzero(opens)  # between two texts the end of the first comes first
    brackets = np.repeat(np.frombuffer(b"][", np.uint8), [len(each) for each in places])
    filled = np.insert(bytes_of(texts), np.concatenate(places), brackets)
    added = np.concatenate([[0], np.cumsum(opens.astype(np.int32) + closes)])
    offsets = (ends + added[ends]).astype(np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(offsets), pa.py_buffer(filled))


def _mixed(mask: Mask, column: pa.StringArray, others: list[str]) -> pa.StringArray:
    """Return the texts of a column in the rows of a mask, and the other texts between them."""
    texts = pc.replace_with_mask(pa.nulls(len(mask), pa.string()), pa.array(mask), column)
    return pc.replace_with_mask(texts, pa.array(~mask), pa.array(others, pa.string()))


def named(written: str, wanted: str) -> str:
    """Return the differing characters beyond ASCII by code point, in brackets: which one it is cannot be seen."""
    odd = dict.fromkeys(a for a, b in zip(written, wanted, strict=False) if a != b and not a.isascii())
    shown = ", ".join(f"U+{ord(c):04X} {unicodedata.name(c, 'a character without a name')}" for c in odd)
    return f" ({shown})" if shown else ""
