"""annotated.xlsx: the user's own workbook with its wrong cells marked; for other lists a new workbook of the rows."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

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
from pipeline.reports.rows import row_notes
from pipeline.reports.rows.row_notes import RANK, RowNotes
from pipeline.result import RunResult
from pipeline.state.judgement import workbook as kept

NAME = "annotated.xlsx"

LARGE = 10_000
"""Above this many rows only those with problems get a workbook: openpyxl takes 11 s for 30 000 rows of 6 columns."""

MOST = 5_000
"""So many of them at the most, errors first: each takes 0.2 ms, and rejects.csv has all."""

WIDEST = 48


class WorkbookAhead:
    """The workbook of one run, made while the import files are, of which it shows nothing.

    It is begun when the end of the run is foreseen, and made again if the run ends otherwise.
    """

    def __init__(self, roster: object, worker: ThreadPoolExecutor, annotator: Annotator) -> None:
        """Begin nothing yet; ``roster`` are the settings of the list; ``worker`` waits for the process that writes."""
        self._roster, self._worker, self._annotator = roster, worker, annotator
        self._begun: tuple[RunResult, Future[RunResult]] | None = None

    def list_read(self, people: People) -> None:
        """Let the process load the user's own workbook if it will be copied, else what makes a new one."""
        self._annotator.open(_own_copy(people, self._roster))

    def foresee(self, run: RunResult) -> None:
        """Begin to make the workbook of a run of which only the import files are not written yet."""
        self._begun = run, self._worker.submit(with_workbook, run, self._annotator)

    def added(self, run: RunResult) -> RunResult:
        """Return the result with its workbook, if a row was rejected or has a warning, and the notes about it."""
        if self._begun is not None:
            foreseen, coming = self._begun
            made = coming.result()
            if _same_but_for_files(run, foreseen):
                return replace(run, workbook=made.workbook, remarks=made.remarks)
        return with_workbook(run, self._annotator)


@contextmanager
def workbook_ahead(request: RunRequest, begun: Annotator | None) -> Iterator[WorkbookAhead]:
    """Start the process that writes, if it was not, so that it loads its libraries while the list is judged."""
    with background.worker() as worker, begun or Annotator() as annotator:
        if isinstance(request.job.roster, FileSettings):
            annotator.begin(request.job.roster.path)
        yield WorkbookAhead(request.job.roster, worker, annotator)


def _same_but_for_files(run: RunResult, other: RunResult) -> bool:
    return all(getattr(run, name) is getattr(other, name) for name in run.__struct_fields__ if name != "written")


def _own_copy(people: People, roster: object) -> Path | None:
    """Return the user's own workbook if it is copied; None if a new one is made of the rows, or none at all."""
    if not isinstance(roster, FileSettings) or len(people) > LARGE or not is_copied(roster.path):
        return None
    return roster.path


def with_workbook(run: RunResult, annotator: Annotator) -> RunResult:
    """Return the result with its annotated workbook, if a row was rejected or has a warning, and the notes about it."""
    people = run.people
    if people is None or people.extract.origin.rows is None or not isinstance(run.request.job.roster, FileSettings):
        return run
    if not any(len(finding.rows) and finding.severity != "dropped" for finding in run.findings):
        return run
    label = texts.get(run.request.language)
    worst = row_notes.worst_rows(run, MOST) if len(people) > LARGE else None
    notes = row_notes.of_run(run, worst)
    path = run.request.job.roster.path
    made, remarks = None, list(run.remarks)
    if _own_copy(people, run.request.job.roster) is not None:
        made = annotator.annotate(_of_own(people, notes, _verdict(run, label, "own", path), label), path)
    if made is None:
        kind = "problems" if len(people) > LARGE else "failed" if is_copied(path) else "rows"
        order = _of_rows(people, notes, _verdict(run, label, kind, path), label, kind)
        made = kept.annotated(run.request, len(people), order, lambda order: annotator.annotate(order, None))
    if made is None:
        return replace(run, remarks=(*run.remarks, label("workbook.not_written", name=NAME)))
    if made.losses:
        lost = "; ".join(label[f"workbook.loss.{code}"] for code in made.losses)
        remarks.append(f"{NAME}: {label['workbook.lost']} {lost}")
    return replace(run, workbook=made.data, remarks=tuple(remarks))


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
    for place in people.binding.secret_columns:
        cells[place] = [label["workbook.not_kept"]] * len(kept)
    names = extract.frame.column_names
    made = _annotation(people, notes, verdict, label, numbers, range(1, len(names) + 1), header + len(kept))
    return replace(
        made,
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
