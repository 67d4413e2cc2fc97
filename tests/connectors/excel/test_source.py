"""The reader of workbooks: what it reads, and what it does if its child fails."""

import importlib
import os
import threading
from pathlib import Path

import pytest

from connectors.base import Extract, SourceUnreadable
from connectors.excel import source
from connectors.excel.source import ExcelSource
from tests.connectors.excel import workbooks as w
from tests.connectors.excel.workbook_reading import ANNA, agents, read, recognise, refusal, remarks, rows

openpyxl = importlib.import_module("openpyxl")  # it comes without types


def test_ordinary_workbook(tmp_path: Path) -> None:
    """Text comes out as it went in, with real row numbers, a hash and no remark."""
    path = agents(tmp_path, w.row(2, "anna", ANNA), w.row(4, "0012", "NA"))
    got = read(path)
    assert got.frame.column_names == ["Login", "Email"]
    assert {str(field.type) for field in got.frame.schema} == {"string"}
    assert rows(got) == [["anna", ANNA], ["", ""], ["0012", "NA"]]
    assert (list(got.origin.rows), got.origin.sheet, got.header_row) == ([2, 3, 4], "Agents", 1)
    assert (got.complete, got.remarks, got.notes) == (True, (), ())
    assert got.sha256 is not None
    assert len(got.sha256) == 64


def test_openpyxl_workbook_with_shared_values(tmp_path: Path) -> None:
    """A workbook as openpyxl writes it is read with dates, truth values and numbers remarked and text not."""
    book = openpyxl.Workbook()
    book.active.append(["Login", "Email", "Seat"])
    book.active.append(["anna", ANNA, 7])
    book.active.append(["1E5", "null", True])
    book.save(tmp_path / "a.xlsx")
    got = read(tmp_path / "a.xlsx")
    assert rows(got) == [["anna", ANNA, "7"], ["1E5", "null", "TRUE"]]
    assert remarks(got) == [("CELL-NUMBER", 1, 2, "TRUE")]


def test_header_at_row_9_column_c(tmp_path: Path) -> None:
    """A title above, an offset and a total below: the header is found and every place is the real one."""
    path = w.xlsx(
        tmp_path / "a.xlsx",
        w.row(2, w.text("C2", "Agents of 2026"))
        + w.row(9, w.text("C9", "Login"), w.text("E9", "Email"))
        + w.row(10, w.text("C10", "anna"), w.text("D10", "x"), w.text("E10", ANNA))
        + w.row(12, w.text("C12", "Total"), '<c r="E12"><v>1.5</v></c>'),
    )
    got = read(path)
    assert got.frame.column_names == ["Login", "", "Email"]
    assert [column.to_pylist() for column in got.frame.columns] == [
        ["anna", "", "Total"],
        ["x", "", ""],
        [ANNA, "", "1.5"],
    ]
    assert (list(got.origin.rows), got.header_row) == ([10, 11, 12], 9)
    assert remarks(got) == [("CELL-NUMBER", 2, 2, "1.5")]


def test_dimension_is_not_trusted(tmp_path: Path) -> None:
    """A sheet that announces 3 rows and has 100 gives 100 rows."""
    body = w.HEADER + "".join(w.row(n, f"agent{n}", f"agent{n}@example.com") for n in range(2, 102))
    path = w.pack(tmp_path / "a.xlsx", w.parts({"Agents": w.sheet(body, before='<dimension ref="A1:B3"/>')}))
    assert read(path).frame.num_rows == 100


def test_far_empty_styled_cells_are_no_cells(tmp_path: Path) -> None:
    """Empty styled cells at the sheet's far corner neither refuse the workbook nor make rows."""
    far = '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert rows(read(agents(tmp_path, w.row(2, "anna", ANNA), far))) == [["anna", ANNA]]


@pytest.mark.parametrize("wrap", ["strict", "prefix", "quotes", "implied"])
def test_other_dresses_of_xml(tmp_path: Path, wrap: str) -> None:
    """Strict namespaces, prefixed names, single quotes and cells without references read alike, remarks and all."""
    body = w.row(1, "Login", "Email", "Note") + w.row(
        2, "anna", ANNA, '<c r="C2" t="e"><v>#REF!</v></c>', extra=' hidden="1"'
    )
    made = w.parts({"Agents": w.sheet(body)})
    part = made["xl/worksheets/sheet1.xml"]
    if wrap == "strict":
        made = w.parts({"Agents": part.replace(w.MAIN, w.STRICT)}, namespace=w.STRICT)
    elif wrap == "prefix":
        part = part.replace("</", "\0").replace("<", "<x:").replace("\0", "</x:").replace("xmlns=", "xmlns:x=")
        made["xl/worksheets/sheet1.xml"] = part
    elif wrap == "quotes":
        made["xl/worksheets/sheet1.xml"] = part.replace('"', "'").replace("t=", "t = ")
    else:
        for reference in ("A1", "B1", "C1", "A2", "B2", "C2", "1", "2"):
            part = part.replace(f' r="{reference}"', "")
        made["xl/worksheets/sheet1.xml"] = part
    got = read(w.pack(tmp_path / "a.xlsx", made))
    assert rows(got) == [["anna", ANNA, ""]]
    assert remarks(got) == [("ROW-HIDDEN", 0, None, ""), ("CELL-FORMULA-ERROR", 0, 2, "#REF!")]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("<is><t>a</t></is>", "a"),
        ("<is><r><t>An</t></r><r><t>na</t></r><rPh><t>zz</t></rPh></is>", "Anna"),
        ("<is><t>_x0041_nna</t></is>", "Anna"),
        ("<is><t>a_x000D_b</t></is>", "a\rb"),
        ('<is><t xml:space="preserve"> a </t></is>', " a "),
        ("<is><t>\u00a0a\u200b</t></is>", "\u00a0a\u200b"),
        ("<is><t>Zoë</t></is>", "Zoë"),
    ],
)
def test_text_cells(tmp_path: Path, written: str, expected: str) -> None:
    """Rich, phonetic, escaped and padded text comes out as Excel shows it, character for character."""
    cell = f'<c r="A2" t="inlineStr">{written}</c>'
    assert rows(read(agents(tmp_path, w.row(2, cell, ANNA)))) == [[expected, ANNA]]


def test_shared_strings(tmp_path: Path) -> None:
    """Shared texts are resolved, and repeated ones count more often than they are stored."""
    strings = f'<sst xmlns="{w.MAIN}" count="4" uniqueCount="1"><si><t>anna</t></si></sst>'
    body = w.row(2, '<c r="A2" t="s"><v>0</v></c>', '<c r="B2" t="s"><v>0</v></c>')
    assert rows(read(agents(tmp_path, body, strings=strings))) == [["anna", "anna"]]


def test_a_child_that_dies_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that is killed leaves a sentence and no process."""
    program = tmp_path / "dies.py"
    program.write_text("import os\nos.abort()\n", encoding="utf-8")
    monkeypatch.setattr(source, "_CHILD", program)
    assert refusal(agents(tmp_path)).startswith("the program that parses workbooks died of it")


def test_a_child_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that does not come back is stopped by the clock."""
    program = tmp_path / "hangs.py"
    program.write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    monkeypatch.setattr(source, "_CHILD", program)
    monkeypatch.setattr(source, "WALL_SECONDS", 0.3)
    assert refusal(agents(tmp_path)).startswith("reading took longer than 0 s and was stopped")


def test_a_workbook_changed_while_it_is_read(tmp_path: Path) -> None:
    """A workbook saved by another program during the reading is not half of each."""
    path = agents(tmp_path, w.row(2, "anna", ANNA))
    reading = ExcelSource(path).start()
    os.utime(path, (1, 1))
    with pytest.raises(SourceUnreadable, match="it was changed while it was read"):
        reading.read(recognise)


def test_start_then_read_in_a_thread(tmp_path: Path) -> None:
    """A reading can be started early and finished in another thread; one that is not finished can be closed."""
    path = agents(tmp_path, w.row(2, "anna", ANNA))
    reading = ExcelSource(path).start()
    got: list[Extract] = []
    thread = threading.Thread(target=lambda: got.append(reading.read(recognise)))
    thread.start()
    thread.join()
    assert rows(got[0]) == [["anna", ANNA]]
    ExcelSource(path).start().close()
