"""Kind "excel": the keys of a workbook in a job file."""

from typing import ClassVar, Literal

from connectors.base import Source
from connectors.settings import FileSettings

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


class Settings(FileSettings):
    """A workbook; ``sheet`` is needed only if more than one sheet lists people."""

    kind: Literal["excel"]
    sheet: str | None = None

    suffixes: ClassVar[tuple[str, ...]] = SUFFIXES


def open(settings: Settings, **_: object) -> Source:
    """Return the reader of the workbook."""
    from connectors.excel.source import ExcelSource

    return ExcelSource(settings.path, settings.sheet)
