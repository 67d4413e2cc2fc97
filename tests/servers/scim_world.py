"""The directory behind the SCIM server: users as SCIM has them, and groups of users and groups.

In an invented world every third person (``i % 3 == 0``) is an agent: ``SG-ContactCentre-Agents`` holds ``i % 12`` of 0
and 9 directly, ``SG-ContactCentre-Berlin`` 3, ``SG-ContactCentre-Berlin-Night`` 6. Agents contains Berlin, Berlin
contains Night, and Night contains Agents, so that each of the three has the same people in the end. In the world of an
export all people are agents, and those of the office in Berlin through the group of that name.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.servers.people import People, Person, exported, invented

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SAP = "urn:ietf:params:scim:schemas:extension:sap:2.0:User"

AGENTS, BERLIN, NIGHT = (f"7c0ffee0-5a17-4c0d-9e57-00000000000{n}" for n in (1, 2, 3))

Resource = dict[str, Any]


@dataclass(slots=True)
class Group:
    """A group: the ids of its direct members, in the order in which they came."""

    id: str
    name: str
    users: list[str] = field(default_factory=list)
    nested: list[str] = field(default_factory=list)


@dataclass(slots=True)
class World:
    """Users in the order in which the service gives them, and groups by id; both may be changed while served."""

    users: list[Resource]
    groups: dict[str, Group] = field(default_factory=dict)

    @classmethod
    def invented(cls, count: int) -> Self:
        """Invent so many users; a third of them are agents."""
        people = invented(count)
        return cls._of(people, lambda _, i: {0: AGENTS, 9: AGENTS, 3: BERLIN, 6: NIGHT}.get(i % 12))

    @classmethod
    def from_export(cls, path: Path) -> Self:
        """Take the users of a file that the Entra admin center wrote; all of them are agents."""
        return cls._of(exported(path), lambda person, _: BERLIN if person.get("officeLocation") == "Berlin" else AGENTS)

    @classmethod
    def _of(cls, people: People, group_of: Callable[[Person, int], str | None]) -> Self:
        world = cls([_user(people[index]) for index in range(len(people))])
        for identity, name, nested in (
            (AGENTS, "SG-ContactCentre-Agents", BERLIN),
            (BERLIN, "SG-ContactCentre-Berlin", NIGHT),
            (NIGHT, "SG-ContactCentre-Berlin-Night", AGENTS),
        ):
            world.add(Group(identity, name, nested=[nested]))
        for index, user in enumerate(world.users):
            if (identity := group_of(people[index], index)) is not None:
                world.groups[identity].users.append(user["id"])
        return world

    def add(self, group: Group) -> Group:
        """Add a group."""
        self.groups[group.id] = group
        return group

    def groups_of(self, users: Iterable[str]) -> dict[str, list[Group]]:
        """Return the groups that each of these users is in directly."""
        found: dict[str, list[Group]] = {user: [] for user in users}
        for group in self.groups.values():
            for user in found.keys() & set(group.users):
                found[user].append(group)
        return found


def user(number: int, **other: object) -> Resource:
    """Build the plainest user of a table; what is given replaces, and None takes away."""
    plain: Resource = {
        "schemas": [USER],
        "id": f"00000000-5a17-4c0d-9e57-{number:012d}",
        "userName": f"user{number}",
        "emails": [{"value": f"User.{number}@example.com", "primary": True}],
        "active": True,
    }
    return {name: value for name, value in (plain | other).items() if value is not None}


def _user(person: Person) -> Resource:
    """Build a user of SAP from a person of Entra: the global user id is the id, the sign-in name begins the UPN."""
    mail = person.get("mail")
    aliases = [address[5:] for address in person.get("proxyAddresses", ()) if address.startswith("smtp:")]
    emails = [{"value": mail, "type": "work", "primary": True}] if mail else []
    emails += [{"value": alias, "type": "other", "primary": False} for alias in aliases if mail]
    told: Resource = {
        "schemas": [USER, ENTERPRISE, SAP],
        "id": person["id"],
        "meta": {"resourceType": "User", "created": person.get("createdDateTime"), "version": "1"},
        "userName": person["userPrincipalName"].partition("@")[0],
        "name": {"givenName": person.get("givenName"), "familyName": person.get("surname")},
        "displayName": person.get("displayName"),
        "emails": emails,
        "active": person["accountEnabled"],
        "userType": "partner" if person.get("userType") == "Guest" else "employee",
        ENTERPRISE: {"department": person.get("department"), "employeeNumber": person.get("employeeId")},
        SAP: {"userUuid": person["id"], "status": "active" if person["accountEnabled"] else "inactive"},
    }
    told = {name: _without_nothing(value) for name, value in told.items()}
    return {name: value for name, value in told.items() if value not in (None, {}, [])}


def _without_nothing(value: object) -> object:
    return {key: each for key, each in value.items() if each is not None} if isinstance(value, dict) else value
