"""What a workbook has of a cell beside its value: exact texts of numbers, formulas, errors, what is hidden."""

import importlib
from pathlib import Path

import pytest

from connectors.excel.formats import xls
from tests.connectors.excel import workbooks as w
from tests.connectors.excel.workbook_reading import ANNA, agents, read, remarks, rows

xlwt = importlib.import_module("xlwt")  # it comes without types


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
