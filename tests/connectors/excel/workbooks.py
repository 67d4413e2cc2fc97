"""Makers of workbooks for the tests: ordinary and hostile ones, written as raw zip and XML bytes.

Nothing here parses anything, so no library can be kinder to a file than a person's own Excel would be.
All people are invented.
"""

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
ODF = "urn:oasis:names:tc:opendocument:xmlns"


def text(reference: str, value: str) -> str:
    """One cell of inline text."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{value}</t></is></c>'


def row(number: int, *cells: str, extra: str = "") -> str:
    """One row whose plain values become text cells from column A; values that begin with "<" are cells already."""
    made = [
        cell if cell.startswith("<") else text(f"{chr(ord('A') + place)}{number}", cell)
        for place, cell in enumerate(cells)
        if cell
    ]
    return f'<row r="{number}"{extra}>{"".join(made)}</row>'


HEADER = row(1, "Login", "Email")


def sheet(rows: str, *, before: str = "", after: str = "", namespace: str = MAIN) -> str:
    """One worksheet part."""
    return f'<worksheet xmlns="{namespace}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def styles(*formats: tuple[int, str]) -> str:
    """A styles part whose cell style N has the Nth number format; numbers below 164 are Excel's own."""
    own = "".join(f'<numFmt numFmtId="{number}" formatCode="{code}"/>' for number, code in formats if number >= 164)
    used = "".join(f'<xf numFmtId="{number}"/>' for number, _ in formats)
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{own}</numFmts><cellStyleXfs><xf numFmtId="0"/></cellStyleXfs>'
        f"<cellXfs>{used}</cellXfs></styleSheet>"
    )


def parts(sheets: Mapping[str, str], states: Mapping[str, str] | None = None, namespace: str = MAIN) -> dict[str, str]:
    """The parts of a workbook with these worksheet parts by sheet name; ``states`` hides some of them."""
    states = states or {}
    numbered = list(enumerate(sheets, start=1))
    tags = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"'
        + (f' state="{states[name]}"' if name in states else "")
        + "/>"
        for n, name in numbered
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered
    )
    made = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{namespace}" xmlns:r="{OFFICE}"><sheets>{tags}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
    }
    made.update({f"xl/worksheets/sheet{n}.xml": sheets[name] for n, name in numbered})
    return made


def pack(path: Path, members: Mapping[str, str | bytes]) -> Path:
    """Write the members as a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def xlsx(path: Path, rows: str, **more: str | bytes) -> Path:
    """A workbook of one sheet "Agents" with these rows; further members may be given by keyword, ``styles`` first."""
    made: dict[str, str | bytes] = dict(parts({"Agents": rows if rows.lstrip().startswith("<?") else sheet(rows)}))
    if "styles" in more:
        made["xl/styles.xml"] = more["styles"]
    if "strings" in more:
        made["xl/sharedStrings.xml"] = more["strings"]
    if "macros" in more:
        made["xl/vbaProject.bin"] = more["macros"]
    return pack(path, made)


def ods(path: Path, rows: str, *, columns: str = "", prolog: str = "", manifest: str = "") -> Path:
    """An OpenDocument workbook of one sheet "Agents" with these table rows."""
    spaces = " ".join(
        f'xmlns:{short}="{ODF}:{long}:1.0"'
        for short, long in (("office", "office"), ("table", "table"), ("text", "text"), ("calcext", "calcext"))
    )
    content = (
        f'{prolog}<office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Agents">{columns}{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return pack(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{ODF}:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="content.xml">{manifest}</manifest:file-entry>'
            "</manifest:manifest>",
            "content.xml": content,
        },
    )


def ods_cell(shown: str, kind: str = "string", extra: str = "") -> str:
    """One OpenDocument cell that shows this text."""
    return f'<table:table-cell office:value-type="{kind}" {extra}><text:p>{shown}</text:p></table:table-cell>'


def ods_row(*cells: str, extra: str = "") -> str:
    """One OpenDocument row; values that begin with "<" are cells already."""
    made = [cell if cell.startswith("<") else ods_cell(cell) for cell in cells]
    return f"<table:table-row {extra}>{''.join(made)}</table:table-row>"


def compound(path: Path, *streams: str) -> Path:
    """The header and directory of an OLE2 file that names these streams; their content is not there.

    Enough for a sniffer and for no reader: a true encrypted workbook cannot be made without the cipher.
    """
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHH", 0x3E, 3, 0xFFFE, 9)
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBB", len(name) * 2 + 2, 5 if name == "Root Entry" else 2, 1)
        + bytes(60)
        for name in ("Root Entry", *streams)
    )
    path.write_bytes(header.ljust(512, b"\0") + entries.ljust(512, b"\0"))
    return path


def _record(kind: int, body: bytes) -> bytes:
    """One record of the binary workbook format: kind and size in seven bits a byte, then the body."""
    tag = bytes([kind]) if kind < 0x80 else bytes([(kind & 0x7F) | 0x80, kind >> 7])
    size = len(body)
    length = bytes([size]) if size < 0x80 else bytes([(size & 0x7F) | 0x80, size >> 7])
    return tag + length + body


def _wide(value: str) -> bytes:
    return struct.pack("<I", len(value)) + value.encode("utf-16-le")


def xlsb(path: Path, rows: list[list[str | float]], *, short: bool = False, rich: bool = False) -> Path:
    """A binary workbook of one sheet "Agents", only what a reader must have ([MS-XLSB]).

    ``short`` leaves out the column of each cell right of another; then an empty text has no cell. ``rich`` makes every
    text one with formats of its own.
    """
    book = io.BytesIO()
    book.write(_record(131, b"") + _record(143, b""))
    book.write(_record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Agents")))
    book.write(_record(144, b"") + _record(132, b""))
    width = max(map(len, rows))
    page = io.BytesIO()
    page.write(_record(129, b"") + _record(148, struct.pack("<4I", 0, len(rows) - 1, 0, width - 1)) + _record(145, b""))
    for number, values in enumerate(rows):
        page.write(_record(0, struct.pack("<III", number, 0, 0) + bytes(5)))
        for column, value in enumerate(values):
            if short and value == "":
                continue
            follows = short and column > 0 and values[column - 1] != ""
            kind, body = (5, struct.pack("<d", value)) if isinstance(value, float) else (6, _wide(str(value)))
            if rich and kind == 6 and not follows:
                kind, body = 62, bytes(1) + body + struct.pack("<IHH", 1, 0, 0)
            page.write(_record(kind + 11 * follows, struct.pack("<I", column) * (not follows) + bytes(4) + body))
    page.write(_record(146, b"") + _record(130, b""))
    return pack(
        path,
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
            "xl/workbook.bin": book.getvalue(),
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>',
            "xl/worksheets/sheet1.bin": page.getvalue(),
        },
    )
