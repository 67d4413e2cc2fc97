"""The first sheet of an annotated workbook: the verdict, counts, what to do, and a link to every wrong cell.

openpyxl draws it into a copy, XlsxWriter into a new workbook.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any, NamedTuple

from connectors.excel.annotation import hidden_names
from connectors.excel.annotation.styles import VERDICT_WIDTHS
from connectors.excel.formats.references import cell_name, column_letters

VALUE_PLACE, PROPOSAL_PLACE = 3, 6
LONGEST_TITLE = 31


class Cell(NamedTuple):
    """A text at its row and column (from 1), the parts of its style, and the cell to which it leads."""

    row: int
    column: int
    text: str
    parts: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class VerdictSheet:
    """The sheet: its title and cells, the box that can be filtered (if there are problems), the hidden names."""

    title: str
    cells: list[Cell]
    filtered: str
    names: dict[str, str]


def of(order: dict[str, Any], titles: Sequence[str], target: str, losses: list[str]) -> VerdictSheet:
    """Lay the sheet out.

    Args:
        order: the texts of the sheet (see ``annotator.Verdict``).
        titles: the other sheets of the workbook.
        target: the sheet whose cells are linked.
        losses: the codes of what is not in this workbook any more.
    """
    title = _free_title(titles, order["sheet"])
    cells = [Cell(1, 1, order["sentence"], ("title",))]
    for row, (text, number) in enumerate(order["counts"], start=3):
        cells += [Cell(row, 1, str(number)), Cell(row, 2, text)]
    lost = [order["losses"][code] for code in losses]
    notes = [*order["help"], *([order["lost"] + " " + "; ".join(lost) + "."] if lost else [])]
    first = 4 + len(order["counts"])
    cells += [Cell(row, 1, text) for row, text in enumerate(notes, start=first)]
    names = {hidden_names.SHEET: reference(title, "$A$1")}
    if not order["problems"]:
        return VerdictSheet(title, cells, "", names)
    top = first + len(notes) + 1
    last = top + len(order["problems"])
    cells += _table(order, top, target)
    for name, place in ((hidden_names.VERDICT_VALUES, VALUE_PLACE), (hidden_names.VERDICT_PROPOSALS, PROPOSAL_PLACE)):
        letter = column_letters(place)
        names[name] = reference(title, f"${letter}${top + 1}:${letter}${last}")
    return VerdictSheet(title, cells, f"A{top}:{column_letters(len(VERDICT_WIDTHS))}{last}", names)


def reference(sheet: str, cells: str) -> str:
    """Return the reference to cells of a sheet, whatever the sheet is called."""
    doubled = sheet.replace("'", "''")
    return f"'{doubled}'!{cells}"


def _table(order: dict[str, Any], top: int, target: str) -> Iterator[Cell]:
    """Return every problem: its row (a link to the cell), column, value, the problem, what to do, the proposal."""
    for place, text in enumerate(order["headings"], start=1):
        yield Cell(top, place, text, ("bold", "heading"))
    for line, (shown, row, column, severity, *texts) in enumerate(order["problems"], start=top + 1):
        yield Cell(line, 1, str(shown), ("link", "top left"), reference(target, cell_name(row - 1, column - 1)))
        for place, text in enumerate(texts, start=2):
            yield Cell(line, place, text, ("top left", severity) if place == VALUE_PLACE else ("top left",))


def _free_title(titles: Sequence[str], wanted: str) -> str:
    """Return a title that no sheet of the user has (Excel compares them without case)."""
    taken = {name.lower() for name in titles}
    others = (f"{wanted[: LONGEST_TITLE - 5]} ({number})" for number in count(2))
    return next(title for title in chain([wanted], others) if title.lower() not in taken)
