"""The child that writes annotated workbooks, as its parent sees it."""

import hashlib
import io
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace
from openpyxl import Workbook, load_workbook

from connectors.excel.annotation.annotator import Annotation, Annotator, Verdict
from connectors.excel.process import child


def test_a_child_that_was_not_needed_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is stopped before its report leaves no process behind, and begins one child at most."""
    started: list[subprocess.Popen[bytes]] = []
    start = child.start
    monkeypatch.setattr(child, "start", lambda *command: started.append(start(*command)) or started[-1])
    with Annotator() as annotator:
        annotator.begin(Path("agents.csv"))
        annotator.begin(Path("agents.csv"))
        assert [each.poll() for each in started] == [None]
    assert started[0].poll() is not None


def test_a_workbook_that_cannot_be_loaded_ahead_gives_way_to_a_new_one(tmp_path: Path) -> None:
    """What is wrong with the user's workbook is known when it is asked for, and the next one is made of the rows."""
    verdict = Verdict("Verdict", "All ready.", [], [], [], (), "Lost:", {})
    rows = Annotation("Agents", 1, 2, ["a", "b", "c", "d"], "ready", [], [], verdict)
    made = replace(rows, names=["Email"], cells=[["Ann@example.com"]], cell_rows=[2], widths=[20])
    with Annotator() as annotator:
        annotator.begin(tmp_path / "agents.xlsx")
        annotator.open(tmp_path / "agents.xlsx")
        assert annotator.annotate(rows, tmp_path / "agents.xlsx") is None
        annotator.begin(tmp_path / "agents.xlsx")
        annotator.open(tmp_path / "agents.xlsx")
        found = annotator.annotate(made, None)
    assert found is not None
    assert load_workbook(io.BytesIO(found.data))["Agents"]["A2"].value == "Ann@example.com"


def test_a_sheet_without_room_for_four_columns_is_not_copied(tmp_path: Path) -> None:
    """Columns beyond the last of a sheet (XFD) would make a workbook that Excel repairs, and that is refused here."""
    book, path = Workbook(), tmp_path / "agents.xlsx"
    book.active["A1"], book.active["XFD1"] = "Email", "Note"
    book.save(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    verdict = Verdict("Verdict", "All ready.", [], [], [], (), "Lost:", {})
    order = Annotation("Sheet", 1, 2, ["a", "b", "c", "d"], "ready", [], [], verdict, sha256=digest)
    with Annotator() as annotator:
        assert annotator.annotate(order, path) is None


@pytest.mark.parametrize(
    ("name", "size", "arguments"),
    [
        ("agents.csv", 10, ()),
        ("agents.xlsx", 10, ("copy",)),
        ("AGENTS.XLSM", 10, ("copy",)),
        ("agents.xlsx", 2 << 20, ()),
    ],
)
def test_openpyxl_is_loaded_ahead_for_what_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, size: int, arguments: tuple[str, ...]
) -> None:
    """A CSV file is never copied, and a large workbook seldom: above 10,000 rows a new one is made."""
    (tmp_path / name).write_bytes(b"." * size)
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(child, "start", lambda _, *given: started.append(given))
    with Annotator() as annotator:
        annotator.begin(tmp_path / name)
    assert started == [arguments]
