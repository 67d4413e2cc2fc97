"""The cells of a worksheet part of an .xlsb, with the short records that parsers pass over.

In a short cell record the column is left out: the cell is right of the one before it ([MS-XLSB] 2.1.4). Excel reads
them and some programs write them; calamine does not know them. Here each becomes the ordinary record of its kind, and
the places of all cells with a value are collected, so that a cell that a parser lost is seen.
"""

from collections.abc import Iterator, Sequence

from connectors.excel.container.errors import DAMAGED, WorkbookRejected
from connectors.excel.container.package import Package, sheet_parts
from connectors.excel.container.parts import unpack
from connectors.excel.formats import references

_ROW = 0
_BLANK, _ERROR, _TEXT, _SHARED = 1, 3, 6, 7
_LONG = range(1, 12)
_FORMULA_ERROR = 11
_SHORT = range(12, 19)
_SHORTER = 11
"""A short record's number is that of the ordinary one and this."""
_RICH = 62
_ITEM = 19
_SHEET = 156
_HEAD = 8
"""Bytes before the value: the column and the style."""

Place = tuple[int, int]
"""Row and column, both from 0."""


def whole(package: Package) -> tuple[Package, dict[str, set[Place]]]:
    """Return a workbook without short records, and for each sheet the places of the cells that have a value."""
    archive = package.archive
    names = {info.filename.lower(): info for info in archive.infolist()}
    shared = names.get("xl/sharedstrings.bin")
    texts = shared_texts(unpack(archive, shared)) if shared else []
    parts = sheet_parts(archive, "bin")
    changed: dict[str, bytes] = {}
    cells: dict[str, set[Place]] = {}
    for sheet, key in _sheets(unpack(archive, names["xl/workbook.bin"])):
        if key not in parts:
            continue
        data = unpack(archive, archive.getinfo(parts[key]))
        written, cells[sheet] = usual(data, texts)
        if written is not data:
            changed[parts[key]] = written
    return package.with_parts(changed), cells


def check(places: set[Place], grid: Sequence[Sequence[object]], row: int, column: int) -> None:
    """Compare the values that a parser gave with the cells that have one; the grid's first cell counts from 1.

    Raises:
        WorkbookRejected: a value is missing.
    """
    read = {
        (row - 1 + down, column - 1 + right)
        for down, values in enumerate(grid)
        for right, value in enumerate(values)
        if value != ""
    }
    if missing := places - read:
        raise WorkbookRejected(
            f"{len(missing)} cells of the .xlsb workbook cannot be read, the first in row {min(missing)[0] + 1}: "
            "open it in Excel, save it as .xlsx and run again"
        )


def _sheets(book: bytes) -> Iterator[tuple[str, str]]:
    """Return the name of each sheet and the key of the relation to its part."""
    for kind, _, body, _ in _records(book):
        if kind == _SHEET:
            key, after = _wide(book, body + 8)
            yield _wide(book, after)[0], key


def _wide(data: bytes, place: int) -> tuple[str, int]:
    """Return the text at a place, and the place behind it."""
    end = place + 4 + 2 * int.from_bytes(data[place : place + 4], "little")
    return data[place + 4 : end].decode("utf-16-le", errors="replace"), end


def usual(data: bytes, texts: Sequence[bool]) -> tuple[bytes, set[Place]]:
    """Return a worksheet part without short records, and the places of the cells that have a value.

    Args:
        data: the bytes of the part.
        texts: for each shared text whether it has a character.

    Raises:
        WorkbookRejected: the part is damaged, or a cell is outside of every sheet.
    """
    whole = bytearray()
    places: set[Place] = set()
    row, column, done = 0, -1, 0
    for kind, start, body, end in _records(data):
        if kind == _ROW:
            row, column = int.from_bytes(data[body : body + 4], "little"), -1
            continue
        if kind in _SHORT:
            column += 1
            value = body + 4
            whole += data[done:start] + _record(kind - _SHORTER, column.to_bytes(4, "little") + data[body:end])
            done, kind = end, kind - _SHORTER  # noqa: PLW2901 - from here on it is the ordinary record
        elif kind in _LONG or kind == _RICH:
            column = int.from_bytes(data[body : body + 4], "little")
            value = body + _HEAD
            if kind == _RICH:
                length = int.from_bytes(data[value + 1 : value + 5], "little")
                text = data[value + 1 : value + 5 + 2 * length]
                whole += data[done:start] + _record(_TEXT, data[body:value] + text)
                done, kind, value = end, _TEXT, value + 1  # noqa: PLW2901 - as above
        else:
            continue
        if row >= references.MAX_ROWS or column >= references.MAX_COLUMNS:
            raise WorkbookRejected(DAMAGED)
        number = int.from_bytes(data[value : value + 4], "little")
        if kind in {_BLANK, _ERROR, _FORMULA_ERROR} or (kind in {_TEXT, 8} and not number):
            continue
        if kind == _SHARED and number < len(texts) and not texts[number]:
            continue
        places.add((row, column))
    return (bytes(whole + data[done:]) if whole else data), places


def shared_texts(data: bytes) -> list[bool]:
    """Return for each shared text of a workbook whether it has a character."""
    return [any(data[body + 1 : body + 5]) for kind, _, body, _ in _records(data) if kind == _ITEM]


def _record(kind: int, body: bytes) -> bytes:
    size, length = len(body), bytearray()
    while size > 0x7F:  # noqa: PLR2004 - seven bits a byte
        length.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([kind]) + bytes([*length, size]) + body


def _records(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield the kind of each record of a part, its start, the start of its body, and its end.

    Raises:
        WorkbookRejected: a record goes beyond the part.
    """
    start, whole = 0, len(data)
    try:
        while start < whole:
            kind, body = data[start], start + 1
            if kind & 0x80:
                kind, body = (kind & 0x7F) | (data[body] << 7), body + 1
            size = shift = 0
            more = True
            while more:
                size |= (data[body] & 0x7F) << shift
                more = data[body] > 0x7F and shift < 21  # noqa: PLR2004 - a size has four bytes at the most
                shift, body = shift + 7, body + 1
            end = body + size
            if end > whole:
                raise WorkbookRejected(DAMAGED)
            yield kind, start, body, end
            start = end
    except IndexError as error:
        raise WorkbookRejected(DAMAGED) from error
