"""Texts that people read, in every language: one TOML file a language, found by its name.

A third language is one more file. ``tests/pipeline/model/texts`` finds entries that are missing or unused, and entries
that want other values than English does.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

import msgspec

DEFAULT = "en"


class Plural(msgspec.Struct, frozen=True):
    """One text for a count of 1 and one for every other count."""

    one: str
    other: str


class Texts(msgspec.Struct, frozen=True):
    """The texts of one language, by dotted key (``workbook.status``)."""

    language: str
    entries: Mapping[str, str | Plural]

    def __getitem__(self, key: str) -> str:
        """Return a text that takes no values; a text with a plural is returned for many."""
        entry = self.entries[key]
        return entry.other if isinstance(entry, Plural) else entry

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a text with its values; ``count`` chooses between the texts for one and for many."""
        entry = self.entries[key]
        if isinstance(entry, Plural):
            entry = entry.one if values["count"] == 1 else entry.other
        return entry.format_map(values)

    def get(self, key: str, otherwise: str) -> str:
        """Return a text, or ``otherwise`` if this language has none of that key."""
        return self[key] if key in self.entries else otherwise


def languages() -> tuple[str, ...]:
    """List the languages that have a file."""
    files = (entry.name for entry in resources.files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


@cache
def get(language: str) -> Texts:
    """Return the texts of a language; English for one without a file."""
    known = language if language in languages() else DEFAULT
    table = tomllib.loads(resources.files(__package__).joinpath(f"{known}.toml").read_text("utf-8"))
    return Texts(known, dict(_flat(table, "")))


def _flat(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str | Plural]]:
    for name, value in table.items():
        if isinstance(value, str):
            yield prefix + name, value
        elif set(value) == {"one", "other"}:
            yield prefix + name, Plural(value["one"], value["other"])
        else:
            yield from _flat(value, f"{prefix}{name}.")
