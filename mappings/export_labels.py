"""Labels of a users export: the names of ``export_labels.toml``, and before them those of a layout."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from mappings.headers import header_key
from mappings.model import Layout
from mappings.toml_table import read_table

EXPORTS = Path(__file__).parent / "export_labels.toml"
PAIR = ("subject", "issuer")
"""The two fields of a certificate: a user may have several, so their labels may be numbered or repeated."""

EXPORT_FIELDS = (
    *("id", "login", "external_id", "first_name", "last_name", "email", "extension", "group", "template"),
    *PAIR,
)

_DIGITS = re.compile(r"\d+")


class ExportLabels(msgspec.Struct, frozen=True):
    """The folded labels of each field, the best first; ``own`` are those of a layout, which go before all names.

    ``weak`` are labels that mean a field only if no column has one of its names.
    """

    names: Mapping[str, tuple[str, ...]]
    own: Mapping[str, str]
    weak: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)

    def field(self, label: str) -> str | None:
        """Return what a label means, None if nothing is known of it."""
        key, base = header_key(label), series_of(label)[0]
        for field, own in self.own.items():
            if key == own or (field in PAIR and base == _DIGITS.sub("", own)):
                return field
        for field, names in self.names.items():
            if key in names or key in self.weak.get(field, ()) or (field in PAIR and base in names):
                return field
        return None

    def rank(self, field: str, label: str) -> int:
        """Return how good a label of a field it is: 0 the layout's own, 1 that of import files, 2 any other, 3 weak."""
        key = header_key(label)
        if key == self.own.get(field):
            return 0
        return 3 if key in self.weak.get(field, ()) else 1 if key == self.names[field][0] else 2

    def known(self, cells: Sequence[str]) -> int:
        """Count the labels among the cells of a row; 0 if a cell has an address, because such a row is data."""
        if any("@" in cell for cell in cells):
            return 0
        return sum(self.field(cell) is not None for cell in cells)


def load_export_labels(layout: Layout | None = None) -> ExportLabels:
    """Read the names of ``export_labels.toml``, and put the labels of a layout before them.

    A layout that writes the Subject into the column of the email too names the Subject's own column by its other label.

    Raises:
        MappingError: the file is not sound: a key is missing, or one name means two fields.
    """
    table = read_table(EXPORTS)
    table.only(EXPORT_FIELDS)
    names: dict[str, tuple[str, ...]] = {}
    weak: dict[str, tuple[str, ...]] = {}
    owners: dict[str, str] = {}
    for field in EXPORT_FIELDS:
        given = table.table(field)
        given.only(("names", "weak"))
        names[field] = tuple(header_key(name) for name in given.texts("names"))
        weak[field] = tuple(header_key(name) for name in given.texts("weak"))
        for name in (*names[field], *weak[field]):
            if owners.setdefault(name, field) != field:
                raise given.error("names", f'has "{name}", which also means {owners[name]}.')
    columns = [(column.field, header_key(column.column)) for column in layout.columns] if layout else []
    own = {field: key for field, key in columns if field in EXPORT_FIELDS and key not in names["email"]}
    return ExportLabels(names, {field: key for field, key in columns if field in EXPORT_FIELDS} | own, weak)


def series_of(label: str) -> tuple[str, int]:
    """Return the folded label without its number, and the number: ``CertificateSubject2`` is the second."""
    key = header_key(label)
    numbers = _DIGITS.findall(key)
    return _DIGITS.sub("", key), int(numbers[-1][:9]) if numbers else 1
