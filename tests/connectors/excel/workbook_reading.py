"""What the tests of kind "excel" share: reading a workbook as the pipeline does, and what came of it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from connectors.base import Extract, SourceUnreadable
from connectors.excel.source import ExcelSource
from tests.connectors.excel import workbooks as w

KNOWN = {"Login", "Email", "Employee id"}


ANNA = "Anna.Maier@contoso-example.com"


def recognise(cells: Sequence[str]) -> int:
    """Count the headers that a mapping would know."""
    return sum(cell in KNOWN for cell in cells)


def read(path: Path, sheet: str | None = None) -> Extract:
    """Read a workbook as the pipeline does."""
    return ExcelSource(path, sheet).read(recognise)


def rows(extract: Extract) -> list[list[str]]:
    """The frame as rows of text."""
    return [list(row) for row in zip(*extract.frame.to_pydict().values(), strict=True)]


def remarks(extract: Extract) -> list[tuple[str, int, int | None, str]]:
    """The remarks without their clauses."""
    return [(remark.code, remark.position, remark.column, remark.value) for remark in extract.remarks]


def refusal(path: Path, sheet: str | None = None) -> str:
    """The sentence with which a workbook is refused; it must name the file and be one line."""
    with pytest.raises(SourceUnreadable) as caught:
        read(path, sheet)
    sentence = str(caught.value)
    assert sentence.startswith(f"{path}: ")
    assert "\n" not in sentence
    return sentence.removeprefix(f"{path}: ")


def agents(tmp_path: Path, *more: str, **parts: str | bytes) -> Path:
    """A workbook of one header and these rows."""
    path: Path = w.xlsx(tmp_path / "agents.xlsx", w.HEADER + "".join(more), **parts)
    return path
