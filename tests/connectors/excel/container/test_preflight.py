"""What the preflight refuses before anything parses a workbook, and what it must let through."""

import struct
import zipfile
from pathlib import Path

import pytest

from connectors.excel.container import preflight
from connectors.excel.container.errors import PROTECTED, WorkbookRejected
from connectors.excel.container.parts import unpack
from connectors.excel.formats import references
from tests.connectors.excel import workbooks as w

BOMB = b"<x/>" + bytes(17 << 20)


def inspect(path: Path) -> str:
    """Run the preflight on a file."""
    with zipfile.ZipFile(path) as archive:
        return preflight.inspect(archive, path.suffix)


def refusal(path: Path) -> str:
    """The sentence with which the preflight refuses a file."""
    with pytest.raises(WorkbookRejected) as caught:
        inspect(path)
    return str(caught.value)


def workbook(tmp_path: Path, **members: str | bytes) -> Path:
    """An ordinary workbook with further members."""
    path: Path = w.pack(tmp_path / "a.xlsx", w.parts({"Agents": w.sheet(w.HEADER)}) | members)
    return path


def test_ordinary_workbooks_pass(tmp_path: Path) -> None:
    """Ordinary workbooks are recognised by their content."""
    assert inspect(workbook(tmp_path)) == "xlsx"
    assert inspect(w.xlsb(tmp_path / "a.xlsb", [["Login"]])) == "xlsb"
    assert inspect(w.ods(tmp_path / "a.ods", w.ods_row("Login"))) == "ods"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "XL/Workbook.xml",
            "<x/>",
            "the archive has two parts named 'XL/Workbook.xml', so two programs may see other data",
        ),
        ("../evil.xml", "<x/>", "the archive has a part that points outside of it, '../evil.xml'"),
        ("/etc/evil.xml", "<x/>", "the archive has a part that points outside of it, '/etc/evil.xml'"),
        ("C:/evil.xml", "<x/>", "the archive has a part that points outside of it, 'C:/evil.xml'"),
        ("xl/media/image.png", BOMB, "the part 'xl/media/image.png' unpacks to "),
    ],
)
def test_members_that_no_workbook_has(tmp_path: Path, name: str, content: str | bytes, words: str) -> None:
    """Duplicate parts, ways out of the archive and bombs are refused by the archive's directory alone."""
    assert refusal(workbook(tmp_path, **{name: content})).startswith(words)


def test_bomb_of_one_cell(tmp_path: Path) -> None:
    """A sheet of one cell of 512 MB is refused from the directory and never unpacked."""
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in w.parts({}).items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(512):
                part.write(bytes(1 << 20))
    assert refusal(path).startswith("the part 'xl/worksheets/sheet1.xml' unpacks to ")


def test_too_many_members(tmp_path: Path) -> None:
    """An archive of ten thousand parts and one is refused."""
    path = w.pack(tmp_path / "a.xlsx", {f"{number}": "" for number in range(10_001)})
    assert refusal(path).startswith("the archive has 10001 parts")


def test_total_size(tmp_path: Path) -> None:
    """A directory that admits to more than 1 GiB is refused, whether it is right or not."""
    path = workbook(tmp_path)
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", (1 << 30) + 1)
    path.write_bytes(data)
    assert refusal(path).startswith("the archive unpacks to more than 1 GiB")


def test_encrypted_member(tmp_path: Path) -> None:
    """A part that is encrypted by zip itself asks for a password."""
    path = workbook(tmp_path)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert refusal(path) == PROTECTED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", ["", '<?xml version="1.0"?>\n', "<!-- a --> <?b?>"])
def test_dtd_is_refused(before: str, encoding: str) -> None:
    """A DTD is found behind declarations, comments and in UTF-16."""
    with pytest.raises(WorkbookRejected, match=r"^DTD not allowed: the part 'p\.xml'"):
        preflight.check_prolog("p.xml", (before + '<!DOCTYPE x [<!ENTITY a "b">]><x/>').encode(encoding))


@pytest.mark.parametrize(
    "part", ["xl/styles.xml", "xl/sharedStrings.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"]
)
def test_dtd_in_every_part_that_is_parsed(tmp_path: Path, part: str) -> None:
    """Every part that a reader parses is looked at."""
    assert refusal(workbook(tmp_path, **{part: "<!DOCTYPE x><x/>"})).startswith(f"DTD not allowed: the part {part!r}")


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ('<?xml version="1.0"?><x/>'.encode("utf-16"), "is written in UTF-16 and workbooks are UTF-8"),
        (b'<?xml version="1.0" encoding="UTF-7"?><x/>', "is written in UTF-7 and workbooks are UTF-8"),
        (b"<!-- a comment without an end", "is damaged"),
    ],
)
def test_prologs_that_hide_something(start: bytes, words: str) -> None:
    """An encoding in which a DTD could hide, or a prolog without an end, is refused."""
    with pytest.raises(WorkbookRejected, match=words):
        preflight.check_prolog("p.xml", start)


@pytest.mark.parametrize(
    "start", [b"", b"<x/>", b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>\r\n<!-- <!DOCTYPE --><x/>"]
)
def test_prologs_that_pass(start: bytes) -> None:
    """Declarations, comments and a byte order mark are usual; a DTD inside a comment is none."""
    preflight.check_prolog("p.xml", start)


@pytest.mark.parametrize(
    ("reference", "where"),
    [
        ("A1", (1, 1)),
        ("xfd1048576", (1_048_576, 16_384)),
        ("XFE1", None),
        ("A1048577", None),
        ("A0", None),
        ("AAAA1", None),
        ("A4294967297", None),
        ("1A", None),
        ("", None),
        ("A\uff11", None),
    ],
)
def test_places(reference: str, where: tuple[int, int] | None) -> None:
    """A reference is a place only if Excel has that cell."""
    assert references.place(reference) == where


def test_unpack_never_trusts_the_directory(tmp_path: Path) -> None:
    """A part that unpacks to more than its directory entry admits to is refused, and no more of it is unpacked."""
    path = workbook(tmp_path)
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
        assert unpack(archive, info) == archive.read(info)
        info.file_size -= 1
        with pytest.raises(WorkbookRejected, match="not as large as announced"):
            unpack(archive, info)
