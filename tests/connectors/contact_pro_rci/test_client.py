"""The client of an RCI: a polite rate, no redirects, no secret in a message, GETs that are repeated."""

import pytest

from connectors.base import SourceUnreachable
from connectors.contact_pro_rci import reading
from connectors.contact_pro_rci.client import RciError, RciRefused
from connectors.contact_pro_rci.connection import Connection
from connectors.http.pace import Pace
from tests.connectors.contact_pro_rci.rci_session import session
from tests.servers.loopback import Fault
from tests.servers.rci import Access, RciServer, World, user


def test_requests_keep_their_pace() -> None:
    """Four requests a second: a quarter of a second apart, and no more waiting after a pause."""
    now, slept = [10.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 6))
        now[0] += seconds

    pace = Pace(4, clock=lambda: now[0], sleep=sleep)
    for _ in range(3):
        pace.wait()
    now[0] += 5
    pace.wait()
    assert slept == [0.25, 0.25]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """An answer that leads elsewhere is an error: the password would go with it."""
    with RciServer(World.build([user(0)])) as server, session(server) as client:
        place = f"{server.url}/elsewhere"
        server.faults.append(Fault("status", status=status, headers={"Location": place}, times=-1))
        with pytest.raises(RciError, match=f"with {status}"):
            reading.users(client)
        assert len(server.requests) == 1


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_a_get_is_asked_again(status: int) -> None:
    """An error that may pass is asked again; one that stays is the server's, and unreachable."""
    with RciServer(World.build([user(0)])) as server, session(server) as client:
        server.faults.append(Fault("status", status=status, times=2))
        assert [each.login for each in reading.users(client)] == ["agent0"]
        server.faults.append(Fault("status", status=status, times=-1))
        with pytest.raises(SourceUnreachable, match=f"it answers {status}"):
            reading.users(client)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_not_asked_again_and_has_no_secret(status: int) -> None:
    """One request, and neither password nor key is in the sentence."""
    access = Access()
    with RciServer(World.build([user(0)])) as server, session(server) as client:
        server.faults.append(Fault("status", status=status, times=-1))
        with pytest.raises(RciRefused) as refused:
            reading.users(client)
        assert len(server.requests) == 1
    assert [text for text in (access.password, access.api_key) if text in str(refused.value)] == []


@pytest.mark.parametrize(
    "url", ["http://api.example.com/p", "ftp://api.example.com", "https://user:pw@api.example.com"]
)
def test_an_address_is_https_or_this_machine(url: str) -> None:
    """Without TLS only this machine is asked, and an address has no password."""
    with pytest.raises(ValueError, match="url"):
        Connection.model_validate({"url": url, "user": "env:U", "password": "env:P", "api_key": "env:K"})
