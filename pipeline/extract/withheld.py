"""Passwords of a list: its columns are known by their headers, but a ragged row may have one in any cell."""

from msgspec.structs import replace

from connectors.base import Extract
from mappings.model import Binding
from pipeline.model import fields


def take(extract: Extract, binding: Binding) -> Extract:
    """Return the extract without the lines of ragged rows if the list has passwords: they are in no file of a run."""
    if not binding.secret_columns:
        return extract
    remarks = (replace(each, value=fields.NOT_KEPT) if each.code == "ROW-RAGGED" else each for each in extract.remarks)
    return replace(extract, remarks=tuple(remarks))
