"""Parse a worksheet part cell by cell for what a list of values lacks: any part can be read so, and it takes longest.

Rows and columns count from 1, as Excel's do.
"""

from connectors.excel.container.parts import parse
from connectors.excel.formats import number_formats, references
from connectors.excel.formats.details import FORMULA_CUT, NOT_CALCULATED, CellDetails

_BEFORE_VALUE = frozenset({"c", "f"})
_TRUE = frozenset({"1", "true"})
_TEXT_KINDS = frozenset({"s", "inlineStr", ""})
_LONGEST_REFERENCE = len("XFD1048576")


def parsed(data: bytes, formats: list[str]) -> CellDetails:
    """Read one worksheet part.

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


def format_of(formats: list[str], style: int) -> str:
    """Return the number format of a cell style."""
    return formats[style] if style < len(formats) else "General"


def note(
    seen: CellDetails, place: tuple[int, int], kind: str, formula: str | None, value: str | None, number_format: str
) -> None:
    """Note a cell that has an error, a formula without a result, or a number.

    Args:
        seen: gets the cell.
        place: its row and column.
        kind: its attribute ``t``; ``n`` if it has none.
        formula: its formula; None if it has none.
        value: its value as it is written; None if it has none.
        number_format: that of its style.
    """
    shown = (value or "").strip()
    if kind == "e":
        seen.faults[place] = (shown, f"the cell shows {shown}")
    elif formula is not None and not shown and kind not in _TEXT_KINDS:
        if kind != "str" or value is None:  # the empty text is a result
            seen.faults[place] = (f"={formula.strip()[: FORMULA_CUT - 1]}", NOT_CALCULATED)
    elif kind == "n" and shown:
        seen.numbers[place] = number_formats.exact_text(shown, number_format)


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
        note(self.seen, (self.row, self.column), kind, formula, value, format_of(self.formats, _whole(self.style, 0)))

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
