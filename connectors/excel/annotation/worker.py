"""The program that writes one annotated workbook in a process of its own, so that a hostile file kills only this.

``annotator.py`` runs it by its path, ``python -I worker.py``, and gives it two JSON documents on stdin: in a line of
its own the path of a workbook or null, then what to write (see ``annotator.Annotation``). It answers with one line of
JSON and the bytes of the new workbook, or with ``{"refused": sentence}``. The workbook is copied by openpyxl; without
one a new one is made of the rows by XlsxWriter. The library and the workbook are loaded before the second document is
read, and openpyxl before the first if the argument ``copy`` announces a workbook: the parent may start this program
long before it knows what to write.
"""

import gc
import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3]))  # -I leaves our own folder out

from connectors.excel.process import limits


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
        if sys.argv[1:] == ["copy"]:
            from connectors.excel.annotation import workbook_copy  # noqa: PLC0415 - openpyxl loads while the parent reads the list
        path = json.loads(sys.stdin.buffer.readline())
        if path:
            from connectors.excel.annotation import workbook_copy  # noqa: PLC0415 - under the limits

            original = workbook_copy.opened(Path(path))
            data, lost = workbook_copy.marked(original, json.load(sys.stdin.buffer)), original.lost
        else:
            from connectors.excel.annotation import new_workbook  # noqa: PLC0415 - XlsxWriter loads while the parent judges

            data, lost = new_workbook.made(json.load(sys.stdin.buffer)), []
        limits.send({"size": len(data), "losses": lost}, data)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent makes a workbook of the rows instead
        limits.send({"refused": type(error).__name__})


if __name__ == "__main__":
    main()
