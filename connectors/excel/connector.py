"""Kind "excel": the keys of a workbook in a job file."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from connectors import extras
from connectors.base import Secret, Source
from connectors.settings import FileSettings, SecretReference

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


class Settings(FileSettings):
    """A workbook; ``sheet`` is needed only if more than one sheet lists people, ``password`` if it is encrypted."""

    kind: Literal["excel"]
    sheet: str | None = None
    password: SecretReference | None = None

    suffixes: ClassVar[tuple[str, ...]] = SUFFIXES


def open(settings: Settings, *, secrets: Mapping[str, Secret], **_: object) -> Source:
    """Return the reader of the workbook.

    Raises:
        ExtraMissing: a password is given, and the package that decrypts is not installed.
    """
    if settings.password is not None:
        extras.require("passwords", "A workbook with a password")
    from connectors.excel.source import ExcelSource

    return ExcelSource(settings.path, settings.sheet, secrets.get("password"))
