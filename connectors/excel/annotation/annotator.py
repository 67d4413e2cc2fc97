"""Write an annotated copy of a workbook, or a new workbook of some rows, in a limited child process."""

import json
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import msgspec

from connectors.excel.process import child

Problem = tuple[int, int, int, str, str, str, str, str, str]
"""Row as the user counts it; row and column of the cell here, from 1; its severity, header, value, problem, what to do
and proposed value."""

RowVerdict = tuple[int, str, str, str, str, str]
"""Row and severity; the texts of the four added columns."""

Mark = tuple[int, int, str, str]
"""Row, column and severity of a cell to colour; its comment."""

_CHILD = Path(__file__).with_name("worker.py")

_SMALL = 2 << 20
"""Bytes of a workbook for whose copy openpyxl is loaded before it is read: 10,000 people have 0.5 MB."""


class Verdict(msgspec.Struct, frozen=True):
    """The texts of the added sheet: its title, one sentence, counts, paragraphs, the list of problems.

    ``losses`` names for each code of ``losses.found`` what is lost, ``lost`` how the sentence about it begins.
    """

    sheet: str
    sentence: str
    counts: Sequence[tuple[str, int]]
    help: Sequence[str]
    headings: Sequence[str]
    problems: Sequence[Problem]
    lost: str
    losses: dict[str, str]


class Annotation(msgspec.Struct, frozen=True):
    """What to mark in a sheet; rows and columns count from 1, as Excel's do.

    ``titles`` are the headers of the four added columns, ``default`` is the status of a row without a verdict.
    ``corrected`` are cells (row, column) that get another text; ``secret_columns`` are written over with ``not_kept``.
    ``names``, ``cells`` (column by column), ``cell_rows`` and
    ``widths`` are the rows of a new workbook, empty if the user's own is copied.
    """

    sheet: str
    header_row: int
    last_row: int
    titles: Sequence[str]
    default: str
    rows: Sequence[RowVerdict]
    marks: Sequence[Mark]
    verdict: Verdict
    corrected: Sequence[tuple[int, int, str]] = ()
    sha256: str | None = None
    secret_columns: Sequence[int] = ()
    not_kept: str = ""
    names: Sequence[str] = ()
    cells: Sequence[Sequence[str]] = ()
    cell_rows: Sequence[int] = ()
    widths: Sequence[int] = ()


class Annotated(msgspec.Struct, frozen=True):
    """The bytes of an annotated workbook, and the codes of what openpyxl could not keep."""

    data: bytes
    losses: tuple[str, ...]


def is_copied(workbook: Path) -> bool:
    """Return True if a workbook of this kind is copied; every other list gets a new workbook of its rows."""
    return workbook.suffix.lower() in {".xlsx", ".xlsm"}


class Annotator:
    """A child process that loads what it needs, and the workbook to copy, while it is judged what to write."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._waiting: subprocess.Popen[bytes] | None = None
        self._opened: list[Path | None] = []

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop a child that was not needed."""
        self._stop()

    def begin(self, roster: Path) -> None:
        """Start the child for a list, if none is waiting; if the system has no room for it now, it is asked again."""
        if self._waiting is None:
            with suppress(OSError):
                is_ahead = is_copied(roster) and roster.stat().st_size < _SMALL
                self._waiting = child.start(_CHILD, *(["copy"] if is_ahead else []))

    def open(self, workbook: Path | None) -> None:
        """Let the child load the workbook that will probably be copied, or None for a new one."""
        if self._waiting is not None and self._waiting.stdin is not None and not self._opened:
            with suppress(OSError):  # it has died: nothing is written, as ``annotator`` returns
                self._waiting.stdin.write(_line(workbook))
                self._waiting.stdin.flush()
            self._opened = [workbook]

    def annotate(self, annotation: Annotation, workbook: Path | None) -> Annotated | None:
        """Write the annotation into a copy of ``workbook``, or into a new workbook of its rows if there is none.

        Returns:
            None if the child refused the workbook, died of it or took too long; nothing has been written.
        """
        if self._opened and self._opened != [workbook]:
            self._stop()
        order = (b"" if self._opened else _line(workbook)) + msgspec.json.encode(annotation)
        process, self._waiting, self._opened = self._waiting or child.start(_CHILD), None, []
        try:
            answer, _ = process.communicate(order, timeout=child.WALL_SECONDS)
        except subprocess.TimeoutExpired:
            return None
        finally:
            child.end(process)
        head, _, data = answer.partition(b"\n")
        try:
            header = json.loads(head)
        except ValueError:
            return None
        if header.get("size") != len(data):
            return None
        return Annotated(data, tuple(header["losses"]))

    def _stop(self) -> None:
        if self._waiting is not None:
            child.end(self._waiting)
        self._waiting, self._opened = None, []


def _line(workbook: Path | None) -> bytes:
    """Return the line that names a child its workbook."""
    return json.dumps(str(workbook.absolute()) if workbook else None).encode() + b"\n"
