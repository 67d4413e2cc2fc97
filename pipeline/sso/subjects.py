"""All known Subjects, from plans and from the state, and a lookup by value."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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

COLUMNS = (*CERTIFICATE, "origin", "subject_case", "job")

DELIVERED, PLANNED, WANTED = "delivered", "planned", "wanted"


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """One certificate: its user, its origin (a run), the job and that job's rule for upper and lower case."""

    tenant: str
    external_id: str
    login: str
    subject: str
    issuer: str
    origin: str
    subject_case: str
    job: str = ""

    @property
    def name(self) -> str:
        """Return the key by which System Configurator finds the user."""
        return f"login {self.login!r}" if self.login else f"ExternalId {self.external_id!r}"

    @property
    def delivered(self) -> bool:
        """Return True if the certificate is in an import file."""
        return self.origin.startswith(DELIVERED)

    def is_another_user(self, other: "SubjectRecord") -> bool:
        """Return True if both records have a Login or an ExternalId to compare, and none of them is equal."""
        keys = ((self.external_id, other.external_id), (self.login.casefold(), other.login.casefold()))
        compared = [one == two for one, two in keys if one and two]
        return bool(compared) and not any(compared)


@dataclass(frozen=True, slots=True)
class SubjectMatch:
    """The Subjects nearest to a value: equal byte for byte, except for case, except for composed accents, or none."""

    degree: Literal["exact", "case", "composed", "none"]
    holders: tuple[SubjectRecord, ...] = ()


@dataclass(frozen=True)
class Subjects:
    """The Subjects that a value is compared with.

    ``table`` has ``COLUMNS`` (``string``, no nulls); ``plans`` is the newest plan of each job, by the job's name.
    """

    table: pa.Table
    plans: Mapping[str, SavedRun] = field(default_factory=dict)

    @cached_property
    def spelled(self) -> pa.StringArray:
        """Return every Subject as it is spelled."""
        return flat(self.table["subject"])

    @cached_property
    def folded(self) -> pa.StringArray:
        """Return every Subject with case folded, for lookups only."""
        return folding.fold(self.spelled)

    @property
    def count(self) -> int:
        """Count the different Subjects."""
        return len(pc.unique(self.spelled))

    def find(self, value: str) -> SubjectMatch:
        """Find the Subjects nearest to a value: look up with case folded, compare bytes (design §1, rule 1)."""
        if exact := self._rows(self.spelled, value):
            return SubjectMatch("exact", exact)
        similar = self._rows(self.folded, folding.fold_text(value))
        in_case = tuple(holder for holder in similar if holder.subject.lower() == value.lower())
        if in_case:
            return SubjectMatch("case", in_case)
        return SubjectMatch("composed", similar) if similar else SubjectMatch("none")

    def has(self, value: str | None) -> bool:
        """Return True if a value is a Subject, byte for byte."""
        return bool(value) and pc.any(pc.equal(self.spelled, pa.scalar(value, pa.string()))).as_py() is True

    def is_gone(self, holder: SubjectRecord) -> bool:
        """Return True if the newest plan of the holder's job has this certificate among those who are gone."""
        plan = self.plans.get(holder.job)
        own = tuple(getattr(holder, name) for name in CERTIFICATE)
        return plan is not None and any(tuple(row[name] for name in CERTIFICATE) == own for row in plan.plan.gone)

    def with_local_part(self, value: str) -> str:
        """Return a Subject whose part before the @ is this value, except for case; "" if there is none."""
        found = pc.starts_with(self.folded, folding.fold_text(f"{value}@")) if value and "@" not in value else None
        rows = self.table.filter(found) if found is not None else self.table[:0]
        return str(rows["subject"][0].as_py()) if rows.num_rows else ""

    def closest(self, value: str) -> str:
        """Return the most similar Subject, "" if none is similar."""
        return nearest.spellings([value], self.spelled, self.folded, np.ones(len(self.spelled), np.bool_))[0]

    def _rows(self, texts: pa.StringArray, wanted: str) -> tuple[SubjectRecord, ...]:
        """Return the rows with that text, each certificate once; a delivered one is preferred to a planned one."""
        rows = self.table.filter(pc.equal(texts, pa.scalar(wanted, pa.string()))).to_pylist()
        rows.sort(key=lambda row: str(row["origin"]))
        once = {tuple(row[name] for name in CERTIFICATE): row for row in reversed(rows)}
        return tuple(SubjectRecord(**row) for row in reversed(once.values()))


def read_run(run: SavedRun) -> Subjects:
    """Read the Subjects of one run's plan, and those that its job has delivered.

    Raises:
        StateProblem: the job's state is damaged.
    """
    return Subjects(pa.concat_tables(_tables(run.folder.parent, run)), {_job_name(run.folder.parent, run): run})


def read_all(runs: Path) -> Subjects:
    """Read the Subjects of the newest plan of each job in a folder of runs, and everything that was delivered.

    Raises:
        StateProblem: a job's state is damaged.
        UsageProblem: the newest plan of a job cannot be read.
    """
    jobs = sorted(each for each in runs.iterdir() if each.is_dir()) if runs.is_dir() else []
    newest = [(job, _newest_plan(job)) for job in jobs]
    tables = [table for job, run in newest for table in _tables(job, run)]
    plans = {_job_name(job, run): run for job, run in newest if run is not None}
    return Subjects(pa.concat_tables(tables) if tables else _table([], "", "", ""), plans)


def _newest_plan(job: Path) -> SavedRun | None:
    """Find the newest run that made a plan; a check makes none, and a run that was killed has no manifest.

    A run of another account cannot be read; what it delivered is in the state.
    """
    complete = ("plan.json", "manifest.json")
    readable = (each for each in job.iterdir() if each.is_dir() and os.access(each, os.R_OK | os.X_OK))
    folders = sorted(each for each in readable if all((each / name).is_file() for name in complete))
    return saved.read(folders[-1]) if folders else None


def _job_name(folder: Path, run: SavedRun | None) -> str:
    """Return the name of a job; its folder may have been renamed."""
    return folder.name if run is None else run.manifest.job or folder.name


def _tables(folder: Path, run: SavedRun | None) -> Iterator[pa.Table]:
    case = "exact" if run is None else str(run.plan.policy.get("subject_case", "exact"))
    delivered = records.delivered(folder / "state.db")
    name = _job_name(folder, run)
    since = pc.binary_join_element_wise(f"{DELIVERED} by {name}", flat(delivered[SINCE]), " in ")
    same = {key: pa.array([text] * len(since), pa.string()) for key, text in (("subject_case", case), ("job", name))}
    yield pa.table({column: flat(delivered[column]) for column in CERTIFICATE} | {"origin": since} | same)
    if run is not None:
        rows = [change for change in run.plan.changes if change["kind"] != "delete"]
        done = DELIVERED if (run.folder / "out").exists() else PLANNED  # a list alone has files, but no state
        yield _table(rows, f"{done} by {name} in {run.folder.name}", case, name)
        yield _table(run.plan.taken, f"{WANTED} by {name} in {run.folder.name}", case, name)


def _table(rows: list[dict[str, str]], origin: str, case: str, job: str) -> pa.Table:
    columns = {name: [row[name] for row in rows] for name in CERTIFICATE}
    columns |= {"origin": [origin] * len(rows), "subject_case": [case] * len(rows), "job": [job] * len(rows)}
    return pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()})
