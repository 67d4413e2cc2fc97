"""Recognise the type of a file that should be a workbook, by its first bytes and never by its name."""

import codecs
from pathlib import Path

from connectors.base import SourceMissing, SourceUnreadable

SIZE_LIMIT = 64 << 20
"""Bytes; a list of 100 000 people is about 6 MiB."""

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLE2 = bytes.fromhex("d0cf11e0a1b11ae1")
_HTML = ("<!doctype html", "<html", "<table", "<head", "<meta", "<body", "<style")
_HEAD = 4096
_DIRECTORY_ENTRY = 128
_LABEL_STREAMS = ("DRMEncryptedDataSpace", "\tDRMContent")
"""Streams that only rights management makes; the second is its stream in an .xls ([MS-OFFCRYPTO] 1.4)."""

_LOCK_PREFIX = "~$"
_LOCK_SIZES = range(50, 600)
_GIVE_WORKBOOK = "give the workbook itself (.xlsx, .xlsm, .xlsb, .xls or .ods)"
_OPEN_AND_SAVE = "open it in Excel, save it as an Excel workbook (.xlsx) and run again"
_LABELLED = (
    "the workbook is protected by a sensitivity label (rights management), so it cannot be read: in Excel, save a copy "
    "with a label that does not encrypt, or save the sheet as CSV, and run again"
)


def examine(path: Path) -> bool:
    """Check that the path is a file that may be a workbook; return True if it is an encrypted one.

    Raises:
        SourceMissing: when there is nothing, or it may not be opened.
        SourceUnreadable: when it is something else; its real type is named.
    """
    try:
        if not path.is_file():
            if path.exists():
                raise SourceUnreadable(f"{path}: it is a {_what(path)} and no file: {_GIVE_WORKBOOK}")
            raise SourceMissing(f"{path}: there is no such file: check the path and run again")
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            raise SourceUnreadable(
                f"{path}: it has {size / (1 << 20):.0f} MiB and the limit is {SIZE_LIMIT >> 20} MiB: "
                "remove pictures and sheets that are not needed, save it and run again"
            )
        with path.open("rb") as file:
            head = file.read(_HEAD)
            rest = file.read() if head.startswith(_OLE2) else b""
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise SourceMissing(f"{path}: it cannot be opened ({reason}): check the path and its permissions") from error
    if path.name.startswith(_LOCK_PREFIX) and size in _LOCK_SIZES and not head.startswith((_ZIP, _OLE2)):
        own = path.name.removeprefix(_LOCK_PREFIX)
        raise SourceUnreadable(
            f"{path}: it is the lock file that Excel keeps while {own} is open, and lists no people: give {own} instead"
        )
    sentence = _description(head, rest, path.suffix.lower())
    if sentence:
        raise SourceUnreadable(f"{path}: {sentence}")
    return head.startswith(_OLE2) and has_stream(head + rest, "EncryptedPackage")


def _what(path: Path) -> str:
    return "folder" if path.is_dir() else "device or pipe"


def _description(head: bytes, rest: bytes, suffix: str) -> str:
    """Return why these bytes are not a workbook, and what to do; empty if they may be one."""
    if head.startswith(_ZIP):
        return ""
    if head.startswith(_OLE2):
        return _told_of_container(head + rest)
    named = f"named {suffix}" if suffix else "without a name ending"
    if not head:
        return "the file is empty (0 bytes): export or copy it again, it was not finished"
    if head.startswith(_EMPTY_ZIP):
        return f"it is an empty ZIP archive and no workbook: {_GIVE_WORKBOOK}"
    if head.startswith(b"%PDF"):
        return f"it is a PDF {named} and no workbook: {_GIVE_WORKBOOK}"
    return _told_of_text(_text(head), named)


def _told_of_container(data: bytes) -> str:
    """Return why an OLE2 file cannot be read; empty if it may be an .xls."""
    if any(has_stream(data, name) for name in _LABEL_STREAMS) and not has_stream(data, "EncryptionInfo"):
        return _LABELLED
    return ""


def _told_of_text(text: str | None, named: str) -> str:
    if text is None:
        return f"it is not an Excel workbook although it is {named} (unknown binary data): {_GIVE_WORKBOOK}"
    start = text.lstrip("\ufeff \t\r\n").lower()
    if start.startswith(_HTML) or "<html" in start:
        return f"it is HTML (a web page) {named}, as many web systems export it: {_OPEN_AND_SAVE}"
    if start.startswith("mime-version:"):
        return f"it is a web page in one file (MHTML) {named}: {_OPEN_AND_SAVE}"
    if start.startswith("<"):
        return f"it is plain XML {named} and no workbook: {_OPEN_AND_SAVE}"
    return (
        f"it is CSV or plain text {named}: rename it to .csv and run again, or "
        "open it in Excel and save it as an Excel workbook (.xlsx)"
    )


def _text(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    if b"\0" in head:
        return None
    return head.decode("utf-8", errors="replace")


def has_stream(data: bytes, name: str) -> bool:
    """Return True if an OLE2 file has a directory entry for a stream of this name.

    An entry is 128 bytes, begins with the name in UTF-16, and has at 64 the length of the name with its end and
    at 66 the type, 2 for a stream ([MS-CFB] 2.6.1). Entries lie on multiples of 128 bytes.
    """
    wanted = name.encode("utf-16-le")
    place = data.find(wanted)
    while place >= 0:
        length = int.from_bytes(data[place + 64 : place + 66], "little")
        if place % _DIRECTORY_ENTRY == 0 and length == len(wanted) + 2 and data[place + 66 : place + 67] == b"\x02":
            return True
        place = data.find(wanted, place + 1)
    return False
