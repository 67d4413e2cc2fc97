"""Everybody's Subject: those that a plan holds and those that were handed over, and who among them is meant."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels import folding
from pipeline.kernels.columns import flat
from pipeline.match import nearest
from pipeline.model.fields import CERTIFICATE, SINCE
from pipeline.plan import saved
from pipeline.plan.saved import SavedRun
from pipeline.state import records

COLUMNS = (*CERTIFICATE, "origin", "subject_case")

HANDED_OVER, PLANNED = "handed over", "planned"


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """One row that has a Subject: whose it is, where it is from, and the job's rule for upper and lower case."""

    tenant: str
    external_id: str
    login: str
    subject: str
    issuer: str
    origin: str
    subject_case: str

    @property
    def name(self) -> str:
        """Name the person as System Configurator finds them."""
        return f"login {self.login!r}" if self.login else f"ExternalId {self.external_id!r}"

    @property
    def handed_over(self) -> bool:
        """Say whether an import file with it has been written."""
        return self.origin.startswith(HANDED_OVER)


@dataclass(frozen=True, slots=True)
class SubjectMatch:
    """How near a value comes to a Subject: byte for byte, in all but case, in all but the way accents are composed."""

    degree: Literal["exact", "case", "composed", "none"]
    holders: tuple[SubjectRecord, ...] = ()


@dataclass(frozen=True)
class Subjects:
    """The Subjects that a value is compared with: ``table`` has ``COLUMNS`` (``string``, no nulls)."""

    table: pa.Table

    @cached_property
    def spelled(self) -> pa.StringArray:
        """Give every Subject, letter for letter."""
        return flat(self.table["subject"])

    @cached_property
    def folded(self) -> pa.StringArray:
        """Give every Subject without case, only to find who may be meant."""
        return folding.fold(self.spelled)

    @property
    def count(self) -> int:
        """Count the different Subjects."""
        return len(pc.unique(self.spelled))

    def like(self, value: str) -> SubjectMatch:
        """Find whose Subject a value is: folding finds, bytes judge (design §1, rule 1)."""
        if exact := self._where(self.spelled, value):
            return SubjectMatch("exact", exact)
        alike = self._where(self.folded, folding.fold_text(value))
        in_case = tuple(holder for holder in alike if holder.subject.lower() == value.lower())
        if in_case:
            return SubjectMatch("case", in_case)
        return SubjectMatch("composed", alike) if alike else SubjectMatch("none")

    def closest(self, value: str) -> str:
        """Give the most similar Subject, "" where none is close."""
        return nearest.spellings([value], self.spelled, np.ones(len(self.spelled), np.bool_))[0]

    def _where(self, texts: pa.StringArray, wanted: str) -> tuple[SubjectRecord, ...]:
        """Give the rows of that text, each person once; what was handed over says more than what was planned."""
        rows = self.table.filter(pc.equal(texts, pa.scalar(wanted, pa.string()))).to_pylist()
        rows.sort(key=lambda row: str(row["origin"]))
        once = {tuple(row[name] for name in CERTIFICATE): row for row in reversed(rows)}
        return tuple(SubjectRecord(**row) for row in reversed(once.values()))


def of_run(run: SavedRun) -> Subjects:
    """Gather the Subjects of one run's plan, and those that its job has handed over.

    Raises:
        StateProblem: the job's memory cannot be believed.
    """
    return Subjects(pa.concat_tables(_parts(run.folder.parent, run)))


def of_all(runs: Path) -> Subjects:
    """Gather the Subjects of the newest plan of every job below a folder of runs, and all that was handed over.

    Raises:
        StateProblem: a job's memory cannot be believed.
        UsageProblem: the newest plan of a job cannot be read.
    """
    jobs = sorted(each for each in runs.iterdir() if each.is_dir()) if runs.is_dir() else []
    parts = [part for job in jobs for part in _parts(job, _newest(job))]
    return Subjects(pa.concat_tables(parts) if parts else _table([], "", ""))


def _newest(job: Path) -> SavedRun | None:
    """Find the newest run of a job that made a plan; a check makes none, and one that was killed has no manifest."""
    whole = ("plan.json", "manifest.json")
    folders = sorted(each for each in job.iterdir() if all((each / name).is_file() for name in whole))
    return saved.read(folders[-1]) if folders else None


def _parts(job: Path, run: SavedRun | None) -> Iterator[pa.Table]:
    case = "exact" if run is None else str(run.plan.policy.get("subject_case", "exact"))
    handed = records.handed_over(job / "state.db")
    name = job.name if run is None else run.manifest.job or job.name  # a folder may have been moved
    since = pc.binary_join_element_wise(f"{HANDED_OVER} by {name}", flat(handed[SINCE]), " in ")
    columns = {column: flat(handed[column]) for column in CERTIFICATE}
    yield pa.table(columns | {"origin": since, "subject_case": pa.array([case] * len(since), pa.string())})
    if run is not None:
        rows = [change for change in run.plan.changes if change["kind"] != "delete"]
        done = HANDED_OVER if (run.folder / "out").exists() else PLANNED  # a list alone has files, but no memory
        yield _table(rows, f"{done} by {name} in {run.folder.name}", case)


def _table(rows: list[dict[str, str]], origin: str, case: str) -> pa.Table:
    columns = {name: [row[name] for row in rows] for name in CERTIFICATE}
    columns |= {"origin": [origin] * len(rows), "subject_case": [case] * len(rows)}
    return pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()})
