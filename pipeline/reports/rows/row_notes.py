"""The findings of a run by row of the list: severity, what to do, the proposed value."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec
import numpy as np

from pipeline.kernels.columns import Positions
from pipeline.model import fields
from pipeline.model.issue_types import Severity
from pipeline.model.issues import Finding
from pipeline.model.texts.translation import translated
from pipeline.result import RunResult

RANK: dict[Severity, int] = {"error": 0, "dropped": 1, "warning": 2}


class CellNote(msgspec.Struct, frozen=True):
    """One finding about one row; ``place`` is the column of the frame, None if the finding is about the row itself."""

    code: str
    severity: Severity
    place: int | None
    value: str
    message: str
    fix: str
    proposal: str


@dataclass(slots=True)
class RowNotes:
    """Everything that was found about one row; ``accepted`` is the value that stood there before a proposal."""

    notes: list[CellNote] = field(default_factory=list)
    accepted: str | None = None

    @property
    def severity(self) -> Severity:
        """Return the worst severity."""
        return min((note.severity for note in self.notes), key=RANK.__getitem__)

    @property
    def proposal(self) -> str:
        """Return the proposed email, the one of an error first."""
        notes = sorted(self.notes, key=lambda note: RANK[note.severity])
        return next((note.proposal for note in notes if note.proposal), "")

    @property
    def is_accepted(self) -> bool:
        """Return True if the proposal was accepted, and there is no new one."""
        return self.accepted is not None and self.proposal == self._accepted_proposal

    @property
    def _accepted_proposal(self) -> str:
        return next((note.proposal for note in self.notes if note.code == "PROPOSAL-ACCEPTED"), "")


def worst_rows(run: RunResult, most: int) -> Positions:
    """Return the rows (``int64``, ascending) with an error, then those with a warning; ``most`` of them at the most."""
    errors, warnings, dropped = (
        run.ids.marked(run.findings, severity=each) for each in ("error", "warning", "dropped")
    )
    ranked = [np.flatnonzero(errors), np.flatnonzero(warnings & ~errors & ~dropped)]
    return np.sort(np.concatenate(ranked)[:most])


def of_run(run: RunResult, among: Positions | None = None) -> dict[int, RowNotes]:
    """Collect the findings by row (positions of the frame, ascending); ``among`` are the rows, None for all."""
    rows: dict[int, RowNotes] = {}
    chosen = None
    if among is not None and run.people is not None:
        chosen = np.zeros(len(run.people), np.bool_)
        chosen[among] = True
    for finding in run.findings if chosen is None else (run.ids.only(each, chosen) for each in run.findings):
        for row, note in _notes(run, finding):
            notes = rows.setdefault(row, RowNotes())
            notes.notes.append(note)
            if finding.code == "PROPOSAL-ACCEPTED" and finding.field == fields.EMAIL:
                notes.accepted = note.value
    return {row: rows[row] for row in sorted(rows)}


def _notes(run: RunResult, finding: Finding) -> Iterator[tuple[int, CellNote]]:
    people = run.people
    if people is None:
        return
    place = people.binding.columns.get(finding.field) if finding.field else None
    column = people.extract.frame.column(place) if place is not None else None
    places = finding.starts()
    for at, row in zip(places.tolist(), people.ids.positions(finding.rows[places]).tolist(), strict=True):
        text = str(column[row].as_py()) if column is not None else ""
        proposal = text if finding.code == "PROPOSAL-ACCEPTED" else finding.proposal(at)
        yield (
            row,
            CellNote(
                finding.code,
                finding.severity,
                place,
                finding.values[at] if finding.values else text,
                translated(finding.message(at), run.request.language),
                translated(finding.fix(at), run.request.language),
                proposal if finding.field == fields.EMAIL else "",
            ),
        )
