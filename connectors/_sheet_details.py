"""What a worksheet part of an .xlsx says and a list of values cannot: hidden rows, formulas, errors, raw numbers.

A clean sheet is told by a few searches over its bytes (``has_signs``) and never pays for the real parse. Where there
is a sign, or a number, ``details`` reads the part cell by cell. Rows and columns count from 1, as Excel's do.

Pure standard library: this room is used by the child process that parses workbooks.
"""

import re
import zipfile
from dataclasses import dataclass, field

from connectors import _number_formats, _preflight

FORMULA_CUT = 60
NOT_CALCULATED = "the formula has no calculated value: open the workbook in Excel, save it and run again"
EMPTY_TEXT = "the formula gives an empty text"

_IMPOSSIBLE = re.compile(rb' r="(?:[A-Za-z]{4}|[A-Za-z]{1,3}[0-9]{8})')
_USUAL_HEAD = re.compile(rb"""(?:<\?xml[^>]*>\s*)?<worksheet[ >](?:(?!<sheetData|\s=|=\s|=').)*<sheetData""", re.DOTALL)
_HEAD = 64 << 10
_PROBE_SIZE = 8 << 20


@dataclass(slots=True)
class Details:
    """What was seen, by place ``(row, column)`` from 1.

    ``numbers`` gives a cell its text and, where that is not certain, the clause that says why (else ``""``);
    ``faults`` gives a cell what stands there and the clause for ``CELL-FORMULA-ERROR``.
    """

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    numbers: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    faults: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)


def has_signs(data: bytes) -> bool:
    """Whether a worksheet part may hold anything that only ``details`` can tell; never a false "no" for usual XML.

    A part in an unusual dress (prefixes, single quotes, spaces around "=") is never searched but always parsed.
    References beyond the sheet, which a parser may wrap round to A1, are searched in parts up to ``_PROBE_SIZE``:
    no program writes them, and the search costs a large list as much as all the others together.
    """
    return (
        _USUAL_HEAD.match(data[:_HEAD].removeprefix(b"\xef\xbb\xbf")) is None
        or b"hidden" in data
        or b't="e"' in data
        or b"<f" in data
        or (len(data) <= _PROBE_SIZE and _IMPOSSIBLE.search(data) is not None)
    )


def details(data: bytes, formats: list[str]) -> Details:
    """Read one worksheet part cell by cell.

    Args:
        data: the bytes of the part.
        formats: the number format of each cell style; empty where the workbook has no styles.

    Raises:
        Refused: for a DTD, damaged XML or a cell where no cell can stand.
    """
    reader = _Reader(formats)
    _preflight.parse(data, reader.start, reader.text)
    reader.finish()
    return reader.seen


class _Reader:
    """The state between two tags of a worksheet; one instance reads one part."""

    __slots__ = ("column", "formats", "formula", "kind", "part", "row", "seen", "style", "value")

    def __init__(self, formats: list[str]) -> None:
        self.formats = formats
        self.seen = Details()
        self.row = self.column = 0
        self.part = self.kind = self.style = ""
        self.value: str | None = None
        self.formula: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an opening tag; a cell is judged when the next one begins, because its end is never announced."""
        if ":" in name:
            name = name.rpartition(":")[2]
        self.part = name
        if name == "c":
            self.finish()
            self._place(attributes.get("r"))
            self.kind = attributes.get("t", "n")
            self.style = attributes.get("s", "0")
        elif name == "v":
            self.value = ""
        elif name == "f":
            self.formula = ""
        elif name == "row":
            self.finish()
            self.row = _whole(attributes.get("r"), self.row + 1)
            self.column = 0
            if attributes.get("hidden") in {"1", "true"}:
                self.seen.hidden_rows.add(self.row)
        elif name == "col" and attributes.get("hidden") in {"1", "true"}:
            self.seen.hidden_columns.append((_whole(attributes.get("min"), 1), _whole(attributes.get("max"), 1)))

    def text(self, text: str) -> None:
        """Take the text behind the last opening tag."""
        if self.part == "v":
            self.value = (self.value or "") + text
        elif self.part == "f":
            self.formula = (self.formula or "") + text

    def finish(self) -> None:
        """Judge the cell that was read last."""
        value, formula, kind = self.value, self.formula, self.kind
        self.value = self.formula = None
        self.kind = ""
        if kind in {"s", "inlineStr", ""} and formula is None:
            return
        here = (self.row, self.column)
        shown = (value or "").strip()
        if kind == "e":
            self.seen.faults[here] = (shown, f"the cell shows {shown}")
        elif formula is not None and not shown and kind not in {"s", "inlineStr"}:
            empty_text = kind == "str" and value is not None
            written = formula.strip()[: FORMULA_CUT - 1]
            self.seen.faults[here] = (f"={written}", EMPTY_TEXT if empty_text else NOT_CALCULATED)
        elif kind == "n" and shown:
            style = _whole(self.style, 0)
            code = self.formats[style] if style < len(self.formats) else "General"
            self.seen.numbers[here] = _number_formats.exact_text(shown, code)

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
            return
        where = _preflight.place(reference)
        if where is None:
            raise _preflight.refuse_reference(reference)
        self.row, self.column = where


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= len("1048576") else otherwise


def sheet_part(archive: zipfile.ZipFile, sheet: str) -> zipfile.ZipInfo | None:
    """The archive's part that holds the sheet of this name, found the way that Excel finds it; None where there is none."""
    parts = {info.filename.lower(): info for info in archive.infolist()}
    keys: dict[str, str] = {}
    targets: dict[str, str] = {}

    def workbook(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            key = next((value for label, value in attributes.items() if label.rpartition(":")[2] == "id"), "")
            keys.setdefault(attributes.get("name", ""), key)

    def relations(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    for path, take in (("xl/workbook.xml", workbook), ("xl/_rels/workbook.xml.rels", relations)):
        if path in parts:
            _preflight.parse(_preflight.unpack(archive, parts[path]), take)
    target = targets.get(keys.get(sheet, ""), "").lower()
    return parts.get(target.lstrip("/") if target.startswith("/") else f"xl/{target}")


def number_formats(archive: zipfile.ZipFile) -> list[str]:
    """The number formats of the workbook's cell styles; empty where it has none."""
    styles = next((info for info in archive.infolist() if info.filename.lower() == "xl/styles.xml"), None)
    return _number_formats.formats(_preflight.unpack(archive, styles)) if styles else []
