"""A list that needs a password, from the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from tests.connectors.excel.specimen import encrypt

PASSWORD = "Grün & 9 Bäume"  # noqa: S105 - an invented one


def test_a_list_with_a_password_becomes_import_files(tmp_path: Path, sync: Callable[..., Any]) -> None:
    """The option takes a reference; the word itself is refused and not shown."""
    book = Workbook()
    for row in (["Login", "Email"], ["anna", "Anna@example.com"]):
        book.active.append(row)
    book.save(tmp_path / "team.xlsx")
    encrypt(tmp_path / "team.xlsx", PASSWORD)
    (tmp_path / "password.txt").write_text(f"{PASSWORD}\n", "utf-8")
    words = ("run", "team.xlsx", "--tenant", "ACME", "--region", "eu")
    done = sync(tmp_path, *words, "--password", "file:password.txt", "--json")
    assert (done.code, done.document["counts"]["create"]) == (0, 1)
    refused = sync(tmp_path, *words, "--password", PASSWORD, "--json")
    assert (refused.code, PASSWORD in refused.stdout + refused.stderr) == (2, False)
