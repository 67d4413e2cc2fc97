"""The job file, and the same settings made from a command line: read once, frozen, never half right.

Unknown keys, wrong types and impossible values are refused together, each with file, key and what to write instead
(design §8).
"""

import difflib
import tomllib
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connectors.contact_pro_export.connector import Settings as ContactProExport
from connectors.registry import registry
from connectors.settings import SECRET
from pipeline.config.job_file.job import Job
from pipeline.config.job_file.sources import TABLES
from pipeline.config.job_file.typed_keys import is_marked, rebased
from pipeline.model.errors import UsageProblem


def load_job(path: Path) -> Job:
    """Read a job file (TOML, ``version = 1``); its paths are relative to the file.

    Raises:
        UsageProblem: it is missing, is not TOML, or has unknown keys or impossible values: all of them at once.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise UsageProblem(f"{path}: there is no such job file.", advice="Check the path.") from None
    except IsADirectoryError:
        raise UsageProblem(f"{path}: is a folder, not a job file.", advice="Name the .toml file in it.") from None
    except UnicodeDecodeError as error:
        found = f"byte 0x{error.object[error.start]:02X} at offset {error.start}"
        raise UsageProblem(f"{path}: is not UTF-8 ({found}).", advice="Save the job file as UTF-8.") from None
    except OSError as error:
        advice = "Give access to the file and its folder and run again."
        raise UsageProblem(f"{path} cannot be read: {error.strerror}.", advice=advice) from None
    except tomllib.TOMLDecodeError as error:
        raise UsageProblem(f"{path}: is not a readable TOML file: {error}.", advice="Correct the line.") from None
    if "version" not in table:
        raise UsageProblem(f"{path}: has no `version = 1`.", advice="Write `version = 1` as the first line.")
    if isinstance(before := table.setdefault("baseline", {}), dict):
        before.setdefault("kind", "state")
    return rebased(_checked(table, path.name), path.resolve().parent)


def job_from(table: dict[str, Any]) -> Job:
    """Build the same settings from the options of a command line, which are named as the last key of their place.

    Raises:
        UsageProblem: a part has an impossible value.
    """
    return _checked({"version": 1} | table, "")


def file_at(path: Path, sheet: str | None = None, encoding: str | None = None) -> ContactProExport:
    """Return the settings of a users export that a command line names.

    Raises:
        UsageProblem: its ending is unknown, or a text file has a sheet or a workbook an encoding.
    """
    try:
        return ContactProExport(path=path, sheet=sheet, encoding=encoding)
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["ctx"]["error"]
        raise UsageProblem(f"{reason}.", advice="Correct the option and run again.") from None


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
    """Name the keys that lead to a mistake, as ``budgets.create.max``, and the table that contains the last one."""
    steps: list[str] = []
    table: type[BaseModel] = Job
    inner: type[BaseModel] = Job
    for step in map(str, item["loc"]):
        if len(steps) == 1 and step in TABLES.get(steps[0], {}):
            inner = TABLES[steps[0]][step]  # the kind by which the table was chosen is not a key of the file
            continue
        table = inner
        inner = _table_of(table, step)
        steps.append(step)
    return steps, table


def _table_of(table: type[BaseModel], key: str) -> type[BaseModel]:
    """Find the table of a key; the table itself if the key has a value."""
    annotation = table.model_fields[key].annotation if key in table.model_fields else None
    models = (each for each in (annotation, *get_args(annotation)) if isinstance(each, type))
    return next((each for each in models if issubclass(each, BaseModel)), table)


def _sentence(item: ErrorDetails, key: str) -> str:
    """Return one finding of pydantic in the words of the job file or the command line; a secret is never shown."""
    steps, table = _steps(item)
    match item["type"]:
        case "extra_forbidden":
            return _unknown(item, key, table)
        case "missing":
            return f"`{key}` is missing."
        case "value_error":
            text = str(item["ctx"]["error"])
            return f"`{key}`: {(text.partition(': ')[2] or text) if key.startswith('--') else text}."
        case "union_tag_invalid":
            return _no_kind(key, item["ctx"]["tag"], item["ctx"]["expected_tags"])
        case "union_tag_not_found":
            return f"`{key}.kind` is missing."
        case "model_type":
            known = ", ".join(_keys_of(_table_of(table, steps[-1])))
            return f"`{key}` is a table with some of the keys {known} (found: {str(item['input'])[:60]!r})."
    secret = any(is_marked(table.model_fields[step], SECRET) for step in steps if step in table.model_fields)
    found = "" if secret else f" (found: {str(item['input'])[:60]!r})"
    problem = 'must be a list, written in brackets: ["…", "…"]' if item["type"] == "tuple_type" else item["msg"]
    return f"`{key}`: {problem}{found}."


def _no_kind(key: str, kind: str, known: str) -> str:
    if reason := registry().unusable.get(kind):
        return f"`{key}.kind`: the connector {kind!r} of another package cannot be used: {reason}."
    return f"`{key}.kind`: there is no kind {kind!r}. Known: {known}."


def _unknown(item: ErrorDetails, key: str, table: type[BaseModel]) -> str:
    """Return the sentence about a key that its table has not; another kind of the table may have it, or one like it."""
    wrong, known = str(item["loc"][-1]), _keys_of(table)
    name, own = (*map(str, item["loc"]), "")[:2]
    kinds = [kind for kind, each in TABLES.get(name, {}).items() if wrong in _keys_of(each)]
    if kinds:
        return f"`{key}` does not belong to kind {own!r}, only to {' and '.join(map(repr, kinds))}."
    others = [each for table in TABLES.get(name, {}).values() for each in _keys_of(table)]
    close = _closest(wrong, known) or _closest(wrong, others)
    hint = f" Did you mean `{close}`?" if close else ""
    return f"unknown key `{key}`.{hint} Known here: {', '.join(known)}."


def _keys_of(table: type[BaseModel]) -> list[str]:
    return sorted(field.alias or name for name, field in table.model_fields.items())


def _closest(key: str, known: list[str]) -> str | None:
    return next(iter(difflib.get_close_matches(key, known, n=1, cutoff=0.5)), None)
