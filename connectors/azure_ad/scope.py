"""The scope of a reading: all users, the members of a group, or those assigned to an enterprise application."""

import msgspec


class Everyone(msgspec.Struct, frozen=True):
    """Every user of the tenant."""


class Group(msgspec.Struct, frozen=True):
    """The users of a group and of all groups nested in it; ``name`` is its display name or its id."""

    name: str


class Application(msgspec.Struct, frozen=True):
    """The users assigned to an enterprise application, by name or by a group; ``client_id`` is its application id."""

    client_id: str


Scope = Everyone | Group | Application


class UserQuery(msgspec.Struct, frozen=True):
    """The scope and the attributes to read; ``condition`` is an OData filter; ``top`` is the size of a page.

    Without ``top`` pages are as large as Graph gives them.
    """

    scope: Scope
    names: tuple[str, ...]
    condition: str | None = None
    top: int | None = None
