"""Bad input: one clear sentence that names the real problem, the right exit code, no traceback, no import file."""

import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.job_texts import job_text

Done = Any
"""What the command left behind: conftest's Done, which a test file cannot import."""


COMMAND = Path(sys.executable).with_name("contactpro-sync")
PLACE = ("--tenant", "ACME", "--region", "eu")
GOOD = b"Login,Email\nanna,anna@example.com\n"


def workbook(path: Path, *sheets: str) -> None:
    """Write a workbook with the same people on each sheet."""
    book = Workbook()
    book.remove(book.active)
    for name in sheets:
        sheet = book.create_sheet(name)
        sheet.append(["Login", "Email"])
        sheet.append(["anna", "anna@example.com"])
    book.save(path)


def protected() -> bytes:
    """Write what Excel writes for a workbook with a password: an OLE2 file with EncryptionInfo and EncryptedPackage."""
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    head += struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 0x1000, end, 0, end, 0, 0)
    head += b"".join(struct.pack("<I", free) for _ in range(108))
    fat = [0xFFFFFFFD, end, *range(3, 10), end, *range(11, 18), end]
    fat += [free] * (128 - len(fat))

    def entry(name: str, kind: int, child: int, sibling: int, start: int, size: int) -> bytes:
        words = name.encode("utf-16-le")
        body = words.ljust(64, b"\0") + struct.pack("<HBBIII", len(words) + 2, kind, 1, free, sibling, child)
        return body + bytes(36) + struct.pack("<IQ", start, size)

    folder = entry("Root Entry", 5, 1, free, end, 0) + entry("EncryptionInfo", 2, free, 2, 2, 4096)
    folder += entry("EncryptedPackage", 2, free, free, 10, 4096) + bytes(128)
    data = head[:512].ljust(512, b"\xff") + struct.pack("<128I", *fat) + folder
    return data + b"\x04\0\x04\0".ljust(4096, b"i") + bytes(range(256)) * 16


@dataclass(frozen=True)
class Bad:
    """One bad input: what lies in the folder, what is asked, and what the answer must name."""

    files: dict[str, bytes]
    arguments: tuple[str, ...]
    code: int
    words: tuple[str, ...]


def of_list(name: str, data: bytes, code: int, *words: str) -> Bad:
    """Describe a list that is bad by itself."""
    return Bad({name: data}, (name, *PLACE), code, words)


JOB = job_text(tenant="ACME", path="a.csv").encode()
BAD = {
    "unknown columns": of_list("a.csv", b"Colour,Shape\nred,round\n", 5, "Colour", "Shape", "mail"),
    "two headers": of_list("a.csv", b"Login,Email,E-Mail\nx,x@example.com,y@example.com\n", 2, "Email", "E-Mail"),
    "two headers alike": of_list("a.csv", b"Login,email,email\nx,x@example.com,y@example.com\n", 2, "email", "3"),
    "empty": of_list("a.csv", b"", 5, "empty"),
    "only spaces": of_list("a.csv", b"  \n\n", 5, "empty"),
    "only a mark": of_list("a.csv", b"\xef\xbb\xbf", 5, "empty"),
    "header only": of_list("a.csv", b"Login,Email\n", 5, "no rows"),
    "header and blanks": of_list("a.csv", b"Login,Email\n\n,\n", 5, "no rows"),
    "html": of_list("a.xls", b"<html><body><table><tr><td>Email</td></tr></table></body></html>", 5, "HTML"),
    "html as csv": of_list("a.csv", b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", 5, "HTML"),
    "csv as xlsx": of_list("a.xlsx", GOOD, 5, "CSV"),
    "password": of_list("a.xlsx", protected(), 5, "password"),
    "password xls": of_list("a.xls", protected(), 5, "password"),
    "empty xlsx": of_list("a.xlsx", b"", 5, "empty"),
    "pdf": of_list("a.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", 5, "PDF"),
    "utf-16 without mark": of_list("a.csv", GOOD.decode().encode("utf-16-le"), 5, "UTF-16"),
    "cp1252": of_list(
        "a.csv", "Login,Email,Name\nm,m@example.com,Müller\n".encode("cp1252"), 5, "0xFC", "cp1252 ('Müller')"
    ),
    "unbalanced quote": of_list("a.csv", b'Login,Email\nx,"x@example.com\ny,y@example.com\n', 5, "quot", "line 2"),
    "swallowing quotes": of_list(
        "a.csv", b'Login,Email\na,a@example.com\nb,"b@example.com\nc,c"@example.com\n', 5, "quot", "line 3"
    ),
    "folder named csv": Bad({"a.csv/x": b""}, ("a.csv", *PLACE), 5, ("folder",)),
    "folder named xlsx": Bad({"a.xlsx/x": b""}, ("a.xlsx", *PLACE), 5, ("folder",)),
    "missing csv": Bad({}, ("agents.csv", *PLACE), 5, ("agents.csv", "no such file")),
    "missing xlsx": Bad({}, ("agents.xlsx", *PLACE), 5, ("agents.xlsx", "no such file")),
    "missing directory": Bad({"a.csv": GOOD}, ("a.csv", *PLACE, "--directory", "d.csv"), 5, ("d.csv", "no such file")),
    "empty directory": Bad(
        {"a.csv": GOOD, "d.csv": b"userPrincipalName,mail\n"}, ("a.csv", *PLACE, "--directory", "d.csv"), 5, ("d.csv",)
    ),
    "region": Bad({"a.csv": GOOD}, ("a.csv", "--tenant", "ACME", "--region", "frankfrut"), 2, ("rankfurt", "eu", "af")),
    "tenant": Bad({"a.csv": GOOD}, ("a.csv", "--tenant", "AC_ME!", "--region", "eu"), 2, ("AC_ME!", "a-z")),
    "no tenant": Bad({"a.csv": GOOD}, ("a.csv", "--region", "eu"), 2, ("tenant",)),
    "no region": Bad({"a.csv": GOOD}, ("a.csv", "--tenant", "ACME"), 2, ("region",)),
    "layout": Bad({"a.csv": GOOD}, ("a.csv", *PLACE, "--layout", "certificate"), 2, ("certificates",)),
    "mapping": Bad({"a.csv": GOOD}, ("a.csv", *PLACE, "--mapping", "spreadshet"), 2, ("spreadsheet",)),
    "encoding": Bad({"a.csv": GOOD}, ("a.csv", *PLACE, "--encoding", "klingon"), 2, ("klingon", "cp1252")),
    "policy": Bad({"a.csv": GOOD}, ("a.csv", *PLACE, "--on-reject", "stopp"), 2, ("stopp", "stop", "skip")),
    "option": Bad({"a.csv": GOOD}, ("a.csv", *PLACE, "--dierctory", "x.csv"), 2, ("--dierctory", "--directory")),
    "rows per file": Bad({"a.csv": GOOD}, ("a.csv", *PLACE, "--rows-per-file", "0"), 2, ("0", "rows")),
    "runs is a file": Bad({"a.csv": GOOD, "r": b""}, ("a.csv", *PLACE, "--runs", "r"), 2, ("r",)),
    "ending": Bad({"a.docx": GOOD}, ("a.docx", *PLACE), 2, (".csv", ".xlsx")),
    "job missing": Bad({}, ("nightly.toml",), 2, ("nightly.toml", "no such")),
    "job no toml": Bad({"j.toml": b"version = 1\n[tenant\n"}, ("j.toml",), 2, ("j.toml", "line 2")),
    "job unknown key": Bad({"a.csv": GOOD, "j.toml": JOB + b'sheeet = "x"\n'}, ("j.toml",), 2, ("sheeet", "`sheet`")),
    "job unknown table": Bad({"a.csv": GOOD, "j.toml": JOB + b"[polcy]\n"}, ("j.toml",), 2, ("polcy", "`policy`")),
    "job wrong value": Bad(
        {"a.csv": GOOD, "j.toml": JOB + b'[policy]\non_reject = "halt"\n'}, ("j.toml",), 2, ("policy.on_reject", "halt")
    ),
    "job unknown kind": Bad(
        {"a.csv": GOOD, "j.toml": JOB.replace(b'"csv"', b'"cvs"')}, ("j.toml",), 2, ("roster.kind", "cvs", "'csv'")
    ),
    "job no version": Bad({"a.csv": GOOD, "j.toml": JOB.replace(b"version = 1\n", b"")}, ("j.toml",), 2, ("version",)),
    "job newer version": Bad({"a.csv": GOOD, "j.toml": JOB.replace(b"= 1", b"= 2")}, ("j.toml",), 2, ("version", "2")),
    "job no roster": Bad({"j.toml": b"version = 1\n"}, ("j.toml",), 2, ("roster",)),
    "job missing list": Bad({"j.toml": JOB}, ("j.toml",), 5, ("a.csv", "no such file")),
}


def lay(folder: Path, files: dict[str, bytes]) -> None:
    """Put the files of a case in place."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


@pytest.mark.parametrize("name", BAD)
def test_refused_in_one_document(tmp_path: Path, sync: Callable[..., Done], name: str) -> None:
    """Exit code, outcome and message name the real problem; nothing is written that could be imported."""
    bad = BAD[name]
    lay(tmp_path, bad.files)
    done = sync(tmp_path, "run", *bad.arguments, "--json")
    assert done.code == bad.code, done.stdout + done.stderr
    document = done.document
    assert document["exit_code"] == bad.code
    assert document["outcome"] == {2: "usage", 5: "source"}[bad.code]
    for word in bad.words:
        assert word.casefold() in f"{document['message']} {document['next']}".casefold()
    assert document["message"]
    assert document["next"]
    assert document["files"] == []
    assert done.tables() == {}


@pytest.mark.parametrize("name", ["region", "two headers"])
def test_refused_for_a_person(tmp_path: Path, sync: Callable[..., Done], name: str) -> None:
    """Without ``--json`` a person reads the same sentence."""
    bad = BAD[name]
    lay(tmp_path, bad.files)
    done = sync(tmp_path, "run", *bad.arguments)
    assert done.code == bad.code
    for word in bad.words:
        assert word.casefold() in (done.stdout + done.stderr).casefold()


def test_two_sheets_that_fit(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """Two sheets with people are a choice that only the user can make; both are named, and how to choose."""
    workbook(tmp_path / "a.xlsx", "North", "South")
    done = sync(tmp_path, "run", "a.xlsx", *PLACE, "--json")
    assert (done.code, done.document["outcome"]) == (2, "usage")
    for word in ("North", "South", "--sheet"):
        assert word in done.document["message"]
    assert done.tables() == {}


def test_workbook_named_csv(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """A workbook with the name of a CSV is called what it is."""
    workbook(tmp_path / "a.xlsx", "People")
    (tmp_path / "a.xlsx").rename(tmp_path / "a.csv")
    done = sync(tmp_path, "run", "a.csv", *PLACE, "--json")
    assert (done.code, done.document["outcome"]) == (5, "source")
    assert "Excel workbook" in done.document["message"]


@pytest.mark.parametrize(("content", "dropped"), [(b"Login,Email\n", 0), (b"Login,Email\n,\nTotal,\nSumme: 0,\n", 3)])
def test_a_run_without_people_says_whose_it_was(
    tmp_path: Path, sync: Callable[..., Done], content: bytes, dropped: int
) -> None:
    """A list without people ends with 5; tenant and Issuer are named, and its rows are counted."""
    (tmp_path / "a.csv").write_bytes(content)
    done = sync(tmp_path, "run", "a.csv", *PLACE, "--json")
    assert (done.code, done.tables()) == (5, {})
    for told in (done.document, done.folder.manifest):
        assert (told["tenant"], told["region"]) == ("acme", "eu")
        assert told["issuer"] == "cc-acme.auth.eu-central-1.amazoncognito.com"
        assert (told["counts"]["read"], told["counts"]["dropped"]) == (dropped, dropped)
    assert len(done.folder.found("dropped")) == dropped


def test_cp1252_when_asked(tmp_path: Path, sync: Callable[..., Done], rows_of: Callable[[bytes], list[str]]) -> None:
    """The advice of the refusal works: with ``--encoding cp1252`` the list is read."""
    (tmp_path / "a.csv").write_bytes("Login;E-Mail-Adresse;Nachname\nm;m@example.com;Müller\n".encode("cp1252"))
    done = sync(tmp_path, "run", "a.csv", *PLACE, "--encoding", "cp1252", "--json")
    assert done.code == 0
    row = "m\t\tm@example.com\tcc-acme.auth.eu-central-1.amazoncognito.com"
    assert rows_of(done.folder.outputs["out/acme/certificates-001.txt"])[1:] == [row]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a name themselves")
def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    """A file whose name has bytes of another encoding is refused with its name; nothing is read, nothing written."""
    (tmp_path / os.fsdecode(b"Gr\xf6\xdfe.csv")).write_bytes(GOOD)
    asked = [COMMAND, "run", b"Gr\xf6\xdfe.csv", *PLACE, "--json"]
    done = subprocess.run(asked, cwd=tmp_path, capture_output=True, check=False, env={"PYTHONUTF8": "1"})
    assert (done.returncode, done.stderr) == (2, b"")
    assert "Gr\\xf6\\xdfe.csv" in json.loads(done.stdout)["message"]
    assert [path.name for path in tmp_path.iterdir()] == [os.fsdecode(b"Gr\xf6\xdfe.csv")]


def test_nobody_listens_to_stderr(tmp_path: Path) -> None:
    """A scheduler that closes stderr changes nothing about how the run ends."""
    (tmp_path / "a.csv").write_bytes(GOOD)
    asked = 'exec "$0" run a.csv --tenant ACME --region eu --json 2>&-'
    done = subprocess.run(["/bin/sh", "-c", asked, COMMAND], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["outcome"]) == (0, "ok")


def test_unwritable_runs_folder(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """A folder without the right to write is a usage problem with its path, and stdout is still one document."""
    (tmp_path / "a.csv").write_bytes(GOOD)
    done = sync(tmp_path, "run", "a.csv", *PLACE, "--runs", "/proc/runs", "--json")
    assert done.code == 2
    assert "/proc/runs" in done.document["message"]
