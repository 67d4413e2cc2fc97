"""What the CSV reader promises: text stays text, no one disappears, unreadable input is reported (T58-T64, T68-T70)."""

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal
from unittest import mock

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connectors.base import (
    ChoiceNeeded,
    ColumnsUnknown,
    Extract,
    SourceEmpty,
    SourceError,
    SourceMissing,
    SourceUnreadable,
)
from connectors.csv_file import quoting, rows
from connectors.csv_file.decoding import Utf8Text
from connectors.csv_file.header import CsvHeader, find_head
from connectors.csv_file.rows import read_clean, read_strictly
from connectors.csv_file.source import CsvSource

KNOWN = {"email", "login", "name", "e-mail", "[userprincipalname]"}
QUOTES_BROKEN = (
    "the quoting is broken in the record that begins at line {} (a quote is never closed, or text follows a closing "
    "quote), so rows could be lost; write a quote inside a quoted value twice, or remove it."
)


def recognise(cells: Sequence[str]) -> int:
    """Count the headers that a small mapping knows."""
    return sum(cell.strip().casefold() in KNOWN for cell in cells)


def extract(tmp_path: Path, content: bytes | str, encoding: str | None = None) -> Extract:
    """Read a file with this content."""
    path = tmp_path / "people.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return CsvSource(path, encoding).read(recognise)


def rows_of(frame: pa.Table) -> list[tuple[str, ...]]:
    """Return the frame's cells row by row."""
    return list(zip(*(column.to_pylist() for column in frame.columns), strict=True))


def refusal(tmp_path: Path, content: bytes | str, encoding: str | None = None) -> str:
    """Return the sentence of the refusal without the path that it begins with."""
    with pytest.raises(SourceError) as caught:
        extract(tmp_path, content, encoding)
    prefix = f"{tmp_path / 'people.csv'}: "
    assert str(caught.value).startswith(prefix)
    return str(caught.value).removeprefix(prefix)


# What is handed over


def test_extract_names_place_hash_and_header(tmp_path: Path) -> None:
    """The extract has the numbers of its rows and the digest of its bytes."""
    content = b"email,name\nada@example.com,Ada\nbo@example.com,Bo\n"
    result = extract(tmp_path, content)
    assert rows_of(result.frame) == [("ada@example.com", "Ada"), ("bo@example.com", "Bo")]
    assert result.frame.column_names == ["email", "name"]
    assert result.origin.source == "people.csv"
    assert result.origin.sheet is None
    assert result.origin.rows == range(2, 4)
    assert (result.header_row, result.delimiter) == (1, ",")
    assert result.sha256 == hashlib.sha256(content).hexdigest()
    assert (result.complete, result.remarks, result.notes) == (True, (), ())


@pytest.mark.parametrize(
    "value",
    [
        *["NA", "N/A", "null", "None", "nan", "True", "TRUE", "0012", "1E5", "12E34", "1234567890123456789"],
        *["=cmd|' /C calc'!A0", "+1", "-1", "@x", " edge ", "", "\u00a0", "\uff21", "cafe\u0301", "a\ufeffb"],
        *["a\x00b", "a\x1ab", "a\u2028b", "a\u0085b", "a\vb", "a\fb", 'O"Neil', "\U0001f600", "\x1b[31mred"],
    ],
)
@pytest.mark.parametrize("quote", ["", '"'])
def test_text_stays_text(tmp_path: Path, value: str, quote: str) -> None:
    """A value is unchanged, quoted or not, and an empty cell is an empty string (T63, T68, T69)."""
    written = quote + (value.replace('"', '""') if quote else value) + quote
    result = extract(tmp_path, f"email,name\nada@example.com,{written}\nbo@example.com,Bo\n")
    assert rows_of(result.frame) == [("ada@example.com", value), ("bo@example.com", "Bo")]
    assert [column.null_count for column in result.frame.columns] == [0, 0]
    assert result.remarks == ()


def test_duplicate_and_empty_headers_are_kept(tmp_path: Path) -> None:
    """The reader leaves it to the mapping to refuse headers that repeat (T66)."""
    result = extract(tmp_path, "email,EMAIL,,email\n1,2,3,4\n")
    assert result.frame.column_names == ["email", "EMAIL", "", "email"]
    assert rows_of(result.frame) == [("1", "2", "3", "4")]


# Delimiter and header


@pytest.mark.parametrize(
    ("content", "columns", "rows", "header_row"),
    [
        ("email\nsam@example.com\nmax@example.com\n", ["email"], [("sam@example.com",), ("max@example.com",)], 1),
        ("email;name\na@example.com;Ada, Dr.\n", ["email", "name"], [("a@example.com", "Ada, Dr.")], 1),
        ("email\tname\na@example.com\tAda\n", ["email", "name"], [("a@example.com", "Ada")], 1),
        ("email|name\na@example.com|Ada\n", ["email", "name"], [("a@example.com", "Ada")], 1),
        ("sep=;\r\nemail;name\r\na;b\r\n", ["email", "name"], [("a", "b")], 2),
        ('"sep=|"\nemail|name\na|b\n', ["email", "name"], [("a", "b")], 2),
        ("SEP=\t\nemail\tname\na\tb\n", ["email", "name"], [("a", "b")], 2),
        ("version:v1.0\nemail,name\na,b\n", ["email", "name"], [("a", "b")], 2),
        ("version:v1.0,\nemail,name\na,b\n", ["email", "name"], [("a", "b")], 2),
        ("Agents; spring\n\nemail,name\na,b\n", ["email", "name"], [("a", "b")], 3),
        ('"A title\nover two lines"\nemail,name\na,b\n', ["email", "name"], [("a", "b")], 2),
        ("name,team\nemail,name\na,b\n", ["email", "name"], [("a", "b")], 2),
        ("email,name\nemail,name\n", ["email", "name"], [("email", "name")], 1),
        ("x\n" * 19 + "email,name\na,b\n", ["email", "name"], [("a", "b")], 20),
        ('"e-mail","na\nme"\na,b\n', ["e-mail", "na\nme"], [("a", "b")], 1),
    ],
)
def test_delimiter_and_header_row(
    tmp_path: Path, content: str, columns: list[str], rows: list[tuple[str, ...]], header_row: int
) -> None:
    """Only , ; TAB and | are tried, and the row with most known headers is the header (T58, T64)."""
    result = extract(tmp_path, content)
    assert result.frame.column_names == columns
    assert rows_of(result.frame) == rows
    assert result.header_row == header_row
    assert result.origin.rows == range(header_row + 1, header_row + 1 + len(rows))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("vorname,nachname\na,b\n", "vorname, nachname"),
        ("titel\nvorname;nachname;ort\na;b;c\n", "vorname, nachname, ort"),
        ("Questions,hr@example.com\nMailkontakt,Kennung,Ort\na@b.example,a,Bonn\n", "Mailkontakt, Kennung, Ort"),
        ("a;b;c\n1;2;3\n", "a, b, c"),
        (",".join(f"h{n}" for n in range(14)) + "\n", ", ".join(f"h{n}" for n in range(12)) + " and 2 more"),
        ("x" * 50 + ",y\n", "x" * 39 + "…, y"),
        ("a\x1b[31m,,y\n", "a\ufffd[31m, y"),
        ("x\n" * 20 + "email,name\na,b\n", "x"),
        ("sep=,\nvorname,ort\na,b\n", "vorname, ort"),
    ],
)
def test_unknown_columns_are_listed(tmp_path: Path, content: str, found: str) -> None:
    """If no row has known headers the message shows what is there instead."""
    with pytest.raises(ColumnsUnknown) as caught:
        extract(tmp_path, content)
    expected = f"{tmp_path / 'people.csv'}: no row within the first 20 has known column headers; found: {found}."
    assert str(caught.value) == expected


def test_a_list_without_headers_shows_nobody(tmp_path: Path) -> None:
    """If the first row lists a person, the message reports it and shows nothing of that row (rule 10)."""
    with pytest.raises(ColumnsUnknown) as caught:
        extract(tmp_path, "ada;Lovelace;ada@example.com\nbo;Berg;bo@example.com\n")
    assert caught.value.advice == "Write a row of column headers above the first person and run again."
    expected = "has no row of column headers: its first row lists a person."
    assert str(caught.value) == f"{tmp_path / 'people.csv'}: {expected}"


def test_a_declared_delimiter_that_the_headers_do_not_have(tmp_path: Path) -> None:
    """The first line is what is wrong, not the program that saved the list."""
    assert refusal(tmp_path, "sep=;\nlogin,email\na,b\n") == (
        "its first line declares the delimiter ';', and row 2 has ',' between the headers; correct that line, "
        "or delete it."
    )


def test_declared_delimiter_must_be_one_of_four(tmp_path: Path) -> None:
    """A first line that declares another delimiter is neither header nor data."""
    assert refusal(tmp_path, "sep=:\nemail:name\na:b\n") == (
        'line 1 declares the delimiter ":", but only comma, semicolon, TAB and | are read; save the list with one of '
        "these."
    )


# Encoding


@pytest.mark.parametrize(
    ("before", "codec", "asked"),
    [
        (b"", "utf-8", None),
        (b"", "utf-8", "utf-8"),
        (b"\xef\xbb\xbf", "utf-8", None),
        (b"\xef\xbb\xbf", "utf-8", "utf-8-sig"),
        (b"\xff\xfe", "utf-16-le", None),
        (b"\xfe\xff", "utf-16-be", None),
        (b"\xff\xfe", "utf-16-le", "UTF-16"),
        (b"\xff\xfe\x00\x00", "utf-32-le", None),
        (b"", "utf-16-le", "utf-16-le"),
        (b"", "cp1252", "cp1252"),
        (b"", "latin-1", "ISO-8859-1"),
        (b"", "mac-roman", "macintosh"),
    ],
)
def test_encodings_give_the_same_rows(tmp_path: Path, before: bytes, codec: str, asked: str | None) -> None:
    """A byte order mark or the user's word decides, and nothing of the mark is left in the first header (T62)."""
    content = before + "email;name\r\nzoë@example.com;Jürgen Müller\r\n".encode(codec)
    result = extract(tmp_path, content, asked)
    assert result.frame.column_names == ["email", "name"]
    assert rows_of(result.frame) == [("zoë@example.com", "Jürgen Müller")]
    assert result.notes == ()
    assert result.sha256 == hashlib.sha256(content).hexdigest()


def test_second_byte_order_mark_is_left_out_and_said(tmp_path: Path) -> None:
    """Two marks in a row would make the first header unknown."""
    result = extract(tmp_path, b"\xef\xbb\xbf\xef\xbb\xbfemail,name\na,b\n")
    assert result.frame.column_names == ["email", "name"]
    name = tmp_path / "people.csv"
    assert result.notes == (f"{name}: begins with more than one byte order mark; all of them were left out.",)


def test_cp1252_on_utf8_is_said(tmp_path: Path) -> None:
    """The user's encoding is taken even if UTF-8 would fit, but not silently."""
    result = extract(tmp_path, "email,name\na@example.com,Jürgen\n", "cp1252")
    assert rows_of(result.frame) == [("a@example.com", "JÃ¼rgen")]
    (note,) = result.notes
    assert note == (
        f"{tmp_path / 'people.csv'}: was read as cp1252, as asked, although it is valid UTF-8; leave --encoding out "
        f"if accented letters look wrong."
    )


HEADER = b"email,name\n"
OLDER = (
    " is not valid UTF-8: the file was saved in an older encoding. It could be {}: name the one that reads right with "
    '--encoding, or save it again as "CSV UTF-8".'
)


def read_as(raw: bytes, codecs: str) -> str:
    """List what some bytes would be in several encodings."""
    return ", ".join(f"{codec} ({raw.decode(codec)!r})" for codec in codecs.split())


UNKNOWN = ' is not valid UTF-8: save it again as "CSV UTF-8", or name its encoding with --encoding.'
CHECK = '; check --encoding, or save it again as "CSV UTF-8".'
COMMON = (
    "common ones are utf-8, cp1252 (Windows, western Europe), cp1250 (Windows, central Europe), iso8859-15, utf-16, "
    "cp932 (Japanese)."
)
MIXED = (
    ", but other letters are: the file mixes encodings or is damaged. Correct that line and save it again as "
    '"CSV UTF-8".'
)
UNMARKED = (
    "looks like UTF-16 without a byte order mark (every other byte is NUL); run again with --encoding {}, or save it "
    'again as "CSV UTF-8".'
)


@pytest.mark.parametrize(
    ("content", "asked", "sentence"),
    [
        (
            HEADER + b"a,Ada\nb,J\xfcrgen\n",
            None,
            "byte 0xFC at offset 20 (line 3)"
            + OLDER.format(read_as(b"J\xfcrgen", "cp1252 cp1251 cp1253 mac-roman cp850")),
        ),
        (
            b"\xe9mail,email\r\na,b\r\n",
            None,
            "byte 0xE9 at offset 0 (line 1)"
            + OLDER.format(read_as(b"\xe9mail", "cp1252 cp1251 cp1253 mac-roman cp850")),
        ),
        (
            HEADER + b"a,\x81\xfc\n",
            None,
            "byte 0x81 at offset 13 (line 2)" + OLDER.format(read_as(b"\x81\xfc", "cp1251 mac-roman cp850")),
        ),
        (
            b"\xef\xbb\xbf" + HEADER + b"a,\xfc\n",
            None,
            "byte 0xFC at offset 16 (line 2)" + UNKNOWN,
        ),
        (
            HEADER + "a,Zoë\r".encode() + b"b,J\xfcrgen\n",
            None,
            "byte 0xFC at offset 21 (line 3) is not valid UTF-8" + MIXED,
        ),
        (
            HEADER + "a,ë".encode() + b"\xed\xa0\x80\n",
            None,
            "byte 0xED at offset 15 (line 2) is not valid UTF-8" + MIXED,
        ),
        (
            HEADER + b"a,\x81\n",
            "cp1252",
            "byte 0x81 at offset 13 (line 2) is not valid CP1252" + CHECK,
        ),
        (
            b"\xff\xfe" + "email\na\n".encode("utf-16-le") + b"\x00\xd8",
            None,
            "byte 0x00 at offset 18 (line 3) is not valid UTF-16-LE" + CHECK,
        ),
        ("email\na\n".encode("utf-16-le"), None, UNMARKED.format("utf-16-le")),
        ("email\na\n".encode("utf-16-be"), "utf-8", UNMARKED.format("utf-16-be")),
        (
            b"\xef\xbb\xbf" + HEADER,
            "cp1252",
            "begins with the byte order mark of UTF-8, which contradicts --encoding cp1252; leave --encoding out.",
        ),
        (
            HEADER + b"a,+2AA-\n",
            "utf-7",
            'read as utf-7 it holds half a character (a lone surrogate); save it again as "CSV UTF-8".',
        ),
    ],
)
def test_undecodable_text_is_refused_with_its_place(
    tmp_path: Path, content: bytes, asked: str | None, sentence: str
) -> None:
    """The refusal names byte, offset, line and what would help, and offers cp1252 only if it would work (T62)."""
    assert refusal(tmp_path, content, asked) == sentence


@pytest.mark.parametrize("asked", ["klingon", "base64"])
def test_an_encoding_that_is_none_is_a_choice_to_be_made_again(tmp_path: Path, asked: str) -> None:
    """A name that no text encoding has is the user's mistake and not the file's; common ones are named."""
    with pytest.raises(ChoiceNeeded, match=re.escape(f'there is no encoding "{asked}"; {COMMON}')):
        extract(tmp_path, HEADER, asked)


# What is not a CSV file


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"PK\x03\x04rest",
            "is an Excel workbook or zip archive, not text: give it its real name .xlsx or export it as CSV.",
        ),
        (b"PK\x05\x06rest", "is an empty zip archive, not text: export the list as CSV."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest",
            "is an old Excel workbook, not text: give it its real name .xls or export it as CSV.",
        ),
        (b"%PDF-1.7", "is a PDF document, not text: export the list as CSV where the PDF was made."),
        (b"\x1f\x8b\x08", "is a gzip archive, not text: unpack it first."),
        (
            b"\xef\xbb\xbf\r\n<!DOCTYPE html>",
            'is a web page (HTML), not a CSV file: open it in Excel and save it again as "CSV UTF-8".',
        ),
        (
            "\ufeff<table>".encode("utf-16-le"),
            'is a web page (HTML), not a CSV file: open it in Excel and save it again as "CSV UTF-8".',
        ),
        (
            b'<?xml version="1.0"?>',
            'is an XML document, not a CSV file: open it in Excel and save it again as "CSV UTF-8".',
        ),
    ],
)
def test_other_file_types_are_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    """The first bytes decide what a file is; its name does not (T46)."""
    assert refusal(tmp_path, content) == sentence


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty (0 bytes); export the list again or name another file."),
        (b"\xef\xbb\xbf", "is empty; export the list again or name another file."),
        (b" \r\n\r\n", "is empty; export the list again or name another file."),
        (
            b",,\n" * 30 + HEADER,
            "its first 20 rows are blank; remove them or export the list again.",
        ),
        (HEADER, "has column headers but no rows of people; export the list again with its rows."),
        (b"email", "has column headers but no rows of people; export the list again with its rows."),
        (HEADER + b"\n,\n\n", "has column headers but no rows of people; export the list again with its rows."),
        (b"email\n\n\n", "has column headers but no rows of people; export the list again with its rows."),
    ],
)
def test_empty_files_are_an_error(tmp_path: Path, content: bytes, sentence: str) -> None:
    """A list without people is an error, never "all people left"."""
    with pytest.raises(SourceEmpty):
        extract(tmp_path, content)
    assert refusal(tmp_path, content) == sentence


def test_missing_folder_and_pipe(tmp_path: Path) -> None:
    """A path that leads to no file is distinguished from a file that cannot be used."""
    with pytest.raises(SourceMissing, match=r"nobody\.csv: there is no such file; check the path\.$"):
        CsvSource(tmp_path / "nobody.csv").read(recognise)
    with pytest.raises(SourceUnreadable, match=r": is a folder, not a file; name the CSV file inside it\.$"):
        CsvSource(tmp_path).read(recognise)
    with pytest.raises(SourceUnreadable, match=r"^/dev/null: is a device or a pipe, not a file; save the list as"):
        CsvSource(Path("/dev/null")).read(recognise)


@pytest.mark.parametrize(
    ("failure", "kind", "sentence"),
    [
        (
            PermissionError(13, "no"),
            SourceMissing,
            "may not be read (permission denied); ask its owner for read access.",
        ),
        (OSError(5, "I/O error"), SourceUnreadable, "cannot be read (I/O error); copy it to a local disk and retry."),
    ],
)
def test_failing_disk_and_permission(tmp_path: Path, failure: OSError, kind: type[SourceError], sentence: str) -> None:
    """The system's own reason is passed on (root may read anything, so the failure is played)."""
    with mock.patch.object(Path, "read_bytes", side_effect=failure), pytest.raises(kind) as caught:
        extract(tmp_path, HEADER)
    assert str(caught.value) == f"{tmp_path / 'people.csv'}: {sentence}"


# Rows that do not fit

EXTRA = "has {} cells where the header has 2 columns; a delimiter inside an unquoted value does this"
FEWER = (
    "has 1 cell where the header has 2 columns; a missing delimiter or a line break inside an unquoted value does this"
)
ONE_CELL = "has 1 cell where the header has 2 columns; the whole row is one quoted cell"
PADDED = (
    "has 5 cells where the header has 4 columns; a delimiter at the end of the line does this, or one inside an "
    "unquoted value"
)
HABIT = (
    "Excel leaves empty cells out at the end of a file's last rows; a missing delimiter inside the row looks the same"
)
OTHER = 'has 1 cell where the header has 2 columns; the row is parted by ";" instead'


@pytest.mark.parametrize(
    ("line", "cells", "detail"),
    [
        ("a@example.com,Smith,Al", ("a@example.com", "Smith"), EXTRA.format(3)),
        ('a@example.com, "Smith, Al"', ("a@example.com", ' "Smith'), EXTRA.format(3)),
        ("a@example.com", ("a@example.com", ""), FEWER),
        ('"a@example.com"', ("a@example.com", ""), FEWER),
        ('"a@example.com,Al"', ("a@example.com,Al", ""), ONE_CELL),
        ("a@example.com;Al", ("a@example.com;Al", ""), OTHER),
    ],
)
def test_ragged_row_is_remarked_and_never_shifted(
    tmp_path: Path, line: str, cells: tuple[str, ...], detail: str
) -> None:
    """A row with another number of cells stays in its place and is reported (T59)."""
    result = extract(tmp_path, f"email,name\nbo@example.com,Bo\n{line}\ncy@example.com,Cy\n")
    assert rows_of(result.frame) == [("bo@example.com", "Bo"), cells, ("cy@example.com", "Cy")]
    (remark,) = result.remarks
    raw = next(csv.reader([line]))
    assert (remark.code, remark.position, remark.column) == ("ROW-RAGGED", 1, None)
    assert (remark.value, remark.detail) == (",".join(raw), detail)


def test_an_encoding_is_proposed_by_what_it_reads_and_never_chosen(tmp_path: Path) -> None:
    """A list in an older encoding names its own among others, each with what it would read."""
    of_europe = (("Łukasz Żak", "cp1250"), ("Мария", "cp1251"), ("Bjørn", "mac-roman"))
    of_asia = (
        ("山田太郎", "cp932"),
        ("佐藤花子", "euc-jp"),
        ("欧阳娜娜", "gb18030"),
        ("歐陽娜娜", "big5"),
        ("남궁민수", "euc-kr"),
    )
    for text, codec in (*of_europe, *of_asia):
        with pytest.raises(SourceUnreadable) as caught:
            extract(tmp_path, HEADER + f"a@example.com,{text}\n".encode(codec))
        assert f"{codec} ({text!r})" in str(caught.value)


def test_a_delimiter_at_the_end_of_each_line_is_harmless(tmp_path: Path) -> None:
    """A cell too many that is empty loses nothing."""
    result = extract(tmp_path, "email,name\na@example.com,Ada,\nb@example.com,Bo,\n")
    assert (rows_of(result.frame), result.remarks) == ([("a@example.com", "Ada"), ("b@example.com", "Bo")], ())


def test_a_delimiter_at_the_end_of_one_line_may_have_shifted_its_cells(tmp_path: Path) -> None:
    """An unquoted "Hill, Ada" in a row whose last cell is empty looks as if the line only ended with a delimiter."""
    result = extract(tmp_path, "email,name,login,team\na@example.com,Hill,Ada,ahill,\nb@example.com,Bo,bo,x\n")
    assert [(each.code, each.position, each.value, each.detail) for each in result.remarks] == [
        ("ROW-RAGGED", 0, "a@example.com,Hill,Ada,ahill,", PADDED)
    ]


def test_blocks_of_rows_with_empty_cells_too_many_are_excels(tmp_path: Path) -> None:
    """A text far right in one row makes the other rows of its block of 16 longer by empty cells."""
    rows = [f"p{row}@example.com,P{row}" + ("," if 17 <= row <= 32 else "") for row in range(2, 49)]
    rows[20] += "note"
    result = extract(tmp_path, "email,name\n" + "\n".join(rows) + "\n")
    assert [remark.position + 2 for remark in result.remarks] == [22]


@pytest.mark.parametrize(("last", "ragged"), [(48, []), (40, []), (33, []), (20, [17, 18, 19, 20])])
def test_blocks_of_rows_without_their_last_cells_are_excels(tmp_path: Path, last: int, ragged: list[int]) -> None:
    """Excel leaves empty last cells out for 16 rows at a time; fewer rows than a block prove nothing."""
    rows = [f"p{row}@example.com,P{row}" + ("," if row <= 16 else "") for row in range(2, last + 1)]
    result = extract(tmp_path, "email,name,note\n" + "\n".join(rows) + "\n")
    assert [remark.position + 2 for remark in result.remarks] == ragged
    assert result.frame.column("note").to_pylist() == [""] * (last - 1)


def test_the_last_rows_of_an_excel_file_without_their_last_cells_are_named_as_such(tmp_path: Path) -> None:
    """Four rows are not a block and prove nothing, but Excel's habit is the likely cause and has a cure."""
    rows = [f"p{row}@example.com,P{row}" + ("," if row <= 16 else "") for row in range(2, 21)]
    result = extract(tmp_path, "email,name,note\n" + "\n".join(rows) + "\n")
    assert {(remark.detail, remark.fix) for remark in result.remarks} == {
        (
            f"has 2 cells where the header has 3 columns; {HABIT}",
            "Fill the last column in each row, or save the list as .xlsx, and run again.",
        )
    }


def test_a_delimiter_at_the_end_of_the_header_alone_is_harmless(tmp_path: Path) -> None:
    """The rows lack only cells below no header; a row that lacks one more is ragged."""
    rows = ["a@example.com,Ada", "b@example.com,Bo", "c@example.com,Cy", "d@example.com"]
    result = extract(tmp_path, "email,name,\n" + "\n".join(rows) + "\n")
    assert [remark.position for remark in result.remarks] == [3]
    assert result.frame.column("name").to_pylist() == ["Ada", "Bo", "Cy", ""]


def test_one_short_row_of_a_block_is_ragged(tmp_path: Path) -> None:
    """A missing delimiter is not taken for Excel's notation."""
    rows = [f"p{row}@example.com,P{row}" + ("," if row <= 16 or row == 20 else "") for row in range(2, 49)]
    result = extract(tmp_path, "email,name,note\n" + "\n".join(rows) + "\n")
    assert [remark.position + 2 for remark in result.remarks] == [17, 18, 19, *range(21, 33)]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('[{"email": "a@example.com"}]', "JSON"),
        ('{"value": [\n {"mail": "a@example.com"}\n]}', "JSON"),
        ("\ufeffdn: CN=Ada,DC=example,DC=com\nmail: a@example.com\n\ndn: CN=Bo,DC=example,DC=com\n", "LDIF"),
        ("version: 1\n\ndn: uid=ada,dc=example,dc=com\nmail: a@example.com\n", "LDIF"),
        ("BEGIN:VCARD\r\nVERSION:3.0\r\nEMAIL:a@example.com\r\nEND:VCARD\r\n", "vCard"),
    ],
)
def test_other_forms_are_named(tmp_path: Path, text: str, form: str) -> None:
    """An answer of an API, an export of a directory or contacts that were saved as .csv."""
    with pytest.raises(SourceUnreadable, match=f"is {form}, not a table"):
        extract(tmp_path, text)


def test_the_end_mark_of_dos_is_no_row(tmp_path: Path) -> None:
    """Ctrl-Z at the end is left out; inside a cell it stays."""
    assert rows_of(extract(tmp_path, "email,name\na,b\n\x1a").frame) == [("a", "b")]
    assert rows_of(extract(tmp_path, "email,name\na,b\r\n\x1a\r\n").frame) == [("a", "b")]
    assert rows_of(extract(tmp_path, "email,name\na,b\x1ac\n").frame) == [("a", "b\x1ac")]


def test_mostly_ragged_file_is_refused(tmp_path: Path) -> None:
    """When most rows do not fit, the header or the delimiter is wrong and no row can be trusted (T59)."""
    ragged = "email;name\n" + "a;b\n" * 4 + "a;b;c\n" * 6
    assert refusal(tmp_path, ragged) == (
        '6 of 10 rows (the first is row 6) do not have the 2 cells of the header in row 1; the delimiter ";" or the '
        "header is wrong, or values with the delimiter are not quoted. Export the list again."
    )
    assert len(extract(tmp_path, "email;name\n" + "a;b\n" * 5 + "a;b;c\n" * 5).remarks) == 5
    assert len(extract(tmp_path, "email;name\n" + "a;b\n" * 3 + "a;b;c\n" * 6).remarks) == 6


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('email,name\na,b\nc,"d\ne,f\n', 3),
        ('email,name\na,"b"c\nd,e\n', 2),
        ('email,name\na,"x\ny"\nc,"d"e\n', 4),
        ('email,name,team\na,"Smith,x\nb,Bo,y\nc,"Cy",z\n', 2),
        ('email,name\r\r\na,"b\r\n', 3),
        ('"email,name\na,b\n', 1),
        ('"A title" x\nemail,name\na,b\n', 1),
    ],
)
def test_broken_quoting_refuses_the_file(tmp_path: Path, content: str, line: int) -> None:
    """An unbalanced quote or text behind a closing quote could swallow rows, so nothing is read (T60)."""
    assert refusal(tmp_path, content) == QUOTES_BROKEN.format(line)


def test_stray_pair_of_quotes_swallows_no_row_silently(tmp_path: Path) -> None:
    """Quotes in the same column of two rows are well formed, yet they hide the rows between them (T60)."""
    content = 'email,name,team\na,"Ada,x\nb,Bo,y\nc,Cy",z\nd,"two\nlines, and a comma",w\n'
    result = extract(tmp_path, content)
    assert rows_of(result.frame) == [("a", "Ada,x\nb,Bo,y\nc,Cy", "z"), ("d", "two\nlines, and a comma", "w")]
    (remark,) = result.remarks
    assert (remark.code, remark.position) == ("ROW-RAGGED", 0)
    assert remark.detail == (
        "has a quoted cell that runs over 3 lines and holds the delimiters of whole rows; a stray pair of quotes does "
        "this"
    )


# Lines and row numbers


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("final", [True, False])
def test_line_ends(tmp_path: Path, end: str, final: bool) -> None:  # noqa: FBT001 - a table of two facts
    """LF, CRLF and the CR of old Macs end a record, and a final one makes no row (T63)."""
    content = end.join(["email,name", "a,b", 'c,"d"', "e,f"]) + (end if final else "")
    result = extract(tmp_path, content)
    assert rows_of(result.frame) == [("a", "b"), ("c", "d"), ("e", "f")]
    assert result.origin.rows == range(2, 5)


def test_mixed_line_ends_and_line_breaks_in_cells(tmp_path: Path) -> None:
    """Line ends may be mixed; inside quotes they are data, outside a lone CR ends the record (T63)."""
    result = extract(tmp_path, 'email,name\ra,b\nc,d\r\n"e\r\n1","f\r2"\ng\rh,i\n')
    assert rows_of(result.frame) == [("a", "b"), ("c", "d"), ("e\r\n1", "f\r2"), ("g", ""), ("h", "i")]
    assert [(remark.position, remark.detail) for remark in result.remarks] == [(3, FEWER)]


def test_row_numbers_are_those_of_excel(tmp_path: Path) -> None:
    """Title, blank lines and the header count, and a record over several lines counts once (T70)."""
    content = 'Agents\n\nemail,name\nada@example.com,"A\nd\na"\n\nbo@example.com,Bo\n  ,\n\n'
    result = extract(tmp_path, content)
    shown = dict(zip(result.origin.rows, rows_of(result.frame), strict=True))
    assert shown == {
        4: ("ada@example.com", "A\nd\na"),
        5: ("", ""),
        6: ("bo@example.com", "Bo"),
        7: ("  ", ""),
        8: ("", ""),
    }
    assert result.remarks == ()


# Bounds


def test_long_values_and_wide_lines_are_bounded(tmp_path: Path) -> None:
    """200 kB are read, more than 1 MiB in a value or 16 384 columns are refused (T68)."""
    long = "x" * 200_000
    assert rows_of(extract(tmp_path, f"email,name\na,{long}\n").frame) == [("a", long)]
    assert rows_of(extract(tmp_path, f'email,name\na,"{long}\n"\n').frame) == [("a", long + "\n")]
    assert refusal(tmp_path, "email,name\na,b\nc," + "x" * (1 << 20) + "y\n") == (
        "a value in the record that begins at line 3 is longer than 1 MiB, as after a quote that is never closed; "
        "correct or remove it."
    )
    wide = "a," * 16_384
    columns = "has 16385 cells, more than the 16384 that a list may have; export the list again with one person a line."
    assert refusal(tmp_path, f"email,name\n{wide}\n") == f"line 2 {columns}"
    assert refusal(tmp_path, f"email,{wide[2:]}\nb\n") == f"line 1 {columns}"
    assert len(extract(tmp_path, "email" + "," * 16_383 + "\nb" + "," * 16_383 + "\n").frame.columns) == 16_384


def test_file_without_line_ends_is_refused_before_it_is_split(tmp_path: Path) -> None:
    """A single endless line is not a list (T68)."""
    assert refusal(tmp_path, b"email,name\n" + b"a,b," * (5 << 20)) == (
        "a line from byte 11 on is longer than 16 MiB, so this is not a list with one person a line; "
        "export the list again."
    )


# Large files


def test_large_file_takes_dictionaries_where_values_repeat(tmp_path: Path) -> None:
    """Columns with few values come as one dictionary, the others as strings, and the text is the same."""
    lines = [f"agent.{n}@contoso-example.com,Team {n % 7},{n // 60_000 * n}" for n in range(70_000)]
    frame = extract(tmp_path, "email,name,late\n" + "\n".join(lines) + "\n").frame
    repeating = pa.dictionary(pa.int32(), pa.string())
    assert [column.type for column in frame.columns] == [pa.string(), repeating, repeating]
    assert len({chunk.dictionary.to_pylist().__repr__() for chunk in frame.column(1).chunks}) == 1
    assert [",".join(cells) for cells in rows_of(frame)] == lines


def test_misleading_sample_ends_in_strings(tmp_path: Path) -> None:
    """A column that repeats only at first is not a dictionary in the end."""
    lines = [f"agent.{n}@contoso-example.com,{n if n > 9_000 else 0}" for n in range(70_000)]
    frame = extract(tmp_path, "email,name\n" + "\n".join(lines)).frame
    assert [column.type for column in frame.columns] == [pa.string(), pa.string()]
    assert [",".join(cells) for cells in rows_of(frame)] == lines


def test_fault_late_in_a_large_file_is_found(tmp_path: Path) -> None:
    """The fast path passes on what it is not sure of, wherever it is."""
    lines = [f"agent.{n}@contoso-example.com,Team" for n in range(60_000)]
    assert refusal(tmp_path, "email,name\n" + "\n".join([*lines, 'x,"y"z', *lines])) == QUOTES_BROKEN.format(60_002)
    ragged = extract(tmp_path, "email,name\n" + "\n".join([*lines, "x,y,z", *lines]))
    assert [(remark.position, remark.value) for remark in ragged.remarks] == [(60_000, "x,y,z")]
    assert ragged.frame.num_rows == 120_001
    late = ("email,name\n" + "\n".join(lines)).encode() + b"\nx,\xfc\n"
    assert re.match(r"byte 0xFC at offset \d+ \(line 60002\) is not valid UTF-8", refusal(tmp_path, late))


# Laws

CELLS = st.text(st.one_of(st.sampled_from('",;\t|\r\n aé\u2028\x00\ufeff'), st.characters(codec="utf-8")), max_size=12)
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=12)
)


@given(
    table=TABLES,
    delimiter=st.sampled_from(",;\t|"),
    # With LF ends the writer of Python 3.11 leaves a CR unquoted, which ends the record for every reader.
    form=st.sampled_from([("\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_law_what_is_written_is_read(
    tmp_path: Path, table: list[list[str]], delimiter: str, form: tuple[str, Literal[0, 1]]
) -> None:
    """What ``csv.writer`` writes comes back cell for cell, whatever the cells hold."""
    if len(table[0]) == 1:
        delimiter = ","  # the header of a one-column list has no delimiter; it is read with a comma
    out = io.StringIO(newline="")
    end, quoting = form
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(["email", *(f"c{place}" for place in range(1, len(table[0])))])
    writer.writerows(table)
    if not any(map(any, table)):
        with pytest.raises(SourceEmpty):
            extract(tmp_path, out.getvalue())
        return
    assert rows_of(extract(tmp_path, out.getvalue()).frame) == [tuple(cells) for cells in table]


PIECES = st.sampled_from(
    ['"', '""', ",", ",", ";", "\n", "\n", "\r\n", "\r", "a", "é", "bc", " ", "\x00", "\ufeff", "NA"]
)
BODIES = st.one_of(
    st.lists(PIECES, max_size=40).map("".join),
    st.lists(st.sampled_from(["a,b", '"a","b"', 'a,"b""c"', ",", 'x"y,z', '"",""']), min_size=1, max_size=12).flatmap(
        lambda lines: st.sampled_from(["\n", "\r\n", "\r", "\n\n"]).map(lambda end: end.join(lines) + end)
    ),
)


@given(body=BODIES, columns=st.sampled_from([("email",), ("email", "name")]), block=st.integers(8, 64))
@example(body="a,b\r\nc,d\r\n" * 9, columns=("email", "name"), block=8)
@example(body="\r\n".join("abcdefg") + "\r\n\r\n", columns=("email",), block=8)
@example(body="\ufeffa,b\n", columns=("email", "name"), block=64)
@settings(max_examples=400)
def test_law_fast_path_and_strict_path_agree(body: str, columns: tuple[str, ...], block: int) -> None:
    """What the fast path takes, the strict path reads the same, without a remark, wherever the blocks are cut."""
    header = ",".join(columns) + "\n"
    text = Utf8Text((header + body).encode(), 0)
    head = CsvHeader(",", columns, 1, 1, len(header))
    with mock.patch.object(rows, "_BLOCK_BYTES", block), mock.patch.object(quoting, "BLOCK_BYTES", block):
        fast = read_clean(text, head)
    if fast is None:
        return
    frame, remarks = read_strictly("people.csv", text, head)
    assert rows_of(fast) == rows_of(frame)
    assert remarks == ()


@given(pieces=st.lists(st.sampled_from(['"', '"', '""', ",", ";", "\n", "\r", "a"]), max_size=14))
@settings(max_examples=400)
def test_law_quotes_that_enclose_cells_need_no_regular_expression(pieces: list[str]) -> None:
    """The look at the quotes alone takes nothing that the regular expression over all bytes refuses."""
    text = "".join(pieces).encode()
    cell = r'(?:"(?:[^"\r\n]|"")*"|[^",\r\n][^,\r\n]*|)'
    record = re.compile(f"{cell}(?:,{cell})*".encode())
    with mock.patch.object(quoting, "_is_of_records", return_value=False):
        taken = quoting.is_well_formed(text, 0, ",")
    assert not taken or all(map(record.fullmatch, re.split(rb"\r\n?|\n", text)))


@pytest.mark.parametrize("body", ["a,b\n", 'a,"b, c"\r\n', '"a","b"\n"c","d"', 'x"y,z\n', '"",x\n', 'a,"b""c"\n'])
def test_clean_files_take_the_fast_path(body: str) -> None:
    """The law above would hold for a fast path that takes nothing; this one shows that it takes what is clean."""
    text = Utf8Text(b"email,name\n" + body.encode(), 0)
    assert read_clean(text, find_head("people.csv", text, recognise)) is not None
