"""Files of a browser that are not ordinary lists: a sentence on the page, nothing lost, nothing kept."""

import io
import os
import re
import socket
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.connectors.excel import workbooks
from tests.connectors.excel.specimen import encrypt
from tests.end_to_end.page_server import PageServer, page_server
from tests.end_to_end.page_steps import import_file, run, upload

ROWS = workbooks.HEADER + workbooks.row(2, "ada", "ada@example.com")
READY = "The one person in the list can sign in once the import is done."
PIXELS = 48_000_000
"""Bytes of a picture: with it a workbook is just below the 50 MB that one upload may have."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """Start a page that keeps nothing."""
    with page_server(tmp_path_factory.mktemp("page")) as started:
        yield started


def bomb(folder: Path) -> Path:
    """Build a workbook with a part that unpacks to 64 MB."""
    return workbooks.xlsx(folder / "bomb.xlsx", ROWS, strings=b" " * 64_000_000)


def half(folder: Path) -> Path:
    """Build a workbook whose copy stopped in the middle."""
    whole = workbooks.xlsx(folder / "whole.xlsx", ROWS).read_bytes()
    (folder / "half.xlsx").write_bytes(whole[: len(whole) // 2])
    return folder / "half.xlsx"


def locked(folder: Path) -> Path:
    """Build what Excel leaves of a workbook with a password."""
    return workbooks.compound(folder / "locked.xlsx", "EncryptionInfo", "EncryptedPackage")


def encrypted(folder: Path) -> Path:
    """Encrypt a workbook as Excel does."""
    encrypt(workbooks.xlsx(folder / "secret.xlsx", ROWS), "a long password")
    return folder / "secret.xlsx"


SENTENCES = {
    "en": {
        bomb: "bomb.xlsx: the part 'xl/sharedStrings.xml' unpacks to 1029 times its size, as a zip bomb does: open it",
        half: "half.xlsx: the workbook is damaged: open it in Excel, let Excel repair it, save it",
        locked: "locked.xlsx: the workbook is password protected, so it cannot be read: remove the password in Excel",
        encrypted: "secret.xlsx: the workbook is password protected, so it cannot be read: remove the password in",
    },
    "de": {
        bomb: "bomb.xlsx: Der Teil 'xl/sharedStrings.xml' entpackt sich auf das 1029-Fache seiner Größe, wie eine Zip",
        half: "half.xlsx: Die Mappe ist beschädigt: in Excel öffnen, von Excel reparieren lassen, speichern",
        locked: "locked.xlsx: Die Mappe hat ein Kennwort und kann nicht gelesen werden: das Kennwort in Excel",
        encrypted: "secret.xlsx: Die Mappe hat ein Kennwort und kann nicht gelesen werden: das Kennwort in Excel",
    },
}


@pytest.mark.parametrize("made", [bomb, half, locked, encrypted])
@pytest.mark.parametrize("language", SENTENCES)
def test_a_workbook_that_cannot_be_read_is_a_sentence(
    server: PageServer, tmp_path: Path, made: "type[bomb]", language: str
) -> None:
    """The file is named as its user knows it, the next step follows, and the lists before it are still there."""
    path = made(tmp_path)
    with server.browser(**{"accept-language": language}) as browser:
        first = upload(browser, b"Login,Email\nada,ada@example.com\n")
        page = browser.get(upload(browser, path.read_bytes(), path.name)).text
        problem = unescape(re.search(r'role="alert"><p>([^<]*)', page)[1])
        assert problem.startswith(SENTENCES[language][made])
        assert str(server.folder) not in page
        assert first in browser.get("/").text
        assert browser.get(first).status_code == 200


def test_a_macro_workbook_is_read_and_its_macros_are_not_given_back(server: PageServer) -> None:
    """An .xlsm becomes import files; the marked copy has no macro, and the page and its first sheet name the loss."""
    book, data = Workbook(), io.BytesIO()
    for row in (("Login", "Email"), ("ada", "ada@example.com"), ("joe", "no address")):
        book.active.append(row)
    book.save(data)
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"a macro")
    with server.browser() as browser:
        key = upload(browser, data.getvalue(), "agents.xlsm")
        page = run(browser, key, tenant="acme", region="eu")
        assert "the workbook has macros; they were not run" in page
        assert "annotated.xlsx: Not kept in this copy, and still in your own workbook: macros" in page
        assert [row[0] for row in import_file(browser, key)[1:]] == ["ada"]
        number = re.search(r'files/(\d+)" download>annotated.xlsx', page)
        assert number
        marked = browser.get(f"{key}/files/{number[1]}").content
    with zipfile.ZipFile(io.BytesIO(marked)) as archive:
        assert [name for name in archive.namelist() if "vba" in name.lower()] == []
        assert "macros" in "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))


def test_a_workbook_of_almost_50_mb_is_read(server: PageServer, tmp_path: Path) -> None:
    """A workbook that is large by its picture is read like any other."""
    path = workbooks.xlsx(tmp_path / "large.xlsx", ROWS)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/media/image1.png", os.urandom(PIXELS))
    with server.browser() as browser:
        key = upload(browser, path.read_bytes(), path.name)
        assert READY in run(browser, key, tenant="acme", region="eu")
        assert [row[0] for row in import_file(browser, key)[1:]] == ["ada"]


def test_the_list_of_two_sheets_is_the_one_that_was_chosen(server: PageServer) -> None:
    """The page asks which sheet is meant, and the import file has its people only."""
    book, data = Workbook(), io.BytesIO()
    for name, sheet in (("North", book.active), ("South", book.create_sheet())):
        sheet.title = name
        sheet.append(["Login", "Email"])
        sheet.append([name.lower(), f"{name.lower()}@example.com"])
    book.save(data)
    with server.browser() as browser:
        key = upload(browser, data.getvalue(), "two.xlsx")
        asked = browser.get(key).text
        assert "More than one sheet lists people, so nothing has been read yet." in asked
        assert "--sheet" not in asked
        assert re.findall(r"<option>(\w+)</option>", asked) == ["North", "South"]
        browser.post(f"{key}/run", data={"version": "0", "sheet": "South"})
        run(browser, key, tenant="acme", region="eu", sheet="South")
        assert [row[0] for row in import_file(browser, key)[1:]] == ["south"]


def test_an_upload_that_breaks_off_leaves_nothing(server: PageServer) -> None:
    """A browser that is closed in the middle of an upload leaves no file, and the page goes on answering."""
    temporary = server.folder / "tmp"
    with server.browser() as browser:
        key = upload(browser, b"Login,Email\nada,ada@example.com\n")
        before = sorted(temporary.rglob("*"))
        host, port = server.address.removeprefix("http://").split(":")
        body = b'--x\r\nContent-Disposition: form-data; name="list"; filename="half.csv"\r\n\r\nLogin,Email\n'
        head = (
            f"POST /lists HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 9000000\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        )
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(head.encode() + body + b"x" * 3_000_000)
        assert READY in run(browser, key, tenant="acme", region="eu")
        left = {path for path in temporary.rglob("*") if path.name in {"half.csv", "list", "directory"}}
        assert left <= set(before)
