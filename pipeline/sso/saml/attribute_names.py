"""Names of attributes: how one stands among those that are offered or sent. Letters decide, for SAML minds case."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class NameMatch:
    """How a name stands among others; ``near`` are those that differ from it by case or spaces only."""

    verdict: Literal["exact", "near", "not listed", "cannot tell"]
    near: tuple[str, ...] = ()


def standing(name: str, names: Sequence[str]) -> NameMatch:
    """Compare a name with those that there are; where there are none at all, nothing can be told."""
    if not names:
        return NameMatch("cannot tell")
    if name in names:
        return NameMatch("exact")
    near = tuple(each for each in names if _folded(each) == _folded(name))
    return NameMatch("near", near) if near else NameMatch("not listed")


def _folded(name: str) -> str:
    return "".join(name.casefold().split())
