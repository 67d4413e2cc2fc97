"""The people of one group of a SCIM service, with those of every group within it, however deep and even in a circle.

A group lists its direct members, users and groups alike, up to a limit; members beyond it are found by the groups that
each user lists.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import quote

import msgspec

from connectors.base import ChoiceNeeded, SourceMissing
from connectors.sap_idp.client import ScimClient
from connectors.sap_idp.paging import PagedList, Paging, pages_of, whole
from connectors.sap_idp.responses import Missing
from connectors.sap_idp.users import User

OLD_SERVICE = "/service/scim"
MOST_MEMBERS, MOST_MEMBERS_OLD = 20_000, 100
"""So many members of a group are listed at most (SAP's documentation of "Local Identity Directory", property
idds.group.members.paging.enabled; of "Groups Search" for the deprecated service)."""

SHOWN = 5
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Member(msgspec.Struct, frozen=True):
    """A member as its group knows it; ``type`` is User or Group; some services leave it to ``$ref``, or out."""

    value: str
    type: str | None = None
    ref: str | None = msgspec.field(default=None, name="$ref")

    @property
    def is_group(self) -> bool | None:
        """Return True if this is a group within the group, None if the service leaves it open (RFC 7643 §4.2)."""
        if self.type:
            return self.type.lower() == "group"
        return "/groups/" in self.ref.lower() if self.ref else None


class Group(msgspec.Struct, frozen=True):
    """A group (RFC 7643 §4.2)."""

    id: str
    name: str | None = msgspec.field(default=None, name="displayName")
    members: tuple[Member, ...] | None = None


_GROUP = msgspec.json.Decoder(Group)
_GROUPS = pages_of(Group)


@dataclass(frozen=True, slots=True)
class Membership:
    """Who belongs to a group: ``users`` by id, ``groups`` the ids of the group and of every group within it.

    ``whole`` is False if a group has as many members as the service lists at once, so that further groups may be in it.
    """

    name: str
    users: frozenset[str]
    groups: frozenset[str]
    whole: bool
    notes: tuple[str, ...]


@dataclass(slots=True)
class _KindOfMember:
    """Separates groups from users among members; asks for the ids of all groups if a member leaves its kind open."""

    client: ScimClient
    paging: Paging
    _groups: frozenset[str] | None = None

    def is_group(self, member: Member) -> bool:
        if member.is_group is not None:
            return member.is_group
        if self._groups is None:
            self._groups = frozenset(group.id for group in _listed(self.client, {"attributes": "id"}, self.paging))
        return member.value in self._groups


@dataclass(slots=True)
class GroupFilter:
    """Keeps those who belong to a group, page by page, by the word of either side.

    The service filters users only by the groups that they are in directly. So all users are read, and those are kept
    who are in the group or in one within it.
    """

    members: Membership
    _found: set[str] = field(default_factory=set)
    _by_own_word: int = 0

    def keep(self, users: list[User]) -> list[User]:
        """Return the users of a page who belong to the group."""
        kept = [user for user in users if user.id in self.members.users or self._says_so(user)]
        self._found.update(user.id for user in kept)
        self._by_own_word += sum(user.id not in self.members.users for user in kept)
        return kept

    def notes(self) -> list[str]:
        """Return the differences of the two sides, after all users were seen."""
        absent = len(self.members.users - self._found)
        counted = (
            (self._by_own_word, "user", "in the group by their own record, and the group does not name them"),
            (absent, "member", "named by the group, and not among the users that were read"),
        )
        return [f"{many} {one}{' is' if many == 1 else 's are'} {what}" for many, one, what in counted if many]

    def _says_so(self, user: User) -> bool:
        return any(each.value in self.members.groups for each in user.groups or ())


def find(client: ScimClient, wanted: str, paging: Paging) -> Group:
    """Find a group by id if it looks like one, else by its display name.

    Raises:
        SourceMissing: there is no such group.
        ChoiceNeeded: several have that name, and none of them, or more than one, exactly.
    """
    if _GUID.fullmatch(wanted):
        return _by_id(client, wanted)
    escaped = wanted.replace("\\", "\\\\").replace('"', '\\"')
    query = {"filter": f'displayName eq "{escaped}"', "attributes": "id,displayName"}
    # A service that ignores a filter would return all its groups, and one of them might be the only one.
    groups = _listed(client, query, paging)
    close = [group for group in groups if (group.name or "").casefold() == wanted.casefold()]
    exact = [group for group in close if group.name == wanted]
    if not close:
        raise SourceMissing(
            f'{client.host} has no group "{wanted}". Write its display name or its id into group.',
            advice="Correct `group` in the job file and run again.",
        )
    if len(close) > 1 and len(exact) != 1:
        ids = ", ".join(f"{group.id} ({group.name})" for group in close[:SHOWN])
        raise ChoiceNeeded(
            f'{client.host} has {len(close)} groups "{wanted}": {ids}{" …" if len(close) > SHOWN else ""}. '
            "Write the id of the right one into group."
        )
    return _by_id(client, (exact or close)[0].id)


def membership(client: ScimClient, group: Group, paging: Paging) -> Membership:
    """Read the members of a group and of its groups; each is read once, so a circle ends by itself."""
    kinds = _KindOfMember(client, paging)
    groups: dict[str, Group | None] = {group.id: group}
    waiting = [group]
    while waiting:
        for member in waiting.pop().members or ():
            if kinds.is_group(member) and member.value not in groups:
                groups[member.value] = within = _within(client, member.value)
                if within is not None:
                    waiting.append(within)
    known = [each for each in groups.values() if each is not None]
    limit = MOST_MEMBERS_OLD if OLD_SERVICE in client.url else MOST_MEMBERS
    full = [each for each in known if len(each.members or ()) >= limit]
    gone = len(groups) - len(known)
    notes = [
        f'the group "{each.name}" listed {limit:,} members, which is the limit of the service; further users were '
        "found by the groups that they name, further groups within it were not"
        for each in full
    ]
    if gone:
        notes.append(f"{gone} group{'s' if gone > 1 else ''} within the group no longer exist{'' if gone > 1 else 's'}")
    return Membership(
        name=group.name or group.id,
        users=frozenset(member.value for each in known for member in each.members or () if not kinds.is_group(member)),
        groups=frozenset(groups),
        whole=not full,
        notes=tuple(notes),
    )


def _listed(client: ScimClient, query: dict[str, str], paging: Paging) -> list[Group]:
    """Read the groups that fit a query, all of them."""

    def reading(paging: Paging) -> list[Group]:
        listing: PagedList[Group] = PagedList(client, "Groups", query, _GROUPS, paging)
        return [group for page in listing.pages() for group in page]

    return whole(f"Groups of {client.host}", reading, paging)[0]


def _by_id(client: ScimClient, identity: str) -> Group:
    try:
        return client.get(_link(client, identity), _GROUP)
    except Missing:
        raise SourceMissing(
            f'{client.host} has no group with the id "{identity}". Write its display name or its id into group.'
        ) from None


def _within(client: ScimClient, identity: str) -> Group | None:
    try:
        return client.get(_link(client, identity), _GROUP)
    except Missing:
        return None


def _link(client: ScimClient, identity: str) -> str:
    return client.link(f"Groups/{quote(identity, safe='')}", {"attributes": "id,displayName,members"})
