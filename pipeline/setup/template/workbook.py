"""Draw a template with openpyxl: the sheet to fill in, and a sheet of explanations that is never read as a list."""

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from connectors.excel.annotation import hidden_names, text_cells
from pipeline.model.texts import Texts
from pipeline.setup.template.columns import Column

ROWS = 1_000
"""Rows below the header that are formatted as text one by one; the columns themselves are too."""

LAST_ROW = 100_000
"""Drop-downs and hints reach so far."""

REQUIRED, OPTIONAL = "FFCFE2F3", "FFE8EDF2"
LONGEST_PROMPT = 255


def draw(columns: Sequence[Column], example_word: str, label: Texts) -> bytes:
    """Return the bytes of a template.

    Args:
        columns: from left to right.
        example_word: begins the example row; the reader knows it and drops the row.
        label: the texts of the workbook.
    """
    book = Workbook()
    sheet, help_sheet = book.active, book.create_sheet(label["template.help"])
    sheet.title = label["template.sheet"]
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = column.width
        sheet.column_dimensions[letter].number_format = "@"
        head = text_cells.put(sheet.cell(1, place), column.header)
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", fgColor=REQUIRED if column.required else OPTIONAL)
        text_cells.put(sheet.cell(2, place), f"{example_word} {column.example}" if place == 1 else column.example)
        sheet.cell(2, place).font = Font(italic=True, color="FF666666")
        for row in range(3, ROWS + 3):
            sheet.cell(row, place).number_format = "@"
    sheet.freeze_panes = "A2"
    _explain(help_sheet, columns, label)
    for place, column in enumerate(columns, start=1):
        sheet.add_data_validation(_validation(column, get_column_letter(place), _choices(help_sheet, columns, column)))
    reference = f"{quote_sheetname(help_sheet.title)}!$A$1"
    book.defined_names[hidden_names.SHEET] = DefinedName(hidden_names.SHEET, attr_text=reference, hidden=True)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _validation(column: Column, letter: str, choices: str | None) -> DataValidation:
    """Build the hint of a column, and its drop-down if values are known; an unknown team is only warned of."""
    validation = DataValidation(
        type="list" if choices else None,
        formula1=choices,
        allow_blank=True,
        showErrorMessage=choices is not None,
        errorStyle="stop" if column.closed else "warning",
        showInputMessage=True,
        promptTitle=column.header[:32],
        prompt=column.hint[:LONGEST_PROMPT],
    )
    validation.add(f"{letter}3:{letter}{LAST_ROW}")
    return validation


def _explain(sheet: Worksheet, columns: Sequence[Column], label: Texts) -> None:
    """Write what each column is for; the values to choose from are at the right."""
    lines = [label[f"template.lines.{line}"] for line in ("fill_in", "text", "example", "check")]
    text_cells.put(sheet.cell(1, 1), label["template.help_title"]).font = Font(bold=True, size=14)
    for row, line in enumerate(lines, start=3):
        text_cells.put(sheet.cell(row, 1), line)
    first = len(lines) + 4
    for row, column in enumerate(columns, start=first):
        need = label["template.required" if column.required else "template.optional"]
        text_cells.style(text_cells.put(sheet.cell(row, 1), f"{column.header} ({need}): {column.hint}"), "top left")
    sheet.column_dimensions["A"].width = 110
    chosen = [column for column in columns if column.values]
    for place, column in enumerate(chosen, start=3):
        text_cells.put(sheet.cell(1, place), label("template.values", header=column.header)).font = Font(bold=True)
        sheet.cell(1, place).alignment = Alignment(wrap_text=True)
        sheet.column_dimensions[get_column_letter(place)].width = 24
        for row, value in enumerate(column.values, start=2):
            text_cells.put(sheet.cell(row, place), value)


def _choices(sheet: Worksheet, columns: Sequence[Column], column: Column) -> str | None:
    """Return the reference of a column's values on the sheet of explanations; None if none are known."""
    if not column.values:
        return None
    place = 3 + [each.field for each in columns if each.values].index(column.field)
    letter = get_column_letter(place)
    return f"{quote_sheetname(sheet.title)}!${letter}$2:${letter}${len(column.values) + 1}"
