"""Where the people begin in a delimited text: the delimiter, the header row, and the first byte after it.

Only four delimiters are tried, and one counts only when it yields a row of known headers. ``csv.Sniffer`` chooses
freely and splits a one-column list of emails at the letter m (reliability notes, finding 5).
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.base import HEADER_SEARCH_ROWS, ColumnsUnknown, HeaderScorer, SourceEmpty, SourceUnreadable, is_person
from connectors.csv_file.decoding import Utf8Text, refuse_invalid_utf8

DELIMITERS = (",", ";", "\t", "|")
COLUMN_LIMIT = 16_384
"""As many columns as an Excel sheet has; a wider line is no list of people."""

FIELD_LIMIT = 1 << 20
"""A value of more than a MiB is no name and no email: it is the rest of a file behind an unclosed quote."""

_HEAD_BYTES = 1 << 20
_DECLARATION = re.compile(r'"?sep=([^"\r\n]*)"?[\r\n]*', re.IGNORECASE)
_SHOWN_HEADERS = 12
_SHOWN_LETTERS = 40


@dataclass(frozen=True, slots=True)
class CsvHeader:
    """What stands above the data, and where the data begin.

    ``row`` is the header's record number and ``line`` the number of the text line on which it ends, both from 1 (they
    differ where a quoted cell holds a line break); ``data_start`` is the offset of the first data byte.
    """

    delimiter: str
    columns: tuple[str, ...]
    row: int
    line: int
    data_start: int


@dataclass(frozen=True, slots=True)
class _Reading:
    """The first records as one delimiter splits them; ``broken_line`` is where the quoting stops making sense."""

    delimiter: str
    records: list[list[str]]
    last_lines: list[int]
    broken_line: int | None


def find_head(name: str, text: Utf8Text, recognise: HeaderScorer) -> CsvHeader:
    """Find the delimiter and the header row: the row within the first 20 in which most headers are known.

    A first line ``sep=;`` (Excel's own) settles the delimiter. Of equal rows the first wins, of equal delimiters the
    earlier one in ``DELIMITERS``, so a one-column list is read with a comma.

    Raises:
        ColumnsUnknown: no row has a known header; the message lists what was found.
        SourceEmpty: there is no text at all.
        SourceUnreadable: the quoting is broken, the declared delimiter is none of the four, or a row is too wide.
    """
    # The limit is the csv module's own, one for the process; the strict reader of the rows relies on it too.
    csv.field_size_limit(FIELD_LIMIT)
    lines = _first_lines(name, text)
    declared = _declared_delimiter(name, lines[0])
    readings = [_reading(lines, delimiter) for delimiter in ([declared] if declared else DELIMITERS)]
    best, head = 0, None
    for reading in readings:
        for place, cells in enumerate(reading.records):
            is_declaration = place == 0 and declared is not None
            score = recognise(cells) if cells and not is_declaration else 0
            if score > best:
                line = reading.last_lines[place]
                end = text.start + len("".join(lines[:line]).encode())
                best, head = score, CsvHeader(reading.delimiter, tuple(cells), place + 1, line, end)
    if head is None:
        raise _nothing_known(name, readings, declared)
    if len(head.columns) > COLUMN_LIMIT:
        raise too_wide(name, head.line, len(head.columns))
    return head


def too_wide(name: str, line: int, columns: int) -> SourceUnreadable:
    """Say that a line has more cells than a sheet has columns."""
    return SourceUnreadable(
        f"{name}: line {line} has {columns} cells, more than the {COLUMN_LIMIT} that a list may have; "
        f"export the list again with one person a line."
    )


def broken_quoting(name: str, line: int) -> SourceUnreadable:
    """Return where the quotes stop making sense; the whole file is refused, because rows could be swallowed."""
    return SourceUnreadable(
        f"{name}: the quoting is broken in the record that begins at line {line} (a quote is never closed, or text "
        f"follows a closing quote), so rows could be lost; write a quote inside a quoted value twice, or remove it."
    )


def _first_lines(name: str, text: Utf8Text) -> list[str]:
    data, start = text.data, text.start
    end = len(data)
    if end - start > _HEAD_BYTES:
        limit = start + _HEAD_BYTES
        cut = data.rfind(b"\n", start, limit)
        if cut < 0:
            cut = data.rfind(b"\r", start, limit)
        if cut < 0:
            cut = data.find(b"\n", limit)
        end = end if cut < 0 else cut + 1
    try:
        head = str(memoryview(data)[start:end], "utf-8")
    except UnicodeDecodeError:
        refuse_invalid_utf8(name, text)
        raise
    if end == len(data) and not head.strip():
        raise SourceEmpty(f"{name}: is empty; export the list again or name another file.")
    return list(io.StringIO(head, newline=""))


def _declared_delimiter(name: str, first_line: str) -> str | None:
    declaration = _DECLARATION.fullmatch(first_line)
    if declaration is None:
        return None
    if declaration[1] not in DELIMITERS:
        raise SourceUnreadable(
            f'{name}: line 1 declares the delimiter "{_shown(declaration[1])}", but only comma, semicolon, TAB and | '
            f"are read; save the list with one of these."
        )
    return declaration[1]


def _reading(lines: list[str], delimiter: str) -> _Reading:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    last_lines: list[int] = []
    broken_line = None
    try:
        for cells in reader:
            records.append(cells)
            last_lines.append(reader.line_num)
            if len(records) == HEADER_SEARCH_ROWS:
                break
    except csv.Error:
        broken_line = (last_lines[-1] if last_lines else 0) + 1
    return _Reading(delimiter, records, last_lines, broken_line)


def _nothing_known(
    name: str, readings: list[_Reading], declared: str | None
) -> ColumnsUnknown | SourceUnreadable | SourceEmpty:
    skip = 0 if declared is None else 1
    firsts = [next(filter(_has_text, reading.records[skip:]), []) for reading in readings]
    widest = max(range(len(readings)), key=lambda place: len(firsts[place]))
    broken_line = readings[widest].broken_line
    if broken_line is not None:
        return broken_quoting(name, broken_line)
    if not firsts[widest]:
        return SourceEmpty(
            f"{name}: its first {HEADER_SEARCH_ROWS} rows are blank; remove them or export the list again."
        )
    if is_person(firsts[widest]):
        return ColumnsUnknown(f"{name}: has no row of column headers: its first row lists somebody.")
    return ColumnsUnknown(
        f"{name}: no row within the first {HEADER_SEARCH_ROWS} has known column headers; "
        f"found: {_listed(firsts[widest])}."
    )


def _has_text(cells: Sequence[str]) -> bool:
    # A row of nothing but delimiters is blank, also where another delimiter makes one cell of it.
    return any(cell.strip(" " + "".join(DELIMITERS)) for cell in cells)


def _listed(cells: Sequence[str]) -> str:
    filled = [_shown(cell) for cell in cells if cell.strip()]
    more = len(filled) - _SHOWN_HEADERS
    return ", ".join(filled[:_SHOWN_HEADERS]) + (f" and {more} more" if more > 0 else "")


def _shown(cell: str) -> str:
    # A header goes to a terminal here: a control character in it must not act there.
    visible = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in cell)
    return visible if len(visible) <= _SHOWN_LETTERS else visible[: _SHOWN_LETTERS - 1] + "…"
