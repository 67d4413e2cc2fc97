"""Refuse a workbook archive before anything parses it: a bomb, two files in one, a document with a DTD.

Only the archive's directory and the first bytes of each XML part are looked at, so an ordinary workbook pays a few
milliseconds.

Pure standard library: this module is used by the child process that parses workbooks.
"""

import os
import re
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

MAX_MEMBERS = 10_000
MAX_UNPACKED = 1 << 30
BOMB_RATIO = 200
BOMB_SIZE = 16 << 20
HEAD_SIZE = 64 << 10
SMALLEST_SHARED_STRING = len("<si/>")

_LOCAL_HEADER = 30
_SAVE_AGAIN = "open it in Excel, save it as a new .xlsx workbook and run again"
_ENCODING = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_XLSX_PARTS = re.compile(r"(?:\[content_types\]\.xml|.*\.rels|xl/[^/]+\.xml|xl/worksheets/[^/]+\.xml)\Z", re.IGNORECASE)
_ODS_PARTS = re.compile(r"(?:content|styles)\.xml\Z", re.IGNORECASE)
_KINDS = {"xl/workbook.xml": "xlsx", "xl/workbook.bin": "xlsb", "content.xml": "ods"}
_NOT_WORKBOOKS = {
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a PowerPoint presentation",
}
_NUMBERS = "index/document.iwa"
_SUFFIXES = {"xlsx": (".xlsx", ".xlsm", ".xlam"), "xlsb": (".xlsb",), "ods": (".ods",), "xls": (".xls", ".xla")}
DAMAGED = "the workbook is damaged: open it in Excel, let Excel repair it, save it and run again"
PROTECTED = (
    "the workbook is password protected, so it cannot be read: remove the password in Excel "
    "(File > Info > Protect Workbook), save it and run again, or give the password with --password env:NAME"
)


class WorkbookRejected(Exception):
    """The workbook must not be read; the text gives the reason and what to do next, without naming the file."""


def inspect(archive: zipfile.ZipFile, suffix: str) -> str:
    """Check the archive's directory and the head of every part that will be parsed.

    Args:
        archive: the workbook, open for reading.
        suffix: the file's name ending with its dot; a parser that trusts the name must not be sent astray.

    Returns:
        ``xlsx`` (also for .xlsm), ``xlsb`` or ``ods``.

    Raises:
        Refused: when the archive is dangerous, protected or no workbook.
    """
    infos = archive.infolist()
    check_members(infos)
    names = {info.filename.lower(): info for info in infos}
    kind = _kind(names)
    if kind == "ods" and b"encryption-data" in head(archive, names.get("meta-inf/manifest.xml")):
        raise WorkbookRejected(PROTECTED)
    check_suffix(kind, suffix)
    parts = _ODS_PARTS if kind == "ods" else _XLSX_PARTS
    for info in infos:
        if parts.match(info.filename):
            start = head(archive, info)
            check_prolog(info.filename, start)
            if info.filename.lower() == "xl/sharedstrings.xml":
                _check_shared_strings(start, info.file_size)
    return kind


def check_suffix(kind: str, suffix: str) -> None:
    """Refuse a file whose name ending belongs to another kind of workbook, e.g. an .xlsx that is named .xls."""
    suffix = suffix.lower()
    if any(suffix in suffixes for other, suffixes in _SUFFIXES.items() if other != kind):
        right = _SUFFIXES[kind][0]
        raise WorkbookRejected(
            f"it is a {right} workbook but its name ends with {suffix}: rename it to {right} and run again"
        )


def check_members(infos: list[zipfile.ZipInfo]) -> None:
    """Check the archive's directory, before any part is unpacked.

    Raises:
        WorkbookRejected: the archive is a bomb or encrypted, or has parts that no workbook has.
    """
    if len(infos) > MAX_MEMBERS:
        raise WorkbookRejected(f"the archive has {len(infos)} parts, more than any workbook needs: {_SAVE_AGAIN}")
    if sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise WorkbookRejected(f"the archive unpacks to more than 1 GiB, as a zip bomb does: {_SAVE_AGAIN}")
    seen: set[str] = set()
    for info in infos:
        name = info.filename.replace("\\", "/")
        if info.flag_bits & 1:
            raise WorkbookRejected(PROTECTED)
        if info.file_size > BOMB_SIZE and info.file_size > BOMB_RATIO * max(info.compress_size, 1):
            raise WorkbookRejected(
                f"the part {name!r} unpacks to {info.file_size / max(info.compress_size, 1):.0f} times its size, "
                f"as a zip bomb does: {_SAVE_AGAIN}"
            )
        if name.startswith("/") or ":" in name.partition("/")[0] or ".." in name.split("/"):
            raise WorkbookRejected(f"the archive has a part that points outside of it, {name!r}: {_SAVE_AGAIN}")
        if name.lower() in seen:
            raise WorkbookRejected(
                f"the archive has two parts named {name!r}, so two programs may see other data: {_SAVE_AGAIN}"
            )
        seen.add(name.lower())


def _kind(names: dict[str, zipfile.ZipInfo]) -> str:
    for part, kind in _KINDS.items():
        if part in names:
            return kind
    if _NUMBERS in names:
        raise WorkbookRejected(
            "it is an Apple Numbers document and no workbook: in Numbers choose File > Export To > Excel, and give "
            "that file"
        )
    real = next((what for part, what in _NOT_WORKBOOKS.items() if part in names), "a ZIP archive")
    raise WorkbookRejected(
        f"it is {real} and no workbook: give the workbook itself (.xlsx, .xlsm, .xlsb, .xls or .ods)"
    )


def head(archive: zipfile.ZipFile, info: zipfile.ZipInfo | None) -> bytes:
    """Read the first bytes of a part, at most ``HEAD_SIZE`` of them, whatever size the directory has."""
    if info is None:
        return b""
    with archive.open(info) as part:
        return part.read(HEAD_SIZE)


def check_prolog(name: str, start: bytes) -> None:
    """Refuse a DTD, and an encoding in which one could hide, before the root element of an XML part.

    A DTD can occur only before the root element, so the rest of the part need not be searched.

    Raises:
        Refused: for a DTD, an encoding other than UTF-8, or a prolog without an end.
    """
    wide = start[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in start[:4]
    text = _widened(start) if wide else start.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    place = 0
    while True:
        place += len(text[place:]) - len(text[place:].lstrip())
        if text.startswith("<!--", place):
            end = text.find("-->", place)
        elif text.startswith("<?", place):
            end = text.find("?>", place)
        elif text.startswith("<!", place):
            raise WorkbookRejected(f"DTD not allowed: the part {name!r} declares one, as attacks do: {_SAVE_AGAIN}")
        else:
            break
        if end < 0:
            raise WorkbookRejected(f"the part {name!r} is damaged: {_SAVE_AGAIN}")
        place = end + 2
        place += text.startswith(">", place)
    found = _ENCODING.match(text)
    encoding = "UTF-16" if wide else found[1].upper() if found else "UTF-8"
    if encoding not in {"UTF-8", "UTF8", "US-ASCII", "ASCII"}:
        raise WorkbookRejected(f"the part {name!r} is written in {encoding} and workbooks are UTF-8: {_SAVE_AGAIN}")


def _widened(start: bytes) -> str:
    little = start[:2] == b"\xff\xfe" or (start[:2] != b"\xfe\xff" and start[1:2] == b"\0")
    return start.decode("utf-16-le" if little else "utf-16-be", errors="replace").removeprefix("\ufeff")


def _check_shared_strings(start: bytes, size: int) -> None:
    found = re.search(rb"""uniqueCount\s*=\s*["'](\d{1,40})["']""", start)
    if found and int(found[1]) > size // SMALLEST_SHARED_STRING + 1:
        raise WorkbookRejected(f"the workbook announces {int(found[1])} texts but has no room for them: {_SAVE_AGAIN}")


def unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Read all bytes of one part at once, and never more than its directory entry announces.

    Raises:
        Refused: when the part is damaged or larger than in the archive's directory.
    """
    file = archive.fp
    if info.compress_type != zipfile.ZIP_DEFLATED or file is None:
        return archive.read(info)
    file.seek(info.header_offset)
    local = file.read(_LOCAL_HEADER)
    file.seek(int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little"), os.SEEK_CUR)
    packed = file.read(info.compress_size)
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    data = unpacker.decompress(packed, info.file_size + 1)
    if not unpacker.eof or len(data) != info.file_size:
        raise WorkbookRejected(f"the part {info.filename!r} is damaged or not as large as announced: {_SAVE_AGAIN}")
    return data


def parse(
    data: bytes,
    start: Callable[[str, dict[str, str]], None],
    text: Callable[[str], None] | None = None,
    end: Callable[[str], None] | None = None,
    separator: str | None = None,
) -> None:
    """Parse one XML part with expat, as a stream; a DTD is refused wherever it is.

    Args:
        data: the bytes of the part.
        start: called with each element's name, prefix and all, and its attributes.
        text: called with the text of the elements, if it is wanted.
        end: called with the name of each element that ends, if it is wanted.
        separator: the text between namespace and name in all names; None leaves the prefixes as they are.

    Raises:
        Refused: for a DTD or XML that is not well formed.
    """
    parser = expat.ParserCreate(namespace_separator=separator)
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes it by place only
    except expat.ExpatError as error:
        raise WorkbookRejected(f"a part of the workbook is damaged ({error}): {_SAVE_AGAIN}") from error


def _no_doctype(*_declaration: object) -> None:
    raise WorkbookRejected(f"DTD not allowed: a part of the workbook declares one, as attacks do: {_SAVE_AGAIN}")
