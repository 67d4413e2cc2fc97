"""Printing: text for people, one JSON document for programs; the only module that prints."""

import codecs
import errno
import io
import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import typer

from pipeline.cli import terminal, wording
from pipeline.config import environment
from pipeline.model.printed import Printed

UNPRINTABLE = "backslashreplace"
"""What is done with a letter that a stream cannot hold; a pipe on Windows has those of one language."""


class Shown(Protocol):
    """A result that can be printed."""

    def document(self) -> dict[str, Any]:
        """Return the JSON document."""

    def lines(self) -> Iterable[Printed]:
        """Return the lines for a person."""


@dataclass(slots=True)
class _Printed:
    """What a command has printed, and how it prints.

    ``documents`` are the commands of the documents that were printed, one at the most; ``held`` are the lines that are
    printed only if something is wrong (None without ``-q``); ``saved_as`` is the file of ``-o``;
    ``lost`` is the exit code of an output that could not be printed, 0 if all of it was.
    """

    documents: list[str] = field(default_factory=list)
    held: list[str] | None = None
    saved_as: Path | None = None
    lost: int = 0


_PRINTED = _Printed()


def begin() -> None:
    """Start a command: nothing is printed yet; a letter that a stream cannot hold is printed as its number."""
    _PRINTED.lost = 0
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors != UNPRINTABLE:
            stream.reconfigure(errors=UNPRINTABLE)
    choose(lang=wording.given(sys.argv[1:]))


def choose(
    *, quiet: bool = False, verbose: bool = False, saved_as: Path | None = None, lang: str | None = None
) -> None:
    """Set how a command prints: see ``common_options``."""
    _PRINTED.documents.clear()
    _PRINTED.held, _PRINTED.saved_as = [] if quiet else None, saved_as
    wording.choose(lang)
    if verbose:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s.%(msecs)03d %(message)s", "%H:%M:%S"))
        trace = logging.getLogger("contactpro_sync")
        trace.addHandler(handler)
        trace.setLevel(logging.INFO)
        trace.propagate = False


def end(code: int) -> int:
    """Print what ``-q`` held back, if the command did not end well; return its code, or that of an output lost."""
    held, _PRINTED.held = _PRINTED.held, None
    if held and code:
        _out("\n".join(held))
    return code or _PRINTED.lost


def document(content: dict[str, Any]) -> None:
    """Print one JSON document on stdout; with ``-o`` write it into that file, and print it only with ``--json``."""
    target, _PRINTED.saved_as = _PRINTED.saved_as, None  # if it cannot be written, neither can the refusal be
    if target is not None:
        from pipeline.state import files

        files.write(target, [json.dumps(content, ensure_ascii=False, indent=2).encode(), b"\n"])
    _PRINTED.documents.append(str(content.get("command")))
    if target is None or wants_json():
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        _out(
            json.dumps(content, ensure_ascii=codecs.lookup(encoding).name != "utf-8", indent=2)
        )  # JSON is UTF-8 or ASCII


def text(lines: Iterable[Printed]) -> None:
    """Print lines on stdout, in the language of the command; with ``-q`` only if it does not end well."""
    translated = terminal.fitted(lines)
    if _PRINTED.held is not None:
        _PRINTED.held += translated
    else:
        _out("\n".join(translated))


def show(result: Shown, *, as_json: bool) -> None:
    """Print a result: as one document, or as lines."""
    answer(result.document, result.lines, as_json=as_json)


def answer(content: Callable[[], dict[str, Any]], lines: Callable[[], Iterable[Printed]], *, as_json: bool) -> None:
    """Print a document or lines; with ``-o`` the document is written, whatever is printed."""
    if wants_document(as_json=as_json):
        document(content())
    if not as_json:
        text(lines())


def wants_document(*, as_json: bool) -> bool:
    """Return True if the document of a command is printed or written."""
    return as_json or _PRINTED.saved_as is not None


def _out(text: str) -> None:
    """Print on stdout; a reader who has gone (``| head``) changes nothing, a full disk is reported and ends with 2.

    What the command still has to do is done: the next job, and the notices.
    """
    try:
        typer.echo(text, color=True)  # who colours lines knows what stdout is
    except OSError as error:
        _PRINTED.lost = unprintable(error)


def flush() -> None:
    """Write what is still in the buffer of stdout.

    Raises:
        OSError: the disk is full, or the reader has gone.
    """
    if sys.stdout is not None:
        sys.stdout.flush()


def is_of_stdout(error: OSError) -> bool:
    """Return True if an error comes from printing: a file would be named."""
    return error.filename is None and error.errno in {errno.ENOSPC, errno.EPIPE, errno.EIO, errno.EFBIG, errno.EINVAL}


def unprintable(error: OSError) -> int:
    """Report that the output cannot be printed, and return the exit code; a closed pipe is not an error."""
    sys.stdout = None  # or the rest of it would be tried again at the end of the process
    if isinstance(error, BrokenPipeError):
        return 0
    for line in (
        f"The output cannot be printed: {error.strerror}. The run folder has the results, if there is one.",
        "\nnext: Free disk space, or send the output elsewhere, then run again.",
        "Stopped: usage (exit code 2)",
    ):
        _err(wording.line(line))
    return 2


def _err(text: str) -> None:
    with suppress(OSError, ValueError):  # no reader there either
        typer.echo(text, err=True)


def wants_json() -> bool:
    """Return True if the command line or the environment asks for one document."""
    return "--json" in sys.argv or environment.wants_json()


def refuse(command: str, problem: Exception) -> int:
    """Print why a command stopped, as text or as its one document, and return the exit code."""
    from pipeline.reports import refusal as refusals

    refused = refusals.summary_of(command, problem)
    code: int = refused["exit_code"]
    if not wants_json():
        refusal(refused)
    if wants_document(as_json=wants_json()) and not _PRINTED.documents:
        document(refused)
    return code


def refusal(refused: dict[str, Any]) -> None:
    """Print on stderr why a command could not begin, and what to do."""
    lines = (refused["message"], f"\nnext: {refused['next']}")
    _err("\n".join(map(wording.line, lines)))
    _err(wording.line(f"Stopped: {refused['outcome']} (exit code {refused['exit_code']})"))


def stopped(end: dict[str, Any], *, as_json: bool) -> None:
    """Report that a signal ended the command, unless its document is out already."""
    message = {
        "message": "Stopped. Unfinished files were removed.",
        "next": "Run the same command again.",
    }
    with suppress(OSError, ValueError):  # the reader went with the same signal, or a line was just being printed
        if not as_json:
            refusal(end | message)
        elif not _PRINTED.documents:
            document(end | message)
        sys.stdout.flush()


def ask(question: str) -> str:
    """Read an answer from the terminal; an empty answer is valid."""
    answer: str = typer.prompt(question, default="", show_default=False, err=True)
    return answer


def warnings(sentences: Iterable[str]) -> None:
    """Print sentences on stderr that change nothing about how the command ends."""
    for sentence in sentences:
        _err(wording.line(f"warning: {sentence}"))


@contextmanager
def saying_what_is_wrong(command: str, *, as_json: bool) -> Iterator[None]:
    """End the command with a sentence, or with one document, if the block raises an error that the user can correct."""
    from connectors.base import ChoiceNeeded, SourceError
    from mappings.model import MappingError
    from pipeline.model import errors
    from pipeline.reports.refusal import summary_of

    try:
        yield
    except (errors.Problem, MappingError, SourceError, ChoiceNeeded, OSError) as problem:
        refused = summary_of(command, problem)
        if wants_document(as_json=as_json):
            document(refused)
        if not as_json:
            refusal(refused)
        raise typer.Exit(refused["exit_code"]) from None
