"""Choose the sheet of a workbook that lists people, and its header row."""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from connectors.base import (
    COMPLETE,
    HEADER_SEARCH_ROWS,
    ChoiceNeeded,
    ColumnsUnknown,
    HeaderScorer,
    SourceEmpty,
    SourceUnreadable,
)
from connectors.csv_file import header_row

_ADVICE = "Name the sheet of all people with --sheet."


def choose(path: Path, wanted: str | None, seen: dict[str, Any], recognise: HeaderScorer) -> tuple[str, int, list[str]]:
    """Choose the sheet that has a row of known headers; only visible ones are asked, unless one is wanted by name.

    Args:
        path: the workbook, for the sentences.
        wanted: the exact name of the sheet that the user asks for.
        seen: ``sheets``, each with its name and whether it is visible, and ``heads``, for each sheet that may be read
            its first rows as (Excel row, cells).
        recognise: how many headers of a row are known.

    Returns:
        The sheet, the Excel row of its headers, and a note for each sheet and title that is not part of the list.

    Raises:
        ChoiceNeeded: more than one sheet fits, or there is none of that name.
        ColumnsUnknown: none has known headers; what each has instead is named.
        SourceEmpty: no sheet has a value.
        SourceUnreadable: there are people above the headers, or each row is one cell.
    """
    visible: dict[str, bool] = dict(seen["sheets"])
    if wanted is not None and wanted not in visible:
        near = difflib.get_close_matches(wanted, visible, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ChoiceNeeded(
            f"{path}: there is no sheet {wanted!r}: {hint}Name one of these with --sheet: {_listed(visible)}",
            advice=_ADVICE,
            choices=visible,
        )
    if not any(rows for _, rows in seen["heads"]):
        raise SourceEmpty(f"{path}: no sheet that can be read has a value: check that this is the right file")
    heads = {name: [(row, cells) for row, cells in rows[:HEADER_SEARCH_ROWS]] for name, rows in seen["heads"]}
    fits = {name: found for name, rows in heads.items() if (found := header_row.best(rows, recognise)) is not None}
    if not fits:
        raise _nothing_known(path, heads, recognise, [name for name, shown in visible.items() if not shown])
    notes = []
    if any(score >= COMPLETE for score, _ in fits.values()):
        lacking = [name for name, (score, _) in fits.items() if score < COMPLETE]
        notes = [
            f"sheet {name!r} lacks a column that is needed, such as the email, and is not part of the list"
            for name in lacking
        ]
        fits = {name: found for name, found in fits.items() if name not in lacking}
    bare = [name for name, (_, place) in fits.items() if _has_headers_only(heads[name], place)]
    if len(fits) - len(bare) == 1:
        notes += [
            f"sheet {name!r} has column headers and nothing below them, and is not part of the list" for name in bare
        ]
        fits = {name: found for name, found in fits.items() if name not in bare}
    if len(fits) > 1:
        raise ChoiceNeeded(
            f"{path}: more than one sheet lists people, {_listed(fits)}: name the one to read with --sheet",
            advice=_ADVICE,
            choices=fits,
        )
    name, (_, place) = next(iter(fits.items()))
    rows = heads[name]
    if (people := header_row.people_above(rows, place, recognise)) is not None:
        raise SourceUnreadable(f"{path}: in sheet {name!r} {header_row.refusal(people, rows[place][0])}")
    hidden = (other for other, shown in visible.items() if not shown and other != name)
    notes += [f"hidden sheet {other!r} is not part of the list" for other in hidden]
    if not visible[name]:
        notes.append(f"sheet {name!r} is hidden and was read because it was asked for by name")
    return name, rows[place][0], [*notes, *header_row.title_notes(rows, place)]


def _nothing_known(
    path: Path, heads: dict[str, list[header_row.Row]], recognise: HeaderScorer, hidden: list[str]
) -> ColumnsUnknown | SourceUnreadable:
    for name, rows in heads.items():
        if (whole := header_row.whole_line_in_a_cell(rows, recognise)) is not None:
            return SourceUnreadable(
                f"{path}: in sheet {name!r} each row is one cell (row {whole[0]} holds a whole line of headers): mark "
                "the column, choose Data > Text to Columns > Delimited in Excel, save it and run again"
            )
    found = "; ".join(_found(name, rows) for name, rows in heads.items())
    if hidden := [name for name in hidden if name not in heads]:
        found += f"; hidden and not read, unless one is named with --sheet: {_listed(hidden)}"
    without = heads and all(header_row.looked_like(rows)[1] for rows in heads.values())
    return ColumnsUnknown(
        f"{path}: no row within the first {HEADER_SEARCH_ROWS} has known column headers; {found}",
        advice=header_row.ADD_HEADERS if without else "",
    )


def _has_headers_only(rows: list[header_row.Row], place: int) -> bool:
    """Return True if a sheet ends below its headers; what is below the rows that were searched is not known."""
    return len(rows) < HEADER_SEARCH_ROWS and not any(cell.strip() for _, cells in rows[place + 1 :] for cell in cells)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))


def _found(name: str, rows: list[header_row.Row]) -> str:
    """Return what a sheet has instead of known headers."""
    cells, people = header_row.looked_like(rows)
    if people:
        return f"sheet {name!r} has no row of headers: its first row lists a person"
    return f"sheet {name!r} has: {header_row.listed(cells)}" if cells else f"sheet {name!r} is empty"
