"""What is not a workbook, or cannot be opened, is named in one sentence."""

import importlib
import os
from pathlib import Path

import pytest

from connectors.base import SourceMissing
from tests.connectors.excel import workbooks as w
from tests.connectors.excel.workbook_reading import ANNA, agents, read, refusal

xlwt = importlib.import_module("xlwt")  # it comes without types


def test_missing_file(tmp_path: Path) -> None:
    """A path without a file is missing, and reports it."""
    with pytest.raises(SourceMissing, match="there is no such file: check the path"):
        read(tmp_path / "none.xlsx")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_forbidden_file(tmp_path: Path) -> None:
    """A file that may not be opened is missing with its reason."""
    path = agents(tmp_path)
    path.chmod(0)
    with pytest.raises(SourceMissing, match="cannot be opened"):
        read(path)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.xlsx", b"", "the file is empty (0 bytes): export or copy it again, it was not finished"),
        ("a.xlsx", b"Login;Email\r\nanna;a@example.com\r\n", "it is CSV or plain text named .xlsx: rename it to .csv"),
        (
            "a.xls",
            b"\r\n<html><table><tr><td>Login",
            "it is HTML (a web page) named .xls, as many web systems export it",
        ),
        (
            "a.xls",
            b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n",
            "it is a web page in one file (MHTML) named .xls",
        ),
        ("a.xls", b'<?xml version="1.0"?><Workbook>', "it is plain XML named .xls and no workbook"),
        ("a.xls", "Login\tEmail".encode("utf-16"), "it is CSV or plain text named .xls"),
        ("a.xlsx", b"%PDF-1.7", "it is a PDF named .xlsx and no workbook"),
        ("a.xlsx", b"\x00\x01\x02", "it is not an Excel workbook although it is named .xlsx"),
        ("a.xlsx", b"PK\x05\x06" + bytes(18), "it is an empty ZIP archive"),
        ("a.xlsx", b"PK\x03\x04" + bytes(50), "the workbook is damaged: open it in Excel"),
        ("a.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "the workbook is damaged: open it in Excel"),
    ],
)
def test_real_type_is_named(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    """A file that is not a workbook is named by its real type, whatever its name is."""
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name).startswith(sentence)


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("notes.txt", "it is a ZIP archive and no workbook"),
        ("word/document.xml", "it is a Word document and no workbook"),
    ],
)
def test_zip_that_is_no_workbook(tmp_path: Path, member: str, words: str) -> None:
    """An archive of something else is called what it is."""
    assert refusal(w.pack(tmp_path / "a.xlsx", {member: "<x/>"})).startswith(words)


def test_folder_and_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder and a file over the limit are refused before anything is opened."""
    assert refusal(tmp_path).startswith("it is a folder and no file")
    path = agents(tmp_path)
    monkeypatch.setattr("connectors.excel.container.file_type.SIZE_LIMIT", 100)
    assert "and the limit is" in refusal(path)


@pytest.mark.parametrize(
    ("name", "made"), [("a.xls", "xlsx"), ("a.xlsb", "xlsx"), ("a.ods", "xlsx"), ("a.xlsx", "ods")]
)
def test_one_workbook_named_as_another(tmp_path: Path, name: str, made: str) -> None:
    """A workbook under another kind's name is not guessed at: the right ending is named."""
    path = tmp_path / name
    if made == "xlsx":
        w.xlsx(path, w.HEADER)
    else:
        w.ods(path, w.ods_row("Login"))
    assert f"it is a .{made} workbook but its name ends with {path.suffix}: rename it" in refusal(path)


def test_truncated_workbook(tmp_path: Path) -> None:
    """Half a workbook is damaged."""
    path = agents(tmp_path, w.row(2, "anna", ANNA))
    path.write_bytes(path.read_bytes()[:-300])
    assert refusal(path).startswith("the workbook is damaged")


PROTECTED = "the workbook is password protected, so it cannot be read: remove the password in Excel (File > Info"


def test_password_xlsx(tmp_path: Path) -> None:
    """An OLE2 file with a stream EncryptedPackage is a protected .xlsx."""
    assert refusal(w.compound(tmp_path / "a.xlsx", "EncryptionInfo", "EncryptedPackage")).startswith(PROTECTED)


def test_password_xls(tmp_path: Path) -> None:
    """An .xls with a FILEPASS record is protected; xlwt writes none, so its INTERFACEHDR record is renamed to it."""
    book = xlwt.Workbook()
    book.add_sheet("Agents").write(0, 0, "Login")
    path = tmp_path / "a.xls"
    book.save(str(path))
    data = path.read_bytes()
    place = data.index(b"\xe1\x00\x02\x00")
    path.write_bytes(data[:place] + b"\x2f\x00\x02\x00" + data[place + 4 :])
    assert refusal(path).startswith(PROTECTED)


def test_password_ods(tmp_path: Path) -> None:
    """An .ods with encryption in its manifest is protected."""
    path = w.ods(tmp_path / "a.ods", "", manifest='<manifest:encryption-data manifest:checksum="x"/>')
    assert refusal(path).startswith(PROTECTED)
