"""What a workbook keeps of a text, and what our cells and sheets look like: shared by both writers of workbooks.

Pure standard library.
"""

import re
from collections.abc import Iterable

COLOURS = {"error": "FFF8CBC6", "warning": "FFFFE8A3", "dropped": "FFE4E6E9"}
"""The fill of a cell by the severity of what is wrong with it; they also distinguish our fills from the user's."""

HEAD_COLOUR, LINK_COLOUR = "FFDDE3EA", "FF0B57D0"

ADDED_WIDTHS = (16, 60, 34, 12)
"""The widths of the four columns at the right of a list."""

VERDICT_WIDTHS = (10, 22, 36, 34, 60, 36)
VERDICT_VALUE, VERDICT_PROPOSAL = 3, 6
"""The columns of the added sheet: how wide each is, and the places (from 1) of a cell's value and of its proposal."""

AUTHOR = "contactpro-sync"

LONGEST = 32_767
"""Characters that Excel keeps in one cell."""

LONGEST_TITLE = 31

_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def kept(text: str) -> str:
    """Return a text as the file format keeps it: Excel's own escape for control characters, at its longest."""
    if text.isprintable() and "_x" not in text:  # nearly every text: no look at each of its characters
        return text[:LONGEST]
    return _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", _ESCAPE.sub("_x005F_", text))[:LONGEST]


def comment_size(text: str) -> tuple[int, int]:
    """Return the width and the height of a comment so that its text can be read, in pixels."""
    return 360, 40 + 18 * (len(text) // 40 + text.count("\n") + 1)


def free_title(titles: Iterable[str], wanted: str) -> str:
    """Return a title that no sheet of the user has (Excel compares them without case)."""
    taken = {name.lower() for name in titles}
    free = (wanted, *(f"{wanted[: LONGEST_TITLE - 5]} ({number})" for number in range(2, len(taken) + 3)))
    return next(title for title in free if title.lower() not in taken)
