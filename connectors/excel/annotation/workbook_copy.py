"""A copy of the user's own workbook with its wrong cells marked, made by openpyxl."""

import hashlib
import io
import re
import warnings
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.hyperlink import Hyperlink

from connectors.excel.annotation import formula_results, hidden_names, losses, marked_sheet, styles, text_cells
from connectors.excel.annotation.verdict_sheet import VerdictSheet, of
from connectors.excel.container import package, preflight
from connectors.excel.container.errors import WorkbookRejected
from connectors.excel.container.parts import unpack
from connectors.excel.formats.references import column_letters

_WITH_TEXTS = re.compile(r"xl/(?:sharedStrings|worksheets/[^/]+)\.xml\Z", re.IGNORECASE)
_TEXT = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*)?>[^<]*")
_ESCAPE = b"x005F_"


class Original(NamedTuple):
    """The user's workbook, its digest, the results of its formulas, what an earlier annotation added, what is lost."""

    book: Workbook
    sha256: str
    results: dict[str, dict[str, Any]]
    before: hidden_names.HiddenNames
    lost: list[str]


def opened(path: Path) -> Original:
    """Load the user's workbook.

    Raises:
        WorkbookRejected: the file must not be parsed.
    """
    source = path.read_bytes()
    archived = package.opened(source)
    kind = preflight.inspect(archived.archive, path.suffix)
    before = hidden_names.find(archived.archive, kind)
    archived = archived.with_parts(_kept_escapes(archived.archive))
    usual = source if isinstance(archived.file, Path) else archived.file
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        book = load_workbook(io.BytesIO(usual), rich_text=True)
    lost = losses.found(archived.archive, (str(each.message) for each in caught))
    results = formula_results.read(usual, book)
    return Original(book, hashlib.sha256(source).hexdigest(), results, before, lost)


def marked(original: Original, order: dict[str, Any]) -> bytes:
    """Mark the user's workbook and return it as a file.

    Raises:
        WorkbookRejected: the file is not the one that was read.
    """
    if original.sha256 != order["sha256"]:
        raise WorkbookRejected("the workbook was changed after it was read")
    book, before = original.book, original.before
    if before.verdict in book.sheetnames:
        del book[before.verdict]
    for name in [name for name in book.defined_names if name.startswith(hidden_names.PREFIX)]:
        del book.defined_names[name]
    sheet = book[order["sheet"]]
    marked_sheet.mark(book, sheet, order, before)
    _add(book, of(order["verdict"], book.sheetnames, sheet.title, original.lost))
    target = io.BytesIO()
    book.save(target)
    return formula_results.put_back(target.getvalue(), book, original.results)


def _kept_escapes(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Return the parts with texts in which openpyxl would lose an escape, written so that it is left.

    A text like ``_x0041_`` is kept as ``_x005F_x0041_``. openpyxl takes ``x005F_`` out of it when it reads and adds
    nothing when it writes, so the copy would have an "A" there.
    """
    parts = {info.filename: unpack(archive, info) for info in archive.infolist() if _WITH_TEXTS.match(info.filename)}
    return {name: _TEXT.sub(_doubled, data) for name, data in parts.items() if _ESCAPE in data}


def _doubled(text: re.Match[bytes]) -> bytes:
    return text[0].replace(_ESCAPE, b"x005F" + _ESCAPE + b"_")


def _add(book: Workbook, verdict: VerdictSheet) -> None:
    """Add the sheet with the verdict in front of all others and open the workbook at it."""
    sheet = book.create_sheet(verdict.title, 0)
    for row, column, text, parts, link in verdict.cells:
        cell = text_cells.put(sheet.cell(row, column), text)
        text_cells.style(cell, *parts)
        if link:
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=link)
    for place, width in enumerate(styles.VERDICT_WIDTHS, start=1):
        sheet.column_dimensions[column_letters(place)].width = width
    sheet.auto_filter.ref = verdict.filtered or None
    for name, reference in verdict.names.items():
        book.defined_names[name] = DefinedName(name, attr_text=reference, hidden=True)
    book.active = 0
    for each in book.worksheets:
        each.sheet_view.tabSelected = each is sheet  # two selected sheets would both take what is typed into one
