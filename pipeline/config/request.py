"""Run request: a job, built from a job file or from the options of a command line."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from mappings.load import load_layout, load_regions, load_source_mapping
from mappings.model import Layout, Region
from mappings.regions import find_region
from pipeline.config import language, operator, wave_file
from pipeline.config.job_file.job import Job
from pipeline.config.job_file.layout_check import writable
from pipeline.config.job_file.sources import kind_of
from pipeline.config.load import job_from, load_job
from pipeline.config.option_keys import OPTION_KEYS
from pipeline.config.tenant import own_tenant
from pipeline.model.command_line import commands_in
from pipeline.model.errors import UsageProblem
from pipeline.model.exit_codes import ExitCode

if TYPE_CHECKING:
    from pipeline.kernels.spill import Spill

JOB_FILE = ".toml"

PILOT, REST = "pilot", "rest"
_PERCENT = re.compile(r"(?:0{0,2}[1-9]|0?[1-9][0-9]|100)%")
_OPTION = re.compile(rf"--({'|'.join(sorted(OPTION_KEYS, reverse=True)).replace('_', '-')})\b")
_WITH_VALUE = re.compile(r"[^=,]*[^=,\s][^=,]*=.*\S.*", re.DOTALL)


class Correction(msgspec.Struct, frozen=True):
    """A cell that was corrected on the page: its position in the list, from 0, the text it had, and the new one."""

    row: int
    column: int
    old: str
    new: str


class RunRequest(msgspec.Struct, frozen=True):
    """A job with its name, the regions, layouts and mappings that it names, and the folder of its runs.

    ``source`` and ``options`` are the job file, or the list and its options, so that the run can be repeated.

    ``tenant`` (lower case) and ``region`` are the job's own; "" and None if it leaves them to the rows. ``folder``,
    ``seal`` and ``hashes`` are those of the plan to be emitted, None if a new one is made. ``wave`` is
    the part of the people that is meant, None for all; ``pending`` is the exit code of a plan with changes, if not 0
    other. ``language`` is that of the texts that people read. ``corrections`` are cells
    of the list that were corrected on the page. ``who`` started the run: the user who signed in to the page, else the
    account of this process. ``uploads`` is the folder of the files that a browser sent, which no message names.
    ``memory`` is the most that the run may use (bytes, None for all); ``spill`` is the place of columns that would
    need more, None if all may be in memory.
    """

    command: str
    source: Path
    options: Mapping[str, Mapping[str, Any]]
    name: str
    job: Job
    runs: Path
    tenant: str
    region: Region | None
    regions: tuple[Region, ...]
    layout: Layout
    config_sha256: str | None = None
    folder: Path | None = None
    seal: str | None = None
    hashes: Mapping[str, Any] | None = None
    wave: str | None = None
    pending: ExitCode | None = None
    language: str = "en"
    corrections: tuple[Correction, ...] = ()
    who: str = msgspec.field(default_factory=operator.who)
    uploads: Path | None = None
    memory: int | None = None
    spill: "Spill | None" = None

    @property
    def region_key(self) -> str:
        """Return the key of the job's own region, "" if it leaves it to the rows."""
        return self.region.key if self.region else ""

    @property
    def state(self) -> Path:
        """Return the path of the job's state."""
        return self.runs / self.name / "state.db"

    @property
    def emits(self) -> bool:
        """Return True if import files are wanted; every other command stops before."""
        return self.command in {"run", "emit"}

    @property
    def plans(self) -> bool:
        """Return True if the roster is compared with a baseline."""
        return self.emits or self.command == "plan"

    def named(self, message: str) -> str:
        """Return a message in the words of its user: an uploaded file by its own name, an option as the job's key."""
        if self.uploads is not None:
            return re.sub(re.escape(str(self.uploads)) + r"[\\/]\w+[\\/]", "", message)
        if self.config_sha256 is None or next(commands_in(message), None):
            return message
        return _OPTION.sub(lambda found: self._key(found[1]), message)

    def _key(self, option: str) -> str:
        table, key = OPTION_KEYS[option.replace("-", "_")]
        return f"{key} in [{table}] of {self.source.name}"


def from_options(
    command: str,
    source: Path,
    options: Mapping[str, Mapping[str, Any]],
    runs: Path,
    *,
    wave: str | None = None,
    pending: ExitCode | None = None,
    lang: str | None = None,
    memory: int | None = None,
) -> RunRequest:
    """Build the request of a job file, or of a list of people with options; ``options`` are a job file's tables.

    ``wave`` is the part of the people that is meant; ``pending`` is the exit code of a plan with changes, if not 0;
    ``lang`` is the language that was asked for; ``memory`` is the most that the run may use (bytes).

    Raises:
        UsageProblem: the job file, the language or an option is wrong, or an option is given beside a job file.
        MappingError: there is no region or layout of that name, or the layout's file is wrong.
    """
    given = {table: {k: v for k, v in keys.items() if v is not None} for table, keys in options.items()}
    given = {table: keys for table, keys in given.items() if keys}
    if source.suffix.lower() == JOB_FILE:
        if given:
            raise UsageProblem(
                f"{source} is a job file, which has all settings; given beside it: {_listed(given)}.",
                advice="Write it into the job file, or name the list of people instead of the job file.",
            )
        job = load_job(source)
        made = _request(command, source, {}, job, runs, hashlib.sha256(source.read_bytes()).hexdigest())
        return replace(made, wave=_wave(wave), pending=pending, language=language.chosen(lang), memory=memory)
    if not source.suffix and source.is_dir():
        raise UsageProblem(f"{source}: is a folder, not a file.", advice="Name the list, or the job file, in it.")
    settings = {table: {key: _plain(key, value) for key, value in keys.items()} for table, keys in given.items()}
    given["roster"] = {"kind": kind_of(source), "path": source} | given.get("roster", {})
    if "tenant" in given:
        given["tenant"] = {"name": "", "region": ""} | given["tenant"]
    if "directory" in given:
        if "path" not in given["directory"]:
            raise UsageProblem(
                "--email-attribute names a column of the directory, and there is no --directory.",
                advice="Give --directory FILE too.",
            )
        given["directory"] = {"kind": kind_of(given["directory"]["path"])} | given["directory"]
    made = _request(command, source, settings, job_from(given), runs, None)
    return replace(made, wave=_wave(wave), pending=pending, language=language.chosen(lang), memory=memory)


def _wave(text: str | None) -> str | None:
    """Return a wave with the values of its file, if it names one: ``pilot``, ``rest``, a share, a column with values.

    Raises:
        UsageProblem: it is none of these, or its file cannot be read.
    """
    if text is None or text in {PILOT, REST} or _PERCENT.fullmatch(text):
        return text
    if _WITH_VALUE.fullmatch(text):
        name, _, value = text.partition("=")
        return f"{name}={','.join(wave_file.values(name, Path(value[1:])))}" if value.startswith("@") else text
    raise UsageProblem(
        f"--wave {text}: there is no such wave.",
        advice="Write pilot, a percentage such as 10%, rest, or a column with values such as site=Berlin,Bonn; "
        "login=@FILE has one Login a line.",
    )


def replay(
    command: str,
    source: Path,
    options: Mapping[str, Mapping[str, Any]],
    runs: Path,
    *,
    wave: str | None = None,
    lang: str | None = None,
) -> RunRequest:
    """Build the request of an earlier run again from its ``source`` and ``options``; raises like ``from_options``."""
    settings = {table: {k: Path(v) if k == "path" else v for k, v in keys.items()} for table, keys in options.items()}
    return from_options(command, source, settings, runs, wave=wave, lang=lang)


def _plain(key: str, value: object) -> object:
    """Return an option as JSON can keep it, and so that it means the same in any folder."""
    names_a_file = isinstance(value, Path) or (key in {"mapping", "layout"} and str(value).endswith(JOB_FILE))
    return str(Path(str(value)).absolute()) if names_a_file else value


def _request(
    command: str,
    source: Path,
    options: Mapping[str, Mapping[str, Any]],
    job: Job,
    runs: Path,
    config_sha256: str | None,
) -> RunRequest:
    if not source.stem.strip("."):
        raise UsageProblem(f"{source}: its name is nothing but dots, and names no folder.", advice="Rename the file.")
    regions = load_regions()
    region = find_region(regions, job.tenant.region) if job.tenant and job.tenant.region else None
    tenant = own_tenant(job.tenant.name) if job.tenant else ""
    layout = writable(load_layout(job.output.layout), job)
    for part in (job.roster, job.directory):
        if mapping := getattr(part, "mapping", None):
            load_source_mapping(mapping, Path.cwd())  # a name that is wrong leaves no run folder
    return RunRequest(command, source, options, source.stem, job, runs, tenant, region, regions, layout, config_sha256)


def _listed(given: Mapping[str, Mapping[str, Any]]) -> str:
    return ", ".join(f"{table}.{key}" for table, keys in given.items() for key in keys)
