"""The tenant behind the RCI server: users of Contact Pro, and the certificates of each.

An invented world of any size: user ``i`` has the login ``agent<i>``, the ExternalId ``E<i>`` and the email
``Agent.<i>@example.com``; every third one has a certificate of the tenant, as Contact Pro's Issuers are spelled.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self
from uuid import UUID

ISSUER = "cc-acme.auth.eu-central-1.amazoncognito.com"

User = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """Names of the properties of a certificate; those of the real interface are unknown."""

    id: str = "certId"
    subject: str = "subjectName"
    issuer: str = "issuerName"


@dataclass(slots=True)
class Certificate:
    """One certificate of a user."""

    id: str
    subject: str
    issuer: str


def plain(identity: str) -> str:
    """Return an id as ids are compared: without hyphens, in lower case."""
    return identity.replace("-", "").lower()


def identity(number: int) -> str:
    """Build the id of a user or certificate: 32 hexadecimal digits in upper case."""
    return UUID(int=(0xC0FFEE << 96) + number).hex.upper()


def user(number: int, **other: object) -> User:
    """Build a user; what is given replaces, and None takes away."""
    made: User = {
        "id": identity(number),
        "login": f"agent{number}",
        "externalId": f"E{number}",
        "email": f"Agent.{number}@example.com",
        "firstName": "Agent",
        "surname": str(number),
        "phone": str(2000 + number),
        "settings": "Agents",
    }
    return {name: value for name, value in (made | other).items() if value is not None}


@dataclass(slots=True)
class World:
    """Users in the order in which the interface lists them, and certificates by the plain id of their user."""

    users: list[User] = field(default_factory=list)
    certificates: dict[str, list[Certificate]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(0xCE_0000_0000))
    _by_id: dict[str, User] = field(default_factory=dict)

    @classmethod
    def invented(cls, number: int, issuer: str = ISSUER) -> Self:
        """Invent so many users; every third one has a certificate."""
        world = cls([user(each) for each in range(number)])
        for each in world.users[::3]:
            world.add(each, each["email"], issuer)
        return world

    @classmethod
    def build(cls, users: Iterable[User]) -> Self:
        """Take these users, without certificates."""
        return cls(list(users))

    def find(self, identity: str) -> User | None:
        """Find a user by id, with or without hyphens, in any case."""
        if len(self._by_id) != len(self.users):
            self._by_id = {plain(each["id"]): each for each in self.users}
        return self._by_id.get(plain(identity))

    def named(self, login: str) -> User:
        """Find a user by login."""
        return next(each for each in self.users if each.get("login") == login)

    def of_user(self, each: User) -> list[Certificate]:
        """Return the certificates of a user; the list may be changed."""
        return self.certificates.setdefault(plain(each["id"]), [])

    def add(self, each: User, subject: str, issuer: str = ISSUER) -> Certificate:
        """Return a user one more certificate."""
        made = Certificate(identity(next(self._numbers)), subject, issuer)
        self.of_user(each).append(made)
        return made

    def pairs(self, login: str) -> list[tuple[str, str]]:
        """Return Subject and Issuer of each certificate of a user."""
        return [(each.subject, each.issuer) for each in self.of_user(self.named(login))]
