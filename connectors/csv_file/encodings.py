"""Which older encodings a text may have: those that read every byte, each with a sample of what it would read."""

import re
import unicodedata
from collections.abc import Iterator

CANDIDATES = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "iso8859-15", "iso8859-2", "mac-roman"),
    *("cp932", "euc-jp", "gb18030", "big5", "euc-kr", "cp850"),
)
"""The usual ones of Windows, macOS and mail programs, the most frequent first."""

SHOWN, SHOWN_IN_RUNS = 8, 10
"""So many different readings are named, a few more if the text has runs of such bytes; all would hide the right one."""

FEWEST = 4
"""Fewer characters of an East Asian encoding are more likely pairs of European characters."""

PARTS = 3
"""So many cells with such a character are shown of each reading."""

_SAMPLED = 1 << 20
_WIDE = frozenset({"cp932", "euc-jp", "gb18030", "big5", "euc-kr"})
_RUN = re.compile(rb"[\x80-\xff]+")
_PART = re.compile(rb"[^,;\t|\r\n\"]*[\x80-\xff][^,;\t|\r\n\"]*")


def readings(raw: bytes) -> list[tuple[str, str]]:
    """Return (encoding, sample) for encodings that decode every byte; encodings that read the same are named once.

    Nothing is chosen: only a person sees which sample is a name.
    """
    parts = list(dict.fromkeys(part.strip() for part in _PART.findall(raw[:_SAMPLED])))[:PARTS]
    found: dict[str, str] = {}
    for codec in CANDIDATES:
        text = _decoded(raw, codec)
        if text is not None and (codec not in _WIDE or _is_east_asian(text)):
            found.setdefault(text, codec)
    named = [codec for codec in CANDIDATES if codec in found.values()]
    if _has_runs(raw):  # the single-byte encodings, which read almost everything, leave room for the East Asian ones
        wide = [codec for codec in named if codec in _WIDE]
        named = [codec for codec in named if codec not in _WIDE][: SHOWN_IN_RUNS - len(wide)] + wide
    else:
        named = named[:SHOWN]
    return [(codec, ", ".join(part.decode(codec, "replace") for part in parts)) for codec in named]


def _has_runs(raw: bytes) -> bool:
    """Return True if most bytes beyond ASCII have one beside them: European letters with marks are alone."""
    beyond = _RUN.findall(raw[:_SAMPLED])
    return sum(len(run) for run in beyond if len(run) > 1) * 2 > sum(map(len, beyond))


def _decoded(raw: bytes, codec: str) -> str | None:
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return None
    return None if any(_is_no_text(c) for c in set(text)) else text


def _is_no_text(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character) in {"Cc", "Cn", "Co"}


def _is_east_asian(text: str) -> bool:
    """Return True if the characters beyond ASCII are mostly those of Chinese, Japanese or Korean words."""
    beyond = [c for c in text if not c.isascii()]
    return (
        len(beyond) >= FEWEST
        and sum(unicodedata.name(c, "").startswith(_SCRIPTS) for c in beyond) * 10 >= len(beyond) * 9
    )


_SCRIPTS = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "HALFWIDTH", "FULLWIDTH", "IDEOGRAPHIC")


def is_east_asian(raw: bytes) -> bool:
    """Return True if a text is valid and East Asian in one of the encodings for it."""
    return any((text := _decoded(raw, codec)) is not None and _is_east_asian(text) for codec in _WIDE)


def sentence(raw: bytes) -> Iterator[str]:
    """Yield the readings as parts of a sentence: ``cp1252 ('Jörg'), cp1250 ('Jörg')``."""
    yield from (f"{codec} ({shown!r})" for codec, shown in readings(raw))
