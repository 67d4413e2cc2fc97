"""Kind "csv": the keys of a delimited text file in a job file."""

from typing import ClassVar, Literal

from connectors.base import ColumnStore, Source
from connectors.settings import FileSettings

SUFFIXES = (".csv", ".tsv", ".txt")


class Settings(FileSettings):
    """A text table; ``encoding`` is needed only if the file is neither UTF-8 nor marked."""

    kind: Literal["csv"]
    encoding: str | None = None

    suffixes: ClassVar[tuple[str, ...]] = SUFFIXES
    reads_into_store: ClassVar[bool] = True


def open(settings: Settings, *, store: ColumnStore | None = None, **_: object) -> Source:
    """Return the reader of the file."""
    from connectors.csv_file.source import CsvSource

    return CsvSource(settings.path, settings.encoding, store)
