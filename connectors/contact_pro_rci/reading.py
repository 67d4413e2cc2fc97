"""Read every user of an RCI, page by page, with their certificates: completely or not at all."""

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from urllib.parse import quote

import msgspec

from connectors.base import ProgressCallback, SourceIncomplete
from connectors.contact_pro_rci.client import RciClient
from connectors.contact_pro_rci.names import PropertyNames, RciCertificate

PAGE = 1000
ASKED = ("login", "externalId", "email")
"""Properties that newer versions return only when they are asked for as ``login=*``."""

IDENTIFYING = {"login": "login", "external_id": "externalId"}
"""What a user is found by, and how the interface calls it."""


class RciUser(msgspec.Struct, frozen=True, gc=False):
    """One user; ``id`` is as the server spells it."""

    id: str
    login: str
    external_id: str
    email: str

    @property
    def key(self) -> str:
        """Return the id as ids are compared."""
        return plain(self.id)


class _Listed(msgspec.Struct, gc=False, rename={"external_id": "externalId"}):
    """One user of an answer; a property that is missing is None, and so is one that is null."""

    id: object = None
    login: object = None
    external_id: object = None
    email: object = None


def plain(identity: str) -> str:
    """Return an id without hyphens, in lower case: both spellings are one id."""
    return identity.replace("-", "").lower()


def users(client: RciClient, progress: ProgressCallback = lambda _found, _all: None) -> list[RciUser]:
    """Read every user.

    Raises:
        SourceIncomplete: the list moved while it was read, or lacks logins and external ids.
        SourceError: as ``RciClient.get`` does.
    """
    people: list[RciUser] = []
    seen: set[str] = set()
    for page in _pages(client):
        new = [
            RciUser(each.id, str(each.login or ""), str(each.external_id or ""), str(each.email or ""))
            for each in page
            if each.id and isinstance(each.id, str)
        ]
        if len(new) < len(page):
            raise SourceIncomplete(f"{client.host} lists a user without an id. Nothing of this reading was used.")
        seen.update([plain(each.id) for each in new])
        people += new
        if len(seen) < len(people):
            raise SourceIncomplete(
                f"{client.host} lists the user {_repeated(people)} twice: the list moved while it was read, or offset "
                "has no effect. Nothing of this reading was used."
            )
        progress(len(people), None)
    _prove_properties(client, people)
    return people


def certificates(
    client: RciClient, names: PropertyNames, people: Sequence[RciUser], known: Container[str] = ()
) -> Iterator[tuple[RciUser, list[RciCertificate]]]:
    """Read the certificates of one user after another, but not of those whose ``RciUser.key`` is known already.

    Raises:
        SourceError: as ``RciClient.certificates`` does.
    """
    for each in people:
        if each.key not in known:
            yield each, client.certificates(each.id, names)


def _pages(client: RciClient) -> Iterator[list[_Listed]]:
    offset = 0
    while page := client.get("/users", list[_Listed], _query(offset)):
        yield page
        offset += len(page)


def _query(offset: int) -> dict[str, str]:
    return {"offset": str(offset), "limit": str(PAGE), **dict.fromkeys(ASKED, "*")}


def _repeated(people: Sequence[RciUser]) -> str:
    """Return an id that is there twice, as the server spells it first."""
    [(key, _)] = Counter(each.key for each in people).most_common(1)
    return next(each.id for each in people if each.key == key)


def _prove_properties(client: RciClient, people: Sequence[RciUser]) -> None:
    """Read single users if a list has a property of no user at all: "not returned" is not "empty"."""
    for name, shown in IDENTIFYING.items():
        if any(getattr(each, name) for each in people):
            continue
        for identity in dict.fromkeys(people[at].id for at in (0, len(people) // 2, -1) if people):
            if getattr(client.get(f"/users/{quote(identity, safe='')}", _Listed), name):
                raise SourceIncomplete(
                    f"{client.host} does not return {shown} in its list of users, although they have one. Nothing of "
                    "this reading was used."
                )
