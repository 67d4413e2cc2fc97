"""Write a workbook as Excel does: every text once in the shared strings, and the cells point at them."""

import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from xml.sax.saxutils import escape

LETTERS = "ABCDEFGH"
CHUNK = 20_000


def write(path: Path, rows: int, lines: Iterator[tuple[str, ...]]) -> None:
    """Write a header and so many rows of eight cells each."""
    places: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, XML + text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            size = f"A1:{LETTERS[-1]}{rows + 1}"
            sheet.write(f'{XML}<worksheet xmlns="{MAIN}"><dimension ref="{size}"/><sheetData>'.encode())
            written = (_row(number, line, places) for number, line in enumerate(lines, start=1))
            while chunk := "".join(islice(written, CHUNK)):
                sheet.write(chunk.encode())
            sheet.write(b"</sheetData></worksheet>")
        cells = (rows + 1) * len(LETTERS)
        items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in places)
        shared = f'{XML}<sst xmlns="{MAIN}" count="{cells}" uniqueCount="{len(places)}">{items}</sst>'
        archive.writestr("xl/sharedStrings.xml", shared)


def _row(number: int, row: tuple[str, ...], places: dict[str, int]) -> str:
    cells = "".join(
        f'<c r="{letter}{number}" t="s"><v>{places.setdefault(text, len(places))}</v></c>'
        for letter, text in zip(LETTERS, row, strict=True)
        if text
    )
    return f'<row r="{number}" spans="1:{len(LETTERS)}">{cells}</row>'


XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SPREADSHEET}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SPREADSHEET}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{SPREADSHEET}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{SPREADSHEET}.sharedStrings+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Agents" sheetId="1" r:id="rId1"/></sheets>'
        "</workbook>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId3" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}
