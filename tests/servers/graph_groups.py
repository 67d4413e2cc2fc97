"""The groups and the enterprise application of every invented directory, and who is in them at first.

By the number ``i`` of a person in an invented world, in which a third are agents (334 of 1,000):

- ``SG-ContactCentre-Agents`` holds ``i % 12 in (0, 9)``;
- ``SG-ContactCentre-Berlin`` holds ``i % 12 == 3``, and ``i % 60 == 0``, who are in both;
- ``SG-ContactCentre-Berlin-Night`` holds ``i % 12 == 6``.

Agents contains Berlin, Berlin contains Night, and Night contains Agents: each has the same transitive members,
``i % 3 == 0``. Two groups are named ``SG-Duplicate`` (person 0, person 1), ``SG-Empty`` is empty.

The application is assigned to ``i % 10 == 1`` as agents, to person 1 once more as supervisor, to a robot, and to the
group Berlin, whose nested groups do not count.

In the world of an export all people are agents: those of the office in Berlin are members of Berlin, or of Night if
their department is the night shift; all others are direct members. ``i`` is then the place in the file, for the rest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.servers.people import Person

APP_ID = "0c0ffee0-5a17-4c0d-9e57-000000000001"
AGENT_ROLE, SUPERVISOR_ROLE = (f"0c0ffee0-5a17-4c0d-9e57-00000000000{n}" for n in (2, 3))
AGENTS, BERLIN, NIGHT, TWIN, OTHER_TWIN, EMPTY = (f"6c0ffee0-5a17-4c0d-9e57-00000000000{n}" for n in range(1, 7))
DEVICE = {
    "@odata.type": "#microsoft.graph.device",
    "id": "dc0ffee0-5a17-4c0d-9e57-000000000001",
    "displayName": "Wallboard Berlin",
}
CONTACT = {
    "@odata.type": "#microsoft.graph.orgContact",
    "id": "dc0ffee0-5a17-4c0d-9e57-000000000002",
    "displayName": "Agency on call",
    "mail": "on.call@example.com",
}


@dataclass(slots=True)
class Group:
    """A group: ``first`` are the people who were in it at first, ``joined`` and ``left`` what changed since."""

    id: str
    name: str
    first: tuple[Sequence[int], ...] = ()
    nested: tuple[str, ...] = ()
    others: tuple[dict[str, str], ...] = ()
    joined: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)

    def holds(self) -> set[int]:
        """Return the places of the direct members."""
        return set().union(*self.first, self.joined) - self.left


@dataclass(slots=True)
class ServicePrincipal:
    """An enterprise application as the tenant holds it; ``users`` are assigned to it by name."""

    id: str
    app_id: str
    name: str
    users: Sequence[int] = ()
    assignment_required: bool = True


def groups(agents: Iterable[Sequence[int]], berlin: Iterable[Sequence[int]], night: Sequence[int]) -> tuple[Group, ...]:
    """Build the groups of a world around those who are agents."""
    return (
        Group(AGENTS, "SG-ContactCentre-Agents", tuple(agents), (BERLIN,), (DEVICE, CONTACT)),
        Group(BERLIN, "SG-ContactCentre-Berlin", tuple(berlin), (NIGHT,), (DEVICE,)),
        Group(NIGHT, "SG-ContactCentre-Berlin-Night", (night,), (AGENTS,)),
        Group(TWIN, "SG-Duplicate", ((0,),)),
        Group(OTHER_TWIN, "SG-Duplicate", ((1,),)),
        Group(EMPTY, "SG-Empty"),
    )


def invented_groups(count: int) -> tuple[Group, ...]:
    """Spread so many invented people over the groups."""
    return groups(
        (range(0, count, 12), range(9, count, 12)),
        (range(3, count, 12), range(0, count, 60)),
        range(6, count, 12),
    )


def exported_groups(people: Sequence[Person]) -> tuple[Group, ...]:
    """Put all people of an export into the group of the office and the shift."""
    agents: list[int] = []
    berlin: list[int] = []
    night: list[int] = []
    for place, person in enumerate(people):
        here = person.get("officeLocation") == "Berlin"
        late = person.get("department") == "Night shift"
        (night if here and late else berlin if here else agents).append(place)
    return groups([agents], [berlin], night)


def application(count: int) -> ServicePrincipal:
    """Assign the application to every tenth of so many people."""
    identity = "ac0ffee0-5a17-4c0d-9e57-000000000001"
    return ServicePrincipal(identity, APP_ID, "Sinch Contact Pro (invented)", range(1, count, 10))


def other_application() -> ServicePrincipal:
    """Build an unused application, which a careless client may take for the right one."""
    return ServicePrincipal(
        "ac0ffee0-5a17-4c0d-9e57-000000000002",
        "0c0ffee0-5a17-4c0d-9e57-000000000009",
        "Another application (invented)",
        assignment_required=False,
    )
