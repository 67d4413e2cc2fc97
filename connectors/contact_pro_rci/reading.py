"""Read every user of an RCI, page by page, with their certificates: completely or not at all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connectors.base import ProgressCallback, SourceIncomplete
from connectors.contact_pro_rci.client import RciClient
from connectors.contact_pro_rci.names import PropertyNames, RciCertificate

PAGE = 1000
ASKED = ("login", "externalId", "email")
"""Properties that newer versions return only when they are asked for as ``login=*``."""

IDENTIFYING = ("login", "externalId")


@dataclass(frozen=True, slots=True)
class RciUser:
    """One user; ``id`` is as the server spells it."""

    id: str
    login: str
    external_id: str
    email: str

    @property
    def key(self) -> str:
        """Return the id as ids are compared."""
        return plain(self.id)


def plain(identity: str) -> str:
    """Return an id without hyphens, in lower case: both spellings are one id."""
    return identity.replace("-", "").lower()


def users(client: RciClient, progress: ProgressCallback = lambda _found, _all: None) -> list[RciUser]:
    """Read every user.

    Raises:
        SourceIncomplete: the list moved while it was read, or lacks logins and external ids.
        SourceError: as ``RciClient.get`` does.
    """
    rows: list[Mapping[str, object]] = []
    seen: set[str] = set()
    for page in _pages(client):
        for each in page:
            identity = each.get("id")
            if not isinstance(identity, str) or not identity:
                raise SourceIncomplete(f"{client.host} lists a user without an id. Nothing of this reading was used.")
            key = plain(identity)
            if key in seen:
                raise SourceIncomplete(
                    f"{client.host} lists the user {identity} twice: the list moved while it was read, or offset has "
                    "no effect. Nothing of this reading was used."
                )
            seen.add(key)
        rows += page
        progress(len(rows), None)
    _prove_properties(client, rows)
    return [_user(each) for each in rows]


def certificates(
    client: RciClient,
    names: PropertyNames,
    people: list[RciUser],
    progress: ProgressCallback = lambda _found, _all: None,
) -> dict[str, list[RciCertificate]]:
    """Read the certificates of each user, by ``RciUser.key``; raises as ``RciClient.certificates`` does."""
    found = {}
    for number, each in enumerate(people, start=1):
        found[each.key] = client.certificates(each.id, names)
        progress(number, len(people))
    return found


def _pages(client: RciClient) -> Iterator[list[Mapping[str, object]]]:
    offset = 0
    while True:
        query = {"offset": str(offset), "limit": str(PAGE), **dict.fromkeys(ASKED, "*")}
        page = client.get("/users", query)
        if not isinstance(page, list) or not all(isinstance(each, dict) for each in page):
            raise SourceIncomplete(f"{client.host} answers the list of users with no list of objects.")
        if not page:
            return
        yield page
        offset += len(page)


def _prove_properties(client: RciClient, rows: list[Mapping[str, object]]) -> None:
    """Read one user if a list has a property of no user: "not returned" is not "empty"."""
    for name in IDENTIFYING:
        if rows and not any(each.get(name) for each in rows):
            alone = client.get(f"/users/{rows[0]['id']}")
            if not isinstance(alone, dict) or alone.get(name):
                raise SourceIncomplete(
                    f"{client.host} does not return {name} in its list of users, although they have one. Nothing of "
                    "this reading was used."
                )


def _user(answer: Mapping[str, object]) -> RciUser:
    login, external_id, email = (str(answer.get(name) or "") for name in ASKED)
    return RciUser(str(answer["id"]), login, external_id, email)
