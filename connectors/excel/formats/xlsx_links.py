"""The links behind the cells of an .xlsx: the email address to which a click on a cell would write.

A program that makes an address a link keeps the link when the text of the cell is edited, or pasted over.
"""

import re
import zipfile
from urllib.parse import unquote

from connectors.excel.container.package import external_targets
from connectors.excel.container.parts import parse
from connectors.excel.formats import references

_SCHEME = "mailto:"
_LINK = b"hyperlink"
_ROOT = re.compile(rb"</([\w:.-]+)\s*>\s*\Z")


def behind(data: bytes) -> bytes:
    """Return what a worksheet part has behind its cells, empty if there are no links."""
    rest = data[max(data.rfind(b"sheetData"), 0) :]
    return rest if _LINK in rest else b""


def addresses(archive: zipfile.ZipFile, part: str, rest: bytes) -> dict[tuple[int, int], str]:
    """Return the address behind each cell (row and column from 1) that has one.

    Args:
        archive: the workbook.
        part: the name of the sheet's part.
        rest: what the part has ``behind`` its cells.

    Raises:
        WorkbookRejected: for damaged XML.
    """
    targets = external_targets(archive, part) if rest else {}
    found: dict[tuple[int, int], str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        key = next((value for label, value in attributes.items() if label.rpartition(":")[2] == "id"), "")
        where = references.place(attributes.get("ref", ""))
        target = targets.get(key, "")
        if name.rpartition(":")[2] == "hyperlink" and where and target.lower().startswith(_SCHEME):
            found[where] = unquote(target[len(_SCHEME) :].partition("?")[0])

    if targets and (root := _ROOT.search(rest)):
        parse(b"<%b>%b" % (root[1], rest.partition(b">")[2]), start)
    return found
