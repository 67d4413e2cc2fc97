"""The new workbook of rows: what its cells, its marks and its names are to those that read it."""

import io
import json
from contextlib import nullcontext

import msgspec
import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from python_calamine import CalamineWorkbook

from connectors.excel.annotation import new_workbook
from connectors.excel.annotation.annotator import Annotation, Verdict
from connectors.excel.container.errors import WorkbookRejected

VERDICT = Verdict(
    sheet="Verdict",
    sentence="1 of 2 people could not sign in.",
    counts=[("read", 2), ("rejected", 1)],
    help=["The rows are texts."],
    headings=["Row", "Column", "Value", "Problem", "What to do", "Proposed"],
    problems=[(3, 3, 2, "error", "Email", "Bo@example.com", "Case differs", "Write it so.", "bo@example.com")],
    lost="Lost:",
    losses={},
)
ORDER = Annotation(
    sheet="Agents",
    header_row=1,
    last_row=3,
    titles=["Status", "What to do", "Proposed value", "Accept"],
    default="ready",
    rows=[(3, "error", "rejected", "Write it so.", "bo@example.com", "")],
    marks=[(3, 2, "error", "EMAIL-CASE: case differs\nWrite it so.")],
    verdict=VERDICT,
    names=["Login", "Email"],
    cells=[["an", "bo"], ["an@example.com", "Bo@example.com"]],
    cell_rows=[2, 3],
    widths=[10, 24],
)


def made(**changes: object) -> bytes:
    """Write the workbook of an order as the child does, with some of it changed."""
    return new_workbook.made({**json.loads(msgspec.json.encode(ORDER)), **changes})


@pytest.fixture
def book() -> Workbook:
    """Build the workbook of the order."""
    return load_workbook(io.BytesIO(made()))


@pytest.mark.parametrize(
    "text",
    [
        "0012", "=1+1", "{=1+1}", "#N/A", "TRUE", "1E5", "2026-01-31", "https://example.com", "mailto:an@example.com",
        "internal:Agents!A1", " an ", "a\tb\r\nc\n", "a\x07b", "_x0041_", "_x0041_x0042_", "a_x0041_x0042_x0043_b",
        "<r><t>an</t></r>", "<r></r>", "<r>\n<an/></r>", "<t>&amp;</t>", "A\N{COMBINING RING ABOVE}",
        "\N{GRINNING FACE}",
    ],
)  # fmt: skip
def test_a_text_is_read_as_it_was_written(text: str) -> None:
    """No text becomes a number, a formula, a link, XML or another text."""
    data = made(names=["Login", text], cells=[["an", "bo"], [text, text]])
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("Agents").to_python()
    assert [row[1] for row in rows] == [text, text, text]
    assert {cell.data_type for row in load_workbook(io.BytesIO(data))["Agents"]["A1:B3"] for cell in row} == {"s"}


def test_a_long_text_is_cut_as_excel_would() -> None:
    """A cell keeps 32,767 characters; more of them would make Excel repair the file."""
    data = made(cells=[["an", "bo"], ["x" * 40_000, "<r>" + "x" * 40_000 + "</r>"]])
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("Agents").to_python()
    assert [rows[1][1], rows[2][1]] == ["x" * 32_767, "<r>" + "x" * 32_764]


def test_the_wrong_cell_is_marked(book: Workbook) -> None:
    """It has the colour of its severity and a comment of ours; no other cell of the list has."""
    sheet = book["Agents"]
    coloured = {cell.coordinate: cell.fill.fgColor.rgb for row in sheet["A1:F3"] for cell in row if cell.fill.fill_type}
    assert coloured == {"B3": "FFF8CBC6", "C3": "FFF8CBC6"}
    comments = {cell.coordinate: cell.comment for row in sheet["A1:F3"] for cell in row if cell.comment}
    assert [(at, each.text, each.author) for at, each in comments.items()] == [
        ("B3", "EMAIL-CASE: case differs\nWrite it so.", "contactpro-sync")
    ]


def test_four_columns_are_added(book: Workbook) -> None:
    """Status, what to do, the proposed value and Accept, in which only a row with a proposal offers an x."""
    sheet = book["Agents"]
    assert [[cell.value for cell in row] for row in sheet["C1:F3"]] == [
        ["Status", "What to do", "Proposed value", "Accept"],
        ["ready", None, None, None],
        ["rejected", "Write it so.", "bo@example.com", None],
    ]
    assert {cell.coordinate for row in sheet["A1:F3"] for cell in row if not cell.protection.locked} == {"E3", "F3"}
    (offer,) = sheet.data_validations.dataValidation
    assert (offer.type, offer.formula1, str(offer.sqref)) == ("list", '"x"', "F3")
    assert (sheet.auto_filter.ref, sheet.freeze_panes) == ("A1:F3", "A2")
    assert [sheet.column_dimensions[letter].width for letter in "ABCDEF"] == [10, 24, 16, 60, 34, 12]
    assert {cell.number_format for row in sheet["A1:F3"] for cell in row} == {"@"}


@pytest.mark.parametrize(("columns", "fits"), [(16_380, True), (16_381, False)])
def test_the_added_columns_have_room_or_no_workbook_is_made(columns: int, fits: bool) -> None:  # noqa: FBT001 - a table
    """A sheet ends at XFD; XlsxWriter leaves out what is beyond without a word."""
    order = {"names": ["Note"] * columns, "cells": [], "widths": [10] * columns, "marks": []}
    with nullcontext() if fits else pytest.raises(WorkbookRejected):
        sheet = load_workbook(io.BytesIO(made(**order)))["Agents"]
        assert [cell.value for cell in sheet[1][-4:]] == ["Status", "What to do", "Proposed value", "Accept"]


def test_a_corrected_cell_has_its_new_text() -> None:
    """What was accepted replaces the value of the list."""
    sheet = load_workbook(io.BytesIO(made(corrected=[(3, 1, "bo2")])))["Agents"]
    assert [cell.value for cell in sheet["A"]] == ["Login", "an", "bo2"]


def test_the_verdict_leads_to_the_cell(book: Workbook) -> None:
    """The first sheet is open, and has each problem with a link."""
    sheet = book["Verdict"]
    assert (book.sheetnames, book.active.title) == (["Verdict", "Agents"], "Verdict")
    assert [cell.value for cell in sheet["A"]] == [
        "1 of 2 people could not sign in.", None, "2", "1", None, "The rows are texts.", None, "Row", "3",
    ]  # fmt: skip
    assert sheet["A9"].hyperlink.location == "'Agents'!B3"
    assert sheet["C9"].fill.fgColor.rgb == "FFF8CBC6"
    assert sheet.auto_filter.ref == "A8:F9"


def test_added_parts_have_hidden_names(book: Workbook) -> None:
    """They are how the next run finds the columns, whatever they are called by then."""
    assert {name: (each.attr_text, each.hidden) for name, each in book.defined_names.items()} == {
        "_contactpro_accept": ("'Agents'!$F:$F", True),
        "_contactpro_fix": ("'Agents'!$D:$D", True),
        "_contactpro_proposed": ("'Agents'!$E:$E", True),
        "_contactpro_sheet": ("'Verdict'!$A$1", True),
        "_contactpro_status": ("'Agents'!$C:$C", True),
        "_contactpro_verdict_proposals": ("'Verdict'!$F$9:$F$9", True),
        "_contactpro_verdict_values": ("'Verdict'!$C$9:$C$9", True),
    }


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("verdict", ["Verdict (2)", "verdict"]),
        ("Anna's #1 & <2>", ["Verdict", "Anna's #1 & <2>"]),
        ("a/b:c", ["Verdict", "a_b_c"]),
        ("'quoted'", ["Verdict", "quoted"]),
        ("\N{GRINNING FACE}" * 20, ["Verdict", "\N{GRINNING FACE}" * 15]),
    ],
)
def test_sheets_have_titles_that_excel_takes(name: str, title: list[str]) -> None:
    """A sheet of an .ods may have a name that Excel has not; the added sheet never has one that is taken."""
    book = load_workbook(io.BytesIO(made(sheet=name)))
    assert book.sheetnames == title
    link = book.worksheets[0]["A9"].hyperlink.location
    assert link == "'" + title[1].replace("'", "''") + "'!B3"
