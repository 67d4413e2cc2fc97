"""The program that parses one workbook in a process of its own, so that a hostile file can kill only this process.

``source.py`` runs it by its path: ``python -I worker.py read|decrypt|explain WORKBOOK [SHEET]``; ``decrypt`` gets the
password as a line of JSON on stdin. It limits itself (memory and processor time), looks at the archive, parses, and
answers in lines of JSON: first the heads of the sheets; then, when the parent has named on stdin the sheet and header
row that it wants, one line about the table, and one for each column with the bytes of its text behind it.
``{"refused": sentence}`` can come in place of each. ``explain`` only looks for what may have killed a reading.

Imports nothing but the standard library, python_calamine and modules that do the same.
"""

import gc
import json
import sys
import zipfile
import zlib
from pathlib import Path
from typing import IO

sys.path.append(str(Path(__file__).resolve().parents[3]))  # -I leaves our own folder out

from connectors.excel.container import decrypt
from connectors.excel.container.errors import DAMAGED, WorkbookRejected
from connectors.excel.process.limits import limit, send
from connectors.excel.reading import added_columns, table, workbook
from connectors.excel.reading.grid import packed, text_of

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
    book = workbook.parsed(path, wanted, data)
    added = added_columns.take(book.grids, book.marks)
    heads = [
        [name, [[grid.row + i, list(map(text_of, row))] for i, row in enumerate(grid.values[:HEAD_ROWS])]]
        for name, grid in book.grids.items()
    ]
    send({"sheets": book.worksheets, "heads": heads})

    line = answers.readline()
    if not line:
        return
    answer = json.loads(line)
    name, header_row = str(answer["sheet"]), int(answer["row"])
    details = book.details(name)
    added_columns.forget(details, book.marks.columns(name))
    grid, merged = book.grids[name], book.merged(name)
    chosen = table.below(grid, header_row, details)
    rows = len(chosen.columns[0]) if chosen.columns else 0
    notes = chosen.notes + table.merged_notes(merged, chosen)
    if book.has_macros():
        notes.append("the workbook has macros; they were not run")
    send(
        {
            "names": chosen.names,
            "rows": rows,
            "first_column": chosen.first_column,
            "accepted": added_columns.accepted(added.get(name, {}), header_row + 1 - grid.row, rows),
            "proposed": added_columns.proposed(book.verdict(), book.marks),
            "remarks": [
                *chosen.remarks,
                *table.merged_remarks(merged, chosen),
                *table.link_remarks(book.links(name), chosen),
            ],
            "notes": notes,
        }
    )
    for column in chosen.columns:  # one by one: the parent takes the last one apart while the next one is made
        mark, text = packed(column)
        send({"mark": mark, "size": len(text)}, text)


def reason(error: BaseException, path: Path) -> str:
    """Return a sentence for what ended a reading: a decision of ours, a damaged file, or a parser that panicked."""
    if isinstance(error, WorkbookRejected):
        return str(error)
    if isinstance(error, MemoryError):
        return _TOO_LARGE
    if not isinstance(error, OSError | zipfile.BadZipFile | zlib.error | EOFError):
        try:
            workbook.find_far_cell(path)
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
            workbook.find_far_cell(path)
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
