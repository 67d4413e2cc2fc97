"""The added columns are found by hidden names of the workbook, in every form in which programs write them."""

import io
import zipfile
from pathlib import Path

import pytest
import xlwt

from connectors.base import SourceUnreadable
from connectors.excel.annotation import hidden_names
from connectors.excel.container.errors import WorkbookRejected
from connectors.excel.source import ExcelSource


def archive(part: str, data: bytes) -> zipfile.ZipFile:
    """Build an archive of one part."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as whole:
        whole.writestr(part, data)
    return zipfile.ZipFile(target)


def xlsx(*names: tuple[str, str]) -> zipfile.ZipFile:
    """Build the part of a workbook that has the defined names."""
    defined = "".join(f'<definedName name="{name}" hidden="1">{reference}</definedName>\n' for name, reference in names)
    return archive("xl/workbook.xml", f"<workbook><definedNames>{defined}</definedNames></workbook>".encode())


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("Agents!$F:$F", ("Agents", 6)),
        ("'Agents'!$F:$F", ("Agents", 6)),
        ("'It''s ours'!$AB:$AB", ("It's ours", 28)),
        ("Agents!$F$1:$F$1048576", ("Agents", 6)),
        ("Agents!#REF!", None),
        ("#REF!", None),
        ("'Agents'!$XFE:$XFE", None),
        ("", None),
    ],
)
def test_a_reference_leads_to_its_column(reference: str, place: tuple[str, int] | None) -> None:
    """Sheet and column are found whatever dollars and quotes are around them; a dead reference is none."""
    marks = hidden_names.find(xlsx((hidden_names.STATUS, reference)), "xlsx")
    assert marks.places.get(hidden_names.STATUS) == place
    assert marks.columns("Agents") == ({hidden_names.STATUS: 6} if place == ("Agents", 6) else {})


@pytest.mark.parametrize("address", ["$Agents.$F$1:.$F$1048576", "$'Agents'.$F$1:$'Agents'.$F$99"])
def test_an_ods_has_named_ranges(address: str) -> None:
    """LibreOffice keeps the names as named ranges of the document."""
    part = f'<table:named-range table:name="{hidden_names.ACCEPT}" table:cell-range-address="{address}"/>'
    content = f'<office xmlns:table="t">{part}</office>'.encode()
    assert hidden_names.find(archive("content.xml", content), "ods").columns("Agents") == {hidden_names.ACCEPT: 6}


def test_other_names_are_not_ours() -> None:
    """A workbook without our names has no marks, whatever else it names."""
    marks = hidden_names.find(xlsx(("Print_Area", "Agents!$A$1:$F$9"), ("contactpro_status", "Agents!$A:$A")), "xlsx")
    assert marks.columns("Agents") == {}
    assert marks.verdict is None


def test_an_xlsb_with_our_names_is_refused() -> None:
    """The names of an .xlsb cannot be read, so the added columns would be taken for the user's own."""
    part = b"\x01" + hidden_names.STATUS.encode("utf-16-le")
    with pytest.raises(WorkbookRejected, match=r"save it as \.xlsx"):
        hidden_names.find(archive("xl/workbook.bin", part), "xlsb")
    assert hidden_names.find(archive("xl/workbook.bin", b"\x01"), "xlsb").places == {}


def test_an_xls_with_our_names_is_refused(tmp_path: Path) -> None:
    """LibreOffice keeps our names when it saves an annotated workbook as .xls; another .xls is read."""
    path, book = tmp_path / "agents.xls", xlwt.Workbook()
    sheet = book.add_sheet("Agents")
    sheet.write(0, 0, "Email")
    sheet.write(1, 0, "anna@example.com")
    book.save(path)
    assert ExcelSource(path).read(len).frame.num_rows == 1
    path.write_bytes(path.read_bytes() + hidden_names.STATUS.encode())
    with pytest.raises(SourceUnreadable, match=r"annotated workbook saved as \.xls, .*save it as \.xlsx"):
        ExcelSource(path).read(len)
