"""The options that a job file has keys for, and the command that repeats them; light, because ``--help`` imports it."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.model.command_line import command

OPTION_KEYS = {
    "tenant": ("tenant", "name"),
    "region": ("tenant", "region"),
    "sheet": ("roster", "sheet"),
    "encoding": ("roster", "encoding"),
    "password": ("roster", "password"),
    "mapping": ("roster", "mapping"),
    "directory": ("directory", "path"),
    "email_attribute": ("directory", "email_attribute"),
    "layout": ("output", "layout"),
    "rows_per_file": ("output", "rows_per_file"),
    "on_reject": ("policy", "on_reject"),
    "on_case_mismatch": ("policy", "on_case_mismatch"),
}
"""The options that a job file has keys for, and their tables and keys."""

Options = Mapping[str, Mapping[str, Any]]
"""What was given beside a list, as the tables of a job file."""

PLACEHOLDER = "NAME"


def repeated(
    name: str, source: Path, options: Options, runs: Path, *, wave: str | None = None, needed: Collection[str] = ()
) -> str:
    """Return the command ``name`` for a job file or a list with its options.

    ``needed`` are options that must be there, with a word in place of what was not given.
    """
    given = {option: options.get(table, {}).get(key) for option, (table, key) in OPTION_KEYS.items()}
    given |= {option: given[option] or PLACEHOLDER for option in needed}
    words = [*_words(given), *(["--wave", wave] if wave else [])]
    return command(name, from_here(source), *words, runs=runs)


def from_here(path: Path) -> Path:
    """Return a path as seen from the current folder if it is below it; else as it is."""
    try:
        return path.relative_to(Path.cwd()) if path.is_absolute() else path
    except (ValueError, FileNotFoundError):  # elsewhere, or the current folder is gone
        return path


def _words(given: Mapping[str, Any]) -> Iterator[object]:
    for option, value in given.items():
        if value is not None:
            yield f"--{option.replace('_', '-')}"
            yield from_here(Path(value)) if isinstance(value, str) and Path(value).is_absolute() else value
