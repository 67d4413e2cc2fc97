"""The job file, and the same settings made from a command line: read once, frozen, never half right.

Unknown keys, wrong types and impossible values are refused together, each with file, key and what to write instead
(design §8).
"""

import difflib
import tomllib
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.config.job import Job
from pipeline.config.secrets import FILE
from pipeline.config.sources import BY_KIND, FileSource
from pipeline.model.errors import UsageProblem

TABLE_SUFFIXES = {".csv": "csv", ".tsv": "csv", ".txt": "csv"} | dict.fromkeys(
    (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), "excel"
)
PATHS = ("path", "certificate", "key", "trust", "saml_metadata")
SECRETS = ("secret", "token")


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
    if isinstance(before := table.setdefault("baseline", {}), dict):
        before.setdefault("kind", "state")
    return _rebased(_checked(table, path.name), path.resolve().parent)


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


def file_at(path: Path, sheet: str | None = None, encoding: str | None = None) -> FileSource:
    """Make a source of a file that stands in no table of its own: its ending says the kind.

    Raises:
        UsageProblem: the ending tells nothing, or a text file has a sheet or a workbook an encoding.
    """
    try:
        return FileSource(kind=kind_of(path), path=path, sheet=sheet, encoding=encoding)
    except ValidationError as error:
        said = error.errors(include_url=False)[0]["ctx"]["error"]
        raise UsageProblem(f"{path}: {said}.", advice="Leave it out.") from None


def _rebased(job: Job, base: Path) -> Job:
    """Resolve every path of a job against its folder: files, mappings and layouts given as files, secrets in files."""
    moved: dict[str, Any] = {}
    for name in ("roster", "directory", "baseline"):
        part = getattr(job, name)
        changes: dict[str, Any] = {key: base / path for key in PATHS if (path := getattr(part, key, None)) is not None}
        if (mapping := getattr(part, "mapping", None)) and mapping.endswith(".toml"):
            changes["mapping"] = str(base / mapping)
        for key in SECRETS:
            if reference := getattr(part, key, None):
                changes[key] = _based(reference, base)
        if changes:
            moved[name] = part.model_copy(update=changes)
    if job.notify is not None:
        urls = tuple(_based(reference, base) for reference in job.notify.urls)
        ping = _based(job.notify.ping, base) if job.notify.ping else None
        moved["notify"] = job.notify.model_copy(update={"urls": urls, "ping": ping})
    if job.output.layout.endswith(".toml"):
        moved["output"] = job.output.model_copy(update={"layout": str(base / job.output.layout)})
    return job.model_copy(update=moved)


def _based(reference: str, base: Path) -> str:
    """Look for a secret in a file beside the job, too."""
    return f"{FILE}{base / reference.removeprefix(FILE)}" if reference.startswith(FILE) else reference


def _checked(table: dict[str, Any], where: str) -> Job:
    try:
        return Job.model_validate(table)
    except ValidationError as error:
        found = error.errors(include_url=False)
        if where:
            lines = [f"{where}: {_sentence(item, '.'.join(_steps(item)[0]))}" for item in found]
            raise UsageProblem("\n".join(lines), advice="Correct the job file and run again.") from None
        lines = [_sentence(item, _option(item)) for item in found]
        raise UsageProblem("\n".join(lines), advice="Correct the option and run again.") from None


def _option(item: ErrorDetails) -> str:
    """Name the option of the command line that an error is about."""
    steps, _ = _steps(item)
    if item["type"] == "value_error" and steps == ["roster"]:  # the table as a whole: its sentence names the key
        key = str(item["ctx"]["error"]).partition(":")[0]
        return f"--{key.replace('_', '-')}"
    name = "directory" if steps == ["directory", "path"] else steps[-1]
    return f"--{name.replace('_', '-')}"


def _steps(item: ErrorDetails) -> tuple[list[str], type[BaseModel]]:
    """Name the keys that lead to a mistake, as ``budgets.create.max``, and the table in which the last one stands."""
    steps: list[str] = []
    table: type[BaseModel] = Job
    inner: type[BaseModel] = Job
    for step in map(str, item["loc"]):
        if steps in (["roster"], ["directory"]) and step in BY_KIND:
            inner = BY_KIND[step]  # the kind by which the table was chosen is no key of the file
            continue
        table = inner
        inner = _table_of(table, step)
        steps.append(step)
    return steps, table


def _table_of(table: type[BaseModel], key: str) -> type[BaseModel]:
    """Find the table that a key holds; the same table where it holds a value."""
    annotation = table.model_fields[key].annotation if key in table.model_fields else None
    models = (each for each in (annotation, *get_args(annotation)) if isinstance(each, type))
    return next((each for each in models if issubclass(each, BaseModel)), table)


def _sentence(item: ErrorDetails, key: str) -> str:
    """Say one thing that pydantic found in the words of the job file or the command line; a secret is never shown."""
    steps, table = _steps(item)
    match item["type"]:
        case "extra_forbidden":
            return f"unknown key `{key}`.{_did_you_mean(steps[-1], table)}"
        case "missing":
            return f"`{key}` is missing."
        case "value_error":
            said = str(item["ctx"]["error"])
            return f"`{key}`: {(said.partition(': ')[2] or said) if key.startswith('--') else said}."
        case "union_tag_invalid":
            return f"`{key}.kind`: there is no kind {item['ctx']['tag']!r}. Known: {item['ctx']['expected_tags']}."
        case "union_tag_not_found":
            return f"`{key}.kind` is missing."
        case "model_type":
            known = ", ".join(_keys_of(_table_of(table, steps[-1])))
            return f"`{key}` is a table with some of the keys {known} (found: {str(item['input'])[:60]!r})."
    found = "" if steps[-1] in SECRETS else f" (found: {str(item['input'])[:60]!r})"
    return f"`{key}`: {item['msg']}{found}."


def _keys_of(table: type[BaseModel]) -> list[str]:
    return sorted(field.alias or name for name, field in table.model_fields.items())


def _did_you_mean(key: str, table: type[BaseModel]) -> str:
    known = _keys_of(table)
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return (f" Did you mean `{close[0]}`?" if close else "") + f" Known here: {', '.join(known)}."
