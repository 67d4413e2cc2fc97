"""Compare the name of an attribute with the names that are listed or sent. SAML names are case-sensitive."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class NameMatch:
    """The result of a comparison; ``near`` are the names that differ by case or spaces only."""

    verdict: Literal["exact", "near", "not listed", "no names"]
    near: tuple[str, ...] = ()


def compare_name(name: str, names: Sequence[str]) -> NameMatch:
    """Compare a name with the names that exist; without any names there is nothing to compare with."""
    if not names:
        return NameMatch("no names")
    if name in names:
        return NameMatch("exact")
    near = tuple(each for each in names if _folded(each) == _folded(name))
    return NameMatch("near", near) if near else NameMatch("not listed")


def _folded(name: str) -> str:
    return "".join(name.casefold().split())
