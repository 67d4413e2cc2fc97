"""Find what contactpro-sync added to a workbook (annotated.xlsx): its columns and its sheet, by hidden defined names.

Spreadsheet programs keep defined names true when columns are inserted and sheets are renamed, so an added column is
recognised by its name in the workbook and never by its header.
"""

import re
import zipfile
from dataclasses import dataclass, field

from connectors.excel.container.errors import WorkbookRejected
from connectors.excel.container.parts import parse, unpack
from connectors.excel.formats import references

PREFIX = "_contactpro_"
SHEET = f"{PREFIX}sheet"
"""A sheet without people, which is never read."""

STATUS, FIX, PROPOSED, ACCEPT = (f"{PREFIX}{part}" for part in ("status", "fix", "proposed", "accept"))
COLUMNS = (STATUS, FIX, PROPOSED, ACCEPT)
"""The added columns of the sheet that was read, from left to right."""

VERDICT_VALUES, VERDICT_PROPOSALS = f"{PREFIX}verdict_values", f"{PREFIX}verdict_proposals"
"""The columns of the added sheet with the value for which each proposal was made."""

_REFERENCE = re.compile(r"\$?(?:'((?:[^']|'')+)'|([^'!$:]+))[!.]\$?([A-Za-z]{1,3})(?:\$?[0-9]+)?(?::|\Z)")


@dataclass(frozen=True, slots=True)
class HiddenNames:
    """The added parts: for each name its sheet and its column (from 1)."""

    places: dict[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def verdict(self) -> str | None:
        """Return the name of the added sheet."""
        return next(
            (self.places[name][0] for name in (SHEET, VERDICT_VALUES, VERDICT_PROPOSALS) if name in self.places), None
        )

    def columns(self, sheet: str) -> dict[str, int]:
        """Return the added columns of one sheet (from 1), by their names."""
        return {name: self.places[name][1] for name in COLUMNS if self.places.get(name, ("", 0))[0] == sheet}


def find(archive: zipfile.ZipFile, kind: str) -> HiddenNames:
    """Read the defined names of a workbook; there are none of ours in most.

    Raises:
        WorkbookRejected: the added columns cannot be found in this kind of workbook, or a part is damaged.
    """
    part = {"xlsx": "xl/workbook.xml", "xlsb": "xl/workbook.bin", "ods": "content.xml"}[kind]
    info = next((info for info in archive.infolist() if info.filename.lower() == part), None)
    data = unpack(archive, info) if info else b""
    if kind == "xlsb":
        refuse(".xlsb", data)
    if kind == "xlsb" or PREFIX.encode() not in data:
        return HiddenNames()
    names: dict[str, str] = {}
    current = [""]

    def start(tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        current[0] = attributes.get("name", "") if local == "definedName" else ""
        if local == "named-range":
            names[attributes.get("table:name", "")] = attributes.get("table:cell-range-address", "")

    def text(characters: str) -> None:
        if current[0].startswith(PREFIX):
            names[current[0]] = names.get(current[0], "") + characters

    parse(data, start, text)
    found = {name: place for name, reference in names.items() if (place := _place(reference.strip())) is not None}
    return HiddenNames(found)


def refuse(suffix: str, data: bytes) -> None:
    """Check that a workbook of a kind whose defined names are not read has none of ours.

    Raises:
        WorkbookRejected: the added columns would be taken for the user's own.
    """
    if PREFIX.encode() in data or PREFIX.encode("utf-16-le") in data:
        raise WorkbookRejected(
            f"it is an annotated workbook saved as {suffix}, in which the added columns cannot be distinguished from "
            "your own: save it as .xlsx and run again"
        )


def refuse_without_room(first: int) -> None:
    """Check that the added columns fit into a sheet, the first of them as column ``first`` (from 1).

    Raises:
        WorkbookRejected: a spreadsheet program would repair the workbook, and lose them.
    """
    if first + len(COLUMNS) - 1 > references.MAX_COLUMNS:
        raise WorkbookRejected("no room")


def _place(reference: str) -> tuple[str, int] | None:
    """Return sheet and column of a reference like ``'Agents'!$F:$F``; None for one that leads nowhere any more."""
    parts = _REFERENCE.match(reference)
    cell = references.place(f"{parts[3]}1") if parts else None
    if parts is None or cell is None:
        return None
    return (parts[1] or parts[2]).replace("''", "'"), cell[1]
