"""Refuse a workbook archive before anything parses it: a bomb, two files in one, a document with a DTD.

Only the archive's directory and the first bytes of each XML part are looked at, so an ordinary workbook pays a few
milliseconds.
"""

import re
import zipfile

from connectors.excel.container.errors import PROTECTED, SAVE_AGAIN, WorkbookRejected
from connectors.excel.container.parts import head

MAX_MEMBERS = 10_000
MAX_UNPACKED = 1 << 30
BOMB_RATIO = 200
BOMB_SIZE = 16 << 20
SMALLEST_SHARED_STRING = len("<si/>")

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


def inspect(archive: zipfile.ZipFile, suffix: str) -> str:
    """Check the archive's directory and the head of every part that will be parsed.

    Args:
        archive: the workbook, open for reading.
        suffix: the file's name ending with its dot; a parser that trusts the name must not be sent astray.

    Returns:
        ``xlsx`` (also for .xlsm), ``xlsb`` or ``ods``.

    Raises:
        WorkbookRejected: when the archive is dangerous, protected or no workbook.
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
        raise WorkbookRejected(f"the archive has {len(infos)} parts, more than any workbook needs: {SAVE_AGAIN}")
    if sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise WorkbookRejected(f"the archive unpacks to more than 1 GiB, as a zip bomb does: {SAVE_AGAIN}")
    seen: set[str] = set()
    for info in infos:
        name = info.filename.replace("\\", "/")
        if info.flag_bits & 1:
            raise WorkbookRejected(PROTECTED)
        if info.file_size > BOMB_SIZE and info.file_size > BOMB_RATIO * max(info.compress_size, 1):
            raise WorkbookRejected(
                f"the part {name!r} unpacks to {info.file_size / max(info.compress_size, 1):.0f} times its size, "
                f"as a zip bomb does: {SAVE_AGAIN}"
            )
        if name.startswith("/") or ":" in name.partition("/")[0] or ".." in name.split("/"):
            raise WorkbookRejected(f"the archive has a part that points outside of it, {name!r}: {SAVE_AGAIN}")
        if name.lower() in seen:
            raise WorkbookRejected(
                f"the archive has two parts named {name!r}, so two programs may see other data: {SAVE_AGAIN}"
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


def check_prolog(name: str, start: bytes) -> None:
    """Refuse a DTD, and an encoding in which one could hide, before the root element of an XML part.

    A DTD can occur only before the root element, so the rest of the part need not be searched.

    Raises:
        WorkbookRejected: for a DTD, an encoding other than UTF-8, or a prolog without an end.
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
            raise WorkbookRejected(f"DTD not allowed: the part {name!r} declares one, as attacks do: {SAVE_AGAIN}")
        else:
            break
        if end < 0:
            raise WorkbookRejected(f"the part {name!r} is damaged: {SAVE_AGAIN}")
        place = end + 2
        place += text.startswith(">", place)
    found = _ENCODING.match(text)
    encoding = "UTF-16" if wide else found[1].upper() if found else "UTF-8"
    if encoding not in {"UTF-8", "UTF8", "US-ASCII", "ASCII"}:
        raise WorkbookRejected(f"the part {name!r} is written in {encoding} and workbooks are UTF-8: {SAVE_AGAIN}")


def _widened(start: bytes) -> str:
    little = start[:2] == b"\xff\xfe" or (start[:2] != b"\xfe\xff" and start[1:2] == b"\0")
    return start.decode("utf-16-le" if little else "utf-16-be", errors="replace").removeprefix("\ufeff")


def _check_shared_strings(start: bytes, size: int) -> None:
    found = re.search(rb"""uniqueCount\s*=\s*["'](\d{1,40})["']""", start)
    if found and int(found[1]) > size // SMALLEST_SHARED_STRING + 1:
        raise WorkbookRejected(f"the workbook announces {int(found[1])} texts but has no room for them: {SAVE_AGAIN}")
