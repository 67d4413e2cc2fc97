"""Convert the users of a SCIM service to columns of text: the attributes to decode, and the cell of each.

An attribute is named as a mapping names it: ``userName``, ``name.givenName``, or after the URN of its extension,
``urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department``. The struct that users are decoded into is
made from these names, so nothing else of a person is kept. No character of a value changes here.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from typing import Any, TypeAlias

import msgspec
import pyarrow as pa

from connectors.base import ChoiceNeeded, ReaderIssue

SEPARATOR = ";"
PRIMARY = "emails[primary].value"
NO_EMAIL = "DIRECTORY-NO-EMAIL"

User: TypeAlias = Any
"""A frozen struct that is made at run time, from the attributes that are wanted; it always has an ``id``."""

Scalar: TypeAlias = str | bool | int | None
Tree: TypeAlias = dict[str, Any]


class Email(msgspec.Struct, frozen=True):
    """One of a user's emails (RFC 7643 §4.1.2)."""

    value: str | None = None
    primary: bool | None = None


class Reference(msgspec.Struct, frozen=True):
    """A group as its member knows it: ``value`` is the group's id."""

    value: str | None = None
    display: str | None = None


MANY: Tree = {"emails": tuple[Email, ...] | None, "groups": tuple[Reference, ...] | None}
"""The attributes with several values that this connector can write into one cell, and the type of these."""

UNREADABLE = frozenset({"addresses", "entitlements", "ims", "phoneNumbers", "photos", "roles", "x509Certificates"})
"""Those that it cannot (RFC 7643 §4.1.2)."""

_PART = re.compile(r"[A-Za-z][\w$-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: its name in a mapping, its way through the JSON of a user, its name in the parameter."""

    name: str
    way: tuple[str, ...]
    asked: str

    @classmethod
    def named(cls, name: str) -> "Attribute":
        """Read the name of an attribute.

        Raises:
            ChoiceNeeded: it names no value, or one of several without naming which.
        """
        if name in {PRIMARY, *MANY}:
            top = name.partition("[")[0]
            return cls(name, (top,), top)
        # A URN has dots of its own ("2.0"), but all of them before its last colon.
        urn, colon, rest = name.rpartition(":")
        parts = rest.split(".")
        if not all(map(_PART.fullmatch, parts)) or parts[0] in {*MANY, *UNREADABLE} or (urn and len(parts) == 1):
            raise ChoiceNeeded(
                f'The attribute "{name}" cannot be read over SCIM. Name one with a single value, as in userName, '
                f'name.givenName or urn:…:User.department, or one of emails, "{PRIMARY}" and groups.'
            )
        if urn:
            parts[0] = urn + colon + parts[0]
        return cls(name, tuple(parts), ":".join((parts[0], ".".join(parts[1:]))) if urn else name)


def parameter(attributes: Iterable[Attribute]) -> str:
    """Return the value of the parameter ``attributes`` (RFC 7644 §3.9): what the service should send, and no more."""
    return ",".join(dict.fromkeys(each.asked for each in attributes))


@dataclass(slots=True)
class UserTable:
    """The columns of the users that were taken so far, page by page, and what was seen of their emails.

    ``user`` is the struct to decode a user into; it has ``groups`` if they are requested or ``with_groups`` is set.
    """

    attributes: tuple[Attribute, ...]
    with_groups: bool = False
    user: type[User] = field(init=False)
    _cells: tuple[Callable[[User], str], ...] = field(init=False)
    _chunks: tuple[list[pa.Array], ...] = field(init=False)
    _alone: int = field(default=0, init=False)
    _torn: int = field(default=0, init=False)
    _unmarked: int = field(default=0, init=False)
    _read: int = field(default=0, init=False)
    issues: list[ReaderIssue] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Build the struct, and the way to each cell.

        Raises:
            ChoiceNeeded: one attribute is a part of another.
        """
        tree: Tree = {"id": str}
        if self.with_groups:
            tree["groups"] = MANY["groups"]
        for each in self.attributes:
            _plant(tree, each)
        self.user = _struct(tree)
        self._chunks = tuple([] for _ in self.attributes)
        self._cells = tuple(self._cell(each) for each in self.attributes)

    def take(self, users: Sequence[User]) -> None:
        """Add the users of a page."""
        for chunks, cell in zip(self._chunks, self._cells, strict=True):
            chunks.append(pa.array([cell(user) for user in users], pa.string()))
        for place, attribute in enumerate(self.attributes):
            if attribute.name == PRIMARY:
                self._remark(users, place)
        self._read += len(users)

    def table(self) -> pa.Table:
        """Return all users that were taken: text, without nulls."""
        columns = [pa.chunked_array(chunks, pa.string()).combine_chunks() for chunks in self._chunks]
        return pa.table(columns, names=[each.name for each in self.attributes])

    def notes(self) -> list[str]:
        """Return how often the email was not simply the one that is marked as primary."""
        counted = (
            (self._alone, "no email marked as primary, and only one email: it was taken"),
            (self._unmarked, "several emails and none marked as primary: the email was left empty"),
            (self._torn, "more than one email marked as primary: the email was left empty"),
        )
        return [f"{many} user{' has' if many == 1 else 's have'} {what}" for many, what in counted if many]

    def _cell(self, attribute: Attribute) -> Callable[[User], str]:
        special = {PRIMARY: _primary, "emails": _emails, "groups": _groups}
        return special.get(attribute.name) or partial(_single, tuple(attrgetter(_name(key)) for key in attribute.way))

    def _remark(self, users: Sequence[User], place: int) -> None:
        """Add a remark to each user with several emails of which one would have to be chosen."""
        for position, user in enumerate(users, start=self._read):
            emails, marked = _values(user)
            if len(marked) == 1 or len(emails) < 2:  # noqa: PLR2004 - several
                self._alone += not marked and len(emails) == 1
                continue
            self._torn += len(marked) > 1
            self._unmarked += not marked
            which = f"{len(marked)} of them" if marked else "none of them"
            detail = f"the service has {len(emails)} emails of this user and marks {which} as primary"
            fix = "Have exactly one of them marked as primary in the identity provider."
            self.issues.append(ReaderIssue(NO_EMAIL, position, place, "; ".join(emails), detail, fix))


def _values(user: User) -> tuple[list[str], list[str]]:
    """Return a user's emails, and those that are marked as primary, equal ones once."""
    emails = [each for each in user.emails or () if each.value]
    return (
        list(dict.fromkeys(str(each.value) for each in emails)),
        list(dict.fromkeys(str(each.value) for each in emails if each.primary)),
    )


def _primary(user: User) -> str:
    """Return the email marked as primary; without a mark, the only one."""
    emails, marked = _values(user)
    chosen = marked or emails
    return chosen[0] if len(chosen) == 1 else ""


def _emails(user: User) -> str:
    return SEPARATOR.join(each.value for each in user.emails or () if each.value)


def _groups(user: User) -> str:
    return SEPARATOR.join(filter(None, (each.display or each.value for each in user.groups or ())))


def _single(way: tuple[Callable[[Any], Any], ...], user: User) -> str:
    value = user
    for step in way:
        if value is None:
            return ""
        value = step(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _plant(tree: Tree, attribute: Attribute) -> None:
    """Add the way of one attribute to the tree of those that are wanted."""
    *inner, last = attribute.way
    branch: Any = tree
    for key in inner:
        branch = branch.setdefault(key, {}) if isinstance(branch, dict) else None
    if not isinstance(branch, dict) or isinstance(branch.get(last), dict):
        raise ChoiceNeeded(
            f'The attribute "{attribute.name}" cannot be read beside another one that it is a part of, or that is a '
            "part of it. Name only one of the two in the mapping."
        )
    branch.setdefault(last, MANY.get(attribute.asked, Scalar))


def _struct(tree: Tree) -> type[User]:
    """Build the struct for a tree of keys: any value but the id may be absent or null; other keys are passed over."""
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    for key, kind in tree.items():
        if kind is str:
            fields.append((_name(key), str))
        else:
            fields.append((_name(key), _struct(kind) | None if isinstance(kind, dict) else kind, None))
    return msgspec.defstruct("User", fields, frozen=True, rename={_name(key): key for key in tree})


def _name(key: str) -> str:
    """Return the field for a key of JSON, which may be no name in Python."""
    return key if key in {"id", *MANY} else f"at_{key.encode().hex()}"
