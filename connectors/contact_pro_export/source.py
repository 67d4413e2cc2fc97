"""Kind "contact_pro_export": a users export of System Configurator, read as what Contact Pro has today.

It is read like any table, but whether System Configurator quotes cells is not documented, so quotes may be characters.
Beside its cells it returns how it is written, because a layout is learned from that.
What a column means, and whether the file looks as System Configurator writes it, is not decided here.
"""

import re
from pathlib import Path
from typing import Literal

import msgspec

from connectors.base import Extract, HeaderScorer
from connectors.csv_file.decoding import Utf8Text
from connectors.csv_file.source import CsvSource, TextTable
from connectors.excel.source import ExcelSource

Quoting = Literal["none", "minimal", "all"]


class TextForm(msgspec.Struct, frozen=True):
    """How a text table is written.

    ``encoding`` is the codec of its bytes and ``bom`` is True if a byte order mark named it. ``newline`` is what ends
    the header row: a carriage return, a line feed, both, or "" if nothing does; "mixed" if unquoted lines end
    differently. ``quoting`` is ``all`` if every header is in quotes, ``minimal`` if some cell is.
    """

    encoding: str
    bom: bool
    delimiter: str
    newline: str
    quoting: Quoting


class ContactProExportSource(msgspec.Struct, frozen=True):
    """An export in a text file, or in a workbook made of it (``sheet`` and ``encoding`` as there)."""

    path: Path
    is_workbook: bool = False
    encoding: str | None = None
    sheet: str | None = None

    def read(self, recognise: HeaderScorer) -> Extract:
        """Read every row; raises as ``CsvSource`` and ``ExcelSource`` do."""
        return self.read_with_form(recognise)[0]

    def read_with_form(self, recognise: HeaderScorer) -> tuple[Extract, TextForm | None]:
        """Read every row, and return how the text is written; None for a workbook."""
        if self.is_workbook:
            return ExcelSource(self.path, self.sheet).read(recognise), None
        table = CsvSource(self.path, self.encoding).read_table(recognise, quotes_may_be_letters=True)
        return table.extract, _form(table)


def _form(table: TextTable) -> TextForm:
    text, head = table.text, table.head
    first_cell = re.compile(rb"(?:\A|[\r\n" + re.escape(head.delimiter.encode()) + rb'])"')
    some = table.quoted and text.data.find(b'"', text.start) >= 0
    quoted = some and first_cell.search(text.data, text.start) is not None
    header = text.data[text.start : head.data_start]
    every_one = len(first_cell.findall(header)) >= len(head.columns)
    return TextForm(
        encoding=text.codec,
        bom=text.marked,
        delimiter=head.delimiter,
        newline=_newline(text, header, quoted=quoted),
        quoting="all" if quoted and every_one else "minimal" if quoted else "none",
    )


def _newline(text: Utf8Text, header: bytes, *, quoted: bool) -> str:
    """Find what ends the header row; a quoted cell may contain other line ends, so only then they do not count."""
    ends = re.search(rb"\r\n\Z|\r\Z|\n\Z", header)
    own = ends[0].decode() if ends else ""
    both = text.data.count(b"\r\n", text.start)
    feeds, returns = text.data.count(b"\n", text.start) - both, text.data.count(b"\r", text.start) - both
    others = {"\r\n": feeds + returns, "\n": both + returns, "\r": both + feeds}.get(own, 0)
    return "mixed" if others and not quoted else own
