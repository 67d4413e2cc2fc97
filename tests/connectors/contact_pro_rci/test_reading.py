"""Users read through RCI: complete whatever the answers look like, or not at all."""

import pytest

from connectors.base import SourceIncomplete, SourceUnreachable
from connectors.contact_pro_rci import reading
from connectors.contact_pro_rci.client import RciError
from tests.connectors.contact_pro_rci.rci_session import NAMES, SERVED_NAMES, session
from tests.servers.loopback import Fault
from tests.servers.rci import Behaviour, RciServer, World, user


def people(*, keyless_first: bool = False) -> World:
    """Build five users; the first of them may have neither login nor ExternalId."""
    first = {"login": "", "externalId": ""} if keyless_first else {}
    return World.build([user(0, **first), *(user(number) for number in range(1, 5))])


@pytest.mark.parametrize("name", ["login", "externalId"])
@pytest.mark.parametrize("keyless_first", [False, True])
@pytest.mark.parametrize("omits_empty", [False, True])
def test_a_property_that_is_kept_back_is_not_taken_for_empty(
    name: str, *, keyless_first: bool, omits_empty: bool
) -> None:
    """The list has it of no user, one of the users has it: the reading is refused, and the sentence names it."""
    behaviour = Behaviour(keeps_back=frozenset({name}), omits_empty=omits_empty)
    with (
        RciServer(people(keyless_first=keyless_first), behaviour=behaviour) as server,
        session(server) as client,
        pytest.raises(SourceIncomplete, match=f"does not return {name} in its list of users"),
    ):
        reading.users(client)


@pytest.mark.parametrize("omits_empty", [False, True])
def test_a_property_that_no_user_has_is_empty(*, omits_empty: bool) -> None:
    """No user has an ExternalId, in the list or alone: the users are read without one."""
    world = World.build([user(number, externalId="") for number in range(3)])
    with RciServer(world, behaviour=Behaviour(omits_empty=omits_empty)) as server, session(server) as client:
        assert [(each.login, each.external_id) for each in reading.users(client)] == [
            ("agent0", ""),
            ("agent1", ""),
            ("agent2", ""),
        ]


def test_null_is_empty() -> None:
    """A property that is null reads as a missing one."""
    body = b'[{"id": "00000000000000000000000000000001", "login": "ada", "externalId": null, "email": null}]'
    with RciServer(World.build([])) as server, session(server) as client:
        server.faults.append(Fault("status", at="offset=0", status=200, body=body))
        server.faults.append(Fault("status", at="users/0", status=200, body=body[1:-1]))
        assert reading.users(client) == [reading.RciUser("00000000000000000000000000000001", "ada", "", "")]


@pytest.mark.parametrize("body", [b'{"users": []}', b'["ada"]', b'[{"login": "ada"}]', b'[{"id": 7}]', b"null"])
def test_a_list_of_another_form_is_refused(body: bytes) -> None:
    """An object, texts, users without an id, null: nothing of it is used."""
    with RciServer(people()) as server, session(server) as client:
        server.faults.append(Fault("status", status=200, body=body))
        with pytest.raises(SourceIncomplete):
            reading.users(client)


@pytest.mark.parametrize("kind", ["html", "huge", "cut-json", "empty"])
def test_certificates_that_cannot_be_read_are_an_error(kind: str) -> None:
    """HTML, 11 MB, half an answer or none in place of one user's certificates: an error, and no empty list."""
    with RciServer(people(), names=SERVED_NAMES) as server, session(server) as client:
        found = reading.users(client)
        server.faults.append(Fault(kind, at="/certificates", count=11_000_000, skip=1, times=-1))
        with pytest.raises((RciError, SourceUnreachable)):
            list(reading.certificates(client, NAMES, found))
