"""The command ``init``: read the list, ask what is missing, write the job file and what it needs."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.base import ColumnsUnknown
from mappings.bind import bind, choose, recogniser
from mappings.load import load_source_mapping, region_keys
from mappings.model import HeadersAmbiguous, HeadersUnknown
from pipeline.config import language as language_choice
from pipeline.config import request
from pipeline.config.job_file.schema import job_schema
from pipeline.config.load import load_job
from pipeline.extract.open_source import mappings_for, open_source
from pipeline.model import texts
from pipeline.model.command_line import command
from pipeline.model.errors import UsageProblem
from pipeline.model.texts import Texts
from pipeline.setup.init import job_file, own_mapping
from pipeline.setup.init.job_file import SCHEMA, Answers
from pipeline.setup.init.own_mapping import OwnMapping
from pipeline.state import files

Ask = Callable[[str], str]
"""Asks a person one question and returns the answer, "" if there is none."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The files that were written, the job file first; ``open`` is what must still be filled in by hand."""

    files: tuple[Path, ...]
    mapping: str
    open: str

    @property
    def next(self) -> str:
        """Return the next command, after what is still missing."""
        return f"{self.open}{command('check', self.files[0])}"

    def document(self) -> dict[str, Any]:
        """Return it as the JSON document of the command."""
        head = {"command": "init", "outcome": "ok", "exit_code": 0}
        return head | {"files": [str(path) for path in self.files], "mapping": self.mapping, "next": self.next}

    def lines(self) -> Iterator[str]:
        """Return it as text."""
        yield from (f"written: {path}" for path in self.files)
        yield f"mapping: {self.mapping}"
        yield f"\nnext: {self.next}"


def write(
    roster: Path | None, folder: Path, options: Mapping[str, Mapping[str, Any]], lang: str | None, ask: Ask | None
) -> Begun:
    """Write a job file for a list. What ``options`` leave out is asked, if ``ask`` can; no file is replaced.

    A folder that is not there yet is made, as ``schedule -o`` makes it.

    Raises:
        UsageProblem: there is no list, an answer is wrong, or a file exists or cannot be written.
        SourceError, ChoiceNeeded: the list cannot be read, or more than one sheet fits.
        MappingError: there is no region of that name.
    """
    label = texts.get(language_choice.chosen(lang))
    path = roster or Path(_asked(ask, label["init.ask.list"]) or "")
    if not path.name:
        raise UsageProblem("No list of people is named.", advice=f"Name it: {command('init', 'agents.xlsx')}")
    target = folder / f"{path.stem}.toml"
    _refuse_old(target)
    tables = {name: dict(keys) for name, keys in options.items()}
    tenant, region, directory = tables["tenant"], tables["tenant"], tables["directory"]
    tenant["name"] = tenant.get("name") or _asked(ask, label["init.ask.tenant"])
    region["region"] = region.get("region") or _asked(ask, label("init.ask.region", regions=region_keys()))
    named = directory.get("path") or _asked(ask, label["init.ask.directory"])
    directory["path"] = Path(named) if named else None
    if directory["path"] is not None and not directory["path"].is_file():
        raise UsageProblem(f"{directory['path']}: there is no such file.", advice="Check the path of --directory.")
    given = request.from_options("check", path, _filled(tables), Path("runs"))
    name, made = _mapping(given)
    contents = _contents(given, target, name, made, label)
    written = _write_all(contents)
    load_job(target)  # what was written is read once, so that a file of ours that is wrong is found here
    return Begun(written, name, _still_open(given, made, target))


def _mapping(given: request.RunRequest) -> tuple[str, OwnMapping | None]:
    """Return the name of the mapping that fits the list, or a new one if none does."""
    settings, mappings = given.job.roster, mappings_for(given.job.roster)
    source = open_source(settings, lambda *_: None)
    try:
        headers = source.read(recogniser(mappings)).frame.column_names
        best = choose(mappings, headers)
        bind(best, headers)
    except (ColumnsUnknown, HeadersUnknown, HeadersAmbiguous):
        extract = open_source(settings, lambda *_: None).read(own_mapping.looks_like_headers)
        return f"{given.source.stem}-mapping.toml", own_mapping.recognise(extract, load_source_mapping("spreadsheet"))
    return best.name, None


def _contents(
    given: request.RunRequest, target: Path, name: str, made: OwnMapping | None, label: Texts
) -> dict[Path, str]:
    """Return the text of every file, the job file first."""
    roster, folder, directory = given.job.roster, target.parent, given.job.directory
    answers = Answers(
        tenant=given.job.tenant.name if given.job.tenant else "",
        region=given.job.tenant.region if given.job.tenant else "",
        kind=roster.kind,
        path=_relative(given.source, folder),
        sheet=getattr(roster, "sheet", None) or "",
        encoding=getattr(roster, "encoding", None) or "",
        mapping=name,
        mapping_is_new=made is not None,
        directory_kind=directory.kind if directory is not None else "",
        directory=_relative(getattr(directory, "path", None), folder),
    )
    contents = {target: "\n".join([*job_file.render(answers, label), ""])}
    if made is not None:
        known = load_source_mapping("spreadsheet")
        contents[folder / name] = "\n".join([*own_mapping.render(made, given.source.name, known, label), ""])
    if not (folder / SCHEMA).exists():
        contents[folder / SCHEMA] = json.dumps(job_schema(), indent=2) + "\n"
    return contents


def _write_all(contents: Mapping[Path, str]) -> tuple[Path, ...]:
    for path in contents:
        _refuse_old(path)
    written: list[Path] = []
    try:
        for path, text in contents.items():
            files.make_folders(path.parent)
            files.write_new(path, [text.encode()])
            written.append(path)
    except OSError as error:
        files.remove(*written)
        raise UsageProblem(
            f"{error.filename}: cannot be written ({error.strerror}).", advice="Name a folder that can be written."
        ) from None
    return tuple(written)


def _still_open(given: request.RunRequest, made: OwnMapping | None, target: Path) -> str:
    if made is not None and not made.has_identity:
        return f"Name the header of the Login in {target.parent / f'{target.stem}-mapping.toml'}, then run: "
    if given.job.tenant is None or not (given.job.tenant.name and given.job.tenant.region):
        return f"Fill in tenant and region in {target} (a check needs neither): "
    return ""


def _filled(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Remove what has no answer, such as a tenant without a region."""
    filled = {name: {key: value for key, value in keys.items() if value} for name, keys in tables.items()}
    return {name: keys for name, keys in filled.items() if keys}


def _asked(ask: Ask | None, question: str) -> str:
    return ask(question).strip() if ask is not None else ""


def _relative(path: Path | None, folder: Path) -> str:
    """Return a path as seen from the job file; as it is on another drive."""
    if path is None:
        return ""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return str(path.absolute())


def _refuse_old(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise UsageProblem(f"{path}: exists already and is not replaced.", advice="Name another folder with -o.")
