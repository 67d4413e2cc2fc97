"""Makes invented people at any size: a roster of 8 columns, a directory of the same size, and a workbook.

Every 50th row of a roster is faulty, each kind of fault in turn. The files go to ``bench-data/``, are made once and
used again; raise ``EDITION`` with each change of this file, so that no old data are measured.
"""

import zipfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

EDITION = 1
DATA = Path(__file__).resolve().parent.parent / "bench-data"
HEADER = ("Login", "ExternalId", "Email", "First name", "Last name", "Team", "Site", "Extension")
EXPORT_HEADER = "userPrincipalName,displayName,surname,mail,givenName,id,userType,accountEnabled"
FAULT_EVERY = 50
GUEST_EVERY = 1000
CHUNK = 20_000

FIRST = ("Anna", "Bruno", "Carla", "David", "Elena", "Farid", "Grace", "Haruto", "Inês", "Jürgen", "Kaisa", "Liam")
LAST = (
    "Almeida",
    "Bauer",
    "Castillo",
    "Dupont",
    "Eriksson",
    "Fischer",
    "García",
    "Hämäläinen",
    "Itō",
    "Jansen",
    "O'Neill",
)
TEAMS = ("Support Nordics", "Support Iberia", "Billing", "Orders", "Service desk")
SITES = ("Helsinki", "Berlin", "Lisboa", "Lyon", "Málaga", "Sydney")
ADDRESS = str.maketrans("áäêíōü'", "aaeiou-")

FAULTS = (
    "trailing space",
    "case differs",
    "unknown",
    "disabled",
    "twin",
    "missing",
    "syntax",
    "login with a space",
    "no-break space",
)


class Sources(NamedTuple):
    """The paths of one roster and its directory."""

    roster: Path
    directory: Path


def csv_sources(rows: int) -> Sources:
    """Return a CSV roster and a CSV directory of so many people, made now if they do not exist yet."""
    return Sources(
        _made(f"roster-{rows}.csv", rows, _write_roster), _made(f"directory-{rows}.csv", rows, _write_directory)
    )


def xlsx_sources(rows: int) -> Sources:
    """Return a workbook of so many people, and their directory as CSV."""
    return Sources(_made(f"roster-{rows}.xlsx", rows, _write_workbook), csv_sources(rows).directory)


def _made(name: str, rows: int, write: Callable[[Path, int], None]) -> Path:
    path = DATA / f"edition-{EDITION}" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        write(part, rows)
        part.rename(path)  # a file that is half written never counts as made
    return path


def roster(rows: int) -> Iterator[tuple[str, ...]]:
    """Return the rows of a roster, faults included."""
    for number in range(rows):
        first, last, email = _name(number)
        login = f"{first[0].lower()}{number:07d}"
        if number % FAULT_EVERY == FAULT_EVERY - 1:
            fault = FAULTS[number // FAULT_EVERY % len(FAULTS)]
            login = f"{login[0]} {login[1:]}" if fault == "login with a space" else login
            email = _spoiled(email, fault, number)
        yield (
            login,
            f"{number:08d}",
            email,
            first,
            last,
            TEAMS[number % len(TEAMS)],
            SITES[number % len(SITES)],
            f"+358 40 {number:07d}",
        )


def _name(number: int) -> tuple[str, str, str]:
    first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
    return first, last, f"{first}.{last}.{number:07d}@contoso-example.com".lower().translate(ADDRESS)


def _spoiled(email: str, fault: str, number: int) -> str:
    return {
        "trailing space": f"{email} ",
        "case differs": email.title(),
        "unknown": f"x{email}",
        "twin": _name(number - 1)[2],
        "missing": "",
        "syntax": email.replace("@", "@@"),
        "no-break space": f"{email}\N{NO-BREAK SPACE}",
    }.get(fault, email)


def _write_roster(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(HEADER) + "\r\n")
        lines = (",".join(row) + "\r\n" for row in roster(rows))
        while chunk := "".join(islice(lines, CHUNK)):
            file.write(chunk)


def _write_directory(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(EXPORT_HEADER + "\r\n")
        lines = (_entry(number) for number in range(rows))
        while chunk := "".join(islice(lines, CHUNK)):
            file.write(chunk)


def _entry(number: int) -> str:
    first, last, email = _name(number)
    faulty = number % FAULT_EVERY == FAULT_EVERY - 1
    enabled = not (faulty and FAULTS[number // FAULT_EVERY % len(FAULTS)] == "disabled")
    kind = "Guest" if number % GUEST_EVERY == 0 else "Member"
    return f"{email},{first} {last},{last},{email},{first},00000000-0000-4000-8000-{number:012d},{kind},{enabled}\r\n"


def _write_workbook(path: Path, rows: int) -> None:
    """Write a workbook as Excel does: every text once in the shared strings, the cells point at them."""
    places: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, XML + text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            last = chr(ord("A") + len(HEADER) - 1)
            sheet.write(f'{XML}<worksheet xmlns="{MAIN}"><dimension ref="A1:{last}{rows + 1}"/><sheetData>'.encode())
            lines = (_sheet_row(number, row, places) for number, row in enumerate(_with_header(rows), start=1))
            while chunk := "".join(islice(lines, CHUNK)):
                sheet.write(chunk.encode())
            sheet.write(b"</sheetData></worksheet>")
        cells = (rows + 1) * len(HEADER)
        items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in places)
        shared = f'{XML}<sst xmlns="{MAIN}" count="{cells}" uniqueCount="{len(places)}">{items}</sst>'
        archive.writestr("xl/sharedStrings.xml", shared)


def _with_header(rows: int) -> Iterator[tuple[str, ...]]:
    yield HEADER
    yield from roster(rows)


def _sheet_row(number: int, row: tuple[str, ...], places: dict[str, int]) -> str:
    cells = "".join(
        f'<c r="{letter}{number}" t="s"><v>{places.setdefault(text, len(places))}</v></c>'
        for letter, text in zip("ABCDEFGH", row, strict=True)
        if text
    )
    return f'<row r="{number}" spans="1:{len(HEADER)}">{cells}</row>'


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
