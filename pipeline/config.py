"""The job file, and the same settings made from a command line: read once, frozen, never half right.

The only room that reads the environment. Unknown keys, wrong types and impossible values are refused together, each
with file, key and what to write instead (design §8).
"""

import difflib
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from pipeline.errors import UsageProblem

NO_COUNT_LIMIT = None
TABLE_SUFFIXES = {".csv": "csv", ".tsv": "csv", ".txt": "csv"} | dict.fromkeys(
    (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), "excel"
)


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Tenant(_Settings):
    """The Contact Pro tenant and the region of its login service, as the user wrote them."""

    name: str
    region: str


class FileSource(_Settings):
    """A workbook or a text table."""

    kind: Literal["csv", "excel"]
    path: Path = Field(strict=False)
    mapping: str | None = None
    email_attribute: str | None = None
    saml_attribute: str | None = None
    sheet: str | None = None
    encoding: str | None = None

    @model_validator(mode="after")
    def _keys_fit_the_kind(self) -> "FileSource":
        if self.kind == "csv" and self.sheet is not None:
            raise ValueError('sheet: only a workbook (kind = "excel") has sheets')
        if self.kind == "excel" and self.encoding is not None:
            raise ValueError('encoding: only a text file (kind = "csv") has one to choose')
        return self


class NoSource(_Settings):
    """No directory at all: letters cannot be proved, and the report says so."""

    kind: Literal["none"]
    saml_attribute: str | None = None


Directory = Annotated[FileSource | NoSource, Field(discriminator="kind")]


class Baseline(_Settings):
    """What Contact Pro has today."""

    kind: Literal["none", "state", "contact_pro_export"] = "none"
    path: Path | None = Field(default=None, strict=False)


class Policy(_Settings):
    """What the user decided for the cases that only the user can decide."""

    on_reject: Literal["skip", "stop"] = "skip"
    on_case_mismatch: Literal["reject", "use_directory"] = "reject"
    subject_case: Literal["exact", "lower"] = "exact"
    delete: Literal["never", "certificate", "user"] = "never"


class Budget(_Settings):
    """How much may change in one run: ``percent`` of the baseline, asleep below ``min_population``; ``max`` always."""

    max: int | None = Field(default=NO_COUNT_LIMIT, ge=0)
    percent: float | None = Field(default=None, ge=0, le=100)
    min_population: int = Field(default=0, ge=0)


class Budgets(_Settings):
    """The budgets of design §8, with its defaults."""

    create: Budget = Budget(percent=50, min_population=10)
    change: Budget = Budget(max=50, percent=30, min_population=10)
    delete: Budget = Budget(max=0)


class Guards(_Settings):
    """When a source looks too small to be believed."""

    min_rows: int = Field(default=1, ge=0)
    max_shrink_percent: float = Field(default=20, ge=0, le=100)


class Output(_Settings):
    """The shape of the import files."""

    layout: str = "certificates"
    rows_per_file: int = Field(default=500, ge=1)


class Notify(_Settings):
    """Who is told."""

    on: Literal["failure", "guard", "change", "always"] = "failure"
    urls: tuple[str, ...] = Field(default=(), strict=False)


class Job(_Settings):
    """One job: where people are listed, what proves them, what may happen, and what comes out."""

    version: Literal[1]
    tenant: Tenant | None = None
    roster: FileSource
    directory: Directory | None = None
    baseline: Baseline = Baseline()
    policy: Policy = Policy()
    budgets: Budgets = Budgets()
    guards: Guards = Guards()
    output: Output = Output()
    notify: Notify | None = None


def load_job(path: Path) -> Job:
    """Read a job file (TOML, ``version = 1``); its paths are relative to the file.

    Raises:
        UsageProblem: it is missing, is no TOML, or has unknown keys or impossible values: all of them at once.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise UsageProblem(f"{path}: there is no such job file.", advice="Check the path.") from None
    except IsADirectoryError:
        raise UsageProblem(f"{path}: is a folder, not a job file.", advice="Name the .toml file in it.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageProblem(f"{path}: is not a readable TOML file: {error}.", advice="Correct the line.") from None
    if "version" not in table:
        raise UsageProblem(f"{path}: has no `version = 1`.", advice="Write `version = 1` as the first line.")
    job = _checked(table, path.name)
    return job.model_copy(update=_absolute_paths(job, path.resolve().parent))


def job_from(table: dict[str, Any]) -> Job:
    """Make the same settings from the options of a command line, which are named as the last key of their place.

    Raises:
        UsageProblem: a part has an impossible value.
    """
    return _checked({"version": 1} | table, "")


def kind_of(path: Path) -> Literal["csv", "excel"]:
    """Choose the connector by the file's ending; the reader then says what the file really is.

    Raises:
        UsageProblem: the ending tells nothing.
    """
    kind = TABLE_SUFFIXES.get(path.suffix.lower())
    if kind is None:
        known = " ".join(TABLE_SUFFIXES)
        raise UsageProblem(f"{path}: cannot tell by its ending what it is.", advice=f"Known endings: {known} .toml")
    return "csv" if kind == "csv" else "excel"


def _absolute_paths(job: Job, base: Path) -> dict[str, Any]:
    """Resolve the paths of a job against its folder, and mappings given as files too."""
    moved: dict[str, Any] = {}
    for name in ("roster", "directory", "baseline"):
        part = getattr(job, name)
        changes: dict[str, Any] = {}
        if getattr(part, "path", None) is not None:
            changes["path"] = base / part.path
        if (mapping := getattr(part, "mapping", None)) and mapping.endswith(".toml"):
            changes["mapping"] = str(base / mapping)
        if changes:
            moved[name] = part.model_copy(update=changes)
    if job.output.layout.endswith(".toml"):
        moved["output"] = job.output.model_copy(update={"layout": str(base / job.output.layout)})
    return moved


def _checked(table: dict[str, Any], where: str) -> Job:
    try:
        return Job.model_validate(table)
    except ValidationError as error:
        if where:
            lines = [f"{where}: {_sentence(item, _key(item))}" for item in error.errors(include_url=False)]
            raise UsageProblem("\n".join(lines), advice="Correct the job file and run again.") from None
        lines = [_sentence(item, f"--{item['loc'][-1]}".replace("_", "-")) for item in error.errors(include_url=False)]
        raise UsageProblem("\n".join(lines), advice="Correct the option and run again.") from None


def _key(item: ErrorDetails) -> str:
    """Name a key with the tables above it, as ``budgets.create.max``."""
    return ".".join(_steps(item))


def _steps(item: ErrorDetails) -> list[str]:
    steps = [str(step) for step in item["loc"]]
    if len(steps) > 1 and steps[0] == "directory" and steps[1] in {"csv", "excel", "none"}:
        del steps[1]  # the kind by which the table was chosen is no key of the file
    return steps


def _sentence(item: ErrorDetails, key: str) -> str:
    """Say one thing that pydantic found in the words of the job file or the command line."""
    if item["type"] == "extra_forbidden":
        return f"unknown key `{key}`.{_did_you_mean(_steps(item))}"
    if item["type"] == "missing":
        return f"`{key}` is missing."
    if item["type"] == "value_error":
        return f"`{key}`: {item['ctx']['error']}."
    return f"`{key}`: {item['msg']} (found: {str(item['input'])[:60]!r})."


def _did_you_mean(steps: list[str]) -> str:
    known = sorted(_keys_at(steps[:-1]))
    close = difflib.get_close_matches(steps[-1], known, n=1, cutoff=0.5)
    return (f" Did you mean `{close[0]}`?" if close else "") + f" Known here: {', '.join(known)}."


def _keys_at(steps: Iterable[str]) -> set[str]:
    """List the keys that a table of the job file may have."""
    models: dict[str, type[BaseModel]] = {
        "tenant": Tenant,
        "roster": FileSource,
        "directory": FileSource,
        "baseline": Baseline,
        "policy": Policy,
        "budgets": Budgets,
        "guards": Guards,
        "output": Output,
        "notify": Notify,
    }
    model: type[BaseModel] = Job
    for step in steps:
        model = Budget if model is Budgets else models.get(step, model)
    return set(model.model_fields)
