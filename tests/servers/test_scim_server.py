"""The SCIM server that the connector is tested with: it is as narrow as the real one, or the tests prove nothing."""

import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.connectors.sap_idp.scim_reading import Clock
from tests.servers.loopback import Fault
from tests.servers.scim import Access, ScimServer, Throttle, World
from tests.servers.scim_world import AGENTS, ENTERPRISE, Group, user

PROJECT = Path(__file__).parents[2]
BASIC = ("invented-client", "invented-password")

# Without this each question would first read every authority of the world, to speak plain http.
get, post = (partial(ask, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) for ask in (httpx.get, httpx.post))


@pytest.fixture
def server() -> Iterator[ScimServer]:
    """Serve 250 users, five of them in a group."""
    people = [user(number, userType="employee" if number % 2 else "partner") for number in range(250)]
    with ScimServer(World(people, {"g1": Group("g1", "Agents", [each["id"] for each in people[:5]])})) as server:
        yield server


def ask(server: ScimServer, path: str = "Users", **query: object) -> httpx.Response:
    """Ask with the usual password."""
    return get(f"{server.url}/{path}", params={name: str(text) for name, text in query.items()}, auth=BASIC)


@pytest.mark.parametrize(
    ("query", "came", "first"),
    [
        ({}, 100, 0),
        ({"count": 1000}, 100, 0),
        ({"count": 7}, 7, 0),
        ({"count": 0}, 0, None),
        ({"count": -1}, 0, None),
        ({"startIndex": 101}, 100, 100),
        ({"startIndex": 201}, 50, 200),
        ({"startIndex": 0}, 100, 0),
        ({"startIndex": 251}, 0, None),
        ({"startId": "initial"}, 100, 0),
        ({"startId": "00000000-5a17-4c0d-9e57-000000000240"}, 10, 240),
    ],
)
def test_a_page(server: ScimServer, query: dict[str, object], came: int, first: int | None) -> None:
    """At most 100 a page, from the requested start."""
    page = ask(server, **query).json()
    assert (page["totalResults"], page["itemsPerPage"], len(page["Resources"])) == (250, came, came)
    assert [each["userName"] for each in page["Resources"][:1]] == ([] if first is None else [f"user{first}"])


def test_the_cursor(server: ScimServer) -> None:
    """The next id is that of the first user of the next page; behind the last one is "end"."""
    page = ask(server, startId="initial").json()
    assert (page["startId"], page["nextId"]) == ("initial", "00000000-5a17-4c0d-9e57-000000000100")
    assert "startIndex" not in page
    assert ask(server, startId="00000000-5a17-4c0d-9e57-000000000150").json()["nextId"] == "end"
    assert "nextId" not in ask(server).json()


@pytest.mark.parametrize(
    ("filter_", "many"),
    [
        ('userName eq "USER7"', 1),
        ('userType eq "partner"', 125),
        ('userType eq "partner" and active eq true', 125),
        ('emails.value eq "user.9@example.com"', 1),
        ('id eq "00000000-5a17-4c0d-9e57-000000000009"', 1),
        ('groups.value eq "g1"', 5),
        ('groups.display eq "agents"', 5),
        ('groups.value eq "G1"', 0),
        ("active eq false", 0),
    ],
)
def test_a_filter(server: ScimServer, filter_: str, many: int) -> None:
    """Names and addresses are compared without case, ids byte for byte."""
    assert ask(server, filter=filter_).json()["totalResults"] == many


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ({"filter": 'userName co "a"'}, "invalidFilter"),
        ({"filter": 'userName eq "a" or id eq "b"'}, "invalidFilter"),
        ({"filter": 'nickName eq "a"'}, "invalidFilter"),
        ({"filter": 'userName eq "a'}, "invalidFilter"),
        ({"filter": ""}, "invalidFilter"),
        ({"count": "many"}, "invalidValue"),
        ({"startId": "nobody"}, "invalidValue"),
        ({"startId": "initial", "startIndex": 1}, "invalidValue"),
        ({"startid": "initial"}, "invalidValue"),
    ],
)
def test_a_question_that_is_refused(server: ScimServer, query: dict[str, object], kind: str) -> None:
    """What the real service does not know is refused, with the body of a SCIM error."""
    answer = ask(server, **query)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/scim+json"
    assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert (answer.json()["status"], answer.json()["scimType"]) == ("400", kind)


def test_attributes(server: ScimServer) -> None:
    """Only what is asked for is reported, beside id and schemas; a name that no one has is passed over."""
    server.world.users[0] |= {"name": {"givenName": "Anna", "familyName": "Weiß"}, ENTERPRISE: {"department": "Orders"}}
    page = ask(server, count=1, attributes=f"name.givenName,{ENTERPRISE}:department,groups,shoeSize").json()
    assert page["Resources"] == [
        {
            "id": "00000000-5a17-4c0d-9e57-000000000000",
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "name": {"givenName": "Anna"},
            ENTERPRISE: {"department": "Orders"},
            "groups": [{"value": "g1", "display": "Agents", "$ref": f"{server.url}/Groups/g1"}],
        }
    ]


def test_a_group_and_a_user(server: ScimServer) -> None:
    """One resource is reported by its id."""
    group = ask(server, "Groups/g1").json()
    assert (group["displayName"], len(group["members"]), group["members"][0]["type"]) == ("Agents", 5, "User")
    assert ask(server, "Users/00000000-5a17-4c0d-9e57-000000000007").json()["userName"] == "user7"
    for path in ("Groups/nobody", "Users/g1", "Machines", "../scim/"):
        assert ask(server, path).status_code == 404
    assert post(f"{server.url}/Users", auth=BASIC).status_code == 405


def test_nobody_is_told_without_resources() -> None:
    """If there are none, ``Resources`` is left out, as RFC 7644 allows."""
    with ScimServer(World([])) as server:
        assert "Resources" not in ask(server).json()


def test_an_invented_world_has_nested_groups_in_a_circle() -> None:
    """Three groups contain each other, and a user's own record names only the direct ones."""
    with ScimServer(World.invented(24)) as server:
        assert ask(server, "Groups").json()["totalResults"] == 3
        inner = [each["value"] for each in ask(server, f"Groups/{AGENTS}").json()["members"] if each["type"] == "Group"]
        assert inner == ["7c0ffee0-5a17-4c0d-9e57-000000000002"]
        groups = [[own["display"] for own in each.get("groups", [])] for each in ask(server).json()["Resources"]]
        assert [len(own) for own in groups] == [1, 0, 0] * 8
        assert groups[3] == ["SG-ContactCentre-Berlin"]


@pytest.mark.parametrize("auth", [None, ("invented-client", "wrong"), ("nobody", "invented-password")])
def test_a_stranger(server: ScimServer, auth: tuple[str, str] | None) -> None:
    """Without the right credential nothing is reported."""
    answer = get(f"{server.url}/Users", auth=auth)
    assert (answer.status_code, answer.json()["status"]) == (401, "401")


def test_five_failures_lock_the_client(server: ScimServer) -> None:
    """After five wrong passwords the right one is refused too."""
    for _ in range(5):
        get(f"{server.url}/Users", auth=("invented-client", "wrong"))
    assert ask(server).status_code == 401


def test_tokens() -> None:
    """A token comes for a form-encoded password, ends after its time, and may be revoked."""
    clock = Clock()
    access = Access("me", "ü+/", lifetime=100, clock=clock)
    with ScimServer(World([user(1)]), access) as server:
        form = {"grant_type": "client_credentials"}
        assert post(server.token_url, data=form, auth=("me", "ü+/")).status_code == 401
        answer = post(server.token_url, data=form, auth=("me", "%C3%BC%2B%2F")).json()
        bearer = {"Authorization": f"Bearer {answer['access_token']}"}
        assert answer["expires_in"] == 100
        assert get(f"{server.url}/Users", headers=bearer).status_code == 200
        clock.now += 100
        assert get(f"{server.url}/Users", headers=bearer).status_code == 401
        other = post(server.token_url, data={"grant_type": "password"}, auth=("me", "%C3%BC%2B%2F"))
        assert (other.status_code, other.json()) == (400, {"error": "unsupported_grant_type"})


def test_an_authorisation_that_is_missing(server: ScimServer) -> None:
    """Who may read users may not, by that, read groups."""
    server.access.may_read.remove("Groups")
    assert (ask(server).status_code, ask(server, "Groups").status_code) == (200, 403)


def test_the_limit_of_a_minute() -> None:
    """200 requests are free, 80 more come late, and then there are no answers for 60 seconds."""
    clock = Clock()
    throttle = Throttle(clock, clock.naps.append)
    with ScimServer(World([user(1)]), throttle=throttle) as server, httpx.Client(auth=BASIC) as client:
        codes = [client.get(f"{server.url}/Users").status_code for _ in range(281)]
        assert codes == [200] * 280 + [429]
        assert (throttle.delayed, throttle.refused, clock.naps) == (80, 1, [1.0] * 80)
        clock.now += 59
        assert client.get(f"{server.url}/Users").status_code == 429
        clock.now += 1
        assert client.get(f"{server.url}/Users").status_code == 200


@pytest.mark.parametrize("kind", sorted(ScimServer.kinds - {"drop", "drop-unheard", "drop-midway", "status", "slow"}))
def test_every_fault_changes_the_answer(server: ScimServer, kind: str) -> None:
    """A fault that changes nothing would make a test that cannot fail."""
    good = ask(server, startId="initial")
    server.faults.append(Fault(kind, link="initial"))
    bad = ask(server, startId="initial")
    assert (bad.status_code, bad.content) != (good.status_code, good.content)
    assert ask(server, startId="initial").content == good.content


@pytest.mark.parametrize(("arguments", "users"), [((), "232 users"), (("--users", "12"), "12 users")])
def test_by_hand(arguments: tuple[str, ...], users: str) -> None:
    """Started by hand it prints its address and what a job file needs, and ends by SIGTERM."""
    command = [sys.executable, "-m", "tests.servers.scim", "--port", "0", "--password", "sesame", *arguments]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(11)]
        url = lines[0].split()[-1]
        try:
            answer = get(f"{url}/Users", params={"count": "1"}, auth=("invented-client", "sesame"))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)
    assert f"{answer.json()['totalResults']} users" == users
    assert lines[1].startswith(f"{users}, 3 groups")
    assert f'url = "{url}"\n' in lines
    assert process.returncode == 0
