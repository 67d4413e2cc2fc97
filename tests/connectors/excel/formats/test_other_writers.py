"""Workbooks as other programs than Excel write them: short records, other names of parts, other dresses of XML."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from connectors.base import Extract, SourceUnreadable
from connectors.excel.container.errors import WorkbookRejected
from connectors.excel.formats import xlsb
from connectors.excel.source import ExcelSource
from tests.connectors.excel import workbooks as w

KIM = "kim.sand@contoso-example.com"
LEO = "leo.wood@contoso-example.com"
PEOPLE = [["Login", "Email", "Team", "Enabled"], ["kim", KIM, "", "false"], ["leo", LEO, "North", "true"]]


def read(path: Path) -> Extract:
    """Read a workbook whose headers are Login and Email, and others that do not matter."""

    def recognise(cells: Sequence[str]) -> int:
        return sum(cell in {"Login", "Email"} for cell in cells)

    return ExcelSource(path).read(recognise)


def table(path: Path) -> list[list[str]]:
    """Return the header and the rows of a workbook."""
    frame = read(path).frame
    return [frame.column_names, *([*row] for row in zip(*frame.to_pydict().values(), strict=True))]


# --- .xlsb ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rich", [False, True])
@pytest.mark.parametrize("short", [False, True])
def test_every_cell_of_an_xlsb_is_read(tmp_path: Path, *, short: bool, rich: bool) -> None:
    """Short records and texts with formats of their own are cells."""
    assert table(w.xlsb(tmp_path / "a.xlsb", PEOPLE, short=short, rich=rich)) == PEOPLE


def test_short_records_behind_a_gap(tmp_path: Path) -> None:
    """A short record is right of the cell before it, not of the last short one."""
    people: list[list[str | float]] = [["Login", "", "Email", "Seat"], ["kim", "", KIM, 7.0], ["", "", LEO, "n/a"]]
    assert table(w.xlsb(tmp_path / "a.xlsb", people, short=True)) == [
        ["Login", "", "Email", "Seat"],
        ["kim", "", KIM, "7"],
        ["", "", LEO, "n/a"],
    ]


def test_a_cell_that_the_parser_lost_is_seen() -> None:
    """A value that the parser did not give stops the reading, with the row of the first and the way out."""
    with pytest.raises(
        WorkbookRejected,
        match=r"^2 cells of the \.xlsb workbook cannot be read, the first in row 6: .*save it as \.xlsx",
    ):
        xlsb.check({(4, 1), (5, 2), (6, 1)}, [["kim"], [""]], 5, 2)


def test_a_damaged_xlsb_part() -> None:
    """A record beyond the end of its part is damage and never the end of the list."""
    with pytest.raises(WorkbookRejected, match="damaged"):
        xlsb.usual(b"\x06\x7f\x00", [])


# --- names of parts -------------------------------------------------------------------------------------------------


def test_backslashes_in_the_names_of_parts(tmp_path: Path) -> None:
    """A package made on Windows by its own means has backslashes."""
    parts = w.parts({"Agents": w.sheet(w.HEADER + w.row(2, "kim", KIM))})
    path = w.pack(tmp_path / "a.xlsx", {name.replace("/", "\\"): text for name, text in parts.items()})
    assert table(path) == [["Login", "Email"], ["kim", KIM]]


@pytest.mark.parametrize(
    "target", ["/xl/worksheets/sheet1.xml", "../xl/worksheets/sheet1.xml", "worksheets\\sheet1.xml"]
)
def test_ways_to_a_sheet(tmp_path: Path, target: str) -> None:
    """A relation may name its part from the root, by a detour, or with backslashes."""
    parts = w.parts({"Agents": w.sheet(w.HEADER + w.row(2, "kim", KIM))})
    relations = "xl/_rels/workbook.xml.rels"
    parts[relations] = parts[relations].replace("worksheets/sheet1.xml", target)
    assert table(w.pack(tmp_path / "a.xlsx", parts)) == [["Login", "Email"], ["kim", KIM]]


@pytest.mark.parametrize("main", ["xl/workbook22.xml", "book/main.xml", "workbook.xml"])
def test_another_name_of_the_main_part(tmp_path: Path, main: str) -> None:
    """The relations of the package name which part is the workbook; texts and sheets beside it are found."""
    folder, _, name = main.rpartition("/")
    folder = folder and f"{folder}/"
    cells = '<c r="A2" t="s"><v>0</v></c>'
    parts = w.parts({"Agents": w.sheet(w.HEADER + w.row(2, cells, KIM))})
    moved = {
        "xl/workbook.xml": main,
        "xl/_rels/workbook.xml.rels": f"{folder}_rels/{name}.rels",
        "xl/worksheets/sheet1.xml": f"{folder}pages/first.xml",
    }
    made = {moved.get(old, old): text for old, text in parts.items()}
    made["_rels/.rels"] = made["_rels/.rels"].replace("xl/workbook.xml", main)
    texts = f'<Relationship Id="t" Type="{w.OFFICE}/sharedStrings" Target="texts.xml"/></Relationships>'
    relations = f"{folder}_rels/{name}.rels"
    made[relations] = made[relations].replace("worksheets/sheet1", "pages/first").replace("</Relationships>", texts)
    made[f"{folder}texts.xml"] = f'<sst xmlns="{w.MAIN}"><si><t>kim</t></si></sst>'
    assert table(w.pack(tmp_path / "a.xlsx", made)) == [["Login", "Email"], ["kim", KIM]]


# --- values with white space ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A2" t="s"><v> 1 </v></c>',
        '<c r="A2" t="s">\n<v>\n1</v>\n</c>',
        '<c t="s" r="A2"><v xml:space="preserve">1\t</v></c>',
        '<c r="A2" t="str"><f>X!A1</f><v>kim</v></c>',
    ],
)
def test_white_space_around_the_number_of_a_text(tmp_path: Path, cell: str) -> None:
    """The text is the one that is meant and never the first of all."""
    strings = f'<sst xmlns="{w.MAIN}"><si><t>ann</t></si><si><t>kim</t></si></sst>'
    path = w.xlsx(tmp_path / "a.xlsx", w.HEADER + w.row(2, cell, KIM), strings=strings)
    assert table(path) == [["Login", "Email"], ["kim", KIM]]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="A2"><v> 407 </v></c>', "407"),
        ('<c r="A2" t="n"><v>\n407</v></c>', "407"),
        ('<c r="A2"/><c r="C2" t="n"><v>5 </v></c>', ""),
        ('<c r="A2" t="str"><f>X!A1</f><v> kim</v></c>', " kim"),
    ],
)
def test_white_space_around_a_number(tmp_path: Path, cell: str, text: str) -> None:
    """A number is the number; the space of a formula's text is part of it."""
    path = w.xlsx(tmp_path / "a.xlsx", w.HEADER + w.row(2, cell, KIM))
    got = read(path)
    assert (got.frame.column(0).to_pylist(), got.remarks) == ([text], ())


# --- .ods -----------------------------------------------------------------------------------------------------------


def test_a_printed_ods(tmp_path: Path) -> None:
    """White space between the tags of an .ods means nothing."""
    rows = w.ods_row("Login", "Email") + w.ods_row("0042", KIM)
    path = w.ods(tmp_path / "a.ods", rows.replace("><table", ">\n\t<table").replace("><text:p", ">\n <text:p"))
    assert table(path) == [["Login", "Email"], ["0042", KIM]]


def test_comments_and_shapes_in_ods_are_no_text(tmp_path: Path) -> None:
    """What lies over a cell is not in it."""
    comment = "<office:annotation><text:p>new since May</text:p></office:annotation>"
    shape = '<draw:custom-shape xmlns:draw="d"><text:p>see HR</text:p></draw:custom-shape>'
    number = w.ods_cell("0042", "float", 'office:value="42"').replace("<text:p>", f"{comment}<text:p>")
    email = w.ods_cell(KIM).replace("</text:p>", f"</text:p>{shape}")
    got = read(w.ods(tmp_path / "a.ods", w.ods_row("Login", "Email") + w.ods_row(number, email)))
    assert (got.frame.to_pydict(), got.remarks) == ({"Login": ["0042"], "Email": [KIM]}, ())


# --- files that belong to a workbook --------------------------------------------------------------------------------


def refusal(path: Path) -> str:
    """Return the sentence with which a file is refused, without its name."""
    with pytest.raises(SourceUnreadable) as caught:
        read(path)
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize("streams", [("EncryptedPackage", "DRMEncryptedDataSpace"), ("\tDRMContent", "Workbook")])
def test_a_label_is_no_password(tmp_path: Path, streams: tuple[str, ...]) -> None:
    """A workbook under rights management is not reported to have a password, which no one could remove."""
    sentence = refusal(w.compound(tmp_path / "team.xlsx", *streams))
    assert "sensitivity label" in sentence
    assert "password" not in sentence


def test_a_password_beside_a_label(tmp_path: Path) -> None:
    """If there is a password, it is the cause."""
    path = w.compound(tmp_path / "team.xlsx", "EncryptionInfo", "EncryptedPackage", "DRMEncryptedDataSpace")
    assert "password protected" in refusal(path)


def test_the_lock_file_of_excel(tmp_path: Path) -> None:
    """The hidden file beside an open workbook is not the workbook, and the workbook is named."""
    path = tmp_path / "~$team.xlsm"
    path.write_bytes(b"\x04Kim " + b" " * 50 + b"\x04\0" + "Kim ".encode("utf-16-le") + b" \0" * 50)
    assert refusal(path) == (
        "it is the lock file that Excel keeps while team.xlsm is open, and lists no people: give team.xlsm instead"
    )
