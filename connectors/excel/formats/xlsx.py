"""Read from a worksheet part what a list of values lacks: hidden rows, formulas, errors, raw numbers.

A clean sheet is recognised by a few searches over its bytes (``has_signs``) and never pays for the real parse. If there
is a sign, or a number, ``details`` reads the part cell by cell. Rows and columns count from 1, as Excel's do.
"""

import re
import zipfile

from connectors.excel.container.package import sheet_parts
from connectors.excel.container.parts import parse, unpack
from connectors.excel.formats import number_formats, references
from connectors.excel.formats.details import FORMULA_CUT, NOT_CALCULATED, CellDetails

_IMPOSSIBLE = re.compile(rb' r="(?:[A-Za-z]{4}|[A-Za-z]{1,3}[0-9]{8})')
_USUAL_HEAD = re.compile(rb"""(?:<\?xml[^>]*>\s*)?<worksheet[ >](?:(?!<sheetData|\s=|=\s|=').)*<sheetData""", re.DOTALL)
_HEAD = 64 << 10
_PROBE_SIZE = 8 << 20
_BEFORE_VALUE = frozenset({"c", "f"})
_TRUE = frozenset({"1", "true"})
_TEXT_KINDS = frozenset({"s", "inlineStr", ""})
_LONGEST_REFERENCE = len("XFD1048576")
_USUAL_NUMBER = re.compile(rb'<c r="([A-Z]+[0-9]+)"(?: s="([0-9]+)")?(?: t="n")?><v>([^<]+)</v></c>')


def has_signs(data: bytes) -> bool:
    """Return True if a worksheet part may contain what only ``details`` can find; never a false "no" for usual XML.

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


def details(data: bytes, formats: list[str]) -> CellDetails:
    """Read one worksheet part cell by cell.

    Args:
        data: the bytes of the part.
        formats: the number format of each cell style; empty if the workbook has no styles.

    Raises:
        WorkbookRejected: for a DTD, damaged XML or a cell outside of every sheet.
    """
    reader = _Reader(formats)
    parse(data, reader.start, reader.text)
    reader.finish()
    return reader.seen


def numbers(data: bytes, formats: list[str], expected: int) -> CellDetails | None:
    """Return the numbers of a worksheet part without signs, found by one search: a fifth of the time of ``details``.

    Args:
        data: the bytes of the part.
        formats: the number format of each cell style.
        expected: how many numbers the parser saw.

    Returns:
        None if the search did not find exactly as many, so that only the real parse can decide.
    """
    found = _USUAL_NUMBER.findall(data)
    if len(found) != expected:
        return None
    seen = CellDetails()
    for reference, style, value in found:
        where = references.place(reference.decode())
        if where is None:
            return None
        code = _code(formats, int(style or 0))
        seen.numbers[where] = number_formats.exact_text(value.decode(), code)
    return seen


def _code(formats: list[str], style: int) -> str:
    return formats[style] if style < len(formats) else "General"


class _Reader:
    """The state between two tags of a worksheet; one instance reads one part."""

    __slots__ = ("column", "formats", "formula", "kind", "part", "reference", "row", "seen", "style", "value")

    def __init__(self, formats: list[str]) -> None:
        self.formats = formats
        self.seen = CellDetails()
        self.row = self.column = 0
        self.part = self.kind = self.style = ""
        self.reference: str | None = None
        self.value: str | None = None
        self.formula: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an opening tag; a cell is judged when the next one begins, because its end is never announced."""
        if ":" in name:
            name = name.rpartition(":")[2]
        before, self.part = self.part, name
        if name == "c":
            self._cell(attributes)
        elif name == "v" and before in _BEFORE_VALUE:
            self.value = ""
        elif name == "f" and before == "c":
            self.formula = ""
        elif name == "row":
            self.finish()
            self._arrive()
            self._row(attributes)
        elif name == "col" and attributes.get("hidden") in _TRUE:
            self.seen.hidden_columns.append((_whole(attributes.get("min"), 1), _whole(attributes.get("max"), 1)))
        elif name in _BEFORE_VALUE or name == "v":
            self.part = ""  # the formula of a rule behind the cells, not of a cell

    def _cell(self, attributes: dict[str, str]) -> None:
        if self.formula is not None or self.kind not in _TEXT_KINDS:
            self.finish()
        self.value = None
        reference = attributes.get("r")
        if reference is None:
            self._arrive()
            self.column += 1
        elif len(reference) > _LONGEST_REFERENCE:
            raise references.refuse_reference(reference)
        self.reference = reference
        self.kind = attributes.get("t", "n")
        self.style = attributes.get("s", "0")

    def _row(self, attributes: dict[str, str]) -> None:
        self.row = _whole(attributes.get("r"), self.row + 1)
        self.column = 0
        if attributes.get("hidden") in _TRUE:
            self.seen.hidden_rows.add(self.row)

    def text(self, text: str) -> None:
        """Take the text behind the last opening tag."""
        if self.part == "v":
            self.value = (self.value or "") + text
        elif self.part == "f":
            self.formula = (self.formula or "") + text

    def finish(self) -> None:
        """Check the cell that was read last."""
        value, formula, kind = self.value, self.formula, self.kind
        self.value = self.formula = None
        self.kind = ""
        if kind in _TEXT_KINDS and formula is None:
            return
        self._arrive()
        here = (self.row, self.column)
        shown = (value or "").strip()
        if kind == "e":
            self.seen.faults[here] = (shown, f"the cell shows {shown}")
        elif formula is not None and not shown and kind not in _TEXT_KINDS:
            if kind != "str" or value is None:  # the empty text is a result
                self.seen.faults[here] = (f"={formula.strip()[: FORMULA_CUT - 1]}", NOT_CALCULATED)
        elif kind == "n" and shown:
            code = _code(self.formats, _whole(self.style, 0))
            self.seen.numbers[here] = number_formats.exact_text(shown, code)

    def _arrive(self) -> None:
        """Return the place of the last cell; most cells are text, whose place is not needed."""
        reference, self.reference = self.reference, None
        if reference is None:
            return
        where = references.place(reference)
        if where is None:
            raise references.refuse_reference(reference)
        self.row, self.column = where


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= len("1048576") else otherwise


def parts_by_sheet(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the part of each sheet by the sheet's name, as Excel finds it."""
    found: dict[str, zipfile.ZipInfo] = {}
    parts = sheet_parts(archive, "xml")

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            key = next((value for label, value in attributes.items() if label.rpartition(":")[2] == "id"), "")
            if key in parts:
                found.setdefault(attributes.get("name", ""), archive.getinfo(parts[key]))

    book = next((info for info in archive.infolist() if info.filename.lower() == "xl/workbook.xml"), None)
    if book is not None:
        parse(unpack(archive, book), start)
    return found


def cell_formats(archive: zipfile.ZipFile) -> list[str]:
    """Return the number formats of the workbook's cell styles; empty if it has none."""
    styles = next((info for info in archive.infolist() if info.filename.lower() == "xl/styles.xml"), None)
    return number_formats.formats(unpack(archive, styles)) if styles else []
