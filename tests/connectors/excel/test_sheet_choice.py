"""Which sheet of a workbook lists people, and what is asked if that is not certain."""

from pathlib import Path

import pytest

from connectors.base import ChoiceNeeded, ColumnsUnknown, SourceEmpty
from tests.connectors.excel import workbooks as w
from tests.connectors.excel.workbook_reading import ANNA, read, rows


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
