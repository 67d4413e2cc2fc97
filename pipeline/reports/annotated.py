"""annotated.xlsx: the user's own workbook with its wrong cells marked; for other lists a new workbook of the rows."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
from msgspec.structs import replace

from connectors.excel.annotation import losses
from connectors.excel.annotation.annotator import Annotation, Annotator, Mark, Problem, RowVerdict, Verdict, is_copied
from connectors.settings import FileSettings
from pipeline.config.request import RunRequest
from pipeline.kernels import background
from pipeline.model import texts
from pipeline.model.people import People
from pipeline.model.texts import Texts
from pipeline.reports.page import sentences
from pipeline.reports.rows import given_back, row_notes
from pipeline.reports.rows.row_notes import RANK, RowNotes
from pipeline.result import RunResult
from pipeline.state.judgement import workbook as kept

NAME = "annotated.xlsx"

LARGE = 10_000
"""Above this many rows only those with problems get a workbook: openpyxl takes 11 s for 30 000 rows of 6 columns."""

MOST = 5_000
"""So many of them at the most, errors first: each takes 0.2 ms, and rejects.csv has all."""

WIDEST = 48


class Made(msgspec.Struct, frozen=True):
    """What was made for a run: its workbook, None if there is none, and what the reports note about it."""

    workbook: bytes | None = None
    remarks: tuple[str, ...] = ()


class WorkbookAhead:
    """The workbook of one run, made while the run is planned and written.

    It is begun when what it will show is foreseen, and made again if the run ends otherwise.
    """

    def __init__(self, roster: object, worker: ThreadPoolExecutor, annotator: Annotator) -> None:
        """Begin nothing yet; ``roster`` are the settings of the list; ``worker`` waits for the process that writes."""
        self._roster, self._worker, self._annotator = roster, worker, annotator
        self._begun: tuple[RunResult, Future[Made]] | None = None

    def list_read(self, people: People) -> None:
        """Let the process load the user's own workbook if it will be copied, else what makes a new one."""
        self._annotator.open(_own_copy(people, self._roster))

    def judged(self, run: RunResult) -> None:
        """Begin the workbook of a list with rejected rows, if it hardly depends on what will be planned."""
        if run.rejected.any() and run.request.wave is None and not run.request.job.protect:
            self.foresee(run.ended())

    def foresee(self, run: RunResult) -> None:
        """Begin the workbook of a run of which only the import files are not written yet, if it is not begun."""
        if self._begun is None or not _shows_the_same(run, self._begun[0]):
            self._begun = run, self._worker.submit(made, run, self._annotator)

    def added(self, run: RunResult) -> RunResult:
        """Return the result with its workbook, if a row was rejected or has a warning, and the notes about it."""
        self.foresee(run)
        found = self._begun[1].result() if self._begun is not None else Made()
        return replace(run, workbook=found.workbook, remarks=tuple(dict.fromkeys((*run.remarks, *found.remarks))))


@contextmanager
def workbook_ahead(request: RunRequest, begun: Annotator | None) -> Iterator[WorkbookAhead]:
    """Start the process that writes, if it was not, so that it loads its libraries while the list is judged."""
    with background.worker() as worker, begun or Annotator() as annotator:
        if isinstance(request.job.roster, FileSettings):
            annotator.begin(request.job.roster.path)
        yield WorkbookAhead(request.job.roster, worker, annotator)


def _shows_the_same(run: RunResult, other: RunResult) -> bool:
    """Return True if the workbooks of two results are the same: ``made`` reads nothing else."""
    label = texts.get(run.request.language)
    is_same = run.people is other.people and run.findings is other.findings
    return is_same and sentences.headline(run, label) == sentences.headline(other, label)


def _own_copy(people: People, roster: object) -> Path | None:
    """Return the user's own workbook if it is copied; None if a new one is made of the rows, or none at all."""
    if not isinstance(roster, FileSettings) or len(people) > LARGE or not is_copied(roster.path):
        return None
    return roster.path


def made(run: RunResult, annotator: Annotator) -> Made:
    """Return the annotated workbook of a run, if a row was rejected or has a warning, and the notes about it."""
    people = run.people
    if people is None or people.extract.origin.rows is None or not isinstance(run.request.job.roster, FileSettings):
        return Made()
    if not any(len(finding.rows) and finding.severity != "dropped" for finding in run.findings):
        return Made()
    label = texts.get(run.request.language)
    worst = row_notes.worst_rows(run, MOST) if len(people) > LARGE else None
    notes = row_notes.of_run(run, worst)
    path = run.request.job.roster.path
    found = None
    if _own_copy(people, run.request.job.roster) is not None:
        found = annotator.annotate(_of_own(people, notes, _verdict(run, label, "own", path), label), path)
    if found is None:
        kind = "problems" if len(people) > LARGE else "failed" if is_copied(path) else "rows"
        order = _of_rows(people, notes, _verdict(run, label, kind, path), label, kind)
        found = kept.annotated(run.request, len(people), order, lambda order: annotator.annotate(order, None))
    if found is None:
        return Made(remarks=(label("workbook.not_written", name=NAME),))
    lost = "; ".join(label[f"workbook.loss.{code}"] for code in found.losses)
    return Made(found.data, (f"{NAME}: {label['workbook.lost']} {lost}",) if lost else ())


def _of_own(people: People, notes: dict[int, RowNotes], verdict: Verdict, label: Texts) -> Annotation:
    """Build the order for a copy of the user's workbook: rows and columns keep their places."""
    extract = people.extract
    numbers = {row: extract.header_row + 1 + row for row in notes}
    places = [extract.first_column + place for place in range(extract.frame.num_columns)]
    return _annotation(people, notes, verdict, label, numbers, places, extract.header_row + extract.frame.num_rows)


def _of_rows(people: People, notes: dict[int, RowNotes], verdict: Verdict, label: Texts, kind: str) -> Annotation:
    """Build the order for a new workbook: all rows in their places, or of a large list the worst ones."""
    extract = people.extract
    header, kept = extract.header_row, np.arange(len(people))
    if kind == "problems":
        header, kept = 1, np.array(list(notes), np.int64)
    numbers = {row: header + 1 + at for at, row in enumerate(kept.tolist())}
    rows = extract.frame.take(pa.array(kept))
    cells = [column.cast(pa.string()).to_pylist() for column in rows.columns]
    given_back.keep_faults(people, cells, {row: numbers[row] - header - 1 for row in notes}, notes)
    for place in people.binding.secret_columns:
        cells[place] = [label["workbook.not_kept"]] * len(kept)
    names = extract.frame.column_names
    annotation = _annotation(people, notes, verdict, label, numbers, range(1, len(names) + 1), header + len(kept))
    return replace(
        annotation,
        sheet=extract.origin.sheet or label["workbook.list"],
        header_row=header,
        names=names,
        cells=cells,
        cell_rows=[*numbers.values()],
        widths=[
            min(max(map(len, (name, *column[:100])), default=0) + 2, WIDEST)
            for name, column in zip(names, cells, strict=True)
        ],
        secret_columns=(),
    )


def _annotation(
    people: People,
    notes: dict[int, RowNotes],
    verdict: Verdict,
    label: Texts,
    numbers: dict[int, int],
    places: Sequence[int],
    last_row: int,
) -> Annotation:
    extract = people.extract
    rows: list[RowVerdict] = []
    marks: list[Mark] = []
    problems: list[Problem] = []
    corrected: list[tuple[int, int, str]] = []
    for row, each in notes.items():
        number = numbers[row]
        status = label[f"workbook.row.{each.severity}"]
        fixes = " ".join(dict.fromkeys(note.fix for note in each.notes if note.severity != "dropped"))
        rows.append((number, each.severity, status, fixes, each.proposal, "x" if each.is_accepted else ""))
        marks += _marks(each, number, places, label)
        shown = extract.origin.rows[row] if extract.origin.rows is not None else number
        for note in each.notes if each.severity != "dropped" else ():
            header = "" if note.place is None else extract.frame.column_names[note.place]
            is_email = note.place == people.binding.columns.get("email")
            value = each.accepted if each.accepted is not None and is_email else note.value
            cell = places[note.place if note.place is not None else 0]
            if note.code == "PROPOSAL-ACCEPTED" and note.place is not None and not is_email:
                corrected.append((number, cell, str(extract.frame.column(note.place)[row].as_py())))
            problem = f"{note.message[:1].upper()}{note.message[1:]} ({note.code})"
            problems.append((shown, number, cell, note.severity, header, value, problem, note.fix, note.proposal))
    return Annotation(
        sheet=extract.origin.sheet or "",
        header_row=extract.header_row,
        last_row=last_row,
        titles=[label[f"workbook.{name}"] for name in ("status", "what_to_do", "proposed", "accept")],
        default=label["workbook.row.ready"],
        rows=rows,
        marks=marks,
        verdict=replace(verdict, problems=problems),
        corrected=corrected,
        sha256=extract.sha256,
        secret_columns=[places[place] for place in people.binding.secret_columns],
        not_kept=label["workbook.not_kept"],
    )


def _marks(row: RowNotes, number: int, places: Sequence[int], label: Texts) -> list[Mark]:
    """Build one mark for each wrong cell: its worst severity, and all that was found as one comment."""
    cells = {note.place: [other for other in row.notes if other.place == note.place] for note in row.notes}
    marks: list[Mark] = []
    for place, notes in cells.items():
        if place is None:
            continue
        parts = dict.fromkeys(f"{note.code}: {note.message}\n{note.fix}" for note in notes)
        if proposal := next((note.proposal for note in notes if note.proposal), ""):
            parts |= {f"{label['workbook.proposed']}: {proposal}": None}
        worst = min((note.severity for note in notes), key=RANK.__getitem__)
        marks.append((number, places[place], worst, "\n\n".join(parts)))
    return marks


def _verdict(run: RunResult, label: Texts, kind: str, path: Path) -> Verdict:
    """Build the texts of the added sheet; ``kind`` is what the workbook is: a copy, or which rows."""
    counts = run.counts()
    return Verdict(
        sheet=label["workbook.sheet"],
        sentence=sentences.headline(run, label),
        counts=[
            (label[f"workbook.count.{name}"], counts[name]) for name in ("read", "accepted", "rejected", "dropped")
        ],
        help=[
            label(f"workbook.kind.{kind}", name=path.name, rows=counts["read"], large=LARGE, most=MOST),
            label["workbook.colours"],
            label("workbook.correct", accept=label["workbook.accept"]),
            label[f"workbook.give_back.{'part' if kind == 'problems' else 'whole'}"],
        ],
        headings=[
            label[f"workbook.heading.{name}"]
            for name in ("row", "column", "value", "problem", "what_to_do", "proposed")
        ],
        problems=(),
        lost=label["workbook.lost"],
        losses={code: label[f"workbook.loss.{code}"] for code in losses.CODES},
    )
