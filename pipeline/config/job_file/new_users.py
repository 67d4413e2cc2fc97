"""Fields of a new user beside the certificate: the table ``[users]`` of a job file."""

import re
from collections.abc import Iterator

from pydantic import Field, field_validator, model_validator

from connectors.settings import Settings

MOST = 1_000_000
ROOT_GROUP = "allusers"
"""The group above all others; a user who is put into it inherits no role (facts: contact-pro, Import files)."""

_RANGE = re.compile(r"([0-9]{1,15})(?:-([0-9]{1,15}))?")


class NewUsers(Settings):
    """The pool of extension numbers, the user group (by team, if ``groups`` names it) and the settings template."""

    extensions: tuple[str, ...] = Field(min_length=1, strict=False)
    group: str = ""
    groups: dict[str, str] = Field(default_factory=dict)
    template: str = ""

    @property
    def numbers(self) -> tuple[str, ...]:
        """Return every extension number of the pool once, in the order of the job file; leading zeros stay."""
        return tuple(dict.fromkeys(number for text in self.extensions for number in _numbers(text)))

    @field_validator("extensions")
    @classmethod
    def _are_ranges(cls, extensions: tuple[str, ...]) -> tuple[str, ...]:
        size = sum(sum(1 for _ in _numbers(text)) for text in extensions)
        if size > MOST:
            raise ValueError(f"has more than {MOST:,} numbers")
        return extensions

    @field_validator("template")
    @classmethod
    def _is_one_line(cls, template: str) -> str:
        return _one_line(template)

    @field_validator("group")
    @classmethod
    def _is_below_all_users(cls, group: str) -> str:
        return _below_all_users(group)

    @field_validator("groups")
    @classmethod
    def _are_below_all_users(cls, groups: dict[str, str]) -> dict[str, str]:
        for team, group in groups.items():
            if not group.strip():
                raise ValueError(f"the team {team!r} has no group")
            _below_all_users(group)
        return groups

    @model_validator(mode="after")
    def _name_a_group(self) -> "NewUsers":
        if not (self.group.strip() or self.groups):
            raise ValueError("a new user needs a group: give group, or groups by team")
        return self


def _below_all_users(group: str) -> str:
    if "".join(group.split()).casefold() == ROOT_GROUP:
        raise ValueError("All Users is above every group, and a user who is put into it inherits no role; name a group")
    return _one_line(group)


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError(f"{text!r} has a line break, a tab or an invisible character")
    return text


def _numbers(text: str) -> Iterator[str]:
    """Count one range, as ``2000-2999``, or give the one number, as ``2000``."""
    found = _RANGE.fullmatch(text.replace(" ", ""))
    first, last = (found[1], found[2] or found[1]) if found else ("", "")
    if not found or len(first) != len(last) or first > last:
        raise ValueError(f"{text!r} is neither a number nor a range such as 2000-2999, both ends with as many digits")
    if int(last) - int(first) >= MOST:
        raise ValueError(f"{text!r} has more than {MOST:,} numbers")
    return (f"{number:0{len(first)}d}" for number in range(int(first), int(last) + 1))
