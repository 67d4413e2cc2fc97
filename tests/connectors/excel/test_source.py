"""The reader of workbooks: what it reads, what it remarks, and what it refuses and in which words."""

import importlib
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import ChoiceNeeded, ColumnsUnknown, Extract, SourceEmpty, SourceMissing, SourceUnreadable
from connectors.excel import source
from connectors.excel.formats import xls
from connectors.excel.source import ExcelSource
from tests.connectors.excel import workbooks as w

openpyxl = importlib.import_module("openpyxl")  # neither of the two comes with types
xlwt = importlib.import_module("xlwt")
KNOWN = {"Login", "Email", "Employee id"}
ANNA = "Anna.Maier@contoso-example.com"


def recognise(cells: Sequence[str]) -> int:
    """Count the headers that a mapping would know."""
    return sum(cell in KNOWN for cell in cells)


def read(path: Path, sheet: str | None = None) -> Extract:
    """Read a workbook as the pipeline does."""
    return ExcelSource(path, sheet).read(recognise)


def rows(extract: Extract) -> list[list[str]]:
    """The frame as rows of text."""
    return [list(row) for row in zip(*extract.frame.to_pydict().values(), strict=True)]


def remarks(extract: Extract) -> list[tuple[str, int, int | None, str]]:
    """The remarks without their clauses."""
    return [(remark.code, remark.position, remark.column, remark.value) for remark in extract.remarks]


def refusal(path: Path, sheet: str | None = None) -> str:
    """The sentence with which a workbook is refused; it must name the file and be one line."""
    with pytest.raises(SourceUnreadable) as caught:
        read(path, sheet)
    sentence = str(caught.value)
    assert sentence.startswith(f"{path}: ")
    assert "\n" not in sentence
    return sentence.removeprefix(f"{path}: ")


def agents(tmp_path: Path, *more: str, **parts: str | bytes) -> Path:
    """A workbook of one header and these rows."""
    path: Path = w.xlsx(tmp_path / "agents.xlsx", w.HEADER + "".join(more), **parts)
    return path


# --- what is read ---------------------------------------------------------------------------------------------------


def test_ordinary_workbook(tmp_path: Path) -> None:
    """Text comes out as it went in, with real row numbers, a hash and no remark."""
    path = agents(tmp_path, w.row(2, "anna", ANNA), w.row(4, "0012", "NA"))
    got = read(path)
    assert got.frame.column_names == ["Login", "Email"]
    assert {str(field.type) for field in got.frame.schema} == {"string"}
    assert rows(got) == [["anna", ANNA], ["", ""], ["0012", "NA"]]
    assert (list(got.origin.rows), got.origin.sheet, got.header_row) == ([2, 3, 4], "Agents", 1)
    assert (got.complete, got.remarks, got.notes) == (True, (), ())
    assert got.sha256 is not None
    assert len(got.sha256) == 64


def test_openpyxl_workbook_with_shared_values(tmp_path: Path) -> None:
    """A workbook as openpyxl writes it is read with dates, truth values and numbers remarked and text not."""
    book = openpyxl.Workbook()
    book.active.append(["Login", "Email", "Seat"])
    book.active.append(["anna", ANNA, 7])
    book.active.append(["1E5", "null", True])
    book.save(tmp_path / "a.xlsx")
    got = read(tmp_path / "a.xlsx")
    assert rows(got) == [["anna", ANNA, "7"], ["1E5", "null", "TRUE"]]
    assert remarks(got) == [("CELL-NUMBER", 1, 2, "TRUE")]


def test_xls_numbers_cannot_be_proved(tmp_path: Path) -> None:
    """In an .xls text stays text and every number is remarked, with the advice to save as .xlsx."""
    book = xlwt.Workbook()
    page = book.add_sheet("Agents")
    for place, values in enumerate([("Login", "Email"), ("0012", ANNA), (7, "x")]):
        for column, value in enumerate(values):
            page.write(place, column, value)
    book.save(str(tmp_path / "a.xls"))
    got = read(tmp_path / "a.xls")
    assert rows(got) == [["0012", ANNA], ["7", "x"]]
    assert remarks(got) == [("CELL-NUMBER", 1, 0, "7")]
    assert "save the workbook as .xlsx" in got.remarks[0].detail


@pytest.mark.parametrize("people", [3, 2000])
def test_errors_and_hidden_rows_of_an_xls(tmp_path: Path, people: int) -> None:
    """The parser shows an error as blank; a short and a long stream are stored differently."""
    book = xlwt.Workbook()
    page = book.add_sheet("Agents")
    for row, values in enumerate([("Login", "Email"), *[(f"u{row}", ANNA) for row in range(1, people + 1)]]):
        for column, value in enumerate(values):
            page.write(row, column, value)
    page.row(people + 1).set_cell_error(0, 0x2A)
    page.write(people + 1, 1, ANNA)
    page.row(2).hidden = True
    book.save(str(tmp_path / "a.xls"))
    got = read(tmp_path / "a.xls")
    assert remarks(got) == [("ROW-HIDDEN", 1, None, ""), ("CELL-FORMULA-ERROR", people, 0, "#N/A")]


def test_a_damaged_xls_is_left_to_the_parser(tmp_path: Path) -> None:
    """Whatever is in the table of sectors, the second reader ends, and finds nothing or what is there."""
    book = xlwt.Workbook()
    book.add_sheet("Agents").write(0, 0, "Login")
    book.save(str(tmp_path / "a.xls"))
    whole = (tmp_path / "a.xls").read_bytes()
    for at in range(0, len(whole), 97):
        for value in (0x00, 0xFF):
            damaged = whole[:at] + bytes([value]) * 4 + whole[at + 4 :]
            assert xls.details(damaged, "Agents").faults == {}


def test_xlsb_numbers_cannot_be_proved(tmp_path: Path) -> None:
    """In an .xlsb text stays text and every number is remarked."""
    got = read(w.xlsb(tmp_path / "a.xlsb", [["Login", "Email"], ["0012", ANNA], [7.0, "x"]]))
    assert rows(got) == [["0012", ANNA], ["7", "x"]]
    assert remarks(got) == [("CELL-NUMBER", 1, 0, "7")]


def test_ods_shown_digits_are_the_text(tmp_path: Path) -> None:
    """In an .ods the digits that are shown are the text; other numbers, errors and hidden rows are remarked."""
    body = (
        w.ods_row("Login", "Email")
        + w.ods_row(w.ods_cell("00007", "float", 'office:value="7"'), ANNA)
        + w.ods_row(
            w.ods_cell("1.00E5", "float", 'office:value="100000"'), "b@example.com", extra='table:visibility="filter"'
        )
        + w.ods_row("c", w.ods_cell("#N/A", "string", 'table:formula="of:=VLOOKUP([.A1])" calcext:value-type="error"'))
        + w.ods_row("d", '<table:table-cell table:formula="of:=[.A1]"/>')
    )
    got = read(w.ods(tmp_path / "a.ods", body))
    assert rows(got) == [["00007", ANNA], ["100000", "b@example.com"], ["c", ""], ["d", ""]]
    assert remarks(got) == [
        ("ROW-HIDDEN", 1, None, ""),
        ("CELL-NUMBER", 1, 0, "100000"),
        ("CELL-FORMULA-ERROR", 2, 1, "#N/A"),
        ("CELL-FORMULA-ERROR", 3, 1, "=[.A1]"),
    ]


def test_header_at_row_9_column_c(tmp_path: Path) -> None:
    """A title above, an offset and a total below: the header is found and every place is the real one."""
    path = w.xlsx(
        tmp_path / "a.xlsx",
        w.row(2, w.text("C2", "Agents of 2026"))
        + w.row(9, w.text("C9", "Login"), w.text("E9", "Email"))
        + w.row(10, w.text("C10", "anna"), w.text("D10", "x"), w.text("E10", ANNA))
        + w.row(12, w.text("C12", "Total"), '<c r="E12"><v>1.5</v></c>'),
    )
    got = read(path)
    assert got.frame.column_names == ["Login", "", "Email"]
    assert [column.to_pylist() for column in got.frame.columns] == [
        ["anna", "", "Total"],
        ["x", "", ""],
        [ANNA, "", "1.5"],
    ]
    assert (list(got.origin.rows), got.header_row) == ([10, 11, 12], 9)
    assert remarks(got) == [("CELL-NUMBER", 2, 2, "1.5")]


def test_dimension_is_not_trusted(tmp_path: Path) -> None:
    """A sheet that announces 3 rows and has 100 gives 100 rows."""
    body = w.HEADER + "".join(w.row(n, f"agent{n}", f"agent{n}@example.com") for n in range(2, 102))
    path = w.pack(tmp_path / "a.xlsx", w.parts({"Agents": w.sheet(body, before='<dimension ref="A1:B3"/>')}))
    assert read(path).frame.num_rows == 100


def test_far_empty_styled_cells_are_no_cells(tmp_path: Path) -> None:
    """Empty styled cells at the sheet's far corner neither refuse the workbook nor make rows."""
    far = '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert rows(read(agents(tmp_path, w.row(2, "anna", ANNA), far))) == [["anna", ANNA]]


@pytest.mark.parametrize("wrap", ["strict", "prefix", "quotes", "implied"])
def test_other_dresses_of_xml(tmp_path: Path, wrap: str) -> None:
    """Strict namespaces, prefixed names, single quotes and cells without references read alike, remarks and all."""
    body = w.row(1, "Login", "Email", "Note") + w.row(
        2, "anna", ANNA, '<c r="C2" t="e"><v>#REF!</v></c>', extra=' hidden="1"'
    )
    made = w.parts({"Agents": w.sheet(body)})
    part = made["xl/worksheets/sheet1.xml"]
    if wrap == "strict":
        made = w.parts({"Agents": part.replace(w.MAIN, w.STRICT)}, namespace=w.STRICT)
    elif wrap == "prefix":
        part = part.replace("</", "\0").replace("<", "<x:").replace("\0", "</x:").replace("xmlns=", "xmlns:x=")
        made["xl/worksheets/sheet1.xml"] = part
    elif wrap == "quotes":
        made["xl/worksheets/sheet1.xml"] = part.replace('"', "'").replace("t=", "t = ")
    else:
        for reference in ("A1", "B1", "C1", "A2", "B2", "C2", "1", "2"):
            part = part.replace(f' r="{reference}"', "")
        made["xl/worksheets/sheet1.xml"] = part
    got = read(w.pack(tmp_path / "a.xlsx", made))
    assert rows(got) == [["anna", ANNA, ""]]
    assert remarks(got) == [("ROW-HIDDEN", 0, None, ""), ("CELL-FORMULA-ERROR", 0, 2, "#REF!")]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("<is><t>a</t></is>", "a"),
        ("<is><r><t>An</t></r><r><t>na</t></r><rPh><t>zz</t></rPh></is>", "Anna"),
        ("<is><t>_x0041_nna</t></is>", "Anna"),
        ("<is><t>a_x000D_b</t></is>", "a\rb"),
        ('<is><t xml:space="preserve"> a </t></is>', " a "),
        ("<is><t>\u00a0a\u200b</t></is>", "\u00a0a\u200b"),
        ("<is><t>Zoë</t></is>", "Zoë"),
    ],
)
def test_text_cells(tmp_path: Path, written: str, expected: str) -> None:
    """Rich, phonetic, escaped and padded text comes out as Excel shows it, character for character."""
    cell = f'<c r="A2" t="inlineStr">{written}</c>'
    assert rows(read(agents(tmp_path, w.row(2, cell, ANNA)))) == [[expected, ANNA]]


def test_shared_strings(tmp_path: Path) -> None:
    """Shared texts are resolved, and repeated ones count more often than they are stored."""
    strings = f'<sst xmlns="{w.MAIN}" count="4" uniqueCount="1"><si><t>anna</t></si></sst>'
    body = w.row(2, '<c r="A2" t="s"><v>0</v></c>', '<c r="B2" t="s"><v>0</v></c>')
    assert rows(read(agents(tmp_path, body, strings=strings))) == [["anna", "anna"]]


# --- numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "style", "text", "exact"),
    [
        ("7", (0, ""), "7", True),
        ("7", (1, ""), "7", True),
        ("7", (49, ""), "7", True),
        ("7", (164, "00000"), "00007", True),
        ("123456", (164, "00000"), "123456", True),
        ("7", (164, "#0"), "7", True),
        ("999999999999999", (0, ""), "999999999999999", True),
        ("1E5", (0, ""), "100000", True),
        ("1E5", (11, ""), "100000", False),
        ("1000000000000000", (0, ""), "1000000000000000", False),
        ("12345678901234567890", (0, ""), "12345678901234567890", False),
        ("1.5", (0, ""), "1.5", False),
        ("1200", (3, ""), "1200", False),
        ("7", (164, "&quot;E&quot;0"), "7", False),
        ("45352", (14, ""), "2024-03-01", False),
    ],
)
def test_number_formats(tmp_path: Path, value: str, style: tuple[int, str], text: str, exact: bool) -> None:  # noqa: FBT001 - a column of the table
    """A number's text is certain only for whole numbers of 15 digits in formats that show exactly those digits."""
    cell = f'<c r="A2" s="1"><v>{value}</v></c>'
    got = read(agents(tmp_path, w.row(2, cell, ANNA), styles=w.styles((0, ""), style)))
    assert rows(got) == [[text, ANNA]]
    assert remarks(got) == ([] if exact else [("CELL-NUMBER", 0, 0, text)])


# --- formulas, errors, hidden things --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value", "detail"),
    [
        ('<c r="B2" t="e"><v>#N/A</v></c>', "#N/A", "the cell shows #N/A"),
        ('<c r="B2" t="e"><f>A1</f><v>#REF!</v></c>', "#REF!", "the cell shows #REF!"),
        (
            '<c r="B2"><f>VLOOKUP(A2,X!A:B,2)</f></c>',
            "=VLOOKUP(A2,X!A:B,2)",
            "the formula has no calculated value: open the workbook in Excel, save it and run again",
        ),
        (
            '<c r="B2"><f>A2</f><v></v></c>',
            "=A2",
            "the formula has no calculated value: open the workbook in Excel, save it and run again",
        ),
        (
            '<c r="B2" t="str"><f>A2</f></c>',
            "=A2",
            "the formula has no calculated value: open the workbook in Excel, save it and run again",
        ),
    ],
)
def test_formula_faults(tmp_path: Path, cell: str, value: str, detail: str) -> None:
    """A formula or error without a value is an empty cell with a remark that gives the reason, even in the last row."""
    got = read(agents(tmp_path, w.row(2, "anna", cell)))
    assert rows(got) == [["anna", ""]]
    assert [(r.code, r.position, r.column, r.value, r.detail) for r in got.remarks] == [
        ("CELL-FORMULA-ERROR", 0, 1, value, detail)
    ]


def test_whole_sheet_of_uncalculated_formulas(tmp_path: Path) -> None:
    """Rows that hold nothing but formulas without values are rows, not the end of the sheet."""
    cells = [f'<c r="A{n}"><f>X!A{n}</f></c>' for n in (2, 3)]
    got = read(agents(tmp_path, w.row(2, cells[0]), w.row(3, cells[1])))
    assert rows(got) == [["", ""], ["", ""]]
    assert [remark.position for remark in got.remarks] == [0, 1]


@pytest.mark.parametrize("value", ["<v></v>", "<v/>"])
def test_a_formula_with_an_empty_text_is_an_empty_cell(tmp_path: Path, value: str) -> None:
    """The empty text is a result like any other and no fault."""
    cell = f'<c r="A2" t="str"><f>IFERROR(X!B7,"")</f>{value}</c>'
    got = read(agents(tmp_path, w.row(2, cell, ANNA)))
    assert (rows(got), got.remarks) == ([["", ANNA]], ())


def test_a_formula_with_an_empty_text_in_ods(tmp_path: Path) -> None:
    """In an .ods too the empty text is a result."""
    cell = w.ods_cell("", "string", 'table:formula="of:=T([.C9])"')
    got = read(w.ods(tmp_path / "a.ods", w.ods_row("Login", "Email") + w.ods_row(cell, ANNA)))
    assert (rows(got), got.remarks) == ([["", ANNA]], ())


def test_a_formula_with_an_empty_text_as_libreoffice_writes_it(tmp_path: Path) -> None:
    """It leaves the type of the value out, and writes an empty paragraph."""
    cell = '<table:table-cell table:formula="of:=IF(1=2;&quot;x&quot;;&quot;&quot;)"><text:p/></table:table-cell>'
    got = read(w.ods(tmp_path / "a.ods", w.ods_row("Login", "Email") + w.ods_row(cell, ANNA)))
    assert (rows(got), got.remarks) == ([["", ANNA]], ())


def test_formulas_filled_down_below_the_list(tmp_path: Path) -> None:
    """Spare rows whose formulas give an empty text are neither rows nor remarks."""
    spare = "".join(w.row(n, f'<c r="B{n}" t="str"><f>A{n}&amp;""</f><v></v></c>') for n in range(3, 9))
    got = read(agents(tmp_path, w.row(2, "anna", ANNA), spare))
    assert (rows(got), got.remarks) == ([["anna", ANNA]], ())


def test_a_value_belongs_to_its_own_cell(tmp_path: Path) -> None:
    """The value of a shared text is never taken for that of the formula behind it."""
    strings = f'<sst xmlns="{w.MAIN}"><si><t>anna</t></si></sst>'
    cells = '<c r="A2" t="s"><v>0</v></c>', '<c r="B2"><f>A2</f></c>'
    assert remarks(read(agents(tmp_path, w.row(2, *cells), strings=strings))) == [("CELL-FORMULA-ERROR", 0, 1, "=A2")]


def test_rules_behind_the_cells_are_no_formulas(tmp_path: Path) -> None:
    """The formula of a format rule or a drop-down list does not stick to the sheet's last cell."""
    rules = '<extLst><ext><x14:formula1 xmlns:x14="a" xmlns:xm="b"><xm:f>X!A1</xm:f></x14:formula1></ext></extLst>'
    part = w.sheet(w.HEADER + w.row(2, "anna", ANNA) + w.row(3, '<c r="A3" s="0"/>'), after=rules)
    part = part.replace("<row", '<row spans="1:2" hidden="0"', 1)
    got = read(w.pack(tmp_path / "a.xlsx", w.parts({"Agents": part})))
    assert (rows(got), got.remarks) == ([["anna", ANNA]], ())


def test_formula_with_text_is_text(tmp_path: Path) -> None:
    """A formula whose text was calculated is ordinary text."""
    cell = f'<c r="B2" t="str"><f>A2</f><v>{ANNA}</v></c>'
    got = read(agents(tmp_path, w.row(2, "anna", cell)))
    assert (rows(got), got.remarks) == ([["anna", ANNA]], ())


def test_hidden_rows_and_columns(tmp_path: Path) -> None:
    """A hidden row with a value stays and is remarked, an empty one is not; a hidden column is noted."""
    body = (
        w.HEADER
        + w.row(2, "anna", ANNA)
        + w.row(3, "ben", "ben@example.com", extra=' hidden="1"')
        + w.row(4, extra=' hidden="true"')
        + w.row(5, "eva", "eva@example.com")
    )
    part = w.sheet(body, before='<cols><col min="2" max="2" hidden="1"/></cols>')
    got = read(w.pack(tmp_path / "a.xlsx", w.parts({"Agents": part})))
    assert got.frame.num_rows == 4
    assert remarks(got) == [("ROW-HIDDEN", 1, None, "")]
    assert got.notes == ("the column 'Email' is hidden in the sheet and was read",)


def test_merged_email_cell(tmp_path: Path) -> None:
    """A merged cell leaves the covered rows empty and is noted with its range."""
    body = w.HEADER + w.row(2, "anna", ANNA) + w.row(3, "ben") + w.row(4, "eva")
    part = w.sheet(body, after='<mergeCells count="1"><mergeCell ref="B2:B4"/></mergeCells>')
    got = read(w.pack(tmp_path / "a.xlsx", w.parts({"Agents": part})))
    assert rows(got) == [["anna", ANNA], ["ben", ""], ["eva", ""]]
    assert got.notes == ("the cells B2:B4 are merged: only the first of these rows has the value",)
    assert remarks(got) == [("CELL-MERGED", 1, 1, ANNA), ("CELL-MERGED", 2, 1, ANNA)]


def test_a_link_to_another_address_than_the_cell_shows(tmp_path: Path) -> None:
    """Of links to addresses those are remarked that lead to another one, in any case; what the cell shows is read."""
    targets = {
        "B2": "mailto:Anna@Example.com",
        "B3": "mailto:bo.lind%40example.com?subject=Hello",
        "A4": "mailto:x@example.com",
    }
    links = [f'<hyperlink ref="{cell}" r:id="rId{number}"/>' for number, cell in enumerate(targets)]
    relations = [
        f'<Relationship Id="rId{number}" Type="{w.OFFICE}/hyperlink" Target="{target}" TargetMode="External"/>'
        for number, target in enumerate(targets.values())
    ]
    body = w.HEADER + w.row(2, "anna", "anna@example.com") + w.row(3, "bo", "bo@example.com") + w.row(4, "eva", ANNA)
    parts = w.parts({"Agents": w.sheet(body, after=f'<hyperlinks xmlns:r="{w.OFFICE}">{"".join(links)}</hyperlinks>')})
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = (
        f'<Relationships xmlns="{w.PACKAGE}/relationships">{"".join(relations)}</Relationships>'
    )
    got = read(w.pack(tmp_path / "a.xlsx", parts))
    assert rows(got)[1] == ["bo", "bo@example.com"]
    assert remarks(got) == [("EMAIL-LINK", 1, 1, "bo@example.com")]
    assert got.remarks[0].detail == "the link behind the cell leads to 'bo.lind@example.com'"


@pytest.mark.parametrize("after", ["<hyperlinks>", '<hyperlinks><hyperlink ref="B2" id="rId9"/></hyperlinks>'])
def test_links_that_lead_nowhere_are_passed_over(tmp_path: Path, after: str) -> None:
    """Links that no reader needs make no workbook unreadable."""
    path = w.pack(tmp_path / "a.xlsx", w.parts({"Agents": w.sheet(w.HEADER + w.row(2, "anna", ANNA), after=after)}))
    assert rows(read(path)) == [["anna", ANNA]]


def test_macros_are_noted(tmp_path: Path) -> None:
    """A workbook with macros is read, and the note reports that they were not run."""
    path = w.xlsx(tmp_path / "a.xlsm", w.HEADER + w.row(2, "anna", ANNA), macros=b"macro")
    got = read(path)
    assert (rows(got), got.notes) == ([["anna", ANNA]], ("the workbook has macros; they were not run",))


# --- which sheet ----------------------------------------------------------------------------------------------------


def two_sheets(tmp_path: Path, states: dict[str, str] | None = None) -> Path:
    """Two sheets that both list people."""
    page = w.sheet(w.HEADER + w.row(2, "anna", ANNA))
    path: Path = w.pack(tmp_path / "a.xlsx", w.parts({"Agents": page, "Old agents": page}, states))
    return path


def test_two_sheets_that_fit(tmp_path: Path) -> None:
    """Only the user can choose between two sheets with known headers; both are named."""
    path = two_sheets(tmp_path)
    with pytest.raises(ChoiceNeeded) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path}: more than one sheet lists people, 'Agents', 'Old agents': name the one to read with --sheet"
    )
    assert caught.value.advice == "Name the sheet of all people with --sheet."
    assert read(path, "Old agents").origin.sheet == "Old agents"


def test_a_second_sheet_of_headers_only_lists_nobody(tmp_path: Path) -> None:
    """An empty form beside the list needs no choice; it is named. Two empty forms are two again."""
    page, form = w.sheet(w.HEADER + w.row(2, "anna", ANNA)), w.sheet(w.HEADER)
    found = read(w.pack(tmp_path / "a.xlsx", w.parts({"Form": form, "Agents": page})))
    assert (found.origin.sheet, found.frame.num_rows) == ("Agents", 1)
    assert found.notes == ("sheet 'Form' has column headers and nothing below them, and is not part of the list",)
    with pytest.raises(ChoiceNeeded):
        read(w.pack(tmp_path / "b.xlsx", w.parts({"Form": form, "Agents": form})))


def test_a_list_on_a_hidden_sheet_is_named(tmp_path: Path) -> None:
    """If no visible sheet lists people, the hidden ones are named with the option that reads them."""
    page, cover = w.sheet(w.HEADER + w.row(2, "anna", ANNA)), w.sheet(w.row(1, "Cover"))
    path = w.pack(tmp_path / "a.xlsx", w.parts({"Cover": cover, "People": page}, {"People": "hidden"}))
    with pytest.raises(ColumnsUnknown, match="hidden and not read, unless one is named with --sheet: 'People'"):
        read(path)


def test_unknown_sheet(tmp_path: Path) -> None:
    """A sheet that does not exist is answered with the nearest name and all names."""
    path = two_sheets(tmp_path)
    with pytest.raises(ChoiceNeeded) as caught:
        read(path, "agents")
    assert str(caught.value) == (
        f"{path}: there is no sheet 'agents': did you mean 'Agents'? "
        "Name one of these with --sheet: 'Agents', 'Old agents'"
    )


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets(tmp_path: Path, state: str) -> None:
    """A hidden sheet is never read by itself, its existence is noted, and by name it is read with a note."""
    path = two_sheets(tmp_path, {"Old agents": state})
    got = read(path)
    assert (got.origin.sheet, got.notes) == ("Agents", ("hidden sheet 'Old agents' is not part of the list",))
    assert read(path, "Old agents").notes == (
        "sheet 'Old agents' is hidden and was read because it was asked for by name",
    )


def test_only_the_second_sheet_fits(tmp_path: Path) -> None:
    """A cover sheet in front does not hinder, and numbers in the second sheet are proved from its own part."""
    cover = w.sheet(w.row(1, "Read me"))
    page = w.sheet(w.HEADER + w.row(2, '<c r="A2"><v>12</v></c>', ANNA))
    got = read(w.pack(tmp_path / "a.xlsx", w.parts({"Cover": cover, "People": page})))
    assert (got.origin.sheet, rows(got), got.remarks) == ("People", [["12", ANNA]], ())


def test_unknown_columns(tmp_path: Path) -> None:
    """If no row has known headers, the found ones are named: 12 at most, long ones cut."""
    long = "x" * 50
    path = w.xlsx(tmp_path / "a.xlsx", w.row(3, "Name", long, *["c"] * 12) + w.row(4, "b"))
    with pytest.raises(ColumnsUnknown) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path}: no row within the first 20 has known column headers; "
        f"sheet 'Agents' has: Name, {'x' * 39}…, {', '.join(['c'] * 10)} and 2 more"
    )


def test_a_sheet_without_headers_shows_nobody(tmp_path: Path) -> None:
    """If the first row of a sheet lists a person, the message reports it and shows nothing of that row (rule 10)."""
    with pytest.raises(ColumnsUnknown) as caught:
        read(w.xlsx(tmp_path / "a.xlsx", w.row(2, "ada", "Lovelace", ANNA)))
    assert str(caught.value).endswith("; sheet 'Agents' has no row of headers: its first row lists a person")


def test_header_below_the_search(tmp_path: Path) -> None:
    """A header in the 21st row is not found."""
    body = "".join(w.row(n, "x") for n in range(1, 21)) + w.row(21, "Login", "Email") + w.row(22, "a", "b")
    with pytest.raises(ColumnsUnknown):
        read(w.xlsx(tmp_path / "a.xlsx", body))


@pytest.mark.parametrize(
    ("body", "words"),
    [("", "no sheet that can be read has a value"), (w.HEADER, "has headers in row 1 and nothing below them")],
)
def test_empty_sheets(tmp_path: Path, body: str, words: str) -> None:
    """A workbook without people is empty, which is never "all people left"."""
    with pytest.raises(SourceEmpty, match=words):
        read(w.xlsx(tmp_path / "a.xlsx", body))


# --- what is not a workbook ------------------------------------------------------------------------------------------


def test_missing_file(tmp_path: Path) -> None:
    """A path without a file is missing, and reports it."""
    with pytest.raises(SourceMissing, match="there is no such file: check the path"):
        read(tmp_path / "none.xlsx")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_forbidden_file(tmp_path: Path) -> None:
    """A file that may not be opened is missing with its reason."""
    path = agents(tmp_path)
    path.chmod(0)
    with pytest.raises(SourceMissing, match="cannot be opened"):
        read(path)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.xlsx", b"", "the file is empty (0 bytes): export or copy it again, it was not finished"),
        ("a.xlsx", b"Login;Email\r\nanna;a@example.com\r\n", "it is CSV or plain text named .xlsx: rename it to .csv"),
        (
            "a.xls",
            b"\r\n<html><table><tr><td>Login",
            "it is HTML (a web page) named .xls, as many web systems export it",
        ),
        (
            "a.xls",
            b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n",
            "it is a web page in one file (MHTML) named .xls",
        ),
        ("a.xls", b'<?xml version="1.0"?><Workbook>', "it is plain XML named .xls and no workbook"),
        ("a.xls", "Login\tEmail".encode("utf-16"), "it is CSV or plain text named .xls"),
        ("a.xlsx", b"%PDF-1.7", "it is a PDF named .xlsx and no workbook"),
        ("a.xlsx", b"\x00\x01\x02", "it is not an Excel workbook although it is named .xlsx"),
        ("a.xlsx", b"PK\x05\x06" + bytes(18), "it is an empty ZIP archive"),
        ("a.xlsx", b"PK\x03\x04" + bytes(50), "the workbook is damaged: open it in Excel"),
        ("a.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "the workbook is damaged: open it in Excel"),
    ],
)
def test_real_type_is_named(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    """A file that is not a workbook is named by its real type, whatever its name is."""
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name).startswith(sentence)


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("notes.txt", "it is a ZIP archive and no workbook"),
        ("word/document.xml", "it is a Word document and no workbook"),
    ],
)
def test_zip_that_is_no_workbook(tmp_path: Path, member: str, words: str) -> None:
    """An archive of something else is called what it is."""
    assert refusal(w.pack(tmp_path / "a.xlsx", {member: "<x/>"})).startswith(words)


def test_folder_and_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder and a file over the limit are refused before anything is opened."""
    assert refusal(tmp_path).startswith("it is a folder and no file")
    path = agents(tmp_path)
    monkeypatch.setattr("connectors.excel.container.file_type.SIZE_LIMIT", 100)
    assert "and the limit is" in refusal(path)


@pytest.mark.parametrize(
    ("name", "made"), [("a.xls", "xlsx"), ("a.xlsb", "xlsx"), ("a.ods", "xlsx"), ("a.xlsx", "ods")]
)
def test_one_workbook_named_as_another(tmp_path: Path, name: str, made: str) -> None:
    """A workbook under another kind's name is not guessed at: the right ending is named."""
    path = tmp_path / name
    if made == "xlsx":
        w.xlsx(path, w.HEADER)
    else:
        w.ods(path, w.ods_row("Login"))
    assert f"it is a .{made} workbook but its name ends with {path.suffix}: rename it" in refusal(path)


def test_truncated_workbook(tmp_path: Path) -> None:
    """Half a workbook is damaged."""
    path = agents(tmp_path, w.row(2, "anna", ANNA))
    path.write_bytes(path.read_bytes()[:-300])
    assert refusal(path).startswith("the workbook is damaged")


PROTECTED = "the workbook is password protected, so it cannot be read: remove the password in Excel (File > Info"


def test_password_xlsx(tmp_path: Path) -> None:
    """An OLE2 file with a stream EncryptedPackage is a protected .xlsx."""
    assert refusal(w.compound(tmp_path / "a.xlsx", "EncryptionInfo", "EncryptedPackage")).startswith(PROTECTED)


def test_password_xls(tmp_path: Path) -> None:
    """An .xls with a FILEPASS record is protected; xlwt writes none, so its INTERFACEHDR record is renamed to it."""
    book = xlwt.Workbook()
    book.add_sheet("Agents").write(0, 0, "Login")
    path = tmp_path / "a.xls"
    book.save(str(path))
    data = path.read_bytes()
    place = data.index(b"\xe1\x00\x02\x00")
    path.write_bytes(data[:place] + b"\x2f\x00\x02\x00" + data[place + 4 :])
    assert refusal(path).startswith(PROTECTED)


def test_password_ods(tmp_path: Path) -> None:
    """An .ods with encryption in its manifest is protected."""
    path = w.ods(tmp_path / "a.ods", "", manifest='<manifest:encryption-data manifest:checksum="x"/>')
    assert refusal(path).startswith(PROTECTED)


# --- what would hurt ------------------------------------------------------------------------------------------------


def far(reference: str) -> Callable[[Path], Path]:
    """A workbook with one value at a far place."""
    number = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return lambda folder: agents(folder, w.row(2, "anna", ANNA), f'<row r="{number}">{w.text(reference, "x")}</row>')


HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "sparse_xfd": (far("XFD1048576"), "a value is at cell 'XFD1048576'"),
    "row_overflow": (far("A4294967297"), "a value is at cell 'A4294967297'"),
    "row_zero": (far("A0"), "a value is at cell 'A0'"),
    "beyond_xfd": (far("XFE1"), "a value is at cell 'XFE1'"),
    "beyond_last_row": (far("A1048577"), "a value is at cell 'A1048577'"),
    "sparse_10kcols": (
        lambda folder: w.xlsx(
            folder / "a.xlsx", w.row(1, w.text("A1", "Login")) + w.row(10_000, w.text("NTP10000", "x"))
        ),
        "a value is at cell 'NTP10000'",
    ),
    "sst_uniquecount": (
        lambda folder: agents(folder, strings=f'<sst xmlns="{w.MAIN}" uniqueCount="4294967295"/>'),
        "the workbook announces 4294967295 texts but has no room for them",
    ),
    "dtd": (
        lambda folder: w.xlsx(folder / "a.xlsx", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'),
        "DTD not allowed: the part 'xl/worksheets/sheet1.xml' declares one",
    ),
    "ods_dtd": (
        lambda folder: w.ods(folder / "a.ods", "", prolog='<!DOCTYPE x [<!ENTITY a "b">]>'),
        "DTD not allowed: the part 'content.xml' declares one",
    ),
    "ods_repeats": (
        lambda folder: w.ods(
            folder / "a.ods",
            w.ods_row("Login")
            + w.ods_row(
                w.ods_cell("x", extra='table:number-columns-repeated="16384"'),
                extra='table:number-rows-repeated="1048576"',
            ),
        ),
        "",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks(tmp_path: Path, name: str) -> None:
    """A workbook made to kill its reader gets one sentence, and this process does not notice."""
    make, words = HOSTILE[name]
    before = os.times()
    assert refusal(make(tmp_path)).startswith(words)
    assert sum(os.times()[:4]) - sum(before[:4]) < 20, "seconds of processor time, of the child too"


def test_a_child_that_dies_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that is killed leaves a sentence and no process."""
    program = tmp_path / "dies.py"
    program.write_text("import os\nos.abort()\n", encoding="utf-8")
    monkeypatch.setattr(source, "_CHILD", program)
    assert refusal(agents(tmp_path)).startswith("the program that parses workbooks died of it")


def test_a_child_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that does not come back is stopped by the clock."""
    program = tmp_path / "hangs.py"
    program.write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    monkeypatch.setattr(source, "_CHILD", program)
    monkeypatch.setattr(source, "WALL_SECONDS", 0.3)
    assert refusal(agents(tmp_path)).startswith("reading took longer than 0 s and was stopped")


def test_a_workbook_changed_while_it_is_read(tmp_path: Path) -> None:
    """A workbook saved by another program during the reading is not half of each."""
    path = agents(tmp_path, w.row(2, "anna", ANNA))
    reading = ExcelSource(path).start()
    os.utime(path, (1, 1))
    with pytest.raises(SourceUnreadable, match="it was changed while it was read"):
        reading.read(recognise)


def test_start_then_read_in_a_thread(tmp_path: Path) -> None:
    """A reading can be started early and finished in another thread; one that is not finished can be closed."""
    path = agents(tmp_path, w.row(2, "anna", ANNA))
    reading = ExcelSource(path).start()
    got: list[Extract] = []
    thread = threading.Thread(target=lambda: got.append(reading.read(recognise)))
    thread.start()
    thread.join()
    assert rows(got[0]) == [["anna", ANNA]]
    ExcelSource(path).start().close()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flips=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=6))
def test_flipped_bytes(tmp_path: Path, flips: list[tuple[float, int]]) -> None:
    """Whatever bytes are damaged, the outcome is a result or a typed refusal."""
    path = agents(tmp_path, w.row(2, "anna", ANNA), w.row(3, '<c r="A3"><v>7</v></c>'))
    data = bytearray(path.read_bytes())
    for share, value in flips:
        data[int(share * len(data))] = value
    path.write_bytes(bytes(data))
    try:
        read(path)
    except (SourceUnreadable, SourceEmpty, ColumnsUnknown, ChoiceNeeded):
        return
