"""The columns that contactpro-sync added to a sheet: taken out of its values, and read for what was accepted."""

from dataclasses import replace

from connectors.excel.annotation import hidden_names
from connectors.excel.annotation.hidden_names import HiddenNames
from connectors.excel.formats.details import CellDetails
from connectors.excel.reading.grid import Grid, text_of


def take(grids: dict[str, Grid], marks: HiddenNames) -> dict[str, dict[str, list[object]]]:
    """Take the added columns out of sheets and return their cells by sheet and name; nothing else moves.

    Args:
        grids: the values of the sheets, by title; the added cells become empty.
        marks: what an earlier annotation added.
    """
    added: dict[str, dict[str, list[object]]] = {}
    for title, grid in grids.items():
        if columns := marks.columns(title):
            grids[title], added[title] = _taken(grid, columns)
    return added


def _taken(grid: Grid, columns: dict[str, int]) -> tuple[Grid, dict[str, list[object]]]:
    width = len(grid.values[0]) if grid.values else 0
    places = {name: column - grid.column for name, column in columns.items() if 0 <= column - grid.column < width}
    added = {name: [row[place] for row in grid.values] for name, place in places.items()}
    ours = frozenset(places.values())
    values = [["" if place in ours else value for place, value in enumerate(row)] for row in grid.values]
    return replace(grid, values=values), added


def forget(details: CellDetails | None, columns: dict[str, int]) -> None:
    """Remove what is known of cells in the added columns, and of hidden rows: their filter hides what is ready."""
    ours = frozenset(columns.values())
    if details is not None and ours:
        details.hidden_rows = set()
        details.numbers = {place: seen for place, seen in details.numbers.items() if place[1] not in ours}
        details.faults = {place: seen for place, seen in details.faults.items() if place[1] not in ours}


def accepted(added: dict[str, list[object]], first: int, rows: int) -> list[tuple[int, str, str]]:
    """Return the rows with a word under Accept: position below the header, that word, the proposed value.

    Args:
        added: the cells of the added columns, by name.
        first: the place of the first row below the header among them.
        rows: how many rows there are below the header.
    """
    words = added.get(hidden_names.ACCEPT, [])[first : first + rows]
    proposals = added.get(hidden_names.PROPOSED, [""] * (first + len(words)))[first:]
    pairs = [(text_of(word).strip(), text_of(value)) for word, value in zip(words, proposals, strict=False)]
    return [(position, word, value) for position, (word, value) in enumerate(pairs) if word]


def proposed(grid: Grid, marks: HiddenNames) -> list[tuple[str, str]]:
    """Return for which value each proposal was made, as the added sheet has it."""
    names = (hidden_names.VERDICT_VALUES, hidden_names.VERDICT_PROPOSALS)
    if any(name not in marks.places for name in names):
        return []
    value, proposal = (marks.places[name][1] - grid.column for name in names)
    width = len(grid.values[0]) if grid.values else 0
    if not (0 <= value < width and 0 <= proposal < width):
        return []
    return [(text_of(row[value]), text_of(row[proposal])) for row in grid.values if row[proposal] != ""]
