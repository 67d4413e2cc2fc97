"""Choose the row of column headers among the first rows of a table, and refuse a table that has people above it.

Shared by the readers of text files and of workbooks. A row above the headers is a title, which is named in a note, or
the table is refused: no row above the headers is lost without a word.
"""

import re
from collections.abc import Sequence

import msgspec

from connectors.base import HeaderScorer

Row = tuple[int, Sequence[str]]
"""The number of a row, as the person sees it, and its cells."""

DELIMITERS = (",", ";", "\t", "|")
_PARTS = re.compile(r"[,;|\t]")

ADD_HEADERS = "Write a row of column headers above the first person and run again."
_SHOWN = 12
_CUT = 40
_TITLES_SHOWN = 3
_BLOCK = 2
"""A table above has at least two columns; one cell alone is a title."""


class PeopleAbove(msgspec.Struct, frozen=True):
    """Rows that list people above the headers; ``upper`` is the row of a first table's own headers, if any."""

    upper: int | None
    first: int
    last: int


def best(rows: Sequence[Row], recognise: HeaderScorer) -> tuple[int, int] | None:
    """Return score and position of the row in which most headers are known (the first of equal ones), or None."""
    scores = [recognise(cells) if any(cells) else 0 for _, cells in rows]
    top = max(scores, default=0)
    return (top, scores.index(top)) if top > 0 else None


def people_above(rows: Sequence[Row], header: int, recognise: HeaderScorer) -> PeopleAbove | None:
    """Find rows of people above the header at position ``header``; None if there are titles only.

    A row lists a person if an address is alone in a cell under a known header (or anywhere below the headers of a
    first table), or if it fills two known columns below such headers. Without an address a dense row may be a second
    line of headers, so at least two of them are needed.
    """
    above = [(at, cells) for at, (_, cells) in enumerate(rows[:header]) if any(map(str.strip, cells))]
    if not above:
        return None
    known = _known_places(rows[header][1], recognise)
    uppers = [at for at, cells in above if recognise(cells) > 0]
    people, dense = [], []
    for at, cells in above:
        if at in uppers:
            continue
        below_headers = bool(uppers) and uppers[0] < at
        filled = [place for place in known if place < len(cells) and cells[place].strip()]
        if _lists_somebody(cells, None if below_headers else known) or (below_headers and len(filled) >= _BLOCK):
            people.append(at)
        elif len(filled) > _BLOCK and len(filled) == len(known):
            dense.append(at)
    if len(dense) > 1:
        people = sorted({*people, *dense})
    if not people:
        return None
    first_table = [at for at in uppers if at < people[-1]]
    return PeopleAbove(rows[first_table[0]][0] if first_table else None, rows[people[0]][0], rows[people[-1]][0])


def refusal(found: PeopleAbove, header: int) -> str:
    """Return the sentence about people above the header row, with the numbers of the rows."""
    rows = f"row {found.first} lists a person" if found.first == found.last else f"rows {found.first} to {found.last}"
    rows = rows if found.first == found.last else f"{rows} list people"
    if found.upper is not None:
        return (
            f"rows {found.upper} and {header} both look like column headers, and {rows} above row {header}, so people "
            "would be lost; put all people below one row of headers, or each table into a file of its own."
        )
    return (
        f"{rows} above the column headers in row {header}, so people would be lost; move the row of headers to the top "
        "of the list, or delete what is above it."
    )


def title_notes(rows: Sequence[Row], header: int) -> list[str]:
    """Return one note that names the rows above the header, none if they are all blank.

    A text with an address is not shown (rule 10).
    """
    titles = [(number, cells) for number, cells in rows[:header] if any(map(str.strip, cells))]
    if not titles:
        return []
    shown = []
    for number, cells in titles[:_TITLES_SHOWN]:
        text = " ".join(" ".join(cells).split())
        shown.append(f"row {number}" + (f" ({shortened(text)!r})" if "@" not in text else ""))
    more = f" and {len(titles) - len(shown)} more" if len(titles) > len(shown) else ""
    verb = "is a title and was" if len(titles) == 1 else "are titles and were"
    return [f"{', '.join(shown)}{more} above the column headers in row {rows[header][0]} {verb} not read"]


def whole_line_in_a_cell(rows: Sequence[Row], recognise: HeaderScorer) -> tuple[int, str] | None:
    """Find a row with one cell that contains a line of known headers; return its number and the delimiter in it."""
    for number, cells in rows:
        filled = [cell for cell in cells if cell.strip()]
        for delimiter in DELIMITERS if len(filled) == 1 else ():
            if delimiter in filled[0] and recognise(filled[0].split(delimiter)) > 0:
                return number, delimiter
    return None


def looked_like(rows: Sequence[Row]) -> tuple[Sequence[str], bool]:
    """Return the cells to show if no row has known headers; or none, and True if the rows list people without headers.

    The cells are those of the widest row above the first person. A narrower row with an address above them is a title
    that names a contact.
    """
    filled = [cells for _, cells in rows if any(map(str.strip, cells))]
    people = [_lists_somebody(cells, None) for cells in filled]
    if people[:2] == [True, False] and _width(filled[0]) < _width(filled[1]):
        filled, people = filled[1:], people[1:]
    above = filled[: people.index(True)] if True in people else filled
    return (max(above, key=_width), False) if above else ((), bool(filled))


def shortened(text: str) -> str:
    """Return a text for a sentence: printable characters only, and not too many."""
    visible = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return visible if len(visible) <= _CUT else visible[: _CUT - 1] + "…"


def listed(cells: Sequence[str]) -> str:
    """Return the filled cells of a row for a sentence."""
    filled = [shortened(cell) for cell in cells if cell.strip()]
    more = len(filled) - _SHOWN
    return ", ".join(filled[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _known_places(cells: Sequence[str], recognise: HeaderScorer) -> list[int]:
    """Find the columns whose header is known: without it the row scores less."""
    score = recognise(cells)
    return [
        place
        for place, cell in enumerate(cells)
        if cell.strip() and recognise([*cells[:place], "", *cells[place + 1 :]]) < score
    ]


def _lists_somebody(cells: Sequence[str], places: Sequence[int] | None) -> bool:
    """Return True if an address is alone in a cell (at one of the places), without a label as in "Contact:"."""
    for place, cell in enumerate(cells):
        parts = _PARTS.split(cell)  # a line in one cell names its person as well
        if any("@" in part and len(part.split()) == 1 for part in parts) and (places is None or place in places):
            before = [other.strip() for other in cells[:place] if other.strip()]
            if not (before and before[-1].endswith((":", "："))):  # noqa: RUF001 - as Japanese lists write it
                return True
    return False


def _width(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell.strip())
