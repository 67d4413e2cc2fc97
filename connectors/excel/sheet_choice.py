"""Which sheet of a workbook lists people, and in which row its headers stand."""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from connectors.base import HEADER_SEARCH_ROWS, ChoiceNeeded, ColumnsUnknown, HeaderScorer, SourceEmpty, is_person

_HEADERS_SHOWN = 12
_HEADER_CUT = 40


def choose(path: Path, wanted: str | None, seen: dict[str, Any], recognise: HeaderScorer) -> tuple[str, int, list[str]]:
    """Choose the sheet that has a row of known headers; only visible ones are asked, unless one is wanted by name.

    Args:
        path: the workbook, for the sentences.
        wanted: the exact name of the sheet that the user asks for.
        seen: ``sheets``, each with its name and whether it is visible, and ``heads``, for each sheet that may be read
            its first rows as (Excel row, cells).
        recognise: how many headers of a row are known.

    Returns:
        The sheet, the Excel row of its headers, and a note for each hidden sheet.

    Raises:
        ChoiceNeeded: more than one sheet fits, or there is none of that name.
        ColumnsUnknown: none has known headers; what each has instead is named.
        SourceEmpty: no sheet has a value.
    """
    visible: dict[str, bool] = dict(seen["sheets"])
    if wanted is not None and wanted not in visible:
        near = difflib.get_close_matches(wanted, visible, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ChoiceNeeded(
            f"{path}: there is no sheet {wanted!r}: {hint}Name one of these with --sheet: {_listed(visible)}",
            choices=visible,
        )
    if not any(rows for _, rows in seen["heads"]):
        raise SourceEmpty(f"{path}: no sheet that can be read has a value: check that this is the right file")
    fits: dict[str, int] = {}
    for name, rows in seen["heads"]:
        scores = [(recognise(cells), row) for row, cells in rows[:HEADER_SEARCH_ROWS]]
        best = max((score for score, _ in scores), default=0)
        if best > 0:
            fits[name] = next(row for score, row in scores if score == best)
    if not fits:
        found = "; ".join(_found(name, rows) for name, rows in seen["heads"])
        raise ColumnsUnknown(f"{path}: no row within the first {HEADER_SEARCH_ROWS} has known column headers; {found}")
    if len(fits) > 1:
        raise ChoiceNeeded(
            f"{path}: more than one sheet lists people, {_listed(fits)}: name the one to read with --sheet",
            choices=fits,
        )
    name, row = next(iter(fits.items()))
    notes = [f"hidden sheet {other!r} was not read" for other, shown in visible.items() if not shown and other != name]
    if not visible[name]:
        notes.append(f"sheet {name!r} is hidden and was read because it was asked for by name")
    return name, row, notes


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))


def _found(name: str, rows: list[tuple[int, list[str]]]) -> str:
    """What a sheet has instead of known headers: its first row with any text."""
    cells = next((filled for _, cells in rows if (filled := [cell for cell in cells if cell])), [])
    if is_person(cells):
        return f"sheet {name!r} has no row of headers: its first row lists somebody"
    shown = [cell if len(cell) <= _HEADER_CUT else cell[: _HEADER_CUT - 1] + "…" for cell in cells[:_HEADERS_SHOWN]]
    more = f" and {len(cells) - len(shown)} more" if len(cells) > len(shown) else ""
    return f"sheet {name!r} has: {', '.join(shown)}{more}" if shown else f"sheet {name!r} is empty"
