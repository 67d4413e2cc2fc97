"""Kind "excel": .xlsx, .xlsm, .xlsb, .xls and .ods, parsed in a limited child process.

A hostile workbook of 1.5 kB can kill the process that parses it, so ``reading/worker.py`` parses it, run as a program:
1.5 GiB of memory, 30 s of processor time, 180 s on the clock (docs/windows.md: how each system holds them). This side
looks at the first bytes, chooses the sheet and the header row by asking ``recognise``, and turns the child's text into
an Arrow table without touching a row.
"""

import hashlib
import json
import struct
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.base import (
    Acceptance,
    Extract,
    HeaderScorer,
    Origin,
    ReaderIssue,
    Secret,
    SourceEmpty,
    SourceUnreadable,
)
from connectors.excel.container import file_type
from connectors.excel.container.errors import SAVE_AGAIN
from connectors.excel.process import child
from connectors.excel.process.child import WALL_SECONDS
from connectors.excel.sheet_choice import choose

_CHILD = Path(__file__).with_name("reading") / "worker.py"
_LESS_TO_READ = "save the sheet as CSV and use that, or run again when the computer is less busy"


@dataclass(frozen=True, slots=True)
class ExcelSource:
    """A workbook; ``sheet`` is the exact name of the sheet to read, needed only if more than one fits.

    ``password`` opens an encrypted workbook; without one, that which Excel does not ask for is tried.
    """

    path: Path
    sheet: str | None = None
    password: Secret | None = field(default=None, repr=False)

    def start(self) -> "WorkbookReading":
        """Check the file and let the child begin to parse it.

        Raises:
            SourceMissing: when there is no such file or it may not be opened.
            SourceUnreadable: when it is not a workbook; its real type is named.
        """
        encrypted = file_type.examine(self.path)
        if self.password is not None:
            return WorkbookReading(self.path, self.sheet, {"password": self.password()})
        return WorkbookReading(self.path, self.sheet, {"password": None} if encrypted else None)

    def read(self, recognise: HeaderScorer) -> Extract:
        """Read the one sheet that lists people.

        Raises:
            SourceMissing: when there is no such file or it may not be opened.
            SourceUnreadable: when it is not a workbook, damaged, protected or dangerous.
            SourceEmpty: when there is nothing below the header.
            ColumnsUnknown: when no sheet has a row that ``recognise`` knows.
            ChoiceNeeded: when more than one sheet has, or the wanted sheet does not exist.
        """
        return self.start().read(recognise)


class WorkbookReading:
    """A reading that has begun: the child parses while its owner does something else, until ``read`` or ``close``."""

    def __init__(self, path: Path, sheet: str | None, key: dict[str, str | None] | None = None) -> None:
        """Start the child; ``path`` must have been examined. ``key`` is what an encrypted workbook is opened with."""
        self._path = path
        self._sheet = sheet
        self._stamp = _stamp(path)
        self._late = False
        mode = "read" if key is None else "decrypt"
        self._child = child.start(_CHILD, mode, str(path.absolute()), *([] if sheet is None else [sheet]))
        if key is not None and self._child.stdin:
            self._child.stdin.write(json.dumps(key).encode() + b"\n")
            self._child.stdin.flush()
        self._clock = threading.Timer(WALL_SECONDS, self._stop)
        self._clock.daemon = True
        self._clock.start()

    def read(self, recognise: HeaderScorer) -> Extract:
        """Read as ``ExcelSource.read`` does, once only."""
        try:
            with self._path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            first = self._receive()
            name, header_row, notes = choose(self._path, self._sheet, first, recognise)
            if self._child.stdin:
                self._child.stdin.write(json.dumps({"sheet": name, "row": header_row}).encode() + b"\n")
                self._child.stdin.close()
            table = self._receive()
            frame = self._frame(table)
        except OSError as error:
            raise SourceUnreadable(f"{self._path}: it could not be read to its end: run again") from error
        finally:
            self.close()
        if _stamp(self._path) != self._stamp:
            raise SourceUnreadable(f"{self._path}: it was changed while it was read: close it in Excel and run again")
        if not frame.num_rows:
            raise SourceEmpty(
                f"{self._path}: sheet {name!r} has headers in row {header_row} and nothing below them: "
                "check that this is the right file"
            )
        return Extract(
            frame=frame,
            origin=Origin(self._path.name, name, range(header_row + 1, header_row + 1 + frame.num_rows)),
            complete=True,
            remarks=tuple(ReaderIssue(*remark) for remark in table["remarks"]),
            notes=(*notes, *table["notes"]),
            sha256=sha256,
            header_row=header_row,
            first_column=table["first_column"],
            acceptances=_acceptances(table),
        )

    def close(self) -> None:
        """Stop the child, whatever it is doing; harmless when it has ended."""
        self._clock.cancel()
        child.end(self._child)

    def _stop(self) -> None:
        self._late = True
        self._child.kill()

    def _receive(self) -> dict[str, Any]:
        """Read the child's next message.

        Raises:
            SourceUnreadable: when the child refuses the workbook, or died.
        """
        line = self._child.stdout.readline() if self._child.stdout else b""
        if line.endswith(b"\n"):
            message: dict[str, Any] = json.loads(line)
            if "refused" in message:
                raise SourceUnreadable(f"{self._path}: {message['refused']}")
            return message
        self._child.wait()
        raise SourceUnreadable(f"{self._path}: {self._cause_of_death()}")

    def _cause_of_death(self) -> str:
        if self._late:
            return f"reading took longer than {WALL_SECONDS:.0f} s and was stopped: {_LESS_TO_READ}"
        second = child.start(_CHILD, "explain", str(self._path.absolute()))
        clock = threading.Timer(WALL_SECONDS, second.kill)
        clock.start()
        try:
            line = second.stdout.readline() if second.stdout else b""
        finally:
            clock.cancel()
            child.end(second)
        found = json.loads(line).get("refused", "") if line.endswith(b"\n") else ""
        return found or (
            "the program that parses workbooks died of it (damaged, or made to need too much memory or time), "
            f"and nothing was read: {SAVE_AGAIN}"
        )

    def _frame(self, table: dict[str, Any]) -> pa.Table:
        """Read the columns that follow the message, split by Arrow and never by Python."""
        columns = []
        for _ in table["names"]:
            column = self._receive()
            mark, size = column["mark"], column["size"]
            text = pa.StringArray.from_buffers(
                1, pa.py_buffer(struct.pack("=2i", 0, size)), pa.py_buffer(_exactly(self._child.stdout, size))
            )
            text.validate(full=True)
            columns.append(pc.split_pattern(text, mark).flatten()[: table["rows"]])
        return pa.Table.from_arrays(columns, names=table["names"])


def _acceptances(table: dict[str, Any]) -> tuple[Acceptance, ...]:
    """Return the rows of an annotated workbook with a word in Accept, with the values of their proposals."""
    made_for: dict[str, list[str]] = {}
    for value, proposal in table["proposed"]:
        made_for.setdefault(proposal, []).append(value)
    return tuple(
        Acceptance(position, word, proposal, tuple(made_for.get(proposal, ())))
        for position, word, proposal in table["accepted"]
    )


def _exactly(pipe: IO[bytes] | None, size: int) -> bytes:
    data = pipe.read(size) if pipe else b""
    if len(data) != size:
        raise OSError("the child ended early")
    return data


def _stamp(path: Path) -> tuple[int, int, int]:
    seen = path.stat()
    return seen.st_ino, seen.st_size, seen.st_mtime_ns
