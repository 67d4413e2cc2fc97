"""A text file for the contract suite."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.connectors.specimens import ROSTER

TABLE = 'kind = "csv"\npath = "specimen.csv"\n'


@contextmanager
def good(folder: Path) -> Iterator[str]:
    """Write three people."""
    (folder / "specimen.csv").write_text(ROSTER, "utf-8")
    yield TABLE


@contextmanager
def unreachable(_: Path) -> Iterator[str]:
    """Write no file."""
    yield TABLE


@contextmanager
def incomplete(folder: Path) -> Iterator[str]:
    """Write a file that ends within a quoted cell."""
    (folder / "specimen.csv").write_text(ROSTER + 'cy,"cy@exam', "utf-8")
    yield TABLE
