"""The program that writes one annotated workbook in a process of its own, so that a hostile file kills only this.

``annotate.py`` runs it by its path: ``python -I annotator.py``, and gives it two JSON documents on stdin: in a line of
its own the path of a workbook or null, then what to write (see ``annotate.Annotation``). It answers with one line of
JSON and the bytes of the new workbook, or with ``{"refused": sentence}``. The workbook is copied by openpyxl; without
one a new one is made of the rows. openpyxl is loaded before stdin is read, and the workbook before the second document:
the parent may start this program long before it knows what to write.
"""

import gc
import hashlib
import io
import json
import sys
import warnings
from pathlib import Path
from typing import Any, NamedTuple

sys.path.append(str(Path(__file__).resolve().parents[2]))  # -I leaves our own folder out

from connectors.excel import limits, losses, own_marks, package, preflight


class _WithoutNumpy:
    """An importer that has no numpy: openpyxl takes 0.1 s to ask for its numbers, and our cells are texts."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """Refuse numpy, and leave every other module to the next importer."""
        if name == "numpy":
            raise ImportError(name)


def main() -> None:
    """Write one workbook and answer with it, or with what went wrong; the exit code is always 0."""
    limits.limit()
    gc.disable()  # the process ends with its one workbook
    sys.meta_path.insert(0, _WithoutNumpy)
    try:
        from connectors.excel import marked_sheet, verdict_sheet  # noqa: F401,PLC0415 - openpyxl loads while the parent judges

        path = json.loads(sys.stdin.buffer.readline())
        original = _opened(Path(path)) if path else None
        order: dict[str, Any] = json.load(sys.stdin.buffer)
        data = _copied(original, order) if original else _made(order)
        limits.send({"size": len(data), "losses": original.lost if original else []}, [data])
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent makes a workbook of the rows instead
        limits.send({"refused": type(error).__name__})


class _Original(NamedTuple):
    """The user's workbook, its digest, the results of its formulas, what an earlier annotation added, what is lost."""

    book: Any
    sha256: str
    results: dict[str, dict[str, Any]]
    before: own_marks.OwnMarks
    lost: list[str]


def _opened(path: Path) -> _Original:
    """Load the user's workbook.

    Raises:
        WorkbookRejected: the file must not be parsed.
    """
    source = path.read_bytes()
    opened = package.opened(source)
    kind = preflight.inspect(opened.archive, path.suffix)
    before = own_marks.find(opened.archive, kind)
    usual = source if isinstance(opened.file, Path) else opened.file

    from openpyxl import load_workbook  # noqa: PLC0415 - only what passed the preflight reaches it

    from connectors.excel import formula_results  # noqa: PLC0415 - as above

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        book = load_workbook(io.BytesIO(usual), rich_text=True)
    lost = losses.found(opened.archive, (str(each.message) for each in caught))
    results = formula_results.read(usual, book)
    return _Original(book, hashlib.sha256(source).hexdigest(), results, before, lost)


def _copied(original: _Original, order: dict[str, Any]) -> bytes:
    """Copy the user's workbook with its marks.

    Raises:
        WorkbookRejected: the file is not the one that was read.
    """
    if original.sha256 != order["sha256"]:
        raise preflight.WorkbookRejected("the workbook was changed after it was read")

    from connectors.excel import formula_results, marked_sheet, verdict_sheet  # noqa: PLC0415 - under the limits

    book, before = original.book, original.before
    if before.verdict in book.sheetnames:
        del book[before.verdict]
    for name in [name for name in book.defined_names if name.startswith(own_marks.PREFIX)]:
        del book.defined_names[name]
    sheet = book[order["sheet"]]
    marked_sheet.mark(book, sheet, order, before)
    verdict_sheet.add(book, order["verdict"], sheet.title, original.lost)
    return formula_results.put_back(_saved(book), book, original.results)


def _made(order: dict[str, Any]) -> bytes:
    """Build a workbook of the rows, every cell a text."""
    from openpyxl import Workbook  # noqa: PLC0415 - imported under the limits

    from connectors.excel import marked_sheet, text_cells, verdict_sheet  # noqa: PLC0415 - as above

    book = Workbook()
    sheet = book.active
    sheet.title = order["sheet"]
    for column, name in enumerate(order["names"], start=1):
        text_cells.put(sheet.cell(order["header_row"], column), name)
        sheet.column_dimensions[sheet.cell(order["header_row"], column).column_letter].width = order["widths"][
            column - 1
        ]
    for column, texts in enumerate(order["cells"], start=1):
        for row, text in zip(order["cell_rows"], texts, strict=True):
            text_cells.put(sheet.cell(row, column), text)
    sheet.freeze_panes = sheet.cell(order["header_row"] + 1, 1)
    marked_sheet.mark(book, sheet, order, None)
    verdict_sheet.add(book, order["verdict"], sheet.title, [])
    return _saved(book)


def _saved(book: Any) -> bytes:  # noqa: ANN401 - openpyxl has no types
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


if __name__ == "__main__":
    main()
