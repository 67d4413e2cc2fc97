"""Kind "contact_pro_export": the keys of a users export of System Configurator in ``[baseline]``."""

from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator

from connectors.csv_file.connector import SUFFIXES as TEXT
from connectors.excel.connector import SUFFIXES as WORKBOOK
from connectors.settings import BaselineSettings, FilePath

if TYPE_CHECKING:
    from connectors.contact_pro_export.source import ContactProExportSource


class Settings(BaselineSettings):
    """An export: a text file (``encoding``), or a workbook made of it (``sheet``)."""

    kind: Literal["contact_pro_export"] = "contact_pro_export"
    path: FilePath
    sheet: str | None = None
    encoding: str | None = None

    @property
    def title(self) -> str:
        """Return the name of the file."""
        return self.path.name

    @property
    def is_workbook(self) -> bool:
        """Return True if the ending of its name is that of a workbook."""
        return self.path.suffix.lower() in WORKBOOK

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        suffix = self.path.suffix.lower()
        if suffix not in {*TEXT, *WORKBOOK}:
            known = " ".join((*TEXT, *WORKBOOK))
            raise ValueError(f"{self.path}: its ending does not show what it is (known endings: {known})")
        if self.is_workbook and self.encoding is not None:
            raise ValueError(f"{self.path}: only a text file has an encoding to choose; leave encoding out")
        if not self.is_workbook and self.sheet is not None:
            raise ValueError(f"{self.path}: only a workbook has sheets; leave sheet out")
        return self


def open(settings: Settings, **_: object) -> "ContactProExportSource":
    """Return the reader of the export."""
    from connectors.contact_pro_export.source import ContactProExportSource

    return ContactProExportSource(settings.path, settings.is_workbook, settings.encoding, settings.sheet)
