"""Search the XML of worksheets in a second thread, beside the parser: signs of details, values that it misreads."""

import contextlib
import threading
import zipfile

from connectors.excel import preflight, value_spaces, xlsx_cells


class SheetSearch(threading.Thread):
    """Unpacks the sheets and searches them for signs while calamine, which lets go of the interpreter, parses them."""

    def __init__(self, archive: zipfile.ZipFile, sheets: list[str]) -> None:
        """Start to search the sheets of these names."""
        super().__init__(daemon=True)
        self.archive, self.sheets = archive, sheets
        self.signs = True
        self._changed: dict[str, bytes] = {}
        self.start()

    def run(self) -> None:
        """Set ``signs`` to False if the only sheet was searched and is clean; the later parse finds what is wrong."""
        with contextlib.suppress(Exception):
            for sheet in self.sheets:
                part = xlsx_cells.sheet_part(self.archive, sheet)
                if part is None:
                    continue
                data = preflight.unpack(self.archive, part)
                written = value_spaces.without_spaces(data)
                if written is not data:
                    self._changed[part.filename] = written
                if len(self.sheets) == 1:
                    self.signs = xlsx_cells.has_signs(written)

    def changed_parts(self) -> dict[str, bytes]:
        """Wait for the search and return the parts that a parser would read wrongly, as it should get them."""
        self.join()
        return self._changed
