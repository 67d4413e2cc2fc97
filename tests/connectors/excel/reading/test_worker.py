"""Workbooks that are made to kill their reader, or damaged: a result or one sentence, in any case."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import ChoiceNeeded, ColumnsUnknown, SourceEmpty, SourceUnreadable
from tests.connectors.excel import workbooks as w
from tests.connectors.excel.workbook_reading import ANNA, agents, read, refusal


def far(reference: str) -> Callable[[Path], Path]:
    """A workbook with one value at a far place."""
    number = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return lambda folder: agents(folder, w.row(2, "anna", ANNA), f'<row r="{number}">{w.text(reference, "x")}</row>')


HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "sparse_xfd": (far("XFD1048576"), "a value is at cell 'XFD1048576'"),
    "row_overflow": (far("A4294967297"), "a value is at cell 'A4294967297'"),
    "row_zero": (far("A0"), "a value is at cell 'A0'"),
    "beyond_xfd": (far("XFE1"), "a value is at cell 'XFE1'"),
    "beyond_last_row": (far("A1048577"), "a value is at cell 'A1048577'"),
    "sparse_10kcols": (
        lambda folder: w.xlsx(
            folder / "a.xlsx", w.row(1, w.text("A1", "Login")) + w.row(10_000, w.text("NTP10000", "x"))
        ),
        "a value is at cell 'NTP10000'",
    ),
    "sst_uniquecount": (
        lambda folder: agents(folder, strings=f'<sst xmlns="{w.MAIN}" uniqueCount="4294967295"/>'),
        "the workbook announces 4294967295 texts but has no room for them",
    ),
    "dtd": (
        lambda folder: w.xlsx(folder / "a.xlsx", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'),
        "DTD not allowed: the part 'xl/worksheets/sheet1.xml' declares one",
    ),
    "ods_dtd": (
        lambda folder: w.ods(folder / "a.ods", "", prolog='<!DOCTYPE x [<!ENTITY a "b">]>'),
        "DTD not allowed: the part 'content.xml' declares one",
    ),
    "ods_repeats": (
        lambda folder: w.ods(
            folder / "a.ods",
            w.ods_row("Login")
            + w.ods_row(
                w.ods_cell("x", extra='table:number-columns-repeated="16384"'),
                extra='table:number-rows-repeated="1048576"',
            ),
        ),
        "",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks(tmp_path: Path, name: str) -> None:
    """A workbook made to kill its reader gets one sentence, and this process does not notice."""
    make, words = HOSTILE[name]
    before = os.times()
    assert refusal(make(tmp_path)).startswith(words)
    assert sum(os.times()[:4]) - sum(before[:4]) < 20, "seconds of processor time, of the child too"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flips=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=6))
def test_flipped_bytes(tmp_path: Path, flips: list[tuple[float, int]]) -> None:
    """Whatever bytes are damaged, the outcome is a result or a typed refusal."""
    path = agents(tmp_path, w.row(2, "anna", ANNA), w.row(3, '<c r="A3"><v>7</v></c>'))
    data = bytearray(path.read_bytes())
    for share, value in flips:
        data[int(share * len(data))] = value
    path.write_bytes(bytes(data))
    try:
        read(path)
    except (SourceUnreadable, SourceEmpty, ColumnsUnknown, ChoiceNeeded):
        return
