"""The copy of the user's own workbook: its texts are those that she wrote."""

import io
import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from connectors.excel.annotation import workbook_copy

ORDER = {
    "sheet": "Sheet1",
    "header_row": 1,
    "last_row": 2,
    "titles": ["Status", "What to do", "Proposed value", "Accept"],
    "default": "ready",
    "rows": [],
    "marks": [],
    "corrected": [],
    "secret_columns": [],
    "verdict": {
        "sheet": "Verdict",
        "sentence": "",
        "counts": [],
        "help": [],
        "headings": [],
        "problems": [],
        "lost": "",
        "losses": {},
    },
}
WRITTEN = {
    "_x005F_x0041_": "_x0041_",
    "_x005F_x0041_x0042_": "_x0041B",
    "_x005F_x0041_x005F_x0042_": "_x0041_x0042_",
    "a_x005F_b": "a_b",
    "x005F_": "x005F_",
    "a_x0041": "a_x0041",
    "a_x0007_b": "a\x07b",
    "a &amp; &lt;b&gt;": "a & <b>",
}
"""What is in the file, and what it means (ECMA-376 part 1, 22.9.2.19)."""


def listed(path: Path, raw: str, *, inline: bool) -> Path:
    """Write a workbook with this text, shared or in its cell."""
    data = io.BytesIO()
    with Workbook(data, {"constant_memory": inline}) as book:
        book.add_worksheet("Sheet1").write_column(0, 0, ["Login", "HERE"])
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(path, "w") as new:
        for info in old.infolist():
            new.writestr(info, old.read(info).replace(b"HERE", raw.encode()))
    return path


def first_column(data: bytes) -> list[object]:
    """Return the cells of the first column, as the reader has them."""
    return [row[0] for row in CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("Sheet1").to_python()]


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize("raw", WRITTEN)
def test_a_text_is_the_same_in_the_copy(tmp_path: Path, raw: str, *, inline: bool) -> None:
    """An escape stays one, and what looks like one stays a text."""
    path = listed(tmp_path / "list.xlsx", raw, inline=inline)
    original = workbook_copy.opened(path)
    copy = workbook_copy.marked(original, {**ORDER, "sha256": original.sha256})
    assert first_column(path.read_bytes()) == ["Login", WRITTEN[raw]]
    assert first_column(copy) == ["Login", WRITTEN[raw]]
