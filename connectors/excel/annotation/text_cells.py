"""Texts in cells that stay texts: no formula, no number, no lost zero, no character that the file format changes."""

import re
from copy import copy
from weakref import WeakKeyDictionary

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.styles.cell_style import StyleArray
from openpyxl.workbook import Workbook

from connectors.excel.annotation import styles

_PARTS: dict[str, tuple[str, object]] = {
    "text": ("number_format", "@"),
    "top left": ("alignment", Alignment(wrap_text=True, vertical="top")),
    "title": ("font", Font(bold=True, size=14)),
    "bold": ("font", Font(bold=True)),
    "heading": ("fill", PatternFill("solid", fgColor=styles.HEADING)),
    "link": ("font", Font(color=styles.LINK, underline="single")),
    "open": ("protection", Protection(locked=False)),  # a protected sheet leaves it open
} | {kind: ("fill", PatternFill("solid", fgColor=colour, bgColor=colour)) for kind, colour in styles.COLOURS.items()}
"""The parts of a cell's style that are set here, by name."""

_Styles = dict[tuple[tuple[int, ...], str], StyleArray]

_STYLES: WeakKeyDictionary[Workbook, _Styles] = WeakKeyDictionary()
"""For each workbook what a style becomes if one of the parts is set."""

_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def put(cell: Cell, text: str) -> Cell:
    """Write a text as it is: Excel's own escape for control characters, and never a formula or an error value."""
    escaped = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", _ESCAPE.sub("_x005F_", text))
    cell.value = escaped[: styles.LONGEST] or None
    if text:
        cell.data_type = "s"
    _style(cell, "text")
    return cell


def style(cell: Cell, *parts: str) -> None:
    """Set parts of a cell's style: the colour of a severity, or how a link or a long text looks."""
    for part in parts:
        _style(cell, part)


def _style(cell: Cell, part: str) -> None:
    """Set one part of a cell's style.

    openpyxl compares a style with all others of the workbook whenever a part of it is set, which took half of the time
    of a large workbook; so what a style becomes is looked up, and set at once.
    """
    styles = _STYLES.setdefault(cell.parent.parent, {})
    before = (tuple(cell._style or ()), part)  # noqa: SLF001 - openpyxl has no public way
    after = styles.get(before)
    if after is None:
        setattr(cell, *_PARTS[part])
        after = styles[before] = cell._style  # noqa: SLF001 - as above
    cell._style = copy(after)  # noqa: SLF001 - as above


def is_coloured(cell: Cell) -> bool:
    """Return True if the fill of a cell is one of ours."""
    return cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in styles.COLOURS.values()
