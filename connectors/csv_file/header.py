"""The beginning of the people in a delimited text: the delimiter, the header row, and the first byte after it.

Only four delimiters are tried, and one counts only when it yields a row of known headers. ``csv.Sniffer`` chooses
freely and splits a one-column list of emails at the character m (reliability notes, finding 5).
"""

import csv
import io
import re
from collections.abc import Sequence

import msgspec

from connectors.base import HEADER_SEARCH_ROWS, ColumnsUnknown, HeaderScorer, SourceEmpty, SourceUnreadable
from connectors.csv_file import header_row
from connectors.csv_file.decoding import Utf8Text, refuse_invalid_utf8

DELIMITERS = header_row.DELIMITERS
COLUMN_LIMIT = 16_384
"""As many columns as an Excel sheet has; a wider line is not a list of people."""

FIELD_LIMIT = 1 << 20
"""A value of more than a MiB is neither a name nor an email: it is the rest of a file behind an unclosed quote."""

_HEAD_BYTES = 1 << 20
_OTHER_FORMS = ((b"{", "JSON"), (b"[", "JSON"), (b"dn:", "LDIF"), (b"version: 1", "LDIF"), (b"begin:vcard", "vCard"))
"""How texts begin that list people in another form, in small letters."""

_DECLARATION = re.compile(r'"?sep=([^"\r\n]*)"?[\r\n]*', re.IGNORECASE)


class CsvHeader(msgspec.Struct, frozen=True):
    """The lines above the data, and the place at which the data begin.

    ``row`` is the header's record number and ``line`` the number of the text line on which it ends, both from 1 (they
    differ if a quoted cell has a line break); ``data_start`` is the offset of the first data byte; ``notes`` name
    the titles above the header.
    """

    delimiter: str
    columns: tuple[str, ...]
    row: int
    line: int
    data_start: int
    notes: tuple[str, ...] = ()


class _Reading(msgspec.Struct, frozen=True):
    """The first records as one delimiter splits them; ``broken_line`` is the first line whose quoting is broken."""

    delimiter: str
    records: list[list[str]]
    last_lines: list[int]
    broken_line: int | None

    def rows(self, *, declared: bool) -> list[header_row.Row]:
        """Return the records with their numbers; a declaration of the delimiter is not a row."""
        cells = [[], *self.records[1:]] if declared else self.records
        return list(enumerate(cells, start=1))


def find_head(name: str, text: Utf8Text, recognise: HeaderScorer) -> CsvHeader:
    """Find the delimiter and the header row: the row within the first 20 in which most headers are known.

    A first line ``sep=;`` (Excel's own) settles the delimiter. Of equal rows the first wins, of equal delimiters the
    earlier one in ``DELIMITERS``, so a one-column list is read with a comma.

    Raises:
        ColumnsUnknown: no row has a known header; the message lists what was found.
        SourceEmpty: there is no text.
        SourceUnreadable: the quoting is broken, the declared delimiter is none of the four, or a row is too wide.
    """
    # The limit is the csv module's own, one for the process; the strict reader of the rows relies on it too.
    csv.field_size_limit(FIELD_LIMIT)
    lines = _first_lines(name, text)
    declared = _declared_delimiter(name, lines[0])
    readings = [_reading(lines, delimiter) for delimiter in ([declared] if declared else DELIMITERS)]
    chosen: tuple[int, int, _Reading] | None = None
    for reading in readings:
        found = header_row.best(reading.rows(declared=declared is not None), recognise)
        if found is not None and (chosen is None or found[0] > chosen[0]):
            chosen = (*found, reading)
    if chosen is None:
        raise _nothing_known(name, text, readings, declared, recognise)
    _, place, reading = chosen
    columns, line = tuple(reading.records[place]), reading.last_lines[place]
    if len(columns) > COLUMN_LIMIT:
        raise too_wide(name, line, len(columns))
    rows = reading.rows(declared=declared is not None)
    if (people := header_row.people_above(rows, place, recognise)) is not None:
        raise SourceUnreadable(f"{name}: {header_row.refusal(people, place + 1)}")
    end = text.start + len("".join(lines[:line]).encode())
    return CsvHeader(reading.delimiter, columns, place + 1, line, end, tuple(header_row.title_notes(rows, place)))


def too_wide(name: str, line: int, columns: int) -> SourceUnreadable:
    """Build the error of a line that has more cells than a sheet has columns."""
    return SourceUnreadable(
        f"{name}: line {line} has {columns} cells, more than the {COLUMN_LIMIT} that a list may have; "
        f"export the list again with one person a line."
    )


def broken_quoting(name: str, line: int) -> SourceUnreadable:
    """Build the error of quotes that stop making sense; the file is refused, because rows could be lost."""
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
        shown = header_row.shortened(declaration[1])
        raise SourceUnreadable(
            f'{name}: line 1 declares the delimiter "{shown}", but only comma, semicolon, TAB and | are read; save the '
            "list with one of these."
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
    name: str, text: Utf8Text, readings: list[_Reading], declared: str | None, recognise: HeaderScorer
) -> ColumnsUnknown | SourceUnreadable | SourceEmpty:
    beginning = text.data[text.start : text.start + 64].lstrip().lower()
    if (form := next((form for start, form in _OTHER_FORMS if beginning.startswith(start)), None)) is not None:
        return SourceUnreadable(
            f"{name}: is {form}, not a table with a row for each person; export it as CSV or .xlsx."
        )
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
    rows = [reading.rows(declared=declared is not None) for reading in readings]
    for each in rows:
        if (whole := header_row.whole_line_in_a_cell(each, recognise)) is not None:
            is_other = declared not in {None, whole[1]}
            return _other_delimiter(name, declared, *whole) if is_other else _lines_in_quotes(name, *whole)
    found = [header_row.looked_like(each) for each in rows]
    cells, people = max(found, key=lambda each: len(each[0]))
    if people:
        return ColumnsUnknown(
            f"{name}: has no row of column headers: its first row lists a person.", advice=header_row.ADD_HEADERS
        )
    return ColumnsUnknown(
        f"{name}: no row within the first {HEADER_SEARCH_ROWS} has known column headers; "
        f"found: {header_row.listed(cells)}."
    )


def _lines_in_quotes(name: str, row: int, delimiter: str) -> SourceUnreadable:
    shown = {"\t": "TAB"}.get(delimiter, f'"{delimiter}"')
    return SourceUnreadable(
        f"{name}: each line is one quoted cell (row {row} holds a whole line of headers, with {shown} between "
        "them), as happens if a list is opened in Excel without parting its columns and saved again; in Excel mark "
        "column A, choose Data > Text to Columns > Delimited, and save the list as CSV UTF-8 again."
    )


def _other_delimiter(name: str, declared: str | None, row: int, delimiter: str) -> SourceUnreadable:
    return SourceUnreadable(
        f"{name}: its first line declares the delimiter {declared!r}, and row {row} has {delimiter!r} between the "
        "headers; correct that line, or delete it."
    )


def _has_text(cells: Sequence[str]) -> bool:
    # A row of nothing but delimiters is blank, also if another delimiter makes one cell of it.
    return any(cell.strip(" " + "".join(DELIMITERS)) for cell in cells)
