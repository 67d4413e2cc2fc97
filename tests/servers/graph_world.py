"""The directory behind the Graph server: people, groups, applications, and everything that changed.

Thread-safe, and mutable while it is served. People have a place that never changes; places are what page tokens hold.
Who is in which group at first is written in ``graph_groups``.
"""

import threading
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.servers.graph_groups import (
    AGENTS,
    BERLIN,
    NIGHT,
    Group,
    application,
    exported_groups,
    invented_groups,
    other_application,
)
from tests.servers.graph_query import USER_PROPERTIES
from tests.servers.people import People, Person, exported, invented


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the stream of changes: the new values, None if cleared; or why a person is no longer there."""

    id: str
    values: dict[str, Any]
    removed: str = ""


class World:
    """What the server serves.

    ``touched`` are people as they are now if they differ from how they were made, ``gone`` the places of those who
    were removed; ``changes`` is the stream of changes, and ``generation`` counts how often its tokens were forgotten.
    """

    def __init__(self, people: People, groups: tuple[Group, ...]) -> None:
        """Begin with these people in these groups."""
        self.people, self.groups = people, groups
        self.app, self.other_app = application(len(people)), other_application()
        self.lock = threading.RLock()
        self.touched: dict[int, Person] = {}
        self.gone: set[int] = set()
        self.changes: list[Change] = []
        self.generation = 0
        self._size = len(people)
        self._added: dict[str, int] = {}
        self._lists: dict[str, Sequence[int]] = {}

    @classmethod
    def invented(cls, count: int) -> Self:
        """Build a world of so many invented people."""
        return cls(invented(count), invented_groups(count))

    @classmethod
    def from_export(cls, path: Path) -> Self:
        """Build a world of the people of a "Download users" file of the Entra admin center."""
        people = exported(path)
        return cls(people, exported_groups(people.models))

    # ---- looking -------------------------------------------------------------------------------------------------

    def person(self, place: int) -> Person:
        """Return every property of the person at a place."""
        return self.touched.get(place) or self.people[place]

    def find(self, identity: str) -> int | None:
        """Return the place of a person who is there; None for all users else."""
        place = self._place(identity)
        return None if place is None or place in self.gone else place

    def everybody(self) -> Sequence[int]:
        """Return the places of those who are there, in order."""
        return self._kept("everybody", lambda: range(self._size)) if self.gone else range(self._size)

    def members(self, group: Group, *, deep: bool) -> Sequence[int]:
        """Return the places of a group's users in order; ``deep`` with those of nested groups, each once."""
        groups = self.within(group) if deep else (group,)
        return self._kept(f"{group.id} {deep}", lambda: sorted(set[int]().union(*(each.holds() for each in groups))))

    def entitled(self) -> Sequence[int]:
        """Return the places of all who may use the application: assigned by name, or direct members of Berlin."""
        return self._kept("entitled", lambda: sorted({*self.app.users, *self.group(BERLIN).holds()}))

    def assigned(self) -> Sequence[int]:
        """Return the places of the users who are assigned to the application by name."""
        return self._kept("assigned", lambda: self.app.users)

    @property
    def counts(self) -> dict[str, int]:
        """How many users there are, are in the groups, and may use the application."""
        named = {"agents": AGENTS, "berlin": BERLIN, "night": NIGHT}
        return {
            "users": len(self.everybody()),
            "agents": len(self.members(self.group(AGENTS), deep=True)),
            **{f"{name}_direct": len(self.members(self.group(each), deep=False)) for name, each in named.items()},
            "assigned": len(self.assigned()),
            "entitled": len(self.entitled()),
        }

    def group(self, identity: str) -> Group:
        """Find a group by its id or, if only one has it, by its name.

        Raises:
            KeyError: there is none.
        """
        for group in self.groups:
            if identity.lower() in {group.id, group.name.lower()}:
                return group
        raise KeyError(f"There is no group {identity!r}.")

    def within(self, group: Group) -> tuple[Group, ...]:
        """Return a group and all groups nested in it, each once."""
        found: dict[str, Group] = {}
        waiting = [group.id]
        while waiting:
            if (identity := waiting.pop()) not in found:
                found[identity] = self.group(identity)
                waiting.extend(found[identity].nested)
        return tuple(found.values())

    # ---- changing ------------------------------------------------------------------------------------------------

    def change(self, identity: str, **values: object) -> None:
        """Return properties of a person new values; None clears one."""
        _check(values)
        with self.lock:
            place = self._known(identity)
            person = {**self.person(place), **values}
            self.touched[place] = {name: value for name, value in person.items() if value is not None}
            self.changes.append(Change(person["id"], dict(values)))

    def add(self, **person: object) -> str:
        """Add a person, or bring a removed one back, and give the id."""
        _check(person)
        with self.lock:
            place = self._place(str(person.get("id", "")))
            if place is not None and place not in self.gone:
                raise ValueError(f"{person['id']} is there already.")
            if place is None:
                place, self._size = self._size, self._size + 1
                made = {"id": f"adc0ffee-5a17-4c0d-9e57-{place:012d}", "accountEnabled": True, "userType": "Member"}
                person = made | person
                self._added[str(person["id"]).lower()] = place
            else:
                person = self.person(place) | person
            self.gone.discard(place)
            self._lists.clear()
            self.touched[place] = {name: value for name, value in person.items() if value is not None}
            self.changes.append(Change(str(person["id"]), self.touched[place]))
            return str(person["id"])

    def remove(self, identity: str, reason: str = "changed") -> None:
        """Remove a person: "changed" is the recycle bin, "deleted" is for good."""
        if reason not in {"changed", "deleted"}:
            raise ValueError(f"A person is removed as 'changed' or as 'deleted', not as {reason!r}.")
        with self.lock:
            place = self._known(identity)
            self.gone.add(place)
            self._lists.clear()
            self.changes.append(Change(self.person(place)["id"], {}, reason))

    def join(self, group: str, identity: str) -> None:
        """Build a person a direct member."""
        with self.lock:
            place = self._known(identity)
            self._lists.clear()
            self.group(group).joined.add(place)
            self.group(group).left.discard(place)

    def leave(self, group: str, identity: str) -> None:
        """End a direct membership."""
        with self.lock:
            self._lists.clear()
            self.group(group).left.add(self._known(identity))

    def forget_changes(self) -> None:
        """Build every delta token given so far too old."""
        with self.lock:
            self.generation += 1

    def _kept(self, name: str, make: Callable[[], Iterable[int]]) -> Sequence[int]:
        """Keep a list of places until the people or the groups change."""
        with self.lock:
            if name not in self._lists:
                self._lists[name] = array("I", (place for place in make() if place not in self.gone))
            return self._lists[name]

    def _place(self, identity: str) -> int | None:
        place = self._added.get(identity.lower())
        return self.people.index(identity) if place is None else place

    def _known(self, identity: str) -> int:
        place = self.find(identity)
        if place is None:
            raise KeyError(f"There is no user {identity!r}.")
        return place


def _check(person: Mapping[str, object]) -> None:
    """Refuse a property that no user has, before a test waits for it in vain."""
    if unknown := person.keys() - USER_PROPERTIES:
        raise ValueError(f"No property of a user: {', '.join(sorted(unknown))}.")
