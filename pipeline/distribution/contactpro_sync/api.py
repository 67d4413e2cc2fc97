"""The Python API: ``check``, ``plan`` and ``run`` do what the commands do, and return frames instead of printing.

They make the same run folder with the same files, under the same lock and the same guards. They print nothing, end no
process and touch no signal handler, so a notebook, a test or a task of a scheduler can call them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.result import RunResult

ProgressCallback = Callable[[str, int, int | None], None]
"""Called with a source ("roster", "directory", "delivery"), the people so far, and their total or None."""


class SyncError(Exception):
    """A job that cannot begin, or a result that ``raise_for_outcome`` refuses.

    ``exit_code`` is the code with which the command would end, ``advice`` is what to do next.
    """

    def __init__(self, message: str, *, exit_code: int, advice: str) -> None:
        """Keep the message, the exit code and the next step."""
        super().__init__(message)
        self.exit_code = exit_code
        self.advice = advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job file, or a list of people with the options of the command line.

    ``source`` is the job file (``.toml``) or the list. The other fields are the options of ``contactpro-sync run``;
    beside a job file only ``runs``, ``wave`` and ``lang`` are allowed. ``runs`` is the folder of the run folders.
    """

    source: str | Path = field(kw_only=False)
    tenant: str | None = None
    region: str | None = None
    directory: str | Path | None = None
    sheet: str | None = None
    encoding: str | None = None
    password: str | None = None
    mapping: str | None = None
    email_attribute: str | None = None
    layout: str | None = None
    rows_per_file: int | None = None
    on_reject: Literal["skip", "stop"] | None = None
    on_case_mismatch: Literal["reject", "use_directory"] | None = None
    wave: str | None = None
    lang: Literal["en", "de"] | None = None
    runs: str | Path = "runs"


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a check, a plan or a run.

    Attributes:
        summary: the document that ``--json`` prints (design §7).
        folder: the run folder.
        people: one line a row of the list, columns ``row`` (Int64, the number in the file; NA in a directory),
            ``status`` ("accepted", "rejected", "dropped"), ``external_id``, ``login``, ``email``, ``tenant``,
            ``subject``, ``issuer`` (str). Empty if the list was not read.
        issues: one line a finding, columns ``code``, ``severity``, ``source``, ``sheet``, ``row`` (Int64), ``column``,
            ``value``, ``message``, ``fix``, ``key`` (str).
        changes: one line a change of the plan, columns ``kind`` ("create", "subject", "case", "issuer", "rename",
            "delete"), ``tenant``, ``external_id``, ``login``, ``subject``, ``issuer`` and ``was_login``,
            ``was_external_id``, ``was_subject``, ``was_issuer`` (str). Empty if there is no plan.
        unreached: a sentence for each target of ``[notify]`` that was not reached.
    """

    summary: dict[str, Any]
    folder: Path
    people: "pd.DataFrame"
    issues: "pd.DataFrame"
    changes: "pd.DataFrame"
    unreached: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """Return the name of the exit code: "ok", "rejected", "guarded", … (design §5)."""
        return str(self.summary["outcome"])

    @property
    def exit_code(self) -> int:
        """Return the code with which the command would have ended."""
        return int(self.summary["exit_code"])

    @property
    def counts(self) -> dict[str, int]:
        """Return the counts of rows and changes."""
        return dict(self.summary["counts"])

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the import files."""
        return tuple(self.folder / file["path"] for file in self.summary["files"])

    def raise_for_outcome(self, *, allow_rejected: bool = True) -> None:
        """Raise if the run was stopped; rejected rows do not stop it unless ``allow_rejected`` is False.

        Raises:
            SyncError: the run was stopped, with the message and the next step of the summary.
        """
        from pipeline.model.exit_codes import EXIT_CODES, REJECTED

        refused = not EXIT_CODES[self.exit_code].delivered or (self.exit_code == REJECTED.code and not allow_rejected)
        if refused:
            message = self.summary["message"] or f"The run ended as {self.outcome}."
            raise SyncError(message, exit_code=self.exit_code, advice=self.summary["next"])


def check(job: Job, *, progress: ProgressCallback | None = None) -> Result:
    """Find everything that is wrong with the list; no import file is written.

    Raises:
        SyncError: the job cannot begin: a wrong key or option, a list that is not there, another run at work.
    """
    return _do("check", job, progress)


def plan(job: Job, *, progress: ProgressCallback | None = None) -> Result:
    """Compare the list with Contact Pro and seal the changes; no import file is written.

    Raises:
        SyncError: as ``check``.
    """
    return _do("plan", job, progress)


def run(job: Job, *, progress: ProgressCallback | None = None) -> Result:
    """Write the import files, then deliver and notify if the job file wants it.

    Raises:
        SyncError: as ``check``.
    """
    return _do("run", job, progress)


def _do(command: str, job: Job, progress: ProgressCallback | None) -> Result:
    from contextlib import nullcontext

    from pipeline.deliver import after_run as delivering
    from pipeline.extract import read
    from pipeline.extract.open_source import refuse_missing
    from pipeline.model import errors
    from pipeline.notify import after_run as notifying
    from pipeline.reports.summary import summary
    from pipeline.run import run as run_request
    from pipeline.state import lock

    counted = progress if progress is not None else _ignore
    try:
        request = _request(command, job)
        refuse_missing(request)
        alone = lock.held(request.runs / request.name) if request.plans else nullcontext()
        with alone, read.reading(request, counted) as sources:
            done = run_request(request, sources, lambda _: None)
    except Exception as problem:
        if isinstance(problem, OSError):
            problem = errors.file_problem(problem)
        end, advice = errors.exit_of(problem), errors.advice_for(problem)
        if not advice:
            raise  # a defect of ours keeps its traceback
        raise SyncError(str(problem), exit_code=end.code, advice=advice) from None
    document = summary(done)
    if delivering.is_wanted(request, document):
        sent, _ = delivering.document(request, document, lambda sent, all_: counted("delivery", sent, all_))
        document = delivering.with_delivery(document, sent)
    settings = request.job.notify if request.emits else None
    unreached = notifying.notify(settings, request.name, document) if settings is not None else []
    return Result(document, done.folder, _people(done), _issues(done), _changes(done), tuple(unreached))


def _request(command: str, job: Job) -> Any:  # noqa: ANN401 - a RunRequest, whose module is imported late
    from pipeline.config import request
    from pipeline.config.option_keys import OPTION_KEYS

    tables: dict[str, dict[str, Any]] = {}
    for name, (table, key) in OPTION_KEYS.items():
        value = getattr(job, name)
        if value is not None:
            tables.setdefault(table, {})[key] = Path(value) if key == "path" else value
    return request.from_options(command, Path(job.source), tables, Path(job.runs), wave=job.wave, lang=job.lang)


def _ignore(_part: str, _read: int, _of: int | None) -> None:
    """Ignore the progress."""


def _frame(columns: Mapping[str, Any]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame({name: pd.Series(values, dtype=_dtype(name)) for name, values in columns.items()})


def _dtype(column: str) -> str:
    return "Int64" if column == "row" else "str"


def _people(done: "RunResult") -> "pd.DataFrame":
    names = ("external_id", "login", "email", "tenant")
    if done.people is None:
        return _frame(dict.fromkeys(("row", "status", *names, "subject", "issuer"), ()))
    import numpy as np

    people, rows = done.people, done.people.extract.origin.rows
    status = np.where(done.rejected, "rejected", np.where(done.dropped, "dropped", "accepted"))
    columns: dict[str, Any] = {"row": list(rows) if rows is not None else [None] * len(people), "status": status}
    columns |= {name: people.texts(name).to_pylist() for name in names}
    subject = done.subject.to_pylist() if done.subject is not None else [""] * len(people)
    return _frame(columns | {"subject": subject, "issuer": people.texts("issuer").to_pylist()})


def _issues(done: "RunResult") -> "pd.DataFrame":
    from pipeline.reports.issue_lines import issues
    from pipeline.reports.rows.issue_list import Issue

    found = issues(done)
    return _frame({name: [getattr(each, name) for each in found] for name in Issue.__struct_fields__})


def _changes(done: "RunResult") -> "pd.DataFrame":
    from pipeline.model.fields import CERTIFICATE
    from pipeline.plan.diff import WAS

    names = ("kind", *CERTIFICATE, *WAS)
    if done.plan is None:
        return _frame(dict.fromkeys(names, ()))
    return _frame({name: done.plan.changes[name].to_pylist() for name in names})
