"""Workbooks as people keep them: titles, hidden things, formulas, numbers that look like ids, totals, old formats."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook

from tests.job_texts import job_text

Done = Any
"""What the command left behind: conftest's Done, which a test file cannot import."""


PLACE = ("--tenant", "ACME", "--region", "eu", "--json")
ISSUER = "cc-acme.auth.eu-central-1.amazoncognito.com"


def team_list(path: Path) -> None:
    """Write the workbook of a team lead: header in row 4, column B, and a trap in most rows."""
    book = Workbook()
    notes = book.active
    notes.title = "Notes"
    notes.append(["Please keep this list up to date"])
    sheet = book.create_sheet("Agents")
    sheet["B1"] = "Agents of the contact centre"
    sheet["B2"] = date(2026, 1, 31)
    rows: dict[int, list[object]] = {
        4: ["External ID", "Email", "Name"],
        5: ["0012", "anna@example.com", "NA"],
        6: [7, "ben@example.com", "Ben"],
        7: [1234567890123456789, "cy@example.com", "Cy"],
        8: ["1E5", "dora@example.com", "Dora"],
        9: [date(2026, 2, 1), "eva@example.com", "Eva"],
        10: ["15", '="fay"&"@example.com"', "Fay"],
        11: ["16", "#N/A", "Gus"],
        13: ["18", "ian@example.com", "Ian"],
        14: ["19", "jo@example.com", "Jo"],
        15: ["20", None, "Kim"],
        16: [1.5, "liv@example.com", "Liv"],
        17: [True, "mia@example.com", "Mia"],
        18: [21, "nils@example.com", "Nils"],
        20: ["Total", None, 12],
    }
    for number, cells in rows.items():
        for place, value in enumerate(cells, start=2):
            sheet.cell(number, place, value)
    sheet["B6"].number_format = "00000"
    sheet["C11"].data_type = "e"
    sheet.row_dimensions[13].hidden = True
    sheet.merge_cells("C14:C15")
    hidden = book.create_sheet("Leavers")
    hidden.append(["External ID", "Email"])
    hidden.append(["99", "leaver@example.com"])
    hidden.sheet_state = "hidden"
    book.save(path)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory, sync: Callable[..., Done]) -> Done:
    """Run the team lead's workbook once."""
    folder = tmp_path_factory.mktemp("team")
    team_list(folder / "agents.xlsx")
    return sync(folder, "run", "agents.xlsx", *PLACE)


def test_every_row_is_judged_in_its_place(team: Done) -> None:
    """Codes are at the rows that Excel shows, and no other row has one."""
    assert team.code == 3
    assert team.folder.found("error") == {
        ("CELL-NUMBER", 7),
        ("CELL-NUMBER", 9),
        ("CELL-FORMULA-ERROR", 10),
        ("CELL-FORMULA-ERROR", 11),
        ("EMAIL-MISSING", 15),
        ("CELL-NUMBER", 16),
        ("CELL-NUMBER", 17),
    }
    assert team.folder.found("dropped") == {("ROW-BLANK", 12), ("ROW-BLANK", 19), ("ROW-TOTAL", 20)}
    assert ("ROW-HIDDEN", 13) in team.folder.found("warning")


def test_ids_are_what_excel_shows(team: Done, rows_of: Callable[[bytes], list[str]]) -> None:
    """Text ids keep their zeros, a number with a format of zeros gets them back, 1E5 stays 1E5."""
    assert rows_of(team.folder.outputs["out/acme/certificates-001.txt"])[1:] == [
        f"\t00007\tben@example.com\t{ISSUER}",
        f"\t0012\tanna@example.com\t{ISSUER}",
        f"\t18\tian@example.com\t{ISSUER}",
        f"\t19\tjo@example.com\t{ISSUER}",
        f"\t1E5\tdora@example.com\t{ISSUER}",
        f"\t21\tnils@example.com\t{ISSUER}",
    ]


def test_counts_add_up(team: Done) -> None:
    """Every row below the header is accepted, rejected or dropped."""
    counts = team.document["counts"]
    assert (counts["read"], counts["accepted"], counts["rejected"], counts["dropped"]) == (16, 6, 7, 3)


def test_issues_name_the_sheet(team: Done) -> None:
    """An issue about a row names the sheet and the header as they are in the workbook."""
    issue = next(issue for issue in team.folder.issues if issue["row"] == 10)
    assert (issue["sheet"], issue["column"]) == ("Agents", "Email")


def test_hidden_sheet_is_reported_and_not_read(team: Done) -> None:
    """People on a hidden sheet are not imported, and the summary reports that the sheet exists."""
    assert "leaver@example.com" not in str(team.folder.outputs)
    assert any("Leavers" in note for note in team.document["notes"])


def test_merged_cells_are_reported(team: Done) -> None:
    """Who reads the report learns that the empty email is a merged cell."""
    said = [*team.document["notes"], *(issue["message"] for issue in team.folder.issues if issue["row"] == 15)]
    assert any("merged" in text for text in said)


def test_sheet_by_name(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """``--sheet`` chooses between sheets that fit; a misspelled one is refused with the nearest."""
    book = Workbook()
    book.remove(book.active)
    for name, email in {"North": "n@example.com", "South": "s@example.com"}.items():
        book.create_sheet(name).append(["Login", "Email"])
        book[name].append([name, email])
    book.save(tmp_path / "a.xlsx")
    south = sync(tmp_path, "run", "a.xlsx", "--sheet", "South", *PLACE)
    assert (south.code, south.folder.subjects) == (0, ["s@example.com"])
    wrong = sync(tmp_path, "run", "a.xlsx", "--sheet", "Suoth", *PLACE)
    assert wrong.code == 2
    assert "South" in wrong.document["message"]


PEOPLE = [["External ID", "Email", "Surname"], ["0012", "Anna@example.com", "NA"], ["1E5", "ben@example.com", "null"]]


def test_old_and_open_formats(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """An .xls, an .ods and an .xlsx with the same people give the same import file."""
    old = xlwt.Workbook()
    sheet = old.add_sheet("People")
    for at, cells in enumerate(PEOPLE):
        for place, text in enumerate(cells):
            sheet.write(at, place, text)
    old.save(str(tmp_path / "old.xls"))

    document = OpenDocumentSpreadsheet()
    table = Table(name="People")
    for cells in PEOPLE:
        row = TableRow()
        for text in cells:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=text))
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(str(tmp_path / "open.ods"))

    new = Workbook()
    for cells in PEOPLE:
        new.active.append(cells)
    new.save(tmp_path / "new.xlsx")

    for name in ("old.xls", "open.ods", "new.xlsx"):
        (tmp_path / f"{name[:-4].strip('.')}.toml").write_text(job_text(kind="excel", path=name))
    done = sync(tmp_path, "run", "old.toml", "open.toml", "new.toml", "--json")
    assert done.code == 0, done.stdout
    expected = (
        b"\xef\xbb\xbfLogin\tExternalId\tCertificateSubject\tCertificateIssuer\r\n"
        b"\t0012\tAnna@example.com\tcc-acme.auth.eu-central-1.amazoncognito.com\r\n"
        b"\t1E5\tben@example.com\tcc-acme.auth.eu-central-1.amazoncognito.com\r\n"
    )
    for job in ("old", "open", "new"):
        assert done.latest(job).outputs == {"out/acme/certificates-001.txt": expected}


def test_numbers_of_an_xls_are_never_guessed(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """A number with a format of zeros in an .xls is restored or rejected, never written as 7."""
    old = xlwt.Workbook()
    sheet = old.add_sheet("People")
    zeros = xlwt.easyxf(num_format_str="00000")
    for place, text in enumerate(("External ID", "Email")):
        sheet.write(0, place, text)
    sheet.write(1, 0, 7, zeros)
    sheet.write(1, 1, "anna@example.com")
    sheet.write(2, 0, "8")
    sheet.write(2, 1, "ben@example.com")
    old.save(str(tmp_path / "a.xls"))
    done = sync(tmp_path, "run", "a.xls", *PLACE)
    text = done.folder.outputs["out/acme/certificates-001.txt"].decode("utf-8-sig")
    assert "\t7\t" not in text
    assert "\t00007\t" in text or ("CELL-NUMBER", 2) in done.folder.found("error")


def test_workbook_as_directory(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """A directory may be a workbook too; emails are compared with it."""
    book = Workbook()
    book.active.append(["userPrincipalName", "mail"])
    book.active.append(["a@corp-example.com", "Anna@example.com"])
    book.save(tmp_path / "truth.xlsx")
    (tmp_path / "a.csv").write_text("Login,Email\na,anna@example.com\n")
    done = sync(tmp_path, "run", "a.csv", "--directory", "truth.xlsx", *PLACE)
    assert done.folder.found("error") == {("EMAIL-CASE", 2)}
    assert done.folder.outputs == {}
