"""One person over a real socket: what a POST means whose answer is late, lost, or no answer of an RCI."""

from collections.abc import Iterator
from threading import Event

import pytest

from pipeline.deliver.send import NO_SUCH_USER, Sender
from pipeline.deliver.tasks import Task
from tests.connectors.contact_pro_rci.rci_session import ISSUER, NAMES, SERVED_NAMES, session
from tests.servers.loopback import Fault, Request
from tests.servers.rci import RciServer, World, user

ADA = Task("ACME", "ada", "E1", ("Ada@example.com", ISSUER), ())


@pytest.fixture
def rci() -> Iterator[RciServer]:
    """Serve one user without certificates."""
    with RciServer(World.build([user(1, login="ada", externalId="E1")]), names=SERVED_NAMES) as server:
        yield server


def sent(rci: RciServer, *, seconds: float = 35.0) -> tuple[str, int | None, str]:
    """Deliver to the user once; return status, the server's status, and the detail."""
    with session(rci, seconds=seconds) as client:
        sender = Sender(client, NAMES, frozenset({ISSUER}), may_delete=True, sleep=lambda _: None)
        attempt = sender.send(ADA, rci.world.users[0]["id"])
    return attempt.status, attempt.http, attempt.detail


def posts(rci: RciServer) -> int:
    """Count the POSTs that came."""
    return sum(request.method == "POST" for request in rci.requests)


def test_an_answer_that_is_too_late_is_read_back(rci: RciServer) -> None:
    """The POST was served and its answer never came: the certificate is found, and nothing is sent again."""
    rci.faults.append(Fault("served-slow", method="POST", seconds=600))
    assert sent(rci, seconds=1) == ("sent", None, "")
    assert (posts(rci), rci.world.pairs("ada")) == (1, [("Ada@example.com", ISSUER)])


def test_a_post_that_is_served_after_its_time_is_not_sent_twice(rci: RciServer) -> None:
    """Nothing is there when it is read back: failed, without a second POST; later it is there, and already."""
    late, done = Event(), Event()

    def witness(request: Request) -> None:
        if request.method == "POST":
            late.wait(60)
        elif late.is_set():
            done.wait(60)

    rci.witness = witness
    status, http, detail = sent(rci, seconds=1)
    assert (status, http, posts(rci)) == ("failed", None, 1)
    assert detail == "127.0.0.1 does not answer in time; not there when read back"
    late.set()
    while not rci.world.pairs("ada"):
        done.wait(0.01)
    done.set()
    assert sent(rci) == ("already", 200, "")
    assert (posts(rci), rci.world.pairs("ada")) == (1, [("Ada@example.com", ISSUER)])


@pytest.mark.parametrize("status", [408, 504])
def test_a_post_that_took_the_server_too_long_is_not_sent_again(status: int, rci: RciServer) -> None:
    """408 and 504: the server may still be at it, so the person fails until the next delivery."""
    rci.faults.append(Fault("status", status=status, method="POST"))
    assert sent(rci)[:2] == ("failed", status)
    assert posts(rci) == 1
    assert sent(rci)[:2] == ("sent", 201)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_post_that_was_turned_away_is_sent_again_after_reading(status: int, rci: RciServer) -> None:
    """The certificates are read between the two POSTs, and there is one in the end."""
    rci.faults.append(Fault("status", status=status, method="POST"))
    assert sent(rci) == ("sent", 201, "")
    assert [request.method for request in rci.requests] == ["GET", "POST", "GET", "POST", "GET"]
    assert rci.world.pairs("ada") == [("Ada@example.com", ISSUER)]


@pytest.mark.parametrize("kind", ["html", "huge"])
def test_a_page_in_place_of_the_answer_to_a_post_proves_nothing(kind: str, rci: RciServer) -> None:
    """A login page, or 11 MB: what counts is that nothing is there when it is read back."""
    rci.faults.append(Fault(kind, count=11_000_000, method="POST"))
    status, _, detail = sent(rci)
    assert (status, detail.endswith("not there when read back")) == ("failed", True)
    assert posts(rci) == 1


@pytest.mark.parametrize("kind", ["html", "huge", "cut-json"])
def test_certificates_that_cannot_be_read_are_no_reason_to_send(kind: str, rci: RciServer) -> None:
    """HTML, 11 MB or half an answer in place of the certificates: failed, and nothing was sent."""
    rci.faults.append(Fault(kind, count=11_000_000, method="GET", times=-1))
    assert sent(rci)[0] == "failed"
    assert posts(rci) == 0


def test_a_user_who_vanishes_before_the_post_is_no_such_user(rci: RciServer) -> None:
    """Deleted between the reading of the certificates and the POST."""
    rci.witness = lambda request: rci.world.users.clear() if request.method == "POST" else None
    assert sent_to(rci, rci.world.users[0]["id"]) == ("failed", 404, NO_SUCH_USER)


def sent_to(rci: RciServer, identity: str) -> tuple[str, int | None, str]:
    """Deliver to a user who may be gone by then."""
    with session(rci) as client:
        attempt = Sender(client, NAMES, frozenset({ISSUER}), may_delete=True).send(ADA, identity)
    return attempt.status, attempt.http, attempt.detail
