"""The options of ``check``, ``plan`` and ``run``: one record for what they share, one for what each adds.

Every option may also come from the environment: ``CONTACTPRO_TENANT`` for ``--tenant``. Such a value is a default for
lists. What a job file has keys for is never taken from the environment beside a job file.
"""

import inspect
from collections.abc import Callable, Mapping
from copy import copy
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

import msgspec
import typer
from msgspec.structs import FieldInfo, fields

from pipeline.cli import options
from pipeline.config.option_keys import OPTION_KEYS

Tables = Mapping[str, Mapping[str, Any]]
"""Options as the tables and keys of a job file."""

PREFIX = "CONTACTPRO_"
JOB_FILE = ".toml"
TEXTS = frozenset({".csv", ".tsv", ".txt"})
WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
LISTS_ONLY = {"encoding": TEXTS, "sheet": WORKBOOKS, "password": WORKBOOKS}
"""Options that one kind of list does not have."""


class CheckOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What ``check`` takes beside its lists or job files; ``unasked`` names those from the environment."""

    tenant: options.Tenant = None
    region: options.RegionName = None
    directory: options.DirectoryFile = None
    sheet: options.Sheet = None
    encoding: options.Encoding = None
    password: options.Password = None
    mapping: options.MappingName = None
    email_attribute: options.EmailAttribute = None
    on_case_mismatch: options.OnCase = None
    format: options.Format = None
    runs: options.Runs = Path("runs")
    memory: options.Memory = None
    lang: options.Lang = None
    as_json: options.AsJson = False
    masked: options.Masked = False
    unasked: frozenset[str] = frozenset()

    def tables(self, path: Path) -> Tables:
        """Return what was chosen for a list or job file as tables of a job file.

        A default of the environment is left out beside a job file, and for a list of a kind that does not have it.
        """
        suffix = path.suffix.lower()
        unfit = {name for name, suffixes in LISTS_ONLY.items() if suffix not in suffixes}
        unfit |= {"email_attribute"} if self.directory is None else set()
        left_out = self.unasked if suffix == JOB_FILE else self.unasked & unfit
        chosen: dict[str, dict[str, Any]] = {}
        for name, (table, key) in OPTION_KEYS.items():
            value = getattr(self, name, None)
            if value is not None and name not in left_out:
                chosen.setdefault(table, {})[key] = value
        return chosen

    def format_of(self, path: Path) -> str | None:
        """Return the format that was chosen; a default of the environment is for standard input (``-``) only."""
        return None if "format" in self.unasked and path.as_posix() != "-" else self.format


class RunOptions(CheckOptions, frozen=True, kw_only=True):
    """What ``run`` takes: also how import files are written, and for which part of the list."""

    layout: options.Layout = None
    rows_per_file: options.RowsPerFile = None
    on_reject: options.OnReject = None
    wave: options.Wave = None


class PlanOptions(RunOptions, frozen=True, kw_only=True):
    """What ``plan`` takes: also how it ends if changes are pending."""

    exit_code_on_changes: options.OnChanges = False


Chosen = TypeVar("Chosen", bound=CheckOptions)


def with_options(kind: type[Chosen]) -> Callable[[Callable[[list[Path], Chosen], None]], Callable[..., None]]:
    """Add every field of ``kind`` as an option of a command, in the form that typer reads."""
    given = [each for each in fields(kind) if each.name != "unasked"]
    parameters = [
        inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context),
        inspect.Parameter("sources", inspect.Parameter.KEYWORD_ONLY, annotation=options.Sources),
        *(
            inspect.Parameter(each.name, inspect.Parameter.KEYWORD_ONLY, default=each.default, annotation=_option(each))
            for each in given
        ),
    ]

    def spelled_out(command: Callable[[list[Path], Chosen], None]) -> Callable[..., None]:
        def called(*, context: typer.Context, sources: list[Path], **values: Any) -> None:  # noqa: ANN401 - as typer calls it
            origins = {name: context.get_parameter_source(name) for name in values}
            unasked = frozenset(name for name, origin in origins.items() if origin and origin.name == "ENVIRONMENT")
            command(sources, kind(**values, unasked=unasked))

        called.__name__, called.__doc__ = command.__name__, command.__doc__
        called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # this is what typer reads
        return called

    return spelled_out


def _option(each: FieldInfo) -> Any:  # noqa: ANN401 - an annotation
    """Return the annotation of a field, its option readable from the environment too."""
    kind, option = get_args(each.type)
    option = copy(option)
    option.envvar = f"{PREFIX}{each.name.removeprefix('as_').upper()}"
    option.show_envvar = True
    return Annotated[kind, option]
