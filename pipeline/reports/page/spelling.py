"""Two spellings side by side: which characters differ, with invisible ones shown by their code point."""

import unicodedata
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import groupby
from operator import itemgetter

import msgspec

LONGEST_COMPARED = 48
"""Characters between the common start and end that are compared one by one; longer middles are marked as one."""

LONGEST_SHOWN = 300
"""Characters of a value that a page shows."""

SPACE = "\u2423"
"""Shown for a space that is marked: an open box."""

_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Zl", "Zp", "Zs"})


class Piece(msgspec.Struct, frozen=True):
    """Some characters of a spelling, as they are shown; ``differs`` if the other spelling has others there."""

    text: str
    differs: bool


def plain(text: str) -> list[Piece]:
    """Return a text without another one to compare it with; only its invisible characters are marked."""
    shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    if _is_seen(shown) and shown == shown.strip():  # most values of a page: one piece, no look at each character
        return [Piece(shown, differs=False)] if shown else []
    edge = len(shown) - len(shown.rstrip(" "))
    lead = len(shown) - len(shown.lstrip(" "))
    marks = (at < lead or at >= len(shown) - edge or _unseen(char) for at, char in enumerate(shown))
    return list(_pieces(shown, marks))


def compared(written: str, wanted: str) -> tuple[list[Piece], list[Piece]]:
    """Return both spellings with the characters marked in which they differ."""
    ours, theirs = _differences(written[:LONGEST_SHOWN], wanted[:LONGEST_SHOWN])
    return list(_pieces(written, ours)), list(_pieces(wanted, theirs))


def _differences(ours: str, theirs: str) -> tuple[list[bool], list[bool]]:
    if len(ours) == len(theirs):
        marks = [a != b for a, b in zip(ours, theirs, strict=True)]
        return marks, marks
    shorter = min(len(ours), len(theirs))
    start = next((at for at in range(shorter) if ours[at] != theirs[at]), shorter)
    end = next((at for at in range(shorter - start) if ours[-1 - at] != theirs[-1 - at]), shorter - start)
    middles = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    marks_of = [[True] * len(middle) for middle in middles]
    if max(map(len, middles)) <= LONGEST_COMPARED:
        for block in SequenceMatcher(None, *middles, autojunk=False).get_matching_blocks():
            for each, first in zip(marks_of, (block.a, block.b), strict=True):
                each[first : first + block.size] = [False] * block.size
    before, after = [False] * start, [False] * end
    return before + marks_of[0] + after, before + marks_of[1] + after


def _pieces(text: str, marks: Iterable[bool]) -> Iterator[Piece]:
    pairs: Iterable[tuple[str, bool]] = zip(text, marks, strict=False)
    if not _is_seen(text):
        pairs = ((char, mark or _unseen(char)) for char, mark in pairs)
    for differs, group in groupby(pairs, key=itemgetter(1)):
        chars = [char for char, _ in group]
        yield Piece("".join(map(_visible, chars) if differs else chars), differs)


def _is_seen(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _unseen(char: str) -> bool:
    return not (" " <= char <= "~") and unicodedata.category(char) in _UNSEEN


def _visible(char: str) -> str:
    return SPACE if char == " " else f"U+{ord(char):04X}" if _unseen(char) else char
