"""Read the parts of a workbook's archive: unpack one, look at its beginning, parse its XML without a DTD."""

import os
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

from connectors.excel.container.errors import SAVE_AGAIN, WorkbookRejected

HEAD_SIZE = 64 << 10

_LOCAL_HEADER = 30


def head(archive: zipfile.ZipFile, info: zipfile.ZipInfo | None) -> bytes:
    """Read the first bytes of a part, at most ``HEAD_SIZE`` of them, whatever size the directory has."""
    if info is None:
        return b""
    with archive.open(info) as part:
        return part.read(HEAD_SIZE)


def unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Read all bytes of one part at once, and never more than its directory entry announces.

    Raises:
        WorkbookRejected: when the part is damaged or larger than in the archive's directory.
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
        raise WorkbookRejected(f"the part {info.filename!r} is damaged or not as large as announced: {SAVE_AGAIN}")
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
        WorkbookRejected: for a DTD or XML that is not well formed.
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
        raise WorkbookRejected(f"a part of the workbook is damaged ({error}): {SAVE_AGAIN}") from error


def _no_doctype(*_declaration: object) -> None:
    raise WorkbookRejected(f"DTD not allowed: a part of the workbook declares one, as attacks do: {SAVE_AGAIN}")
