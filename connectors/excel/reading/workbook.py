"""One workbook, checked and parsed: the values of its sheets, and on request what its kind has beside them."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.excel.annotation import hidden_names
from connectors.excel.annotation.hidden_names import HiddenNames
from connectors.excel.container import package, preflight
from connectors.excel.container.errors import PROTECTED, WorkbookRejected
from connectors.excel.container.package import Package
from connectors.excel.container.parts import unpack
from connectors.excel.formats import ods, references, xls, xlsb
from connectors.excel.formats.details import CellDetails
from connectors.excel.formats.references import cell_name
from connectors.excel.formats.xlsx_search import SheetSearch
from connectors.excel.reading.grid import Grid

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MergedRange = tuple[tuple[int, int], tuple[int, int]]
"""The top left and the bottom right cell, row and column from 0."""


@dataclass(slots=True)
class ParsedWorkbook:
    """A workbook.

    ``worksheets`` are all names, each with whether the sheet is visible; ``grids`` has the values of those that may be
    read, ``marks`` what an earlier annotation added. ``xlsb_cells`` are the places of all cells of an .xlsb.
    """

    kind: str
    package: Package | None
    content: bytes | Path
    book: "CalamineWorkbook"
    worksheets: list[tuple[str, bool]]
    marks: HiddenNames
    sheets: dict[str, "CalamineSheet"]
    grids: dict[str, Grid]
    search: SheetSearch | None
    xlsb_cells: dict[str, set[xlsb.Place]]

    def details(self, name: str) -> CellDetails | None:
        """Return what a sheet has of its cells beside their values; None if its kind does not show it.

        Raises:
            WorkbookRejected: a part is damaged, or the parser lost a value.
        """
        grid = self.grids[name]
        if name in self.xlsb_cells:
            xlsb.check(self.xlsb_cells[name], grid.values, grid.row, grid.column)
        if self.kind == "xls":
            return xls.details(self.content if isinstance(self.content, bytes) else self.content.read_bytes(), name)
        if self.package and self.kind == "ods":
            archive = self.package.archive
            return ods.details(unpack(archive, archive.getinfo("content.xml")), name)
        if self.package and self.search:
            return self.search.details(self.package.archive, name, grid.count_numbers())
        return None

    def merged(self, name: str) -> list[MergedRange]:
        """Return the merged ranges of a sheet."""
        return self.sheets[name].merged_cell_ranges or []

    def links(self, name: str) -> dict[tuple[int, int], str]:
        """Return the address behind each cell of a sheet that has one."""
        return self.search.links(name) if self.search else {}

    def verdict(self) -> Grid:
        """Return the sheet with the verdict that an earlier annotation added; empty if there is none."""
        name = self.marks.verdict
        return _grid(self.book.get_sheet_by_name(name), self.content) if name in self.book.sheet_names else NOTHING

    def has_macros(self) -> bool:
        """Return True if there are macros, which are never run."""
        parts = self.package.archive.namelist() if self.package else []
        return any(part.lower().endswith("vbaproject.bin") for part in parts)


NOTHING = Grid([], 1, 1)


def parsed(path: Path, wanted: str | None, data: bytes | None) -> ParsedWorkbook:
    """Check and parse a workbook: every visible sheet, or the one that is wanted.

    Args:
        path: its file.
        wanted: the name of a sheet.
        data: the workbook itself if it was decrypted.

    Raises:
        WorkbookRejected: when the workbook must not or cannot be read.
    """
    content = path if data is None else data
    kind, opened, xlsb_cells = _checked(path, content)
    import python_calamine as calamine  # noqa: PLC0415 - only what passed the preflight reaches it

    try:
        book = calamine.load_workbook(opened.stream() if opened else _stream(content))
    except calamine.PasswordError as error:
        raise WorkbookRejected(PROTECTED) from error
    marks = hidden_names.find(opened.archive, kind) if opened else HiddenNames()
    worksheets = [
        (sheet.name, sheet.visible == calamine.SheetVisibleEnum.Visible)
        for sheet in book.sheets_metadata
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet and sheet.name != marks.verdict
    ]
    names = [name for name, visible in worksheets if (visible if wanted is None else name == wanted)]
    search = SheetSearch(opened.archive, names) if kind == "xlsx" and opened else None
    try:
        sheets, grids = _sheets(book, names, content)
    except calamine.CalamineError:
        if search is None or not search.changed_parts():
            raise
    if opened and search and (changed := search.changed_parts()):
        opened = opened.with_parts(changed)
        book = calamine.load_workbook(opened.stream())
        sheets, grids = _sheets(book, names, content)
    return ParsedWorkbook(kind, opened, content, book, worksheets, marks, sheets, grids, search, xlsb_cells)


def _checked(path: Path, content: bytes | Path) -> tuple[str, Package | None, dict[str, set[xlsb.Place]]]:
    """Return the kind of a workbook, its package as a parser should get it, and the cells that an .xlsb has.

    Raises:
        WorkbookRejected: when the workbook must not be parsed.
    """
    if not _is_archive(content):
        preflight.check_suffix("xls", path.suffix)
        hidden_names.refuse(".xls", content if isinstance(content, bytes) else content.read_bytes())
        return "xls", None, {}
    opened = package.opened(content)
    kind = preflight.inspect(opened.archive, path.suffix)
    if kind == "xlsb":
        return kind, *xlsb.whole(opened)
    return kind, _plain_ods(opened) if kind == "ods" else opened, {}


def _stream(content: bytes | Path) -> io.BytesIO | str:
    return io.BytesIO(content) if isinstance(content, bytes) else str(content)


def _is_archive(content: bytes | Path) -> bool:
    if isinstance(content, bytes):
        return content[:2] == b"PK"
    with content.open("rb") as file:
        return file.read(2) == b"PK"


def _plain_ods(opened: Package) -> Package:
    from connectors.excel.formats import ods_content  # noqa: PLC0415 - it brings a client for HTTP, and few files need it

    content = unpack(opened.archive, opened.archive.getinfo("content.xml"))
    return opened.with_parts({"content.xml": ods_content.cells_only(content)} if ods_content.has_signs(content) else {})


def _sheets(
    book: "CalamineWorkbook", names: list[str], content: bytes | Path
) -> tuple[dict[str, "CalamineSheet"], dict[str, Grid]]:
    sheets = {name: book.get_sheet_by_name(name) for name in names}
    return sheets, {name: _grid(sheet, content) for name, sheet in sheets.items()}


def _grid(sheet: "CalamineSheet", content: bytes | Path) -> Grid:
    start, end = sheet.start, sheet.end
    if start is None or end is None:
        return NOTHING
    height, width = end[0] - start[0] + 1, end[1] - start[1] + 1
    if end[0] >= references.MAX_ROWS or end[1] >= references.MAX_COLUMNS or height * width > references.MAX_BOX:
        if isinstance(content, Path):
            find_far_cell(content)
        raise references.refuse_reference(cell_name(*end))
    return Grid(sheet.to_python(skip_empty_area=True), start[0] + 1, start[1] + 1)


def find_far_cell(path: Path) -> None:
    """Find the cell at which a parser may have died, in every worksheet.

    Raises:
        WorkbookRejected: naming that cell; nothing is raised if none is found.
    """
    archive = zipfile.ZipFile(path) if _is_archive(path) else None
    for info in archive.infolist() if archive else ():
        if archive and info.filename.lower().startswith("xl/worksheets/") and info.filename.lower().endswith(".xml"):
            references.far_reference(unpack(archive, info))
