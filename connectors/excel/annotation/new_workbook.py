"""A new workbook of rows and what is wrong with them, made by XlsxWriter: for lists whose own file is not copied."""

import io
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from connectors.excel.annotation import hidden_names, styles, verdict_sheet
from connectors.excel.annotation.verdict_sheet import LONGEST_TITLE, VerdictSheet, reference
from connectors.excel.formats.references import cell_name, column_letters

_Style = Callable[..., Format]
"""Returns the format that has all the parts that are named; every cell is a text besides."""

_Properties = dict[str, object]


def _filled(colour: str) -> _Properties:
    return {"pattern": 1, "fg_color": f"#{colour[2:]}", "bg_color": f"#{colour[2:]}"}


_PARTS: dict[str, _Properties] = {
    "top left": {"text_wrap": True, "valign": "top"},
    "title": {"bold": True, "font_size": 14},
    "bold": {"bold": True},
    "heading": _filled(styles.HEADING),
    "link": {"font_color": f"#{styles.LINK[2:]}", "underline": 1},
    "open": {"locked": False},  # a protected sheet leaves it open
    **{severity: _filled(colour) for severity, colour in styles.COLOURS.items()},
}

_MISREAD = re.compile(r"\A<r>.*</r>\Z|_x[0-9A-Fa-f]{4}_(?=x[0-9A-Fa-f]{4}_)", re.DOTALL)
"""Texts that XlsxWriter would write as the XML that they look like, and of two joined escapes it escapes the first."""

_HARMLESS = re.compile(r"(?<=\A<)|(?<=\A<r)|(?<=_)(?=x[0-9A-Fa-f]{4}_)")
"""The cuts that make of such a text pieces that are not misread."""

_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
_PIXELS = 7
"""Of one character, the unit of widths: XlsxWriter would add the margins of the cell."""


def made(order: dict[str, Any]) -> bytes:
    """Build a workbook of the rows (see ``annotator.Annotation``), and return it as a file.

    Raises:
        WorkbookRejected: the added columns do not fit beside those of the list.
    """
    hidden_names.refuse_without_room(len(order["names"]) + 1)
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"author": styles.AUTHOR})
        title, style = _title(order["sheet"]), _styles(book)
        verdict = verdict_sheet.of(order["verdict"], [title], title, [])
        first, second = book.add_worksheet(verdict.title), book.add_worksheet(title)
        _draw(first, verdict, style)
        _fill(second, order, style)
        for name, place in (verdict.names | _add_columns(second, order, style)).items():
            book.define_name(name, f"={place}")
            book.defined_names[-1][-1] = True  # hidden, which ``define_name`` cannot be asked for
    return target.getvalue()


def _draw(sheet: Worksheet, verdict: VerdictSheet, style: _Style) -> None:
    """Write the sheet with the verdict."""
    for row, column, text, parts, link in verdict.cells:
        look, target = style(*parts), f"internal:{link}"
        if not link or sheet.write_url(row - 1, column - 1, target, look, text):  # Excel allows 65,530 links in a sheet
            _put(sheet, row, column, text, look)
    for place, width in enumerate(styles.VERDICT_WIDTHS, start=1):
        _widen(sheet, place, width)
    if verdict.filtered:
        sheet.autofilter(verdict.filtered)


def _fill(sheet: Worksheet, order: dict[str, Any], style: _Style) -> None:
    """Write the rows below their header, wrong cells with colours and comments."""
    header = order["header_row"]
    for column, (name, width) in enumerate(zip(order["names"], order["widths"], strict=True), start=1):
        _put(sheet, header, column, name, style())
        _widen(sheet, column, width)
    sheet.freeze_panes(header, 0)
    parts = {(row, column): (severity,) for row, column, severity, _ in order["marks"]}
    corrected = {(row, column): text for row, column, text in order["corrected"]}
    for column, texts in enumerate(order["cells"], start=1):
        for row, text in zip(order["cell_rows"], texts, strict=True):
            at = row, column
            _put(sheet, *at, corrected.get(at, text), style(*parts.get(at, ())))
    for row, column, _, comment in order["marks"]:
        size = {"width": styles.NOTE_WIDTH, "height": styles.note_height(comment)}
        sheet.write_comment(row - 1, column - 1, comment, {"author": styles.AUTHOR, "font_size": 9, **size})


def _add_columns(sheet: Worksheet, order: dict[str, Any], style: _Style) -> dict[str, str]:
    """Write the four columns at the right and return their names; only a row with a proposal offers its Accept."""
    header, last, first = order["header_row"], order["last_row"], len(order["names"]) + 1
    for place, (title, width) in enumerate(zip(order["titles"], styles.WIDTHS, strict=True), start=first):
        _put(sheet, header, place, title, style())
        _widen(sheet, place, width)
    texts_of = {row: texts for row, *texts in order["rows"]}
    offered: list[str] = []
    for row in range(header + 1, last + 1):
        severity, *texts = texts_of.get(row, ("", order["default"], "", "", ""))
        is_proposed = bool(texts[2])
        looks_of = ((severity,) if severity else (), (), *(("open",) if is_proposed else (),) * 2)
        for place, (text, parts) in enumerate(zip(texts, looks_of, strict=True), start=first):
            _put(sheet, row, place, text, style(*parts))
        if is_proposed:
            offered.append(cell_name(row - 1, first + 2))
    if offered:
        options = {"validate": "list", "source": ["x"], "show_error": False, "show_input": False}
        sheet.data_validation(offered[0], {**options, "multi_range": " ".join(offered)})
    sheet.autofilter(header - 1, 0, last - 1, first + len(styles.WIDTHS) - 2)
    letters = map(column_letters, range(first, first + len(hidden_names.COLUMNS)))
    return {
        name: reference(sheet.name, f"${each}:${each}")
        for name, each in zip(hidden_names.COLUMNS, letters, strict=True)
    }


def _put(sheet: Worksheet, row: int, column: int, text: str, look: Format) -> None:
    """Write a text as it is: never a number, a formula, a link or XML; control characters in Excel's own escape."""
    if not text:
        sheet.write_blank(row - 1, column - 1, None, look)
    elif _MISREAD.search(text):
        sheet.write_rich_string(row - 1, column - 1, *_HARMLESS.split(text[: styles.LONGEST]), look)
    else:
        sheet.write_string(row - 1, column - 1, text, look)


def _styles(book: Workbook) -> _Style:
    @cache
    def style(*parts: str) -> Format:
        properties: dict[str, object] = {"num_format": "@"}
        for part in parts:
            properties |= _PARTS[part]
        return book.add_format(properties)

    return style


def _title(name: str) -> str:
    """Return the name of a sheet as Excel allows it: an .ods or a .csv may have another."""
    allowed = _NOT_IN_TITLES.sub("_", name).encode("utf-16-le")[: 2 * LONGEST_TITLE]
    return allowed.decode("utf-16-le", errors="ignore").strip("'")


def _widen(sheet: Worksheet, column: int, width: int) -> None:
    sheet.set_column_pixels(column - 1, column - 1, width * _PIXELS)
