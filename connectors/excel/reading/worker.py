"""The program that parses one workbook in a process of its own, so that a hostile file can kill only this process.

``source.py`` runs it by its path: ``python -I worker.py read|decrypt|explain WORKBOOK [SHEET]``; ``decrypt`` gets the
password as a line of JSON on stdin. It limits itself (memory and processor time), looks at the archive, parses, and
answers in lines of JSON: first the heads of the sheets; then, when the parent has named on stdin the sheet and header
row that it wants, one line about the table, and one for each column with the bytes of its text behind it.
``{"refused": sentence}`` can come in place of each. ``explain`` only looks for what may have killed a reading.

Imports nothing but the standard library, python_calamine and modules that do the same.
"""

import gc
import io
import json
import sys
import zipfile
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING

sys.path.append(str(Path(__file__).resolve().parents[3]))  # -I leaves our own folder out

from connectors.excel.annotation import hidden_names
from connectors.excel.container import decrypt, package, preflight
from connectors.excel.container.errors import DAMAGED, PROTECTED, WorkbookRejected
from connectors.excel.container.parts import unpack
from connectors.excel.formats import ods, references, xls, xlsb, xlsx
from connectors.excel.formats.details import CellDetails
from connectors.excel.formats.references import cell_name
from connectors.excel.formats.xlsx_search import SheetSearch
from connectors.excel.process.limits import limit, send
from connectors.excel.reading import added_columns, table
from connectors.excel.reading.grid import Grid, packed, text_of

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

HEAD_ROWS = 20

_TOO_LARGE = (
    "the workbook needs more memory than a list of people should: remove sheets and cells that are not "
    "needed, or save the sheet as CSV, and run again"
)


def converse(path: Path, wanted: str | None, answers: IO[bytes], data: bytes | None = None) -> None:
    """Read the workbook and serve the one sheet that the parent chooses; ``data`` is what was decrypted.

    Raises:
        WorkbookRejected: when the workbook must not or cannot be read.
    """
    kind, opened, cells = _checked(path, data)
    archive = opened.archive if opened else None
    import python_calamine as calamine  # noqa: PLC0415 - only what passed the preflight reaches it

    try:
        book = calamine.load_workbook(opened.stream() if opened else io.BytesIO(data) if data else str(path))
    except calamine.PasswordError as error:
        raise WorkbookRejected(PROTECTED) from error
    visible = calamine.SheetVisibleEnum.Visible
    marks = hidden_names.find(archive, kind) if archive else hidden_names.HiddenNames()
    known = [
        (sheet.name, sheet.visible == visible)
        for sheet in book.sheets_metadata
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet and sheet.name != marks.verdict
    ]
    names = [name for name, shown in known if (shown if wanted is None else name == wanted)]
    scan = SheetSearch(archive, names) if kind == "xlsx" and archive else None
    try:
        sheets, grids = _parsed(book, names, path)
    except calamine.CalamineError:
        if scan is None or not scan.changed_parts():
            raise
    if opened and scan and (changed := scan.changed_parts()):
        opened = opened.with_parts(changed)
        archive = opened.archive
        book = calamine.load_workbook(opened.stream())
        sheets, grids = _parsed(book, names, path)
    added = added_columns.take(grids, marks)
    heads = [
        [name, [[grid.row + i, list(map(text_of, row))] for i, row in enumerate(grid.values[:HEAD_ROWS])]]
        for name, grid in grids.items()
    ]
    send({"sheets": known, "heads": heads})

    line = answers.readline()
    if not line:
        return
    answer = json.loads(line)
    name, header_row = str(answer["sheet"]), int(answer["row"])
    grid = grids[name]
    if name in cells:
        xlsb.check(cells[name], grid.values, grid.row, grid.column)
    details = _details(archive, kind, name, grid, scan)
    if kind == "xls":
        details = xls.details(data or path.read_bytes(), name)
    added_columns.forget(details, marks.columns(name))
    chosen = table.below(grid, header_row, details)
    rows = len(chosen.columns[0]) if chosen.columns else 0
    merged = sheets[name].merged_cell_ranges or []
    links = scan.links(name) if scan else {}
    notes = chosen.notes + table.merged_notes(merged, chosen)
    if archive and any(part.lower().endswith("vbaproject.bin") for part in archive.namelist()):
        notes.append("the workbook has macros; they were not run")
    listed = marks.verdict in book.sheet_names
    send(
        {
            "names": chosen.names,
            "rows": rows,
            "first_column": chosen.first_column,
            "accepted": added_columns.accepted(added.get(name, {}), header_row + 1 - grid.row, rows),
            "proposed": added_columns.proposed(_grid(book.get_sheet_by_name(marks.verdict or ""), path), marks)
            if listed
            else [],
            "remarks": chosen.remarks + table.merged_remarks(merged, chosen) + table.link_remarks(links, chosen),
            "notes": notes,
        }
    )
    for column in chosen.columns:  # one by one: the parent takes the last one apart while the next one is made
        mark, text = packed(column)
        send({"mark": mark, "size": len(text)}, text)


def _checked(path: Path, data: bytes | None) -> tuple[str, package.Package | None, dict[str, set[xlsb.Place]]]:
    """Return the kind of a workbook, its package as a parser should get it, and the cells that an .xlsb has.

    Raises:
        WorkbookRejected: when the workbook must not be parsed.
    """
    if not (data[:2] == b"PK" if data else _is_archive(path)):
        preflight.check_suffix("xls", path.suffix)
        hidden_names.refuse(".xls", path.read_bytes() if data is None else data)
        return "xls", None, {}
    opened = package.opened(path if data is None else data)
    kind = preflight.inspect(opened.archive, path.suffix)
    if kind == "xlsb":
        return kind, *xlsb.whole(opened)
    return kind, _plain_ods(opened) if kind == "ods" else opened, {}


def _parsed(
    book: "CalamineWorkbook", names: list[str], path: Path
) -> tuple[dict[str, "CalamineSheet"], dict[str, Grid]]:
    sheets = {name: book.get_sheet_by_name(name) for name in names}
    return sheets, {name: _grid(sheet, path) for name, sheet in sheets.items()}


def _is_archive(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def _plain_ods(opened: package.Package) -> package.Package:
    from connectors.excel.formats import ods_content  # noqa: PLC0415 - it brings a client for HTTP, and few files need it

    content = unpack(opened.archive, opened.archive.getinfo("content.xml"))
    return opened.with_parts({"content.xml": ods_content.cells_only(content)} if ods_content.has_signs(content) else {})


def _grid(sheet: "CalamineSheet", path: Path) -> Grid:
    start, end = sheet.start, sheet.end
    if start is None or end is None:
        return Grid([], 1, 1)
    height, width = end[0] - start[0] + 1, end[1] - start[1] + 1
    if end[0] >= references.MAX_ROWS or end[1] >= references.MAX_COLUMNS or height * width > references.MAX_BOX:
        explain(path)
        raise references.refuse_reference(cell_name(*end))
    return Grid(sheet.to_python(skip_empty_area=True), start[0] + 1, start[1] + 1)


def _details(
    archive: zipfile.ZipFile | None, kind: str, name: str, grid: Grid, scan: SheetSearch | None
) -> CellDetails | None:
    """Read the sheet's details if its kind has any and the sheet may need them; an empty ``CellDetails`` if clean."""
    if archive is None or kind == "xlsb":
        return None
    if kind == "ods":
        return ods.details(unpack(archive, archive.getinfo("content.xml")), name)
    part = xlsx.parts_by_sheet(archive).get(name)
    if part is None:
        return CellDetails()
    expected = grid.count_numbers()
    if not expected and scan and not scan.signs:
        return CellDetails()
    return xlsx.details(archive, part, expected)


def explain(path: Path) -> None:
    """Find the cell at which a parser may have died, in every worksheet.

    Raises:
        WorkbookRejected: naming that cell; nothing is raised if none is found.
    """
    archive = zipfile.ZipFile(path) if _is_archive(path) else None
    for info in archive.infolist() if archive else ():
        if archive and info.filename.lower().startswith("xl/worksheets/") and info.filename.lower().endswith(".xml"):
            references.far_reference(unpack(archive, info))


def reason(error: BaseException, path: Path) -> str:
    """Return a sentence for what ended a reading: a decision of ours, a damaged file, or a parser that panicked."""
    if isinstance(error, WorkbookRejected):
        return str(error)
    if isinstance(error, MemoryError):
        return _TOO_LARGE
    if not isinstance(error, OSError | zipfile.BadZipFile | zlib.error | EOFError):
        try:
            explain(path)
        except WorkbookRejected as found:
            return str(found)
        except BaseException:  # noqa: BLE001 - a second failure adds nothing to the first
            return DAMAGED
    return DAMAGED


def main() -> None:
    """Run one reading or one explanation and send every outcome as a message; the exit code is always 0."""
    limit()
    gc.disable()
    mode, place, *named = sys.argv[1:]
    path, wanted = Path(place), next(iter(named), None)
    try:
        if mode == "explain":
            explain(path)
            send({"refused": ""})
        elif mode == "decrypt":
            password = json.loads(sys.stdin.buffer.readline())["password"]
            converse(path, wanted, sys.stdin.buffer, decrypt.decrypted(path, password))
        else:
            converse(path, wanted, sys.stdin.buffer)
    except BaseException as error:  # noqa: BLE001 - a Rust panic is not an Exception, and a traceback does not help here
        send({"refused": reason(error, path)})


if __name__ == "__main__":
    main()
