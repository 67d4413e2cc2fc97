"""Workbooks that need a password: decrypted in the child by a reference, or refused with a sentence."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from connectors.base import SourceUnreadable
from connectors.excel.container.decrypt import DEFAULT, decrypted
from connectors.excel.container.errors import WorkbookRejected
from connectors.excel.source import ExcelSource
from tests.connectors.excel.specimen import encrypt

PASSWORD = "Grün & 9 Bäume"  # noqa: S105 - an invented one


def recognise(cells: Sequence[str]) -> int:
    """Know two headers."""
    return sum(cell in {"Login", "Email"} for cell in cells)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a workbook with one person, not encrypted yet."""
    book = Workbook()
    book.active.append(["Login", "Email"])
    book.active.append(["anna", "Anna@example.com"])
    book.save(tmp_path / "team.xlsx")
    return tmp_path / "team.xlsx"


@pytest.mark.parametrize(
    ("encrypted_with", "given"),
    [(PASSWORD, PASSWORD), (DEFAULT, None), (DEFAULT, DEFAULT), (None, PASSWORD)],
    ids=["the password", "what Excel does not ask for", "the same, given", "not encrypted"],
)
def test_the_workbook_inside_is_read(encrypted_with: str | None, given: str | None, path: Path) -> None:
    """The rows are those of the workbook, also if a password is given for one that needs none."""
    if encrypted_with is not None:
        encrypt(path, encrypted_with)
    frame = ExcelSource(path, password=None if given is None else lambda: given).read(recognise).frame
    assert frame.to_pydict() == {"Login": ["anna"], "Email": ["Anna@example.com"]}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (None, "the workbook is password protected, so it cannot be read: remove the password in Excel "),
        ("wrong", "the password does not open the workbook: correct the secret that the job names, and run again"),
    ],
)
def test_a_workbook_that_is_not_opened_is_refused(given: str | None, sentence: str, path: Path) -> None:
    """The sentence has the file and what to do, never the password."""
    encrypt(path, PASSWORD)
    with pytest.raises(SourceUnreadable) as refused:
        ExcelSource(path, password=(lambda: given) if given else None).read(recognise)
    assert str(refused.value).startswith(f"{path}: {sentence}")


def test_without_the_extra_the_sentence_is_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without msoffcrypto refuses a workbook with a password by what its owner can do in Excel."""
    encrypt(path, PASSWORD)
    monkeypatch.setitem(sys.modules, "msoffcrypto", None)
    with pytest.raises(WorkbookRejected, match="the workbook is password protected, so it cannot be read: remove the"):
        decrypted(path, None)
