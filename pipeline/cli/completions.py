"""Values that a shell completes: the words that an option takes, and the names of what is packaged.

A file may stand for a layout or mapping, too: without a fitting name the shell completes files by itself.
"""

from collections.abc import Callable, Iterator
from typing import Any

Values = Callable[[str], list[str]]


def choice(*words: str) -> dict[str, Any]:
    """Return how an option of some words is shown and completed."""
    return {"metavar": "|".join(words), "autocompletion": beginning(lambda: iter(words))}


def beginning(values: Callable[[], Iterator[str]]) -> Values:
    """Return the completion of values: those that begin with what was typed, in any case."""

    def complete(incomplete: str) -> list[str]:
        return [value for value in values() if value.lower().startswith(incomplete.lower())]

    return complete


def _layouts() -> Iterator[str]:
    from mappings.load import packaged_layouts

    yield from (each.name for each in packaged_layouts())


def _mappings() -> Iterator[str]:
    from mappings.load import SOURCES

    yield from sorted(path.stem for path in SOURCES.glob("*.toml"))


def _regions() -> Iterator[str]:
    from mappings.load import load_regions

    yield from (each.key for each in load_regions())


LAYOUTS, MAPPINGS, REGIONS = beginning(_layouts), beginning(_mappings), beginning(_regions)
