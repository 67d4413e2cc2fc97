"""A new workbook of the rows of a list, every cell a text, with its wrong cells marked: the parts of the package.

Nothing of the user's is parsed for it, so it is made here and not in a limited child process, and as XML at once:
openpyxl took 0.2 s to start and 0.2 ms a row.
"""

import io
import zipfile
from collections.abc import Iterator
from html import escape

from connectors.excel import comment_parts, own_marks
from connectors.excel.annotate import Annotation
from connectors.excel.cell_texts import LONGEST_TITLE, VERDICT_PROPOSAL, VERDICT_VALUE, free_title
from connectors.excel.new_sheets import DRAWING, ListSheet, VerdictSheet
from connectors.excel.sheet_xml import HEADER, MAIN, RELATIONS, absolute, letter, reference, styles

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CONTENT = "application/vnd.openxmlformats"
_TYPES = {
    "xl/workbook.xml": "sheet.main",
    "xl/styles.xml": "styles",
    "xl/worksheets/sheet1.xml": "worksheet",
    "xl/worksheets/sheet2.xml": "worksheet",
    "xl/comments1.xml": "comments",
}
_IN_NO_TITLE = str.maketrans(dict.fromkeys(r"[]:*?/\'", "_"))
_ALWAYS = (1980, 1, 1, 0, 0, 0)
"""The time of every part, so that the same list makes the same bytes."""

_QUICK = 3
"""How hard the parts are compressed: a third of the usual time, a tenth larger."""


def of_rows(order: Annotation) -> bytes:
    """Build the workbook: the verdict with a link to each wrong cell, and the rows in their places."""
    title = order.sheet.translate(_IN_NO_TITLE)[:LONGEST_TITLE]
    rows, verdict = ListSheet(order), VerdictSheet(order.verdict, title)
    sheets = {f"sheet{at}": ("worksheet", f"worksheets/sheet{at}.xml") for at in (1, 2)}
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations({"workbook": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": _workbook(free_title([title], order.verdict.sheet), title, rows, verdict),
        "xl/_rels/workbook.xml.rels": _relations({**sheets, "styles": ("styles", "styles.xml")}),
        "xl/styles.xml": styles(),
        "xl/worksheets/sheet1.xml": verdict.xml(),
        "xl/worksheets/sheet2.xml": rows.xml(),
        "xl/worksheets/_rels/sheet2.xml.rels": _relations(
            {"comments": ("comments", "/xl/comments1.xml"), DRAWING: ("vmlDrawing", "/xl/drawing1.vml")}
        ),
        "xl/comments1.xml": comment_parts.comments(order.marks),
        "xl/drawing1.vml": comment_parts.drawing(order.marks),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _ALWAYS), text, zipfile.ZIP_DEFLATED, _QUICK)
    return target.getvalue()


def _workbook(first: str, second: str, rows: ListSheet, verdict: VerdictSheet) -> str:
    sheets = "".join(
        f'<sheet name="{escape(title)}" sheetId="{at}" r:id="sheet{at}"/>'
        for at, title in enumerate((first, second), 1)
    )
    names = "".join(f"<definedName {name}</definedName>" for name in _names(first, second, rows, verdict))
    return (
        f'{HEADER}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><bookViews><workbookView activeTab="0"/></bookViews>'
        f"<sheets>{sheets}</sheets><definedNames>{names}</definedNames></workbook>"
    )


def _names(first: str, second: str, rows: ListSheet, verdict: VerdictSheet) -> Iterator[str]:
    """Yield the hidden names by which a reader knows what was added, and those of the filters."""
    for name, column in zip(own_marks.COLUMNS, rows.added, strict=True):
        yield f'name="{name}" hidden="1">{reference(second, f"${column}:${column}")}'
    yield f'name="{own_marks.SHEET}" hidden="1">{reference(first, "$A$1")}'
    if verdict.last:
        for name, place in ((own_marks.VERDICT_VALUES, VERDICT_VALUE), (own_marks.VERDICT_PROPOSALS, VERDICT_PROPOSAL)):
            cells = f"${letter(place)}${verdict.top + 1}:${letter(place)}${verdict.last}"
            yield f'name="{name}" hidden="1">{reference(first, cells)}'
    for at, (title, cells) in enumerate(((first, verdict.filtered), (second, rows.filtered))):
        if cells:
            yield f'name="_xlnm._FilterDatabase" localSheetId="{at}" hidden="1">{reference(title, absolute(cells))}'


def _relations(targets: dict[str, tuple[str, str]]) -> str:
    each = "".join(
        f'<Relationship Id="{key}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'{HEADER}<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _content_types() -> str:
    parts = "".join(
        f'<Override PartName="/{name}" ContentType="{_CONTENT}-officedocument.spreadsheetml.{kind}+xml"/>'
        for name, kind in _TYPES.items()
    )
    return (
        f'{HEADER}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="{_CONTENT}-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="vml" ContentType="{_CONTENT}-officedocument.vmlDrawing"/>{parts}</Types>'
    )
