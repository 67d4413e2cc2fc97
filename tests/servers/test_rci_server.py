"""The RCI server that delivery is tested with: it is as narrow as the real one is known to be."""

import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.servers.loopback import Fault
from tests.servers.rci import Access, Behaviour, Names, RciServer, Throttle, World, user
from tests.servers.rci_access import REMOVE
from tests.servers.rci_world import ISSUER

PROJECT = Path(__file__).parents[2]
KEY = {"x-api-key": "invented-key"}
BASIC = ("svc-sync", "invented-password")
TRUST = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture
def server() -> Iterator[RciServer]:
    """Serve 250 users."""
    with RciServer(World.invented(250)) as running:
        yield running


def ask(server: RciServer, path: str = "users", method: str = "GET", **more: object) -> httpx.Response:
    """Ask with the usual credentials."""
    given = {"headers": KEY, "auth": BASIC, "verify": TRUST, "trust_env": False} | more
    return httpx.request(method, f"{server.url}/rci/{path}", **given)


@pytest.mark.parametrize(
    ("query", "came", "first"),
    [
        ({}, 100, "0"),
        ({"limit": "1000"}, 250, "0"),
        ({"limit": "7", "offset": "3"}, 7, "3"),
        ({"offset": "200"}, 50, "200"),
        ({"offset": "250"}, 0, None),
        ({"login": "agent24?"}, 10, "240"),
        ({"login": "AGENT1*"}, 100, "1"),
        ({"email": "nobody*"}, 0, None),
    ],
)
def test_a_page(server: RciServer, query: dict[str, str], came: int, first: str | None) -> None:
    """A bare array of 100 unless another limit is given; patterns filter without case."""
    page = ask(server, params=query).json()
    assert len(page) == came
    assert [each["surname"] for each in page[:1]] == ([] if first is None else [first])


def test_a_property_comes_if_it_is_asked_for(server: RciServer) -> None:
    """``login=*`` returns the login; a single user has everything."""
    assert ask(server).json()[0].keys() == {"id", "firstName", "surname"}
    asked = ask(server, params={"login": "*", "externalId": "*"}).json()
    assert asked[0].keys() == {"id", "firstName", "surname", "login", "externalId"}
    assert ask(server, f"users/{asked[0]['id']}").json()["phone"] == "2000"


@pytest.mark.parametrize("answers", ["text", "location", "empty", "no-content"])
def test_a_certificate_is_added_and_removed(answers: str) -> None:
    """POST adds one under the names of this server, whatever it answers; DELETE takes it away."""
    names = Names("Nr", "Wem", "Von")
    behaviour = Behaviour(answers=answers)
    with RciServer(World.build([user(1)]), names=names, behaviour=behaviour) as server:
        own = server.world.users[0]["id"]
        made = ask(server, f"users/{own}/certificates", "POST", json={"Wem": "A@example.com", "Von": ISSUER})
        assert made.is_success
        (listed,) = ask(server, f"users/{own.lower()}/certificates").json()
        assert (listed["Wem"], listed["Von"]) == ("A@example.com", ISSUER)
        if answers == "text":
            assert made.text == listed["Nr"]
        assert ask(server, f"users/{own}/certificates", "POST", json={"subject": "a", "issuer": "b"}).status_code == 400
        assert ask(server, f"users/{own}/certificates/{listed['Nr']}", "DELETE").status_code == 204
        assert ask(server, f"users/{own}/certificates").json() == []


def test_what_is_not_there(server: RciServer) -> None:
    """There is no PUT, and an unknown id is a 404."""
    own = server.world.users[0]["id"]
    assert ask(server, f"users/{own}", "PUT", json={}).status_code == 405
    assert ask(server, "users/0123").status_code == 404
    assert ask(server, "import").status_code == 404


def test_five_bad_sign_ins_lock_the_user() -> None:
    """After five wrong passwords the right one is refused too, for half an hour."""
    now = [0.0]
    with RciServer(World.invented(1), Access(clock=lambda: now[0])) as server:
        for _ in range(5):
            assert ask(server, auth=("svc-sync", "wrong")).status_code == 401
        assert ask(server).status_code == 401
        now[0] = 1801.0
        assert ask(server).status_code == 200


def test_key_and_rights(server: RciServer) -> None:
    """Without the API key, or without the right, the answer is 403."""
    assert ask(server, headers={}).status_code == 403
    server.access.rights.discard(REMOVE)
    own = server.world.users[0]["id"]
    (listed,) = ask(server, f"users/{own}/certificates").json()
    assert ask(server, f"users/{own}/certificates/{listed['certId']}", "DELETE").status_code == 403


def test_too_many_requests_are_refused() -> None:
    """The third request within a second is answered 429."""
    with RciServer(World.invented(1), throttle=Throttle(2, clock=lambda: 0.0)) as server:
        answers = [ask(server) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "1"


def test_an_answer_may_be_lost_before_or_after_the_request_is_served(server: RciServer) -> None:
    """With "drop" the certificate is there, with "drop-unheard" it is not; both leave the client without an answer."""
    own = server.world.users[1]
    for kind, there in (("drop-unheard", 0), ("drop", 1)):
        server.faults.append(Fault(kind, at="certificates", method="POST"))
        with pytest.raises(httpx.RemoteProtocolError):
            ask(server, f"users/{own['id']}/certificates", "POST", json={"subjectName": "a", "issuerName": "b"})
        assert len(server.world.of_user(own)) == there


def test_it_can_be_started_by_hand() -> None:
    """``python -m tests.servers.rci`` names what a job file needs, and ends with SIGTERM."""
    command = [sys.executable, "-m", "tests.servers.rci", "--port", "0", "--users", "100000"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [next(process.stdout) for _ in range(5)]
        process.send_signal(signal.SIGTERM)
        process.communicate()
    assert said[1].startswith("100,000 users")
    assert process.returncode == 0
