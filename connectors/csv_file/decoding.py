"""Decode a file's bytes to UTF-8 text: recognise the kind of file and its encoding.

The rules: a byte order mark decides; without one the text is strict UTF-8; another encoding is used only if the user
names it. Nothing is guessed, because a wrong guess changes characters of a name or an email unnoticed.
"""

import codecs
import re

import msgspec

from connectors.base import ChoiceNeeded, SourceUnreadable
from connectors.csv_file import encodings

_SAVE_AS_UTF8 = 'save it again as "CSV UTF-8"'

_BYTE_ORDER_MARKS = (  # the longer first: the mark of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le", frozenset({"utf-32", "utf-32-le"})),
    (codecs.BOM_UTF32_BE, "utf-32-be", frozenset({"utf-32", "utf-32-be"})),
    (codecs.BOM_UTF8, "utf-8", frozenset({"utf-8", "utf-8-sig"})),
    (codecs.BOM_UTF16_LE, "utf-16-le", frozenset({"utf-16", "utf-16-le"})),
    (codecs.BOM_UTF16_BE, "utf-16-be", frozenset({"utf-16", "utf-16-be"})),
)

_OTHER_TYPES = (
    (b"PK\x03\x04", "an Excel workbook or zip archive", "give it its real name .xlsx or export it as CSV"),
    (b"PK\x05\x06", "an empty zip archive", "export the list as CSV"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook", "give it its real name .xls or export it as CSV"),
    (b"%PDF-", "a PDF document", "export the list as CSV where the PDF was made"),
    (b"\x1f\x8b", "a gzip archive", "unpack it first"),
)
_MARKUP = (
    (re.compile(rb"\s*<(!doctype html|html|head|body|table|meta)\b", re.IGNORECASE), "a web page (HTML)"),
    (re.compile(rb"\s*<\?xml\b", re.IGNORECASE), "an XML document"),
)
_SAMPLE_BYTES = 4096
_END_MARK = b"\x1a"
_END_BYTES = 16
_ENDED = re.compile(rb"\x1a[\x1a\r\n]*\Z")
"""Ctrl-Z: DOS programs end a text with it; it is not a row."""


class Utf8Text(msgspec.Struct, frozen=True):
    """The text of a file as UTF-8 from ``data[start]`` on, past every byte order mark.

    A file with the mark of UTF-8 is passed on without a copy and is not yet validated: ``refuse_invalid_utf8`` does
    that, and so does the reader that turns the bytes into columns. ``codec`` is what the file's bytes were, and
    ``marked`` is True if a byte order mark named the encoding.
    """

    data: bytes
    start: int
    notes: tuple[str, ...] = ()
    codec: str = "utf-8"
    marked: bool = False


def refuse_other_types(name: str, raw: bytes) -> None:
    """Refuse by its first bytes a file that is not a text, whatever its name.

    Raises:
        SourceUnreadable: it is a workbook, an archive, a PDF, a web page or XML; the message names the real type.
    """
    for magic, what, advice in _OTHER_TYPES:
        if raw.startswith(magic):
            raise SourceUnreadable(f"{name}: is {what}, not text: {advice}.")


def as_utf8(name: str, raw: bytes, encoding: str | None) -> Utf8Text:
    """Return the file's text as UTF-8, transcoded if the byte order mark or the user names another encoding.

    Args:
        name: the file as the user named it, for the messages.
        raw: every byte of the file.
        encoding: the codec that the user asked for, None if none was named.

    Raises:
        ChoiceNeeded: the codec that was asked for is none.
        SourceUnreadable: the codec contradicts the byte order mark, a byte cannot be decoded, or the text is markup.
    """
    asked = None if encoding is None else _known_codec(name, encoding)
    codec, start = _codec_of(name, raw, asked, encoding)
    marked = start > 0
    if asked not in {"utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"} and start == 0:
        _refuse_unmarked_utf16(name, raw[:_SAMPLE_BYTES])
    notes = []
    if codec == "utf-8":
        data = raw
    else:
        data, start = _transcoded(name, raw, start, codec), 0
        if asked == codec and not raw.isascii() and _decodes(raw, "utf-8"):
            notes.append(
                f"{name}: was read as {encoding}, as asked, although it is valid UTF-8; leave --encoding out "
                f"if accented letters look wrong."
            )
    first = start
    while data.startswith(codecs.BOM_UTF8, start):
        start += len(codecs.BOM_UTF8)
    if start > first:
        notes.append(f"{name}: begins with more than one byte order mark; all of them were left out.")
    if _END_MARK in data[-_END_BYTES:]:
        data = _ENDED.sub(b"", data)
    for pattern, what in _MARKUP:
        if pattern.match(data, start, start + _SAMPLE_BYTES):
            raise SourceUnreadable(f"{name}: is {what}, not a CSV file: open it in Excel and {_SAVE_AS_UTF8}.")
    return Utf8Text(data, start, tuple(notes), codec, marked)


def refuse_invalid_utf8(name: str, text: Utf8Text) -> None:
    """Make sure that every byte from ``text.start`` on is valid UTF-8.

    Raises:
        SourceUnreadable: with the byte, its offset in the file, its line, and what would help.
    """
    try:
        str(memoryview(text.data)[text.start :], "utf-8")
    except UnicodeDecodeError as error:
        raise _undecodable(name, text.data, text.start, "utf-8", error) from error


def _known_codec(name: str, encoding: str) -> str:
    try:
        # Encoding one character also refuses codecs that are known but are not text encodings, such as base64.
        "a".encode(encoding)
        return codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        raise ChoiceNeeded(
            f'{name}: there is no encoding "{encoding}"; common ones are utf-8, cp1252 (Windows, western Europe), '
            f"cp1250 (Windows, central Europe), iso8859-15, utf-16, cp932 (Japanese)."
        ) from error


def _codec_of(name: str, raw: bytes, asked: str | None, encoding: str | None) -> tuple[str, int]:
    for mark, codec, same in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            if asked is not None and asked not in same:
                raise SourceUnreadable(
                    f"{name}: begins with the byte order mark of {codec.upper()}, which contradicts --encoding "
                    f"{encoding}; leave --encoding out."
                )
            return codec, len(mark)
    return ("utf-8" if asked in {None, "utf-8", "utf-8-sig"} else str(asked)), 0


def _refuse_unmarked_utf16(name: str, sample: bytes) -> None:
    if sample.count(0) * 3 < len(sample) or not sample:
        return
    codec = "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"
    raise SourceUnreadable(
        f"{name}: looks like UTF-16 without a byte order mark (every other byte is NUL); run again with "
        f"--encoding {codec}, or {_SAVE_AS_UTF8}."
    )


def _transcoded(name: str, raw: bytes, start: int, codec: str) -> bytes:
    try:
        return str(memoryview(raw)[start:], codec).encode()
    except UnicodeDecodeError as error:
        raise _undecodable(name, raw, start, codec, error) from error
    except UnicodeEncodeError as error:
        raise SourceUnreadable(
            f"{name}: read as {codec} it holds half a character (a lone surrogate); {_SAVE_AS_UTF8}."
        ) from error


def _undecodable(name: str, raw: bytes, start: int, codec: str, error: UnicodeDecodeError) -> SourceUnreadable:
    offset = start + error.start
    before = str(memoryview(raw)[start:offset], codec, "replace")
    line = 1 + before.count("\n") + before.count("\r") - before.count("\r\n")
    place = f"{name}: byte 0x{raw[offset]:02X} at offset {offset} (line {line}) is not valid {codec.upper()}"
    if codec != "utf-8":
        return SourceUnreadable(f"{place}; check --encoding, or {_SAVE_AS_UTF8}.")
    named = ", ".join(encodings.sentence(raw[start:])) if start == 0 else ""
    # Good UTF-8 beside one bad byte is a damaged file, unless all of it is text of an East Asian encoding.
    if not str(memoryview(raw)[start:], "utf-8", "ignore").isascii() and not encodings.is_east_asian(raw):
        return SourceUnreadable(
            f"{place}, but other letters are: the file mixes encodings or is damaged. Correct that line and "
            f"{_SAVE_AS_UTF8}."
        )
    if named:
        return SourceUnreadable(
            f"{place}: the file was saved in an older encoding. It could be {named}: name the one that reads right "
            f"with --encoding, or {_SAVE_AS_UTF8}."
        )
    return SourceUnreadable(f"{place}: {_SAVE_AS_UTF8}, or name its encoding with --encoding.")


def _decodes(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
