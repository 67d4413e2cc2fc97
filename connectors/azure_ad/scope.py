"""The scope of a reading: all users, the members of a group, or those assigned to an enterprise application."""

from dataclasses import dataclass

PAGE = 999
"""The largest page that Graph gives."""


@dataclass(frozen=True, slots=True)
class Everyone:
    """Every user of the tenant."""


@dataclass(frozen=True, slots=True)
class Group:
    """The users of a group and of all groups nested in it; ``name`` is its display name or its id."""

    name: str


@dataclass(frozen=True, slots=True)
class Application:
    """The users assigned to an enterprise application, by name or by a group; ``client_id`` is its application id."""

    client_id: str


Scope = Everyone | Group | Application


@dataclass(frozen=True, slots=True)
class UserQuery:
    """The scope and the attributes to read; ``condition`` is an OData filter; ``top`` is the size of a page."""

    scope: Scope
    names: tuple[str, ...]
    condition: str | None = None
    top: int = PAGE
