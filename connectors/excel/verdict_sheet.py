"""The first sheet of an annotated workbook: the verdict, counts, what to do, and a link to every wrong cell."""

from typing import Any

from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.hyperlink import Hyperlink

from connectors.excel import own_marks, text_cells

WIDTHS = (10, 22, 36, 34, 60, 36)
ROW_PLACE = 1
VALUE_PLACE, PROPOSAL_PLACE = 3, 6
LONGEST_TITLE = 31


def add(book: Workbook, order: dict[str, Any], target: str, losses: list[str]) -> None:
    """Add the sheet in front of all others and open the workbook at it.

    Args:
        book: the annotated workbook.
        order: the texts of the sheet (see ``annotate.Annotation``).
        target: the sheet whose cells are linked.
        losses: the codes of what is not in this workbook any more.
    """
    sheet = book.create_sheet(_free_title(book, order["sheet"]), 0)
    text_cells.put(sheet.cell(1, 1), order["sentence"]).font = Font(bold=True, size=14)
    reference = f"{quote_sheetname(sheet.title)}!$A$1"
    book.defined_names[own_marks.SHEET] = DefinedName(own_marks.SHEET, attr_text=reference, hidden=True)
    row = 3
    for text, count in order["counts"]:
        text_cells.put(sheet.cell(row, 1), str(count))
        text_cells.put(sheet.cell(row, 2), text)
        row += 1
    lost = [order["losses"][code] for code in losses]
    notes = [*order["help"], *([order["lost"] + " " + "; ".join(lost) + "."] if lost else [])]
    for text in notes:
        row += 1
        text_cells.put(sheet.cell(row, 1), text)
    row += 2
    if order["problems"]:
        _table(book, sheet.title, row, order, target)
    for place, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    book.active = 0
    for each in book.worksheets:
        each.sheet_view.tabSelected = each is sheet  # two selected sheets would both take what is typed into one


def _table(book: Workbook, title: str, top: int, order: dict[str, Any], target: str) -> None:
    """Return every problem: its row (a link to the cell), column, value, the problem, what to do, the proposal."""
    sheet = book[title]
    for place, text in enumerate(order["headings"], start=1):
        head = text_cells.put(sheet.cell(top, place), text)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="FFDDE3EA")
    for line, (shown, row, column, severity, *texts) in enumerate(order["problems"], start=top + 1):
        link = text_cells.put(sheet.cell(line, ROW_PLACE), str(shown))
        cell = f"{get_column_letter(column)}{row}"
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"{quote_sheetname(target)}!{cell}")
        text_cells.link(link)
        text_cells.align(link)
        for place, text in enumerate(texts, start=ROW_PLACE + 1):
            text_cells.align(text_cells.put(sheet.cell(line, place), text))
        text_cells.colour(sheet.cell(line, VALUE_PLACE), severity)
    last = top + len(order["problems"])
    sheet.auto_filter.ref = f"A{top}:{get_column_letter(len(WIDTHS))}{last}"
    for name, place in ((own_marks.VERDICT_VALUES, VALUE_PLACE), (own_marks.VERDICT_PROPOSALS, PROPOSAL_PLACE)):
        letter = get_column_letter(place)
        reference = f"{quote_sheetname(title)}!${letter}${top + 1}:${letter}${last}"
        book.defined_names[name] = DefinedName(name, attr_text=reference, hidden=True)


def _free_title(book: Workbook, wanted: str) -> str:
    """Return a title that no sheet of the user has (Excel compares them without case)."""
    taken = {name.lower() for name in book.sheetnames}
    titles = (wanted, *(f"{wanted[: LONGEST_TITLE - 5]} ({number})" for number in range(2, len(taken) + 3)))
    return next(title for title in titles if title.lower() not in taken)
