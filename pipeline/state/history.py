"""Run history, and deletion of old run folders on request."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from pipeline.model.errors import UsageProblem
from pipeline.model.printed import Cell, Column, Line, Printed, Table
from pipeline.state import files, lock, records, run_folders
from pipeline.state.records import RunRecord

_AGE = re.compile(r"([0-9]{1,5})d")
_RUN = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}")


@dataclass(frozen=True, slots=True)
class RunHistory:
    """Runs by job, the newest first."""

    runs: tuple[tuple[str, RunRecord], ...]

    def document(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        runs = [{"job": job, **msgspec.to_builtins(entry), **_columns(entry)} for job, entry in self.runs]
        return {"command": "history", "outcome": "ok", "exit_code": 0, "runs": runs}

    def lines(self) -> Iterator[Printed]:
        """Yield a line a run; "-" stands for a run that was never verified."""
        if not self.runs:
            yield "There was no run yet."
            return
        heads = [Column(name) for name in ("started", "job", "run", "command", "outcome")]
        yield Table.of([*heads, *(Column(name, is_number=True) for name in COLUMNS)], self._rows())

    def _rows(self) -> Iterator[list[Cell]]:
        for job, entry in self.runs:
            numbers = ("-" if number is None else f"{number}" for number in _columns(entry).values())
            outcome = Line(entry.outcome, STYLES.get(entry.outcome, "red"))
            yield [entry.started, job, entry.run, entry.command, outcome, *numbers]


STYLES = {"ok": "green", "changes": "green", "rejected": "yellow"}
"""The colour of an outcome on a terminal; every other one stopped the run."""

COLUMNS = ("written", "verified", "unchanged", "rejected")


def _columns(entry: RunRecord) -> dict[str, int | None]:
    """Return the numbers of a run: None if it was never verified, or delivered nothing that could be."""
    counts = entry.counts
    written = sum(counts.get(name, 0) for name in ("create", "change", "case_change", "delete"))
    numbers = (
        written if entry.delivered else 0,
        counts.get("verified"),
        counts.get("unchanged"),
        counts.get("rejected"),
    )
    return dict(zip(COLUMNS, numbers, strict=True))


def read_history(runs: Path, job: str | None) -> RunHistory:
    """Read the history of one job, or of every job below the folder of runs.

    Raises:
        StateProblem: a job's state cannot be believed.
        UsageProblem: there is no such job.
        OSError: a folder belongs to another account.
    """
    if not runs.is_dir():
        raise UsageProblem(
            f"There is no folder {runs}.", advice="Run a job first, or name the folder of its runs with --runs DIR."
        )
    jobs = sorted(each for each in runs.iterdir() if each.is_dir())  # glob passes over a folder that may not be read
    states = [state for state in (each / "state.db" for each in jobs) if state.exists()]
    name = job if job is None or any(state.parent.name == job for state in states) else Path(job).stem
    chosen = [state for state in states if name in {None, state.parent.name}]
    if name is not None and not chosen:
        known = ", ".join(state.parent.name for state in states) or "none"
        raise UsageProblem(
            f"No job {job!r} has run below {runs}.",
            advice=f"Use a job that has run: {known}; or name another folder with --runs DIR.",
        )
    entries = [(state.parent.name, entry) for state in chosen for entry in records.history(state)]
    if len(chosen) > 1:  # within one job the order is that in which the runs ended, whatever its clock showed
        entries.sort(key=lambda each: each[1].started, reverse=True)
    return RunHistory(tuple(entries))


def purge(runs: Path, older_than: str) -> list[Path]:
    """Delete the run folders that are older than so many days (``90d``); states and the latest runs stay.

    Raises:
        UsageProblem: it is not an age.
        LockProblem: a job whose folders are old is at work; those of the jobs before it are gone.
        OSError: a folder cannot be deleted.
    """
    age = _AGE.fullmatch(older_than)
    if age is None:
        raise UsageProblem("purge needs an age in days.", advice="Write --older-than 90d, for example.")
    limit = f"{datetime.now(UTC) - timedelta(days=int(age[1])):%Y%m%dT%H%M%SZ}"
    kept = cache(_newest)
    old = [
        folder
        for folder in sorted(runs.glob("*/*"))
        if _RUN.fullmatch(folder.name) and folder.name < limit and folder not in kept(folder.parent)
    ]
    for job, folders in groupby(old, lambda folder: folder.parent):
        with lock.held(job):  # or the folder of a run that is at work could be among them
            for folder in folders:
                files.remove_folder(folder)
    return old


def _newest(job: Path) -> set[Path | None]:
    """Return the folders of the newest run and of the newest that delivered something."""
    return {run_folders.pointed_to(job / name) for name in run_folders.POINTERS}
