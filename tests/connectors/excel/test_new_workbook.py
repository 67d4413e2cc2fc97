"""The new workbook of the rows of a list, as another library reads it."""

import io
import zipfile
from dataclasses import replace

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from connectors.excel import new_workbook
from connectors.excel.annotate import Annotation, Verdict

VERDICT = Verdict(
    sheet="Verdict",
    sentence="1 of 2 people could not sign in.",
    counts=[("rows read", 2), ("rejected", 1)],
    help=["Correct the red cells."],
    headings=["Row", "Column", "Value", "What is wrong", "What to do", "Proposed value"],
    problems=[(7, 3, 2, "error", "Email", "A@x.com", "Case (EMAIL-CASE)", "Write it so.", "a@x.com")],
    lost="",
    losses={},
)
LIST = Annotation(
    sheet="Agents",
    header_row=2,
    last_row=4,
    titles=["Status", "What to do", "Proposed value", "Accept"],
    default="ready",
    rows=[(3, "error", "rejected", "Write it so.", "a@x.com", "")],
    marks=[(3, 2, "error", "EMAIL-CASE: case\nWrite it so.")],
    verdict=VERDICT,
    names=["Login", "Email", ""],
    cells=[["0012", "=1+1"], ["A@x.com", " b_x0041_\x07<&>@x.com"], ["", ""]],
    cell_rows=[3, 4],
    widths=[8, 20, 2],
)


@pytest.fixture
def book() -> Workbook:
    """Return the workbook of ``LIST``."""
    return load_workbook(io.BytesIO(new_workbook.of_rows(LIST)))


def test_every_cell_is_the_text_of_the_list(book: Workbook) -> None:
    """Zeros, formulas and spaces stay texts as they are; control characters are escaped as Excel escapes them."""
    rows = [[cell.value for cell in row] for row in book["Agents"].iter_rows(min_row=2)]
    assert rows == [
        ["Login", "Email", "Status", "What to do", "Proposed value", "Accept"],
        ["0012", "A@x.com", "rejected", "Write it so.", "a@x.com", None],
        ["=1+1", " b_x005F_x0041__x0007_<&>@x.com", "ready", None, None, None],
    ]
    cells = [cell for row in book["Agents"].iter_rows(min_row=2) for cell in row]
    assert {(cell.data_type, cell.number_format) for cell in cells if cell.value} == {("s", "@")}


def test_a_wrong_cell_is_coloured_and_commented(book: Workbook) -> None:
    """The comment is as large as its text needs, and only a row with a proposal offers its Accept."""
    sheet = book["Agents"]
    assert sheet["B3"].fill.fgColor.rgb == sheet["C3"].fill.fgColor.rgb == "FFF8CBC6"
    assert (sheet["B4"].fill.fill_type, sheet["A3"].fill.fill_type) == (None, None)
    comment = sheet["B3"].comment
    assert comment is not None
    assert (comment.text, comment.author) == ("EMAIL-CASE: case\nWrite it so.", "contactpro-sync")
    with zipfile.ZipFile(io.BytesIO(new_workbook.of_rows(LIST))) as archive:
        assert b"width:360px;height:76px" in archive.read("xl/drawing1.vml")
    assert [str(each.sqref) for each in sheet.data_validations.dataValidation] == ["F3"]
    assert [sheet[place].protection.locked for place in ("D3", "E3", "F3", "F4")] == [True, False, False, True]


def test_it_opens_at_the_verdict(book: Workbook) -> None:
    """The first sheet leads to each wrong cell; headings of the list stay in sight, and both sheets can be filtered."""
    verdict, sheet = book.worksheets
    assert (book.active, verdict.title, verdict["A1"].value) == (verdict, "Verdict", "1 of 2 people could not sign in.")
    assert [cell.value for cell in verdict[9]][:3] == ["7", "Email", "A@x.com"]
    assert verdict["A9"].hyperlink.location == "'Agents'!B3"
    assert (verdict.auto_filter.ref, sheet.auto_filter.ref, sheet.freeze_panes) == ("A8:F9", "A2:F4", "A3")
    assert [sheet.column_dimensions[letter].width for letter in "ABCDEF"] == [8, 20, 16, 60, 34, 12]


def test_what_was_added_has_a_name(book: Workbook) -> None:
    """A reader finds the added columns and the added sheet by hidden names."""
    assert {name: (each.attr_text, each.hidden) for name, each in book.defined_names.items()} == {
        "_contactpro_status": ("'Agents'!$C:$C", True),
        "_contactpro_fix": ("'Agents'!$D:$D", True),
        "_contactpro_proposed": ("'Agents'!$E:$E", True),
        "_contactpro_accept": ("'Agents'!$F:$F", True),
        "_contactpro_sheet": ("'Verdict'!$A$1", True),
        "_contactpro_verdict_values": ("'Verdict'!$C$9:$C$9", True),
        "_contactpro_verdict_proposals": ("'Verdict'!$F$9:$F$9", True),
    }


@pytest.mark.parametrize(
    ("title", "sheets"),
    [
        ("verdict", ["Verdict (2)", "verdict"]),
        ("a/b's: [1]", ["Verdict", "a_b_s_ _1_"]),
        ("x" * 40, ["Verdict", "x" * 31]),
    ],
)
def test_a_title_that_excel_takes(title: str, sheets: list[str]) -> None:
    """A sheet of another program may have a title that Excel refuses, or that of our own sheet."""
    assert load_workbook(io.BytesIO(new_workbook.of_rows(replace(LIST, sheet=title)))).sheetnames == sheets


def test_the_same_list_makes_the_same_bytes() -> None:
    """No time and no chance is in the file."""
    assert new_workbook.of_rows(LIST) == new_workbook.of_rows(LIST)
