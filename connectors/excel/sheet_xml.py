"""The pieces of a worksheet as XML: cells of texts, rows, columns, filters, and the styles that they name."""

import re
from collections.abc import Iterable, Sequence
from html import escape

from connectors.excel.cell_texts import COLOURS, HEAD_COLOUR, LINK_COLOUR, kept

HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

_PLACE = re.compile("([A-Z]+)([0-9]+)")
_STYLES = ("plain", "text", "title", "head", "link", "wrapped", "open")
_STYLE = {name: number for number, name in enumerate([*_STYLES, *COLOURS, *(f"wrapped {each}" for each in COLOURS)])}
"""The numbers of the styles, in the order of ``styles``."""


def sheet(view: str, widths: Sequence[int], rows: Iterable[str], filtered: str, end: str) -> str:
    """Return a worksheet; ``view`` is how it is opened, ``end`` what follows the filter."""
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(widths, 1)
    )
    return (
        f'{HEADER}<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheetViews>{view}</sheetViews>'
        f"<cols>{columns}</cols><sheetData>{''.join(rows)}</sheetData>"
        f"{f'<autoFilter ref={chr(34)}{filtered}{chr(34)}/>' if filtered else ''}{end}</worksheet>"
    )


def row(number: int, cells: Iterable[str]) -> str:
    """Return a row of cells."""
    return f'<row r="{number}">{"".join(cells)}</row>'


def cell(place: str, text: str, style: str = "text") -> str:
    """Return a cell with a text as it is, never a formula, a number or a date; an empty one keeps its style."""
    if not text:
        return f'<c r="{place}" s="{_STYLE[style]}"/>'
    return f'<c r="{place}" s="{_STYLE[style]}" t="inlineStr"><is>{text_of(text)}</is></c>'


def text_of(text: str) -> str:
    """Return the element of a text; spaces at its ends stay."""
    space = "" if text == text.strip() else ' xml:space="preserve"'
    return f"<t{space}>{escape(kept(text))}</t>"


def letter(column: int) -> str:
    """Return the letters of a column, from 1."""
    letters = ""
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


def reference(title: str, cells: str) -> str:
    """Return a reference to cells of a sheet, for an attribute or an element."""
    return escape(f"'{title}'!{cells}")


def absolute(cells: str) -> str:
    """Return a range like ``A1:C9`` with the signs that keep it in its place."""
    return _PLACE.sub(r"$\1$\2", cells)


def styles() -> str:
    """Return the styles in the order of their numbers; every cell but an untouched one has the format of texts."""
    usual = '<name val="Calibri"/><family val="2"/>'
    fonts = [
        f'<sz val="11"/>{usual}',
        f'<b/><sz val="14"/>{usual}',
        f'<b/><sz val="11"/>{usual}',
        f'<u/><sz val="11"/><color rgb="{LINK_COLOUR}"/>{usual}',
    ]
    solid = [
        f'<fill><patternFill patternType="solid"><fgColor rgb="{each}"/><bgColor rgb="{each}"/></patternFill></fill>'
        for each in (*COLOURS.values(), HEAD_COLOUR)
    ]
    wrap = '<alignment vertical="top" wrapText="1"/>'
    coloured = [_style(inner, fill=fill) for inner in ("", wrap) for fill in range(2, 2 + len(COLOURS))]
    made = [
        *(_style(number_format=0), _style(), _style(font=1), _style(font=2, fill=2 + len(COLOURS))),
        *(_style(wrap, font=3), _style(wrap), _style('<protection locked="0"/>'), *coloured),
    ]
    return (
        f'{HEADER}<styleSheet xmlns="{MAIN}">'
        f'<fonts count="{len(fonts)}">{"".join(f"<font>{each}</font>" for each in fonts)}</fonts>'
        f'<fills count="{2 + len(solid)}"><fill><patternFill patternType="none"/></fill>'
        f'<fill><patternFill patternType="gray125"/></fill>{"".join(solid)}</fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(made)}">{"".join(made)}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _style(inner: str = "", *, font: int = 0, fill: int = 0, number_format: int = 49) -> str:
    """Return one style; number format 49 is that of texts."""
    applied = "".join(f' apply{name}="1"' for name in ("Alignment", "Protection") if f"<{name.lower()}" in inner)
    return (
        f'<xf numFmtId="{number_format}" fontId="{font}" fillId="{fill}" borderId="0" xfId="0" applyNumberFormat="1" '
        f'applyFont="1" applyFill="1"{applied}>{inner}</xf>'
    )
