"""Do two names mean the same person? Asked of the name in a list and the name in the directory (NAME-DIFFERS).

A name fits if any part of it does: so accents, order, initials, marriage, middle, second and birth names, and nicknames
are not a difference. Names in different scripts cannot be compared.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.nicknames import load_nicknames
from pipeline.kernels.columns import Mask, Positions
from pipeline.kernels.folding import same_folded
from pipeline.model.issues import Finding
from pipeline.model.people import People

NAMES = ("first_name", "last_name", "display_name")

BEGINNING = 3
"""Number of first characters that make a short form: Alex for Alexander, Kat for Katrin."""

PARTICLES = frozenset(
    {
        *(
            "al",
            "bin",
            "da",
            "das",
            "de",
            "del",
            "della",
            "den",
            "der",
            "di",
            "do",
            "dos",
            "du",
            "el",
            "la",
            "le",
            "les",
        ),
        *("ten", "ter", "van", "vom", "von", "y", "zu", "zum", "zur"),
        *("dr", "ing", "jr", "mag", "med", "mr", "mrs", "ms", "msc", "prof", "sr"),
        *("ext", "extern", "external", "contractor", "guest", "gast"),
    }
)
"""Parts that many people share, so they do not identify a person."""

_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae", "œ": "oe", "ß": "ss"})
_LETTERS_WITHOUT_PARTS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "\u0131": "i", "æ": "ae", "œ": "oe"}
)
_SEPARATORS = re.compile(r"[^\w\u0300-\u036f]+|[\d_]+")
"""A combining accent belongs to its letter, also if no single character has both."""

_APOSTROPHES = re.compile("['\u2019\u02bc`\u00b4]")


def findings(people: People, directory: People, entry: Positions, asked: Mask) -> list[Finding]:
    """Return NAME-DIFFERS for the rows whose name and whose directory entry's name do not fit.

    Args:
        people: the roster.
        directory: the people of the directory.
        entry: the position of each row's entry (``int64``, -1 if none).
        asked: marks the rows that are compared.
    """
    if not _has_names(people) or not _has_names(directory):
        return []
    rows = np.flatnonzero(asked & (entry >= 0))
    rows = rows[~_same_last_name(people, directory, rows, entry[rows])]
    pairs = zip(rows.tolist(), names_at(people, rows), names_at(directory, entry[rows]), strict=True)
    messages = {
        row: f"the list has {_spelled(ours)!r}, the directory {_spelled(theirs)!r} for this email"
        for row, ours, theirs in pairs
        if ours and theirs and not fit(ours, theirs)
    }
    if not messages:
        return []
    field = next(name for name in ("display_name", "last_name", "first_name") if people.has(name))
    return [Finding("NAME-DIFFERS", people.ids.at(np.array([*messages], np.int64)), field, [*messages.values()])]


def names_at(people: People, rows: Positions) -> list[tuple[str, ...]]:
    """Return for some rows the parts of the name: first, last and display name, without empty ones."""
    columns = [people.texts(name).take(pa.array(rows)).cast(pa.string()) for name in NAMES if people.has(name)]
    texts = [pc.utf8_trim_whitespace(column).to_pylist() for column in columns]
    return [tuple(filter(None, parts)) for parts in zip(*texts, strict=True)] if texts else [()] * len(rows)


class _Parts(msgspec.Struct, frozen=True):
    """The folded parts of a name, or of a word of it, and what is compared of those longer than an initial.

    ``beginnings`` are their first characters, ``nicknames`` the numbers of their groups of names that mean the same.
    """

    all: frozenset[str]
    whole: frozenset[str]
    beginnings: frozenset[str]
    nicknames: frozenset[int]

    @classmethod
    def of(cls, parts: frozenset[str]) -> "_Parts":
        """Prepare some parts."""
        whole, known = frozenset(part for part in parts if len(part) > 1), _nicknames()
        beginnings = frozenset(part[:BEGINNING] for part in whole if len(part) >= BEGINNING)
        return cls(parts, whole, beginnings, frozenset[int]().union(*(known.get(part, ()) for part in whole)))

    def fit(self, other: "_Parts") -> bool:
        """Return True if a part is one of the other's, short for it, or another form of it."""
        if not (self.whole.isdisjoint(other.whole) and self.nicknames.isdisjoint(other.nicknames)):
            return True
        if self.beginnings.isdisjoint(other.beginnings):
            return False
        pairs = (sorted((a, b), key=len) for a in self.whole for b in other.whole)
        return any(len(short) >= BEGINNING and long.startswith(short) for short, long in pairs)


class _Name(msgspec.Struct, frozen=True):
    """A name: all of its parts, those of each word, and the scripts of its letters."""

    parts: _Parts
    words: tuple[_Parts, ...]
    scripts: frozenset[str]


def fit(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Return False if no part of a name fits any part of the other, and both are written in the same script."""
    left, right = _read(ours), _read(theirs)
    if not left.parts.all or not right.parts.all or left.scripts.isdisjoint(right.scripts):
        return True
    if not left.parts.whole or not right.parts.whole:  # initials alone
        return bool({part[0] for part in left.parts.all} & {part[0] for part in right.parts.all})
    return left.parts.fit(right.parts)


def common_parts(ours: tuple[str, ...], theirs: tuple[str, ...]) -> int:
    """Count the parts of their name that a part of ours fits: of two relatives the one with the first name has more."""
    left = _read(ours).parts
    return sum(left.fit(word) for word in _read(theirs).words)


@lru_cache(maxsize=16384)
def _read(name: tuple[str, ...]) -> _Name:
    """Read a name, once for all people who have it."""
    composed = unicodedata.normalize("NFC", " ".join(name))
    words = _SEPARATORS.split(_APOSTROPHES.sub("", composed).casefold())
    spelled = {_spellings(word) for word in words} - {frozenset()}
    scripts = frozenset[str]().union(*map(_scripts, name))
    return _Name(_Parts.of(frozenset[str]().union(*spelled)), tuple(map(_Parts.of, spelled)), scripts)


@lru_cache(maxsize=1)
def _nicknames() -> dict[str, frozenset[int]]:
    groups: dict[str, set[int]] = {}
    for number, names in enumerate(load_nicknames()):
        for name in names:
            groups.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in groups.items()}


@lru_cache(maxsize=65536)
def _spellings(word: str) -> frozenset[str]:
    """Return a word without its accents and with them spelled out (ö = o = oe); none if many people share it."""
    spelled_out = unicodedata.normalize("NFC", word).translate(_SPELLED_OUT)
    return frozenset(filter(None, map(_without_accents, (word, spelled_out)))) - PARTICLES


def _without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(_LETTERS_WITHOUT_PARTS)


@lru_cache(maxsize=65536)
def _scripts(text: str) -> frozenset[str]:
    """Return the scripts of letters by the first word of their Unicode names: LATIN, CYRILLIC, CJK."""
    letters = filter(str.isalpha, text)
    if text.isascii():  # most names: no look at each letter
        return frozenset({"LATIN"} if any(letters) else ())
    return frozenset(unicodedata.name(c, "").split(" ")[0] for c in letters)


def _has_names(people: People) -> bool:
    return any(people.has(name) for name in NAMES)


def _same_last_name(people: People, directory: People, rows: Positions, entry: Positions) -> Mask:
    """Mark the rows whose last name (or display name) is the directory's: the ordinary ones, found by one kernel."""
    same = np.zeros(len(rows), np.bool_)
    for field in ("last_name", "display_name"):
        left = np.flatnonzero(~same)
        if len(left) and people.has(field) and directory.has(field):
            same[left] = same_folded((people.texts(field), directory.texts(field)), (rows[left], entry[left]))
    return same


def _spelled(name: Sequence[str]) -> str:
    return name[-1] if len(name) > 2 else " ".join(name)  # noqa: PLR2004 - all three: the display name has both
