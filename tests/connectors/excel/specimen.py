"""A workbook for the contract suite."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook

from tests.connectors.specimens import ROSTER, SECRET

TABLE = 'kind = "excel"\npath = "specimen.xlsx"\n'


@contextmanager
def good(folder: Path) -> Iterator[str]:
    """Write three people, and a cell that is empty."""
    book = Workbook()
    for line in ROSTER.splitlines():
        book.active.append([*line.split(","), None])
    book.active["C1"] = "Team"
    book.save(folder / "specimen.xlsx")
    yield TABLE


@contextmanager
def unreachable(_: Path) -> Iterator[str]:
    """Write no file."""
    yield TABLE


@contextmanager
def incomplete(folder: Path) -> Iterator[str]:
    """Write the first half of a workbook."""
    with good(folder) as table:
        data = (folder / "specimen.xlsx").read_bytes()
        (folder / "specimen.xlsx").write_bytes(data[: len(data) // 2])
        yield table


@contextmanager
def refused(folder: Path) -> Iterator[str]:
    """Encrypt the workbook with another password than the one that is given."""
    (folder / "password").write_text(SECRET)
    with good(folder) as table:
        encrypt(folder / "specimen.xlsx", "another password")
        yield f'{table}password = "file:password"\n'


def encrypt(path: Path, password: str) -> None:
    """Encrypt a workbook in place, as Excel does with "Encrypt with Password"."""
    encrypted = io.BytesIO()
    with path.open("rb") as file:
        OOXMLFile(file).encrypt(password, encrypted)
    path.write_bytes(encrypted.getvalue())
