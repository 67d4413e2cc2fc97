"""Kind "csv": people in a delimited text file, as Excel, a directory or an HR system exports it.

Runs in a thread while the process still imports its heavy parts, so nothing but pyarrow is imported here.
"""

import hashlib
import stat
from pathlib import Path
from threading import Thread

import msgspec

from connectors.base import (
    ColumnStore,
    Extract,
    HeaderScorer,
    Origin,
    ReaderIssue,
    SourceEmpty,
    SourceMissing,
    SourceUnreadable,
)
from connectors.csv_file.decoding import Utf8Text, as_utf8, refuse_other_types
from connectors.csv_file.header import CsvHeader, find_head
from connectors.csv_file.rows import read_clean, read_strictly
from connectors.csv_file.unquoted import read_unquoted


class TextTable(msgspec.Struct, frozen=True):
    """What was read of a text, and its form; ``quoted`` is False if its quotes were read as characters."""

    extract: Extract
    text: Utf8Text
    head: CsvHeader
    quoted: bool


class CsvSource(msgspec.Struct, frozen=True):
    """A list in a text file, delimited by comma, semicolon, TAB or ``|``.

    ``encoding`` is None (a byte order mark decides, else strict UTF-8) or the name of a codec, used strictly. ``store``
    keeps the file and its columns, None for memory.
    """

    path: Path
    encoding: str | None = None
    store: ColumnStore | None = None

    def read(self, recognise: HeaderScorer) -> Extract:
        """Read every record of the file, its text unchanged, and number the records as Excel does.

        Raises:
            ChoiceNeeded: there is no encoding of the name that was asked for.
            SourceMissing: no file at that path, or no permission to read it.
            SourceUnreadable: not text, not decodable, or malformed; the message names the place and the remedy.
            SourceEmpty: no text, or headers without people.
            ColumnsUnknown: no row within the first 20 has a header that ``recognise`` knows.
        """
        return self.read_table(recognise).extract

    def read_table(self, recognise: HeaderScorer, *, quotes_may_be_letters: bool = False) -> TextTable:
        """Read as ``read`` does, and return the text and its head too, for callers that need to know how it is written.

        If quotes may be characters, a text whose quoting is broken is read again by ``read_unquoted``.
        """
        name = str(self.path)
        raw = _bytes_of(self.path, self.store)
        digest = hashlib.sha256()
        # One long call without the interpreter's lock: it costs a core, but no time of its own.
        hashing = Thread(target=digest.update, args=(raw,), daemon=True)
        hashing.start()
        refuse_other_types(name, raw)
        text = as_utf8(name, raw, self.encoding)
        remarks: tuple[ReaderIssue, ...] = ()
        quoted = True
        try:
            head = find_head(name, text, recognise)
            frame = read_clean(text, head, self.store)
            if frame is None:
                frame, remarks = read_strictly(name, text, head)
        except SourceUnreadable:
            plain = read_unquoted(text, recognise) if quotes_may_be_letters else None
            if plain is None:
                raise
            frame, head = plain
            quoted = False
        hashing.join()
        extract = Extract(
            frame=frame,
            origin=Origin(self.path.name, None, range(head.row + 1, head.row + 1 + frame.num_rows)),
            complete=True,
            remarks=remarks,
            notes=(*text.notes, *head.notes),
            sha256=digest.hexdigest(),
            header_row=head.row,
            delimiter=head.delimiter,
            encoding=text.codec,
        )
        return TextTable(extract, text, head, quoted)


def _bytes_of(path: Path, store: ColumnStore | None) -> bytes:
    """Read the complete file: what is hashed is what is parsed, even if the file is saved meanwhile."""
    try:
        kind = path.stat().st_mode
        if stat.S_ISREG(kind):
            raw = path.read_bytes() if store is None else store.copy_of(path)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise SourceMissing(f"{path}: there is no such file; check the path.") from error
    except PermissionError as error:
        raise SourceMissing(f"{path}: may not be read (permission denied); ask its owner for read access.") from error
    except OSError as error:
        raise SourceUnreadable(
            f"{path}: cannot be read ({error.strerror}); copy it to a local disk and retry."
        ) from error
    if stat.S_ISDIR(kind):
        raise SourceUnreadable(f"{path}: is a folder, not a file; name the CSV file inside it.")
    if not stat.S_ISREG(kind):
        raise SourceUnreadable(f"{path}: is a device or a pipe, not a file; save the list as a file first.")
    if not raw:
        raise SourceEmpty(f"{path}: is empty (0 bytes); export the list again or name another file.")
    return raw
