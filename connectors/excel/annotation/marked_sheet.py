"""The sheet that was read, with its wrong cells coloured and commented, and four columns at its right."""

from copy import copy
from typing import Any

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from connectors.excel.annotation import hidden_names, text_cells, verdict_sheet
from connectors.excel.annotation.styles import AUTHOR, NOTE_WIDTH, WIDTHS, note_height

SEPARATOR = f"\n\n— {AUTHOR} —\n"


def mark(book: Workbook, sheet: Worksheet, order: dict[str, Any], before: hidden_names.HiddenNames) -> None:
    """Mark every wrong cell and add the four columns.

    Args:
        book: the workbook, which gets the hidden names.
        sheet: the sheet that was read.
        order: what to mark (see ``annotator.Annotation``).
        before: what an earlier annotation added; its columns are used again.

    Raises:
        WorkbookRejected: the columns do not fit.
    """
    ours = before.columns(sheet.title)
    _clear(sheet, ours)
    _hide(sheet, order)
    for row, column, text in order["corrected"]:
        if not isinstance(cell := sheet.cell(row, column), MergedCell):
            text_cells.put(cell, text)
    first = _first_column(sheet, ours)
    hidden_names.refuse_without_room(first)
    header = order["header_row"]
    for place, title in enumerate(order["titles"]):
        head = text_cells.put(sheet.cell(header, first + place), title)
        _dress_head(head, sheet.cell(header, max(first - 1, 1)))
        letter = get_column_letter(first + place)
        sheet.column_dimensions[letter].width = WIDTHS[place]
        name, reference = hidden_names.COLUMNS[place], verdict_sheet.reference(sheet.title, f"${letter}:${letter}")
        book.defined_names[name] = DefinedName(name, attr_text=reference, hidden=True)
    _fill_rows(sheet, first, order)
    for row, column, severity, comment in order["marks"]:
        cell = sheet.cell(row, column)
        if not isinstance(cell, MergedCell):
            text_cells.style(cell, severity)
            _comment(cell, comment)
    _filter(sheet, first, header, order["last_row"])


def _fill_rows(sheet: Worksheet, first: int, order: dict[str, Any]) -> None:
    """Write the status of every row; only a row with a proposal offers its Accept."""
    texts_of = {row: texts for row, *texts in order["rows"]}
    clean = ("", order["default"], "", "", "")
    accept = get_column_letter(first + 3)
    offered: list[str] = []
    for row in range(order["header_row"] + 1, order["last_row"] + 1):
        severity, *texts = texts_of.get(row, clean)
        for place, text in enumerate(texts):
            text_cells.put(sheet.cell(row, first + place), text)
        if severity:
            text_cells.style(sheet.cell(row, first), severity)
        if texts[2]:
            offered.append(f"{accept}{row}")
            for place in (2, 3):
                text_cells.style(sheet.cell(row, first + place), "open")
    if offered:  # all at once: adding one compares it with all others
        cells = MultiCellRange(" ".join(offered))
        sheet.add_data_validation(
            DataValidation(type="list", formula1='"x"', allow_blank=True, showErrorMessage=False, sqref=cells)
        )


def _clear(sheet: Worksheet, columns: dict[str, int]) -> None:
    """Remove what an earlier annotation left: its columns' cells, its colours, its comments."""
    ours = frozenset(columns.values())
    letters = {get_column_letter(column) for column in ours}
    for cell in list(sheet._cells.values()):  # noqa: SLF001 - the public iterators make every cell that is not there
        if isinstance(cell, MergedCell):
            continue
        if cell.column in ours:
            del sheet._cells[cell.row, cell.column]  # noqa: SLF001 - there is no public way to remove one cell
            continue
        if text_cells.is_coloured(cell):
            cell.fill = PatternFill()
        if cell.comment is not None and AUTHOR in (cell.comment.author or ""):
            text = cell.comment.text.partition(SEPARATOR)[0] if SEPARATOR in cell.comment.text else ""
            cell.comment = Comment(text, cell.comment.author.removesuffix(f" + {AUTHOR}")) if text else None
    kept = [
        each
        for each in sheet.data_validations.dataValidation
        if not {get_column_letter(part.min_col) for part in each.sqref.ranges} <= letters or not letters
    ]
    sheet.data_validations.dataValidation = kept


def _hide(sheet: Worksheet, order: dict[str, Any]) -> None:
    """Write over the cells of columns that must not be kept (passwords)."""
    for column in order["secret_columns"]:
        for row in range(order["header_row"] + 1, order["last_row"] + 1):
            cell = sheet.cell(row, column)
            if not isinstance(cell, MergedCell) and cell.value is not None:
                text_cells.put(cell, order["not_kept"])


def _first_column(sheet: Worksheet, ours: dict[str, int]) -> int:
    """Return the column of the first added one: that of the last annotation, else right of every value."""
    columns = [ours.get(name, 0) for name in hidden_names.COLUMNS]
    filled = [cell.column for cell in sheet._cells.values() if cell.value is not None]  # noqa: SLF001 - see _clear
    last = max(filled, default=0)
    in_order = columns == list(range(columns[0], columns[0] + len(columns)))
    return columns[0] if columns[0] and in_order and last < columns[0] else last + 1


def _dress_head(head: Cell, neighbour: Cell | MergedCell) -> None:
    """Return an added header the looks of the header beside it."""
    if neighbour.has_style:
        head.font, head.fill, head.border = copy(neighbour.font), copy(neighbour.fill), copy(neighbour.border)
        head.alignment = copy(neighbour.alignment)
    else:
        head.font = Font(bold=True)
    if text_cells.is_coloured(head):
        head.fill = PatternFill()


def _comment(cell: Cell, text: str) -> None:
    """Add a comment to a cell; an existing comment stays above ours."""
    hers = cell.comment
    comment = f"{hers.text}{SEPARATOR}{text}" if hers is not None else text
    author = f"{hers.author} + {AUTHOR}" if hers is not None else AUTHOR
    cell.comment = Comment(comment, author, height=note_height(comment), width=NOTE_WIDTH)


def _filter(sheet: Worksheet, first: int, header: int, last_row: int) -> None:
    """Let the rows be filtered by status; a filter that is there grows, and a table keeps its own."""
    last = get_column_letter(first + len(WIDTHS) - 1)
    begins = 1
    if any(_holds(table.ref, header) for table in sheet.tables.values()):
        begins = first
    elif sheet.auto_filter.ref:
        left, top, _, bottom = range_boundaries(sheet.auto_filter.ref)
        if top != header:
            return
        begins, last_row = left, max(bottom, last_row)
    sheet.auto_filter.ref = f"{get_column_letter(begins)}{header}:{last}{last_row}"


def _holds(reference: str, row: int) -> bool:
    _, top, _, bottom = range_boundaries(reference)
    return bool(top <= row <= bottom)
