"""How an export is written, beside its content."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import astuple
from openpyxl import Workbook

from connectors.contact_pro_export.source import ContactProExportSource


def recognise(cells: Sequence[str]) -> int:
    """Know two labels."""
    return sum(cell in {"Login", "Issuer"} for cell in cells)


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"\xef\xbb\xbfLogin\tIssuer\r\na\tb\r\n", ("utf-8", True, "\t", "\r\n", "none")),
        (b"Login;Issuer\na;b\n", ("utf-8", False, ";", "\n", "none")),
        ("Login\tIssuer\r\na\tb\r\n".encode("utf-16"), ("utf-16-le", True, "\t", "\r\n", "none")),
        (b'Login,Issuer\r\na,"b\nc"\r\n', ("utf-8", False, ",", "\r\n", "minimal")),
        (b'"Login","Issuer"\r\n"a","b"\r\n', ("utf-8", False, ",", "\r\n", "all")),
        (b'Login\tIssuer\r\n5" screen\tb\r\n', ("utf-8", False, "\t", "\r\n", "none")),
        (b"Login\tIssuer\r\na\tb\nc\td\r\n", ("utf-8", False, "\t", "mixed", "none")),
        (b"Login\tIssuer\ra\tb\r", ("utf-8", False, "\t", "\r", "none")),
        (b"sep=;\r\nLogin;Issuer\r\na;b", ("utf-8", False, ";", "\r\n", "none")),
    ],
)
def test_the_form_of_a_text(data: bytes, form: tuple[str | bool, ...], tmp_path: Path) -> None:
    """Codec, mark, delimiter, line end and quoting are reported as the bytes have them."""
    path = tmp_path / "users.txt"
    path.write_bytes(data)
    extract, found = ContactProExportSource(path).read_with_form(recognise)
    assert found is not None
    assert astuple(found) == form
    assert extract.frame.column_names == ["Login", "Issuer"]


def test_a_workbook_has_no_form(tmp_path: Path) -> None:
    """A workbook is not text; its rows are read all the same."""
    book = Workbook()
    book.active.append(["Login", "Issuer"])
    book.active.append(["a", "b"])
    book.save(tmp_path / "users.xlsx")
    extract, form = ContactProExportSource(tmp_path / "users.xlsx", is_workbook=True).read_with_form(recognise)
    assert (extract.frame.to_pylist(), form) == ([{"Login": "a", "Issuer": "b"}], None)
    assert ContactProExportSource(tmp_path / "users.xlsx", is_workbook=True).read(recognise) == extract
