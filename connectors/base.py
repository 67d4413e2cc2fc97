"""The interface of a connector: a source's own text as a frame, with the place of each row.

A connector returns what the source contains, and its place. What a column means is the business of ``mappings``;
whether a value is right is the business of the pipeline. So nothing here validates a person.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

import msgspec

if TYPE_CHECKING:
    import pyarrow as pa

HeaderScorer = Callable[[Sequence[str]], int]
"""Return how many cells of a row are headers that a mapping knows; 0 means "not a header row".

Readers use it to find the delimiter, the sheet and the header row without knowing any header themselves. If the row has
every header that a mapping requires, ``COMPLETE`` is added.
"""

COMPLETE = 1 << 20
"""From this score on, a row has every required header; so it is preferred to any row that lacks one."""

ProgressCallback = Callable[[int, int | None], None]
"""Called while a source is read: the number of people read so far, and the total if it is known."""

HEADER_SEARCH_ROWS = 20
"""A header is within the first 20 rows, below a title or a version line at most (design, issue 2)."""


class Origin(msgspec.Struct, frozen=True):
    """The places of an extract's rows in their source.

    ``rows[i]`` is the number that a person sees beside row ``i`` of the frame in Excel or in an editor: the header
    counts, blank lines count, the first line is 1. A ``range`` if they follow each other, else a sequence. None for
    a directory, which has no row numbers: there the column ``key`` of the frame identifies a person.
    """

    source: str
    sheet: str | None
    rows: Sequence[int] | None
    key: str | None = None


class ReaderIssue(msgspec.Struct, frozen=True):
    """What a reader saw at one place and the text alone cannot show: a ragged row, a formula without a value.

    ``code`` is one of the pipeline's issue codes (``ROW-RAGGED``, ``ROW-HIDDEN``, ``CELL-NUMBER``,
    ``CELL-FORMULA-ERROR``, ``EMAIL-LINK``, ``DIRECTORY-NO-EMAIL``); ``position`` counts the frame's rows from 0;
    ``column`` is the place of the cell in the frame from 0, or None for the row itself; ``value`` is what it contains;
    ``detail`` is one clause in plain words that can follow "row 12: "; ``fix`` is what to do, if it is more than the
    usual advice.
    """

    code: str
    position: int
    column: int | None
    value: str
    detail: str
    fix: str = ""


class Acceptance(msgspec.Struct, frozen=True):
    """A word under Accept in an annotated workbook that came back.

    ``position`` counts the frame's rows from 0; ``proposed`` is the proposed value of the row, "" if it has none;
    ``made_for`` are the values for which the workbook's own list shows this proposal, empty if it shows none.
    """

    position: int
    word: str
    proposed: str
    made_for: tuple[str, ...]


class DeltaState(msgspec.Struct, frozen=True):
    """What a source needs at its next reading in order to read only what has changed.

    ``token`` is the opaque place in its stream of changes and never leaves the machine; ``frame`` is everything that
    was known there. ``scope`` is a digest of the request: the state of another request cannot be used.
    ``readings`` counts the readings since the last full one.
    """

    token: str
    frame: "pa.Table"
    scope: str
    readings: int


class Extract(msgspec.Struct, frozen=True):
    """Everything a source contains, unchanged.

    ``frame`` has one ``string`` column (or ``dictionary<string>``) for each column of the source, named as the source
    names it (names may repeat or be empty, so columns are found by place), and no nulls: an empty cell is ``""``.
    ``complete`` is False if the source ended early; such an extract must not be used to find who is gone.
    ``notes`` are sentences for the summary (a hidden sheet that was left alone). ``sha256`` is the hex digest of the
    source's bytes, None if it has none;
    ``header_row`` and ``first_column`` are the place of the table in its sheet, from 1; ``acceptances`` are the
    proposals that were accepted in an annotated workbook.
    ``delimiter`` is what a text table has between its cells, ``encoding`` what its bytes are. ``delta_state`` is kept
    once the run has done its work.
    """

    frame: "pa.Table"
    origin: Origin
    complete: bool
    remarks: tuple[ReaderIssue, ...] = ()
    notes: tuple[str, ...] = ()
    sha256: str | None = None
    header_row: int = 1
    first_column: int = 1
    acceptances: tuple[Acceptance, ...] = ()
    delimiter: str | None = None
    encoding: str | None = None
    delta_state: DeltaState | None = None


class ColumnStore(Protocol):
    """Keeps the bytes and columns of a reader that need not fit into memory."""

    def copy_of(self, path: Path) -> bytes:
        """Return the bytes of a file as they are now, also if it is changed later."""

    def columns(self, batches: "Iterable[pa.RecordBatch]", names: Sequence[str]) -> "pa.Table":
        """Return batches of text columns as one table."""


Status = Literal["ok", "warning", "failed"]


class Check(msgspec.Struct, frozen=True):
    """One line of a check report: its name, its status, a sentence, and what to do if it is not ok."""

    name: str
    status: Status
    detail: str
    next: str = ""


CLOCK_WARNING, CLOCK_FAILED = 60, 300
"""Seconds between two clocks; from the second on, tokens and signatures are refused as not yet or no longer valid."""


def clock_check(ahead: float | None) -> Check:
    """Compare clocks; ``ahead`` is how many seconds the service is ahead of this machine, None if it sent no time."""
    if ahead is None:
        return Check("clock", "warning", "No answer had the time.", "Compare the clock of this machine by hand.")
    apart = f"{abs(ahead):,.0f} s"
    if abs(ahead) <= CLOCK_WARNING:
        return Check("clock", "ok", f"This machine and the service are {apart} apart.")
    status: Status = "failed" if abs(ahead) > CLOCK_FAILED else "warning"
    detail = f"This machine is {apart} {'behind' if ahead > 0 else 'ahead of'} the service."
    return Check("clock", status, detail, "Set the clock by a time server; sign-ins that are five minutes off fail.")


def failed_check(name: str, error: Exception, advice: str = "") -> Check:
    """Return the check that an error ended; the error's own advice counts more than ``advice``.

    Without either, the last sentence of the message is the next step; also if the server is unreachable, because
    ``advice`` is about what it refuses.
    """
    advice = getattr(error, "advice", "") or ("" if isinstance(error, SourceUnreachable) else advice)
    detail, _, last = (str(error), "", advice) if advice else str(error).rpartition(". ")
    return Check(name, "failed", detail, last)


Secret = Callable[[], str]
"""Resolves a reference to a secret each time it is called, so that none is kept, shown or compared."""


class Source(Protocol):
    """A list of people."""

    def read(self, recognise: HeaderScorer) -> Extract:
        """Read all of it, or raise a ``SourceError``; an extract that lacks something is not ``complete``."""
        ...


@runtime_checkable
class Directory(Source, Protocol):
    """A source that can be checked before it is read."""

    def examine(self) -> tuple[Check, ...]:
        """Check whether a reading would succeed: sign-in, permissions, scope, clock; never raises a ``SourceError``."""
        ...


class SourceError(Exception):
    """The source cannot be used as it is. The message names what is wrong, where, and what to do next."""

    advice: str = ""

    def __init__(self, message: str, *, advice: str = "") -> None:
        """Keep the message and the next step apart; without advice that of its class, or the usual one, is shown."""
        super().__init__(message)
        if advice:
            self.advice = advice


class SourceMissing(SourceError):
    """There is nothing at that place, or it may not be opened: check the path or the permission."""


class SourceUnreadable(SourceError):
    """It is not of the type that was given, or it is damaged, locked or dangerous: repair or replace it."""


class SourceEmpty(SourceError):
    """It has no rows of people."""


class SourceUnreachable(SourceError):
    """The server is unreachable, or retries were exhausted: run again later."""


class SourceRefused(SourceError):
    """It answers, and lets us see less than was asked: correct the credential or grant the permission."""


class SourceIncomplete(SourceError):
    """It gave a part, contradicts itself, or leads to another host: nothing of it is used."""


class ColumnsUnknown(SourceError):
    """No row was found whose headers a mapping knows."""


class ChoiceNeeded(Exception):
    """Only the user can choose how to read it (two sheets with people), or what they chose is not there."""

    def __init__(self, message: str, *, advice: str = "", choices: Iterable[str] = ()) -> None:
        """Keep message, next step and choices apart; without advice the usual one is shown."""
        super().__init__(message)
        self.advice = advice
        self.choices = tuple(choices)


class EnvironmentUnusable(ChoiceNeeded):
    """A variable of the environment that the network needs cannot be used; the message names it."""
