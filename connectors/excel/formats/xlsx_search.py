"""Search the XML of worksheets in a second thread, beside the parser: their details, and values that it misreads."""

import contextlib
import re
import threading
import zipfile

from connectors.excel.container.errors import WorkbookRejected
from connectors.excel.container.parts import unpack
from connectors.excel.formats import xlsx, xlsx_links, xlsx_patterns
from connectors.excel.formats.details import CellDetails

_BEFORE = re.compile(rb"<v>?[ \n\r\t]")
_BEHIND = {space: re.compile(space + b"</v>") for space in (b" ", b"\n", b"\r", b"\t")}
_OTHER_VALUES = (b":v>", b":v ")
_VALUE = re.compile(
    rb"(<(?:\w+:)?c(?:\s[^>]*[^>/])?>(?:(?!</?(?:\w+:)?[cv][\s>/]).)*<(?:\w+:)?v(?:\s[^>]*)?>)([^<]*)(?=<)", re.DOTALL
)
_OWN_SPACE = re.compile(rb"""\st\s*=\s*["'](?:str|inlineStr)["']""")


class SheetSearch(threading.Thread):
    """Unpacks the sheets and searches them while calamine, which lets go of the interpreter, parses them."""

    def __init__(self, archive: zipfile.ZipFile, sheets: list[str]) -> None:
        """Start to search the sheets of these names."""
        super().__init__(daemon=True)
        self.archive, self.sheets = archive, sheets
        self._details: CellDetails | None = None
        self._links: dict[str, tuple[str, bytes]] = {}
        self._changed: dict[str, bytes] = {}
        self.start()

    def run(self) -> None:
        """Search; what fails here is left to the parse, which finds what is wrong."""
        with contextlib.suppress(Exception):
            parts = xlsx.parts_by_sheet(self.archive)
            for sheet in self.sheets:
                part = parts.get(sheet)
                if part is None:
                    continue
                data = unpack(self.archive, part)
                written = without_spaces(data)
                if written is not data:
                    self._changed[part.filename] = written
                self._links[sheet] = part.filename, xlsx_links.behind(written)
                if len(self.sheets) == 1:
                    formats, has_numbers = xlsx.cell_formats(self.archive), xlsx_patterns.begins_with_numbers(written)
                    self._details = xlsx_patterns.found(written, formats, has_numbers=has_numbers)

    def changed_parts(self) -> dict[str, bytes]:
        """Wait for the search and return the parts that a parser would read wrongly, as it should get them."""
        self.join()
        return self._changed

    def details(self, archive: zipfile.ZipFile, sheet: str, expected: int) -> CellDetails:
        """Wait for the search and return the details of a sheet, read now if it was not the only one.

        Args:
            archive: the workbook as it was parsed.
            sheet: the name of the sheet.
            expected: how many numbers the parser saw.

        Raises:
            WorkbookRejected: for a DTD, damaged XML or a cell outside of every sheet.
        """
        self.join()
        if self._details is not None and len(self._details.numbers) == expected:
            return self._details
        part = xlsx.parts_by_sheet(archive).get(sheet)
        return CellDetails() if part is None else xlsx.details(archive, part, expected)

    def links(self, sheet: str) -> dict[tuple[int, int], str]:
        """Wait for the search and return the address behind each cell of a sheet that has one; a parser needs none."""
        self.join()
        with contextlib.suppress(WorkbookRejected):
            return xlsx_links.addresses(self.archive, *self._links.get(sheet, ("", b"")))
        return {}


def without_spaces(data: bytes) -> bytes:
    """Return a worksheet part without white space around its numbers and the numbers of its shared texts.

    Excel reads over it; calamine takes ``<v> 2 </v>`` for a text, and as the number of a shared text for 0. The text of
    a formula keeps its spaces. The part itself is returned if there is nothing to leave out.
    """
    if not _may_have_spaces(data):
        return data

    def stripped(found: re.Match[bytes]) -> bytes:
        cell = found[1][: found[1].index(b">")]
        return found[0] if _OWN_SPACE.search(cell) else found[1] + found[2].strip()

    written = _VALUE.sub(stripped, data)
    return data if written == data else written


def _may_have_spaces(data: bytes) -> bool:
    """Return True if a value, or the tag of one, has white space; each search of a large part costs 0.02 s.

    The bytes behind the last line break are not searched for one: in most parts it is the one behind the declaration.
    """
    return (
        _BEFORE.search(data) is not None
        or any(behind.search(data, 0, data.rfind(space) + len(b" </v>")) for space, behind in _BEHIND.items())
        or (not xlsx_patterns.has_usual_head(data) and any(sign in data for sign in _OTHER_VALUES))
    )
