"""A list from standard input: kept as a private file below the folder of runs, so that every next step can name it."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.model.command_line import command
from pipeline.model.errors import UsageProblem
from pipeline.state import files

NAME = "-"
ENDINGS = {"csv": ".csv", "xlsx": ".xlsx"}
BYTES_AT_A_TIME = 1 << 20


def received(source: Path, kind: str | None, runs: Path) -> Path:
    """Return the file of a list: itself, or what was read from standard input.

    Args:
        source: the list as it was named; ``-`` is standard input.
        kind: ``csv`` or ``xlsx``, which a stream does not show; None if it was not named.
        runs: the folder of runs.

    Raises:
        UsageProblem: the format is missing, unknown or not needed, or nothing is piped into the command.
        OSError: the folder of runs cannot be written.
    """
    if source.as_posix() != NAME:
        if kind is not None:
            raise UsageProblem(
                "--format is for a list from standard input.", advice=f"Leave it out, or write - in place of {source}."
            )
        return source
    if kind not in ENDINGS:
        message = "The list comes from standard input, which has no file name to show its format."
        if kind is not None:
            message = f"A list from standard input cannot be {kind!r}."
        raise UsageProblem(message, advice="Add --format csv or --format xlsx.")
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageProblem(
            "The list comes from standard input, and nothing is piped into the command.",
            advice=f"Write for example: {command('check', '-', '--format', kind)} < agents{ENDINGS[kind]}",
        )
    path = files.make_folders(runs / "stdin") / f"stdin{ENDINGS[kind]}"
    files.write(path, _pieces())
    return path


def refuse_two(sources: Sequence[Path]) -> None:
    """Refuse a second list from standard input: there is only one."""
    if sum(source.as_posix() == NAME for source in sources) > 1:
        raise UsageProblem("Standard input is one list.", advice="Write - once.")


def _pieces() -> Iterator[bytes]:
    while piece := sys.stdin.buffer.read(BYTES_AT_A_TIME):
        yield piece
