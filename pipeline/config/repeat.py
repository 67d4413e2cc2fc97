"""The command that does a job, or a list with its options, as it would be typed in the current folder."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.config.option_keys import OPTION_KEYS
from pipeline.model.command_line import command

Options = Mapping[str, Mapping[str, Any]]
"""What was given beside a list, as the tables of a job file."""

PLACEHOLDER = "NAME"


def repeated(
    name: str, source: Path, options: Options, runs: Path, *, wave: str | None = None, places: bool = False
) -> str:
    """Return the command ``name`` for a job file or a list with its options.

    ``places`` adds ``--tenant`` and ``--region``, with a word in place of what was not given.
    """
    given = {option: options.get(table, {}).get(key) for option, (table, key) in OPTION_KEYS.items()}
    if places:
        given |= {option: given[option] or PLACEHOLDER for option in ("tenant", "region")}
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
