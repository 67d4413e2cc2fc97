"""Find in the archive of an .xlsx what a list of values lacks: the part of a sheet, formats of numbers, its details."""

import zipfile

from connectors.excel.container.package import sheet_parts
from connectors.excel.container.parts import parse, unpack
from connectors.excel.formats import number_formats, xlsx_parse, xlsx_patterns
from connectors.excel.formats.details import CellDetails


def details(archive: zipfile.ZipFile, part: zipfile.ZipInfo, expected: int) -> CellDetails:
    """Read the details of a worksheet part: by searches if they can be trusted, else cell by cell.

    Args:
        archive: the workbook.
        part: that of the sheet.
        expected: how many numbers the parser saw.

    Raises:
        WorkbookRejected: for a DTD, damaged XML or a cell outside of every sheet.
    """
    data, formats = unpack(archive, part), cell_formats(archive)
    found = xlsx_patterns.found(data, formats, has_numbers=expected > 0)
    return found if found is not None and len(found.numbers) == expected else xlsx_parse.parsed(data, formats)


def parts_by_sheet(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the part of each sheet by the sheet's name, as Excel finds it."""
    found: dict[str, zipfile.ZipInfo] = {}
    parts = sheet_parts(archive, "xml")

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            key = next((value for label, value in attributes.items() if label.rpartition(":")[2] == "id"), "")
            if key in parts:
                found.setdefault(attributes.get("name", ""), archive.getinfo(parts[key]))

    book = next((info for info in archive.infolist() if info.filename.lower() == "xl/workbook.xml"), None)
    if book is not None:
        parse(unpack(archive, book), start)
    return found


def cell_formats(archive: zipfile.ZipFile) -> list[str]:
    """Return the number formats of the workbook's cell styles; empty if it has none."""
    styles = next((info for info in archive.infolist() if info.filename.lower() == "xl/styles.xml"), None)
    return number_formats.formats(unpack(archive, styles)) if styles else []
