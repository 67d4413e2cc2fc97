"""Read from an .xls what a list of values lacks: errors of formulas, which the parser shows as blank, and hidden rows.

An .xls is a compound file (MS-CFB): sectors, chained by a table of sectors. Its stream "Workbook" is a row of records
(MS-XLS, BIFF8): number and length, two bytes each, then the content. What does not fit is left to the parser, which
judges the file.
"""

import struct
from collections.abc import Iterator

from connectors.excel.formats.details import CellDetails

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST = 0xFFFFFFFA
"""From here on a number of a sector is a mark: the end of a chain, a free sector."""

_ENTRY = 128
_BOUND_SHEET, _END, _FORMULA, _BOOL_ERR, _ROW = 0x85, 0x0A, 0x06, 0x205, 0x208
_HIDDEN, _IS_ERROR, _ERROR_RESULT, _NO_NUMBER = 0x20, 1, 2, b"\xff\xff"
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def details(data: bytes, sheet: str) -> CellDetails:
    """Return the errors and the hidden rows of a sheet; nothing if the file is not as this reader expects."""
    seen = CellDetails(has_formats=False)
    try:
        book = _workbook(data)
        for number, content in _records(book, _begin(book, sheet)):
            _take(seen, number, content)
    except (struct.error, LookupError, ValueError, OverflowError):
        return CellDetails(has_formats=False)
    return seen


def _take(seen: CellDetails, number: int, content: bytes) -> None:
    if number == _ROW:
        (row,) = struct.unpack_from("<H", content)
        if content[12] & _HIDDEN:
            seen.hidden_rows.add(row + 1)
    elif number == _BOOL_ERR and content[7] == _IS_ERROR:
        _add(seen, content, content[6])
    elif number == _FORMULA and content[12:14] == _NO_NUMBER and content[6] == _ERROR_RESULT:
        _add(seen, content, content[8])


def _add(seen: CellDetails, content: bytes, code: int) -> None:
    row, column = struct.unpack_from("<2H", content)
    shown = _ERRORS.get(code, "#N/A")
    seen.faults[row + 1, column + 1] = (shown, f"the cell shows {shown}")


def _begin(book: bytes, sheet: str) -> int:
    """Return the place of a sheet's records; LookupError if there is no such sheet."""
    for number, content in _records(book, 0):
        if number == _BOUND_SHEET:
            (place,), length, wide = struct.unpack_from("<I", content), content[6], content[7] & 1
            name = content[8 : 8 + length * 2].decode("utf-16-le") if wide else content[8 : 8 + length].decode("latin1")
            if name == sheet:
                return int(place)
    raise LookupError(sheet)


def _records(book: bytes, begin: int) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of the records from a place to the end of their part."""
    at = begin
    while at + 4 <= len(book):
        number, length = struct.unpack_from("<2H", book, at)
        if number == _END:
            return
        yield number, book[at + 4 : at + 4 + length]
        at += 4 + length


def _workbook(data: bytes) -> bytes:
    """Return the stream "Workbook" of a compound file; LookupError if there is none."""
    if not data.startswith(_MAGIC):
        raise LookupError(_MAGIC)
    size, small = (1 << shift for shift in struct.unpack_from("<2H", data, 30))
    entries, fewest, minis, more = struct.unpack_from("<I4x2I4xI", data, 48)
    sectors, following = data[size:], _following(data[size:], list(struct.unpack_from("<109I", data, 76)), more, size)
    folder = _chain(sectors, following, entries, size)
    for at in range(0, len(folder), _ENTRY):
        name, begin, length = _entry(folder, at)
        if name == "Workbook" and length >= fewest:
            return _chain(sectors, following, begin, size)[:length]
        if name == "Workbook":  # a short stream is in the stream of the root, which has sectors of its own
            table = _numbers(_chain(sectors, following, minis, size))
            return _chain(_chain(sectors, following, _entry(folder, 0)[1], size), table, begin, small)[:length]
    raise LookupError("Workbook")


def _entry(folder: bytes, at: int) -> tuple[str, int, int]:
    """Return name, first sector and length of an entry of the folder."""
    (length,) = struct.unpack_from("<H", folder, at + 64)
    begin, size = struct.unpack_from("<2I", folder, at + 116)
    return folder[at : at + max(length - 2, 0)].decode("utf-16-le"), begin, size


def _following(sectors: bytes, tables: list[int], more: int, size: int) -> list[int]:
    """Return for each sector the one that follows it; ``more`` is the first sector with further ``tables``."""
    for _ in range(len(sectors) // size):
        if more >= _LAST:
            break
        *further, more = _numbers(sectors[more * size : (more + 1) * size])
        tables += further
    return [number for at in tables if at < _LAST for number in _numbers(sectors[at * size : (at + 1) * size])]


def _numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))


def _chain(sectors: bytes, following: list[int], begin: int, size: int) -> bytes:
    """Return the content of the sectors of a chain; a chain that comes back to itself ends with the file."""
    parts: list[bytes] = []
    at = begin
    while at < _LAST and len(parts) <= len(sectors) // size:
        parts.append(sectors[at * size : (at + 1) * size])
        at = following[at]
    return b"".join(parts)
