"""The headers of the spreadsheet mapping by language: the first name of each field, for a list that is made new."""

from collections.abc import Mapping

from mappings.load import SOURCES
from mappings.toml_table import read_table

ENGLISH = "en"
EXAMPLE = "email"
"""A field that has headers in every language."""


def languages() -> tuple[str, ...]:
    """Return the languages in which the spreadsheet mapping knows headers, in the order of the file."""
    return tuple(_aliases(EXAMPLE))


def header(field: str, language: str) -> str:
    """Return the header of a field in a language; the English one if the mapping has none."""
    names = _aliases(field)
    return names.get(language, names[ENGLISH])


def _aliases(field: str) -> Mapping[str, str]:
    table = read_table(SOURCES / "spreadsheet.toml").table("fields").table(field).table("aliases")
    return {language: table.texts(language)[0] for language in table.values}
