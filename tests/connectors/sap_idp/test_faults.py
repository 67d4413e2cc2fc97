"""Kind "sap_idp" when things go wrong: everything is read all the same, or nothing with a reason."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import SourceError, SourceIncomplete, SourceMissing, SourceRefused, SourceUnreachable
from connectors.http.retry import RetryPolicy
from connectors.sap_idp import client
from connectors.sap_idp.source import RateLimiter
from tests.connectors.sap_idp.scim_reading import Clock, ids, read
from tests.servers.loopback import Answer, Fault, LoopbackServer, Request
from tests.servers.scim import ScimServer, Throttle, World
from tests.servers.scim_world import user

FIVE = [f"00000000-5a17-4c0d-9e57-{number:012d}" for number in range(1, 6)]


@pytest.fixture(scope="module")
def service() -> Iterator[ScimServer]:
    """Serve one service for the whole file, two users a page."""
    with ScimServer(World([]), most=2) as server:
        yield server


@pytest.fixture
def server(service: ScimServer) -> ScimServer:
    """Return the service with five plain users, and nothing left of the test before."""
    service.clear()
    service.world = World([user(number) for number in range(1, 6)])
    return service


def status(code: int, **headers: str) -> Fault:
    """Build a fault of this status."""
    return Fault("status", status=code, headers={name.replace("_", "-"): text for name, text in headers.items()})


def dated(fault: Fault) -> Fault:
    """Write a wish like "date +600" as an HTTP date; not before the test, whose name must not know the time."""
    wish = fault.headers.get("Retry-After", "")
    if wish.startswith("date "):
        moment = datetime.now(UTC) + timedelta(seconds=int(wish.removeprefix("date ")))
        return replace(fault, headers={"Retry-After": format_datetime(moment, usegmt=True)})
    return replace(fault)


# Faults that pass


@pytest.mark.parametrize(
    ("fault", "least", "most"),
    [
        (status(429, Retry_After="2"), 2, 2),
        (status(429, Retry_After="1.5"), 1.5, 1.5),
        (status(429, Retry_After="180"), 180, 180),
        (status(429, Retry_After="date +600"), 300, 600),
        (status(429, Retry_After="date -30"), 0.4, 2),
        (status(429, Retry_After="0"), 0.4, 2),
        (status(429, Retry_After="soon"), 60, 60),
        (status(429), 60, 60),
        (status(503, Retry_After="7"), 7, 7),
        (status(408), 0.4, 2),
        (status(500), 0.4, 2),
        (status(502), 0.4, 2),
        (status(503), 0.4, 2),
        (status(504), 0.4, 2),
        (Fault("drop"), 0.4, 2),
        (Fault("drop-midway"), 0.4, 2),
        (Fault("cut-json"), 0.4, 2),
        (Fault("html"), 0.4, 2),
        (Fault("empty"), 0.4, 2),
        (status(204), 0.4, 2),
    ],
    ids=lambda value: f"{value.kind} {value.status} {value.headers}" if isinstance(value, Fault) else "",
)
@pytest.mark.parametrize("page", [0, 1, 2])
def test_a_fault_that_passes_costs_nobody(
    server: ScimServer, page: int, fault: Fault, least: float, most: float
) -> None:
    """On whatever page it comes, the question is asked again after the pause that the service wishes; all are read."""
    clock = Clock()
    fault = dated(fault)
    fault.skip = page
    server.faults.append(fault)
    assert ids(read(server, clock=clock)) == FIVE
    assert len(clock.naps) == 1
    assert least <= clock.naps[0] <= most
    assert len(server.requests) == 4


def test_a_service_that_is_slow_is_asked_again(server: ScimServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that does not come in time is a fault that passes."""
    monkeypatch.setattr(client, "TIMEOUT", httpx.Timeout(1.0))
    server.faults.append(Fault("slow", skip=1, seconds=600))
    assert ids(read(server)) == FIVE


def test_patience_is_for_each_question_anew(server: ScimServer) -> None:
    """Seven faults before every page are borne, however many that are in all."""
    for page in ("initial", FIVE[2], FIVE[4]):
        server.faults.extend(Fault(kind, at=page, times=times) for kind, times in (("drop", 3), ("html", 4)))
    assert ids(read(server)) == FIVE
    assert len(server.requests) == 24


# Faults that do not pass


@pytest.mark.parametrize(
    ("fault", "asked", "sentence"),
    [
        (status(429, Retry_After="86400"), 1, "429; it asks to wait 86400 seconds"),
        (status(429, Retry_After="date +86400"), 1, "429; it asks to wait 86"),
        (status(429), 8, "failed (8 attempts): the answer is 429."),
        (status(503), 8, "failed (8 attempts): the answer is 503."),
        (Fault("drop"), 8, "the connection broke off"),
        (Fault("drop-midway"), 8, "the connection broke off"),
        (Fault("cut-json"), 8, "the answer breaks off or is not JSON"),
        (Fault("html"), 8, "a web page came instead of SCIM"),
        (Fault("empty"), 8, "the answer is empty"),
    ],
    ids=lambda value: f"{value.kind} {value.status}" if isinstance(value, Fault) else "",
)
def test_patience_ends(server: ScimServer, fault: Fault, asked: int, sentence: str) -> None:
    """A fault that stays, and a wish for more time than there is, stop the reading with what was seen last."""
    fault = dated(fault)
    fault.skip, fault.times = 1, -1
    server.faults.append(fault)
    with pytest.raises(SourceUnreachable) as stop:
        read(server)
    assert str(stop.value).startswith("Reading from 127.0.0.1 failed (")
    assert sentence in str(stop.value)
    assert str(stop.value).endswith("Nothing was written; run again later.")
    assert len(server.requests) == 1 + asked


@pytest.mark.parametrize(
    ("fault", "error", "sentence"),
    [
        (status(403), SourceRefused, 'authorisation "Read Users" or "Manage Users"'),
        (status(404), SourceMissing, "has nothing at /scim/Users (404). Check url"),
        (status(400), SourceRefused, "rejects the request (400). Check filter"),
        (status(405), SourceRefused, "rejects the request (405)"),
        (status(501), SourceRefused, "rejects the request (501)"),
        (status(505), SourceUnreachable, "answers with status 505. Run again later"),
        (
            status(302, Location="/saml2/idp/sso?x=1"),
            SourceMissing,
            "leads from /scim/Users on to /saml2/idp/sso (302)",
        ),
        (status(302), SourceMissing, "which was not followed"),
        (
            status(307, Location="https://127.0.0.1/scim/Users"),
            SourceIncomplete,
            "to another place, https://127.0.0.1:443",
        ),
        (
            status(301, Location="http://scim.example.com/"),
            SourceIncomplete,
            "to another place, http://scim.example.com",
        ),
        (status(301, Location="http://[bad"), SourceIncomplete, "no token was sent there"),
        (Fault("no-resources"), SourceIncomplete, "a page has no Resources, although there are some"),
        (Fault("error-in-200"), SourceIncomplete, "a page has no Resources"),
        (Fault("wrong-type"), SourceIncomplete, "Expected `array | null`, got `str` - at `$.Resources[0].emails`"),
        (Fault("no-id"), SourceIncomplete, "missing required field `id` - at `$.Resources[0]`"),
        (Fault("empty-id"), SourceIncomplete, "a resource has no id"),
        (Fault("next-again", link="initial"), SourceIncomplete, "leads in a circle"),
        (Fault("endless", count=7), SourceIncomplete, "announces 10 (totalResults), and gave 14"),
        (Fault("endless", count=0), SourceIncomplete, "the last 11 brought nothing new"),
        (Fault("wrong-total", count=1), SourceIncomplete, "announces 6 (totalResults), and gave 5"),
        (Fault("wrong-total", count=-1), SourceIncomplete, "announces 4 (totalResults), and gave 5"),
        (Fault("no-one"), SourceIncomplete, "announces 5 (totalResults), and gave 0"),
        (Fault("twice-changed"), SourceIncomplete, "came twice, with different data"),
    ],
    ids=lambda value: f"{value.kind} {value.status} {value.count}" if isinstance(value, Fault) else "",
)
def test_a_contradiction_stops_the_reading(
    server: ScimServer, fault: Fault, error: type[SourceError], sentence: str
) -> None:
    """What cannot be believed is not used, and the message has the facts and ends with advice."""
    fault.times = -1
    server.faults.append(fault)
    with pytest.raises(error) as stop:
        read(server, "emails", "userName")
    assert sentence in str(stop.value)
    assert str(stop.value).endswith(".")


def test_a_message_names_what_the_service_says(server: ScimServer) -> None:
    """The detail of a SCIM error is shown, in one line and not at any length."""
    body = b'{"schemas": [], "detail": "Not\\nyou.\\u0007 ' + b"x" * 500 + b'", "status": "403"}'
    server.faults.append(Fault("status", status=403, body=body))
    with pytest.raises(SourceRefused) as stop:
        read(server)
    assert "(403: Not you.  xxx" in str(stop.value)
    assert len(str(stop.value)) < 500


def test_an_index_may_fail_in_the_same_ways(server: ScimServer) -> None:
    """By index too, a page that ends the list early is found out by the total."""
    server.faults.append(Fault("no-one", at="startIndex=3"))
    with pytest.raises(SourceIncomplete, match=r"announces 5 \(totalResults\), and gave 2"):
        read(server, paging="index")


@pytest.mark.parametrize(
    ("total", "sentence"),
    [({"totalResults": 5}, r"announces 5 \(totalResults\), and gave 2"), ({}, "the last 11 brought nothing new")],
)
def test_an_index_that_is_passed_over(server: ScimServer, total: dict[str, int], sentence: str) -> None:
    """A service that always gives the first page is found out, with a total and without one."""
    page = msgspec.json.encode(total | {"startIndex": 1, "Resources": server.world.users[:2]})
    server.faults.append(Fault("status", status=200, body=page, times=-1))
    with pytest.raises(SourceIncomplete, match=sentence):
        read(server, paging="index")


@pytest.mark.parametrize(
    ("users", "beside", "whole"),
    [
        (98, 1, False),
        (99, 1, False),
        (99, -1, False),
        (300, 1, False),
        (300, 4, False),
        (250, -2, True),
        (250, -4, False),
    ],
)
def test_nobody_may_be_missing_from_the_total(users: int, beside: int, whole: bool) -> None:  # noqa: FBT001 - a column
    """A total above what came is an error, however near; one percent below it, a person may have left meanwhile."""
    with ScimServer(World([user(number) for number in range(users)])) as server:
        server.faults.append(Fault("wrong-total", count=beside, times=-1))
        if whole:
            extract = read(server)
            assert len(ids(extract)) == users
            said = f"the service announces {users + beside} (totalResults), and gave {users}"
            assert extract.notes == (said,)
        else:
            with pytest.raises(
                SourceIncomplete, match=rf"announces {users + beside} \(totalResults\), and gave {users}"
            ):
                read(server)


def test_somebody_who_is_added_meanwhile_is_read() -> None:
    """A total that grows while the list is read voids the reading; the second one counts."""
    with ScimServer(World([user(number) for number in range(130)])) as large:
        large.faults.append(Fault("wrong-total", count=1, skip=1))
        extract = read(large)
    assert len(ids(extract)) == 130
    gap = "the service announces 131 (totalResults), and gave 130"
    assert extract.notes == (f"Users of 127.0.0.1 were read again from the beginning: {gap}.",)


def test_a_service_that_counts_from_zero() -> None:
    """The user before the first page is read too, with a note."""
    users = [user(number) for number in range(130)]

    class FromZero(LoopbackServer):
        base = "/scim"

        def answer(self, request: Request) -> Answer:
            start = int(request.query.get("startIndex", "0"))
            return Answer.json({"totalResults": 130, "startIndex": start, "Resources": users[start : start + 100]})

    with FromZero() as server:
        extract = read(f"{server.origin}/scim", paging="index")
    assert sorted(ids(extract)) == sorted(each["id"] for each in users)
    assert extract.notes == ("the service counts users from zero (startIndex)",)


def test_no_other_host_is_asked(server: ScimServer) -> None:
    """A redirect to another server is not followed, with or without the credential."""
    with LoopbackServer() as elsewhere:
        server.faults.append(status(308, Location=f"{elsewhere.url}/scim/Users"))
        with pytest.raises(SourceIncomplete, match="no token was sent there"):
            read(server)
        assert elsewhere.requests == []


# What is read once more


def test_who_comes_twice_is_counted_once(server: ScimServer) -> None:
    """The same user with the same data is one user, and a note reports it."""
    server.faults.append(Fault("twice"))
    extract = read(server)
    assert ids(extract) == FIVE
    assert extract.notes == ("1 user came twice and was counted once",)
    server.clear()
    server.faults.append(Fault("twice", times=-1))
    assert read(server).notes == ("3 users came twice and were counted once",)


@pytest.mark.parametrize("fault", ["expired", "twice-changed"])
def test_a_reading_starts_again_once(server: ScimServer, fault: str) -> None:
    """A cursor that has ended, and a user who changed meanwhile, void what was read; the second reading counts."""
    told: list[tuple[int, int | None]] = []
    server.faults.append(Fault(fault, skip=1))
    extract = read(server, "userName", progress=lambda *numbers: told.append(numbers))
    assert ids(extract) == FIVE
    assert [note.startswith("Users of 127.0.0.1 were read again from the beginning: ") for note in extract.notes] == [
        True
    ]
    assert told == [(2, 5), (2, 5), (4, 5), (5, 5)]


def test_a_reading_starts_again_only_once(server: ScimServer) -> None:
    """A cursor that ends in the second reading too is an error with the service's words."""
    server.faults.append(Fault("expired", at="startId=0", times=-1))
    with pytest.raises(SourceIncomplete, match=r"rejects the request \(400: The startId is not valid"):
        read(server)
    assert len(server.requests) == 4


def test_a_cursor_whose_user_is_deleted(server: ScimServer) -> None:
    """The user that a cursor names may be deleted before the next page is asked for: all users are read again."""

    def delete(count: int, _: int | None) -> None:
        if count == 2 and len(server.world.users) == 5:
            del server.world.users[2]

    assert ids(read(server, progress=delete)) == [FIVE[0], FIVE[1], FIVE[3], FIVE[4]]


# Nothing there


def test_nobody_listens() -> None:
    """A port that is closed is tried four times: a wrong address is reported within seconds."""
    with LoopbackServer() as server:
        url = server.url
    clock = Clock()
    with pytest.raises(SourceUnreachable, match=r"\(4 attempts\): no connection"):
        read(f"{url}/scim", clock=clock)
    assert sum(clock.naps) < 6


def test_a_service_that_goes_away_is_waited_for() -> None:
    """Who has answered before is asked as often as with any fault: it may only be starting anew."""
    server = ScimServer(World([user(number) for number in range(1, 6)]), most=2)

    def leave(*_: object) -> None:
        if not server.stopping.is_set():
            server.__exit__(None, None, None)

    server.__enter__()
    with pytest.raises(SourceUnreachable, match=r"\(8 attempts\)"):
        read(server, progress=leave)


def test_no_such_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that no host has is not tried again."""

    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    clock = Clock()
    with pytest.raises(SourceUnreachable, match=r"tenant\.example\.com: no host has that name\."):
        read("https://tenant.example.com/scim", clock=clock)
    assert clock.naps == []


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://tenant.example.com/scim", "does not begin with https"),
        ("http://localhost.example.com/scim", "does not begin with https"),
        ("ftp://127.0.0.1/scim", "does not begin with https"),
        ("tenant.accounts.ondemand.com/scim", "does not begin with https"),
        ("https://", "does not begin with https"),
        ("https://me:hunter2@tenant.example.com/scim", "holds a user name"),
        ("https://tenant.example.com/scim?x=hunter2", "holds a user name, a ? or a #"),
        ("https://tenant.example.com/scim#hunter2", "holds a user name, a ? or a #"),
        ("https://tenant.example.com:hunter2/scim", "is not one. Use https://"),
        ("https://[hunter2/scim", "is not one. Use https://"),
    ],
)
def test_a_url_that_is_no_place_for_a_secret(url: str, sentence: str) -> None:
    """The credential travels over https or stays on this machine; a secret within the URL is not repeated."""
    with pytest.raises(SourceRefused) as stop:
        read(url)
    assert sentence in str(stop.value)
    assert "hunter2" not in str(stop.value)


def test_a_slash_at_the_end_does_no_harm(server: ScimServer) -> None:
    """The base may be written with a slash."""
    assert ids(read(f"{server.url}/")) == FIVE
    assert server.requests[0].path == "/scim/Users"


# The pace


@given(st.lists(st.floats(0, 30), max_size=80), st.integers(1, 10), st.floats(0.5, 60))
def test_never_more_than_the_pace_allows(gaps: list[float], requests: int, seconds: float) -> None:
    """Whatever happens between two requests, no window of the given length holds more than the given number."""
    clock = Clock()
    pace = RateLimiter(requests, seconds, clock, clock.sleep)
    sent = []
    for gap in gaps:
        clock.now += gap
        pace.wait()
        sent.append(clock.now)
    for first, later in zip(sent, sent[requests:], strict=False):
        assert later - first >= seconds - 1e-6


def test_the_first_requests_do_not_wait() -> None:
    """200 requests go at once, the next one waits until the first is a minute old."""
    clock = Clock()
    pace = RateLimiter(clock=clock, sleep=clock.sleep)
    for _ in range(200):
        pace.wait()
    assert clock.naps == []
    pace.wait()
    assert clock.naps == [60.0]


def test_a_paced_reading_is_never_throttled() -> None:
    """250 pages keep within what is free; without the pace, the service makes us wait."""
    world = World([user(number) for number in range(250)])
    counts = []
    for free in (200, 10**6):
        clock = Clock()
        throttle = Throttle(clock, clock.sleep)
        retry_policy, pace = RetryPolicy(sleep=clock.sleep), RateLimiter(free, 60, clock, clock.sleep)
        with ScimServer(world, most=1, throttle=throttle) as server:
            assert len(ids(read(server, retry_policy=retry_policy, pace=pace))) == 250
        counts.append((throttle.delayed, throttle.refused))
    assert counts == [(0, 0), (50, 0)]


class Answering(LoopbackServer):
    """Answers every client alike."""

    def answer(self, request: Request) -> Answer:
        """Answer with nothing of use."""
        return Answer(200, b"[]" if request.method == "GET" else b"")


def test_json_that_is_no_list_response() -> None:
    """Another service's JSON is not SCIM, and what to check is the URL."""
    with Answering() as server, pytest.raises(SourceIncomplete, match=r"is not SCIM 2\.0 .* check that url is the"):
        read(server.url)
