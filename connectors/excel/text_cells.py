"""Texts in cells that stay texts: no formula, no number, no lost zero, no character that the file format changes."""

import re

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, PatternFill

COLOURS = {"error": "FFF8CBC6", "warning": "FFFFE8A3", "dropped": "FFE4E6E9"}
"""The fill of a cell by the severity of what is wrong with it; the colours also tell our fills from the user's."""

LONGEST = 32_767
"""Characters that Excel keeps in one cell."""

_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def put(cell: Cell, text: str) -> Cell:
    """Write a text as it is: Excel's own escape for control characters, and never a formula or an error value."""
    escaped = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", _ESCAPE.sub("_x005F_", text))
    cell.value = escaped[:LONGEST] or None
    if text:
        cell.data_type = "s"
    cell.number_format = "@"
    return cell


def colour(cell: Cell, severity: str) -> None:
    """Fill a cell with the colour of a severity."""
    cell.fill = PatternFill("solid", fgColor=COLOURS[severity], bgColor=COLOURS[severity])


def is_coloured(cell: Cell) -> bool:
    """Return True if the fill of a cell is one of ours."""
    return cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in COLOURS.values()


def top_left() -> Alignment:
    """Return the alignment of long texts: wrapped, from the top."""
    return Alignment(wrap_text=True, vertical="top")
