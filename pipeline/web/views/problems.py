"""The rows of a run that have an error, as the grid of the page shows them, and the corrections that come back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pipeline.config.request import Correction
from pipeline.kernels.columns import Mask
from pipeline.model import fields
from pipeline.model.people import People
from pipeline.model.texts.translation import translated
from pipeline.reports.page import spelling
from pipeline.reports.page.spelling import Piece
from pipeline.result import RunResult

MOST_ROWS = 200
"""Rows on the page at once; the next ones follow when these are corrected."""


@dataclass(slots=True)
class ProblemCell:
    """A cell to correct: its place in the frame, its text, and the text to write instead, "" if none is proposed."""

    column: int
    header: str
    value: str
    proposal: str = ""
    written: list[Piece] = field(default_factory=list)
    wanted: list[Piece] = field(default_factory=list)


@dataclass(slots=True)
class ProblemRow:
    """A row with an error: its position in the frame, its number in the list, its cells and problems."""

    row: int
    number: str
    name: str
    cells: dict[int, ProblemCell] = field(default_factory=dict)
    problems: list[tuple[str, str, str]] = field(default_factory=list)


def problem_rows(run: RunResult) -> list[ProblemRow]:
    """Return the first rows with an error, in the order of the list."""
    people = run.people
    if people is None:
        return []
    chosen = np.flatnonzero(run.rejected)[:MOST_ROWS]
    mask: Mask = np.zeros(len(people), np.bool_)
    mask[chosen] = True
    rows = {
        row: ProblemRow(row, people.number(people.first + row), _name(people, people.first + row))
        for row in chosen.tolist()
    }
    for finding in run.findings:
        if finding.severity != "error" or not len(finding.rows):
            continue
        kept = run.ids.only(finding, mask)
        for at, row in enumerate(run.ids.positions(kept.rows).tolist()):
            message, fix = (translated(text, run.request.language) for text in (kept.message(at), kept.fix(at)))
            problem = (kept.code, message, fix)
            if problem not in rows[row].problems:
                rows[row].problems.append(problem)
            _add_cell(rows[row], people, kept.field, kept.proposal(at))
    for each in rows.values():
        for cell in each.cells.values():
            cell.written, cell.wanted = spelling.plain(cell.value), []
            if cell.proposal:
                cell.written, cell.wanted = spelling.compared(cell.value, cell.proposal)
    return list(rows.values())


def corrections(
    run: RunResult, form: Mapping[str, str], before: Mapping[tuple[int, int], Correction]
) -> dict[tuple[int, int], Correction]:
    """Return the corrections of ``before`` with those of a form: ``accept-ROW-COLUMN`` and ``cell-ROW-COLUMN``.

    Only cells that the grid shows can be corrected, whatever else the form has.
    """
    made = dict(before)
    for row in problem_rows(run):
        for cell in row.cells.values():
            key, name = (row.row, cell.column), f"{row.row}-{cell.column}"
            typed = form.get(f"cell-{name}", cell.value)
            untouched = typed in {cell.value, _in_an_input(cell.value)}
            new = cell.value if untouched else typed
            if untouched and cell.proposal and f"accept-{name}" in form:
                new = cell.proposal
            if new == cell.value:
                continue
            old = before[key].old if key in before else cell.value
            made[key] = Correction(*key, old, new)
            if new == old:
                del made[key]
    return made


def _in_an_input(value: str) -> str:
    """Return what a browser sends for a value that was not touched: an input has no line breaks and no NUL."""
    return value.replace("\r", "").replace("\n", "").replace("\x00", "\ufffd")


def _add_cell(row: ProblemRow, people: People, name: str | None, proposal: str) -> None:
    """Add the cell of a finding; one about the whole row is corrected in the column that identifies the person."""
    columns = people.binding.columns
    wanted = (name,) if name is not None else (*fields.IDENTITY[::-1], fields.EMAIL)
    place = next((columns[each] for each in wanted if each in columns), None)
    if place is None or place in people.binding.secret_columns:
        return
    if place not in row.cells:
        value = str(people.extract.frame.column(place)[row.row].as_py())
        row.cells[place] = ProblemCell(place, people.binding.headers[place], value)
    row.cells[place].proposal = row.cells[place].proposal or proposal


def _name(people: People, row: int) -> str:
    """Return the words by which a person recognises the row: a name, else the login or the id."""
    names = filter(None, (people.raw(each, row).strip() for each in ("first_name", "last_name")))
    whole = people.raw("display_name", row).strip() or " ".join(names)
    return whole or people.raw("login", row).strip() or people.raw("external_id", row).strip()
