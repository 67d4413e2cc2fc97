"""annotated.xlsx: the list comes back with its wrong cells marked, and is read again with what was accepted."""

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from tests.connectors.excel import workbooks

Sync = Callable[..., Any]

DIRECTORY = (
    "userPrincipalName,mail,accountEnabled\n"
    "ida,ida.holm@example.com,true\n"
    "jon,jon.ek@example.com,true\n"
    "kim,kim.vik@example.com,true\n"
    "lea,lea.dahl@example.com,false\n"
)
HEADERS = ("Status", "Login", "Email", "Cost centre", "Login length")
ROWS = (
    ("ja", "ida", "ida.holm@example.com", "0012", "=LEN(B4)"),
    ("ja", "jon", "Jon.Ek@example.com", "1E5", "=LEN(B5)"),
    ("ja", "kim", "kim.vik@exampel.com", "NA", "=LEN(B6)"),
    ("ja", "lea", "lea.dahl@example.com", "007", "=LEN(B7)"),
)
HEADER_ROW = 3
EMPTY = "(?:<v ?/>|<v></v>)"
"""A formula without a result, as openpyxl writes it with and without lxml."""
OPTIONS = ("--tenant", "ACME", "--region", "eu", "--directory", "directory.csv", "--json")


def her_workbook(path: Path) -> Path:
    """Save a list with a title, a sheet before it and one behind, her own colours, widths, comment and formulas."""
    book = Workbook()
    book.active.title = "Read me"
    book.active["A1"] = "=1+1"
    sheet = book.create_sheet("Agents")
    sheet["A1"] = "Agents of Acme"
    for place, text in enumerate(HEADERS, start=1):
        sheet.cell(HEADER_ROW, place, text).font = Font(bold=True, color="FF112233")
    for row, texts in enumerate(ROWS, start=HEADER_ROW + 1):
        for place, text in enumerate(texts, start=1):
            sheet.cell(row, place, text)
    sheet["C5"].comment = Comment("ask Jon", "Team lead")
    sheet["B4"].fill = PatternFill("solid", fgColor="FF00AA00")
    sheet.column_dimensions["C"].width = 41
    book.create_sheet("Old").append(["kept"])
    book.save(path)
    return path


@pytest.fixture
def annotated(tmp_path: Path, sync: Sync) -> Path:
    """Run her workbook and return the annotated one."""
    (tmp_path / "directory.csv").write_text(DIRECTORY)
    her_workbook(tmp_path / "agents.xlsx")
    done = sync(tmp_path, "run", "agents.xlsx", *OPTIONS)
    assert done.code == 3
    return done.folder.path / "annotated.xlsx"


@contextmanager
def edited(path: Path, target: Path) -> Iterator[Worksheet]:
    """Open the list of an annotated workbook, and save what the block does to it."""
    book = load_workbook(path)
    yield book["Agents"]
    book.save(target)


def added(sheet: Worksheet, header_row: int = HEADER_ROW) -> list[tuple[str | None, ...]]:
    """Read the four added columns, header first."""
    first = next(cell.column for cell in sheet[header_row] if cell.value == "What to do") - 1
    rows = sheet.iter_rows(min_row=header_row, min_col=first, max_col=first + 3, values_only=True)
    return [tuple(row) for row in rows]


def test_her_sheets_are_as_they_were(annotated: Path) -> None:
    """The verdict comes first, then her sheets in her order; cells, formulas, styles and widths stay."""
    book = load_workbook(annotated)
    assert book.sheetnames == ["Verdict", "Read me", "Agents", "Old"]
    assert book.active.title == "Verdict"
    assert [sheet.title for sheet in book if sheet.sheet_view.tabSelected] == ["Verdict"]
    sheet = book["Agents"]
    assert tuple(cell.value for cell in sheet[HEADER_ROW][:5]) == HEADERS
    assert [tuple(cell.value for cell in row[:5]) for row in sheet.iter_rows(min_row=4, max_row=7)] == list(ROWS)
    assert sheet["B4"].fill.fgColor.rgb == "FF00AA00"
    assert sheet.column_dimensions["C"].width == 41
    assert book["Read me"]["A1"].value == "=1+1"
    assert book["Old"]["A1"].value == "kept"


def test_wrong_cells_are_coloured_and_commented(annotated: Path) -> None:
    """A wrong cell has a colour and the right spelling to copy; her comment stays above ours."""
    sheet = load_workbook(annotated)["Agents"]
    assert {cell.coordinate for row in sheet["C4:C7"] for cell in row if cell.fill.fill_type} == {"C5", "C6", "C7"}
    assert sheet["C5"].comment.text.startswith("ask Jon")
    assert "EMAIL-CASE" in sheet["C5"].comment.text
    assert "jon.ek@example.com" in sheet["C5"].comment.text
    assert "ACCOUNT-DISABLED" in sheet["C7"].comment.text


def test_four_columns_at_the_right_say_what_to_do(annotated: Path) -> None:
    """Status, what to do, the proposed value and Accept are at the right of the sheet that was read."""
    sheet = load_workbook(annotated)["Agents"]
    assert added(sheet) == [
        ("Status", "What to do", "Proposed value", "Accept"),
        ("ready", None, None, None),
        ("rejected", "Write 'jon.ek@example.com'.", "jon.ek@example.com", None),
        ("rejected", "If 'kim.vik@example.com' is meant, write that.", "kim.vik@example.com", None),
        ("rejected", "Have the account enabled, or remove the row.", None, None),
    ]
    assert sheet.auto_filter.ref == "A3:I7"
    assert sheet["F3"].font.color.rgb == "FF112233"


def test_the_verdict_links_to_the_cells(annotated: Path) -> None:
    """The first sheet has the outcome in a sentence, the counts, and leads to each wrong cell."""
    sheet = load_workbook(annotated)["Verdict"]
    assert sheet["A1"].value.startswith("3 of 4 people")
    links = {cell.value: cell.hyperlink.location for cell in sheet["A"] if cell.hyperlink}
    assert links == {"5": "'Agents'!C5", "6": "'Agents'!C6", "7": "'Agents'!C7"}
    counts = {sheet.cell(row, 2).value: sheet.cell(row, 1).value for row in range(3, 7)}
    assert counts["accepted"] == "1"


@pytest.mark.parametrize("word", ["x", "X", "✓", "ja", "yes", " Ja "])
def test_an_accepted_proposal_is_taken_and_reported(annotated: Path, sync: Sync, tmp_path: Path, word: str) -> None:
    """The row takes its proposed value; the warning has both spellings. Every other row is read as before."""
    with edited(annotated, tmp_path / "back.xlsx") as sheet:
        sheet["I5"] = word
    done = sync(tmp_path, "run", "back.xlsx", *OPTIONS)
    assert done.document["counts"]["read"] == 4
    assert done.folder.subjects == ["ida.holm@example.com", "jon.ek@example.com"]
    (issue,) = [issue for issue in done.folder.issues if issue["code"] == "PROPOSAL-ACCEPTED"]
    assert (issue["severity"], issue["row"], issue["column"], issue["value"]) == (
        "warning", 5, "Email", "Jon.Ek@example.com",
    )  # fmt: skip
    assert "jon.ek@example.com" in issue["message"]
    assert done.folder.manifest["who"]
    assert done.folder.manifest["issues"]["PROPOSAL-ACCEPTED"] == 1


def test_what_is_no_yes_changes_nothing(annotated: Path, sync: Sync, tmp_path: Path) -> None:
    """A word that is not understood is reported; an accept without a proposal changes nothing."""
    with edited(annotated, tmp_path / "back.xlsx") as sheet:
        sheet["I5"], sheet["I6"], sheet["I7"] = "later", None, "x"
    done = sync(tmp_path, "run", "back.xlsx", *OPTIONS)
    assert done.document["issues"] == {
        "EMAIL-CASE": 1, "EMAIL-UNKNOWN": 1, "ACCOUNT-DISABLED": 1, "LAYOUT-UNVERIFIED": 1,
    }  # fmt: skip
    assert any("row 5: 'later' under Accept is not understood" in note for note in done.document["notes"])


def test_a_proposal_is_not_taken_for_another_person(annotated: Path, sync: Sync, tmp_path: Path) -> None:
    """Rows that were sorted without the added columns do not get each other's proposals."""
    with edited(annotated, tmp_path / "back.xlsx") as sheet:
        sheet["I5"] = "x"
        sheet["B5"], sheet["C5"], sheet["B6"], sheet["C6"] = "kim", "kim.vik@exampel.com", "jon", "Jon.Ek@example.com"
    done = sync(tmp_path, "run", "back.xlsx", *OPTIONS)
    assert done.folder.subjects == ["ida.holm@example.com"]
    assert any("row 5" in note and "another row" in note for note in done.document["notes"])


def test_the_second_round_doubles_nothing(annotated: Path, sync: Sync, tmp_path: Path) -> None:
    """A second annotated workbook has the four columns once, keeps what was accepted and clears what was corrected."""
    with edited(annotated, tmp_path / "back.xlsx") as sheet:
        sheet["C6"], sheet["I5"] = "kim.vik@example.com", "x"
    first = sync(tmp_path, "run", "back.xlsx", *OPTIONS)
    assert first.folder.subjects == ["ida.holm@example.com", "jon.ek@example.com", "kim.vik@example.com"]
    again = first.folder.path / "annotated.xlsx"
    book = load_workbook(again)
    sheet = book["Agents"]
    assert book.sheetnames == ["Verdict", "Read me", "Agents", "Old"]
    assert [cell.value for cell in sheet[HEADER_ROW]] == [*HEADERS, "Status", "What to do", "Proposed value", "Accept"]
    assert added(sheet)[2][2:] == ("jon.ek@example.com", "x")
    assert sheet["C6"].fill.fill_type is None
    assert sheet["C6"].comment is None
    assert sheet["C5"].comment.text.count("contactpro-sync") == 1
    (tmp_path / "third.xlsx").write_bytes(again.read_bytes())
    third = sync(tmp_path, "run", "third.xlsx", *OPTIONS)
    assert third.folder.subjects == first.folder.subjects


def test_columns_are_found_by_their_names_in_the_workbook(annotated: Path, sync: Sync, tmp_path: Path) -> None:
    """Renamed added headers are still left out, and her own Status keeps its meaning."""
    with edited(annotated, tmp_path / "back.xlsx") as sheet:
        sheet["F3"], sheet["G3"], sheet["H3"] = "Email", "Login", "Email"
        sheet["A4"] = "nein"
    done = sync(tmp_path, "run", "back.xlsx", *OPTIONS)
    rejected = {(issue["code"], issue["row"]) for issue in done.folder.issues if issue["severity"] == "error"}
    assert rejected == {("ACCOUNT-DISABLED", 4), ("EMAIL-CASE", 5), ("EMAIL-UNKNOWN", 6), ("ACCOUNT-DISABLED", 7)}


def test_results_of_formulas_are_kept(sync: Sync, tmp_path: Path) -> None:
    """A copy that no one has opened reads as the list does: emails that are formulas have their values."""
    with calculated(tmp_path / "list.xlsx") as rows:
        rows += [("wim", "wim@example.com", 7.5), ("xan", "xan@example", True), ("yok", "a<b>&c@example.com", 3)]
        rows += [("zoe", "", 8)]
    first = sync(tmp_path, "check", "list.xlsx", "--json")
    (tmp_path / "back.xlsx").write_bytes((first.folder.path / "annotated.xlsx").read_bytes())
    again = sync(tmp_path, "check", "back.xlsx", "--json")
    assert (
        again.document["issues"]
        == first.document["issues"]
        == {"EMAIL-SYNTAX": 2, "EMAIL-MISSING": 1, "NO-DIRECTORY": 1}
    )
    copy = load_workbook(tmp_path / "back.xlsx", data_only=True)["People"]
    assert [[cell.value for cell in row[:3]] for row in copy.iter_rows(min_row=2)] == [
        ["wim", "wim@example.com", 7.5], ["xan", "xan@example", True], ["yok", "a<b>&c@example.com", 3],
        ["zoe", None, 8],
    ]  # fmt: skip
    assert load_workbook(tmp_path / "back.xlsx")["People"]["B2"].value == '=A2&"@x"'


@contextmanager
def calculated(path: Path) -> Iterator[list[tuple[str, str, float]]]:
    """Save a list whose second and third columns are formulas with results, as Excel saves them."""
    rows: list[tuple[str, str, float]] = []
    yield rows
    book = Workbook()
    sheet = book.active
    sheet.title = "People"
    sheet.append(("Login", "Email", "Calls"))
    for number, (login, _, _) in enumerate(rows, start=2):
        sheet.append((login, f'=A{number}&"@x"', f"=LEN(A{number})"))
    plain = path.with_name("plain.xlsx")
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w") as new:
        for info in old.infolist():
            part = old.read(info).decode()
            for number, (_, email, calls) in enumerate(rows, start=2):
                text, boolean = escape(email), isinstance(calls, bool)
                part = re.sub(
                    rf'<c r="B{number}"><f>(.*?)</f>{EMPTY}', rf'<c r="B{number}" t="str"><f>\1</f><v>{text}</v>', part
                )
                kind = ' t="b"' if boolean else ""
                part = re.sub(
                    rf'<c r="C{number}"><f>(.*?)</f>{EMPTY}', rf'<c r="C{number}"{kind}><f>\1</f><v>{+calls}</v>', part
                )
            new.writestr(info, part)
    plain.unlink()


def test_a_csv_list_gets_a_workbook_of_texts(sync: Sync, tmp_path: Path) -> None:
    """Zeros, formulas, error words and control characters of a CSV come out as the texts that they are."""
    cells = ["0012", "=1+1", "#N/A", "TRUE", "_x0041_", "a\x07b", " x ", "1E5", "<r><t>b</t></r>"]
    text = "Login,Email," + ",".join(f"c{number}" for number in range(len(cells))) + "\n"
    (tmp_path / "list.csv").write_text(
        f"{text}nia,nia@example,{','.join(cells)}\noda,oda@example.com,{','.join(cells)}\n"
    )
    done = sync(tmp_path, "check", "list.csv", "--json")
    assert done.document["next"] == "Correct 1 row of list.csv, marked in annotated.xlsx, and run again."
    book = load_workbook(done.folder.path / "annotated.xlsx")
    row = book["List"][3]
    assert [cell.value for cell in row[2:11]] == [*cells[:5], "a_x0007_b", *cells[6:]]
    assert {cell.data_type for cell in row[:11]} == {"s"}
    (tmp_path / "back.xlsx").write_bytes((done.folder.path / "annotated.xlsx").read_bytes())
    again = sync(tmp_path, "check", "back.xlsx", "--json")
    assert again.document["counts"] == done.document["counts"]
    assert again.document["issues"] == done.document["issues"]


def test_a_workbook_that_openpyxl_cannot_copy(sync: Sync, tmp_path: Path) -> None:
    """The run goes on, and the rows come back as texts in a new workbook that reports it."""
    her_workbook(tmp_path / "whole.xlsx")
    with zipfile.ZipFile(tmp_path / "whole.xlsx") as old, zipfile.ZipFile(tmp_path / "odd.xlsx", "w") as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename == "xl/styles.xml":
                data = data.replace(b'<family val="2"', b'<family val="99"')
            new.writestr(info, data)
    (tmp_path / "directory.csv").write_text(DIRECTORY)
    done = sync(tmp_path, "check", "odd.xlsx", "--directory", "directory.csv", "--json")
    assert done.code == 3
    book = load_workbook(done.folder.path / "annotated.xlsx")
    assert book.sheetnames == ["Verdict", "Agents"]
    assert book["Agents"]["D4"].value == "0012"
    assert any("could not be copied" in str(cell.value) for cell in book["Verdict"]["A"])


def test_rows_that_the_filter_hides_are_read_without_a_word(annotated: Path, sync: Sync, tmp_path: Path) -> None:
    """The filter by status hides rows of an annotated workbook; they count all the same."""
    with edited(annotated, tmp_path / "back.xlsx") as sheet:
        sheet.row_dimensions[4].hidden = True
    done = sync(tmp_path, "run", "back.xlsx", *OPTIONS)
    assert done.document["counts"]["read"] == 4
    assert "ROW-HIDDEN" not in done.document["issues"]


def test_no_workbook_without_anything_to_mark(sync: Sync, tmp_path: Path) -> None:
    """A clean list costs no workbook."""
    (tmp_path / "list.csv").write_text("Login,Email\npia,pia@example.com\n")
    done = sync(tmp_path, "run", "list.csv", "--tenant", "ACME", "--region", "eu", "--json")
    assert done.code == 0
    assert not (done.folder.path / "annotated.xlsx").exists()
    assert done.document["next"] == "Import out/acme/certificates-001.txt (1 person)."


def test_passwords_are_not_kept(sync: Sync, tmp_path: Path) -> None:
    """A column of passwords is written over in the copy."""
    book = Workbook()
    for row in (
        ("Login", "Email", "Initial password"),
        ("rut", "rut@example", "s3cret"),
        ("sam", "s@example.com", "t0p"),
    ):
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    done = sync(tmp_path, "check", "list.xlsx", "--json")
    data = (done.folder.path / "annotated.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"s3cret" not in everything
    assert b"t0p" not in everything


def test_a_ragged_row_shows_no_password(sync: Sync, tmp_path: Path) -> None:
    """A password may be in any cell of a row that does not fit under the headers, or is below a second row of them."""
    rows = "ann,Berg, Ann,a@example.com,s3cret", "bo,b@example.com,s3cret", "cy,cy,c@example,s3cret"
    second = "Login,Password,Email,Name", "dan,s3cret,d@example.com,Dan"
    (tmp_path / "list.csv").write_text("\n".join(["Login,Name,Email,Password", *rows, *second]))
    done = sync(tmp_path, "check", "list.csv", "--json")
    assert done.document["issues"]["ROW-RAGGED"] == 3
    for path in done.folder.path.iterdir():
        parts = [path.read_bytes()]
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                parts = [archive.read(name) for name in archive.namelist()]
        assert not [part for part in parts if b"s3cret" in part], path.name


def test_rows_that_are_given_back_uncorrected_are_rejected_again(sync: Sync, tmp_path: Path) -> None:
    """A new workbook keeps what makes a row wrong: cells that do not fit, a number without its text, an error."""
    (tmp_path / "ragged.csv").write_text(
        "Email,Name,Login\nann@example.com,Berg, Ann,aberg\nbo@example.com,Bo,bo\ncy@example.com,cy\n"
    )
    error = '<table:table-cell table:formula="of:=1/0" office:value-type="string" calcext:value-type="error">'
    cells = (
        '<table:table-cell office:value-type="float" office:value="1.5"/>',
        f"{error}<text:p>#DIV/0!</text:p></table:table-cell>",
    )
    workbooks.ods(
        tmp_path / "faults.ods",
        workbooks.ods_row("Login", "ExternalId", "Email")
        + "".join(
            workbooks.ods_row(f"u{number}", cell, f"u{number}@example.com") for number, cell in enumerate((*cells, "7"))
        ),
    )
    for name, accepted in (("ragged.csv", "bo@example.com"), ("faults.ods", "u2@example.com")):
        done = sync(tmp_path, "run", name, "--tenant", "ACME", "--region", "eu", "--json")
        shutil.copy(done.folder.path / "annotated.xlsx", tmp_path / "back.xlsx")
        again = sync(tmp_path, "run", "back.xlsx", "--tenant", "ACME", "--region", "eu", "--json")
        assert (again.document["counts"]["accepted"], again.document["counts"]["rejected"]) == (1, 2)
        assert again.folder.subjects == [accepted]


def test_what_is_lost_is_named(sync: Sync, tmp_path: Path) -> None:
    """A chart and macros are named in the notes and on the first sheet; a table keeps its own filter."""
    book = Workbook()
    sheet = book.active
    for row in (("Login", "Email", "Calls"), ("tor", "tor@example", 7), ("una", "una@example.com", 9)):
        sheet.append(row)
    sheet.add_table(Table(displayName="People", ref="A1:C3"))
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=3, min_row=1, max_row=3), titles_from_data=True)
    sheet.add_chart(chart, "H5")
    book.save(tmp_path / "list.xlsx")
    with zipfile.ZipFile(tmp_path / "list.xlsx", "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macros")
        archive.writestr("xl/ctrlProps/ctrlProp1.xml", b"<formControlPr/>")
    done = sync(tmp_path, "check", "list.xlsx", "--json")
    (note,) = [note for note in done.document["notes"] if "annotated.xlsx" in note]
    assert "macros" in note
    assert "form controls" in note
    again = load_workbook(done.folder.path / "annotated.xlsx")
    assert any("macros" in str(cell.value) for cell in again["Verdict"]["A"])
    assert again["Sheet"].auto_filter.ref == "D1:G3"
    assert [*again["Sheet"].tables] == ["People"]


def test_the_language_is_chosen(sync: Sync, tmp_path: Path) -> None:
    """``--lang de`` writes the added texts in German, and they are recognised in an English run."""
    (tmp_path / "list.csv").write_text("Login,Email\nvera,Vera@example\n")
    done = sync(tmp_path, "check", "list.csv", "--lang", "de", "--json")
    path = done.folder.path / "annotated.xlsx"
    book = load_workbook(path)
    assert book.sheetnames == ["Ergebnis", "Liste"]
    assert [cell.value for cell in book["Liste"][1]] == [
        "Login", "Email", "Status", "Was zu tun ist", "Vorschlag", "Annehmen",
    ]  # fmt: skip
    assert [issue["fix"] for issue in done.folder.issues] == [
        "Einen Export des Verzeichnisses mit --directory angeben, oder [directory] in der Auftragsdatei.",
        "Die Adresse berichtigen.",
    ]  # fmt: skip
    assert book["Liste"]["D2"].value == "Die Adresse berichtigen."
    (tmp_path / "back.xlsx").write_bytes(path.read_bytes())
    again = sync(tmp_path, "check", "back.xlsx", "--lang", "en", "--json")
    assert load_workbook(again.folder.path / "annotated.xlsx").sheetnames == ["Verdict", "Liste"]


def test_a_large_list_gets_its_problem_rows(sync: Sync, tmp_path: Path) -> None:
    """Above 10 000 rows the workbook has only the rows with problems, and reports it; the numbers are the list's."""
    rows = "".join(f"u{number},u{number}@example.com\n" for number in range(10_001))
    (tmp_path / "list.csv").write_text(f"Login,Email\n{rows}walt,walt@example\n")
    done = sync(tmp_path, "check", "list.csv", "--json")
    book = load_workbook(done.folder.path / "annotated.xlsx")
    assert [[cell.value for cell in row[:2]] for row in book["List"].iter_rows()] == [
        ["Login", "Email"], ["walt", "walt@example"],
    ]  # fmt: skip
    assert [cell.value for cell in book["Verdict"]["A"] if cell.hyperlink] == ["10003"]
    assert any("10002 rows" in str(cell.value) for cell in book["Verdict"]["A"])


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed (package libreoffice-calc)")
@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_libreoffice_opens_and_saves_it(annotated: Path, sync: Sync, tmp_path: Path, ending: str) -> None:
    """Saved again by LibreOffice nothing is a formula that was none, and the accepted proposal is still found."""
    with edited(annotated, tmp_path / "back.xlsx") as sheet:
        sheet["I5"] = "x"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", ending, "--outdir", "saved", "back.xlsx"]
    subprocess.run(convert, cwd=tmp_path, check=True, capture_output=True)
    done = sync(tmp_path, "run", f"saved/back.{ending}", *OPTIONS)
    assert done.folder.subjects == ["ida.holm@example.com", "jon.ek@example.com"]
    assert done.document["issues"]["PROPOSAL-ACCEPTED"] == 1
    if ending == "xlsx":
        sheet = load_workbook(tmp_path / "saved/back.xlsx")["Agents"]
        assert [sheet.cell(row, 4).value for row in range(4, 8)] == ["0012", "1E5", "NA", "007"]
        assert "EMAIL-CASE" in sheet["C5"].comment.text
        assert sheet.data_validations.dataValidation[0].formula1 == '"x"'
