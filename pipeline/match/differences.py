"""Mark the characters in which two spellings of an email differ."""

import unicodedata


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


def named(written: str, wanted: str) -> str:
    """Return the differing characters beyond ASCII by code point, in brackets: which one it is cannot be seen."""
    odd = dict.fromkeys(a for a, b in zip(written, wanted, strict=False) if a != b and not a.isascii())
    shown = ", ".join(f"U+{ord(c):04X} {unicodedata.name(c, 'a character without a name')}" for c in odd)
    return f" ({shown})" if shown else ""
