"""Complete or nothing: whatever goes wrong between here and Microsoft Graph, a reading ends complete or in an error.

Over real sockets; naps are written down, not taken. The world has 2,000 people: three pages, the last of two.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from connectors.azure_ad.graph import client
from connectors.azure_ad.source import Group
from connectors.base import SourceError, SourceIncomplete, SourceMissing, SourceRefused, SourceUnreachable
from tests.connectors.azure_ad.graph_reading import (
    AGENTS,
    ATTRIBUTES,
    SDK_WARNS,
    page,
    read,
    retry_policy,
    rows,
    source,
    truth,
)
from tests.servers.graph import GraphServer, World
from tests.servers.loopback import Answer, Fault, LoopbackServer, Request

pytestmark = SDK_WARNS

WORLD = World.invented(2000)
TRUTH = truth(WORLD, ATTRIBUTES)
FIRST = r"/users\?\$select(?!.*skiptoken)"
LATER = r"/users\?.*skiptoken"
PAGES = r"/users\?"
COUNT = r"/\$count"
FOR_EVER = -1


@pytest.fixture(scope="module")
def running() -> Iterator[GraphServer]:
    """Serve one world for the whole module; its readers change nothing."""
    with GraphServer(WORLD) as server:
        yield server


@pytest.fixture
def server(running: GraphServer) -> Iterator[GraphServer]:
    """Return the server without faults and memories of requests."""
    running.clear()
    yield running
    assert running.defects == []


def passing() -> list[Fault]:
    """Return faults after which a reading is complete, each on a page in the middle."""
    statuses = (408, 425, 429, 500, 502, 503, 504, 509)
    kinds = ("drop", "drop-midway", "cut-json", "html", "empty", "no-value", "error-in-200")
    broken = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    return [
        *(Fault("status", LATER, status=status) for status in statuses),
        *(Fault(kind, LATER) for kind in kinds),
        *(Fault(kind, FIRST) for kind in ("drop", "html", "empty", "no-value")),
        Fault("status", LATER, status=503, body=b"<html>busy</html>", headers={"Content-Type": "text/html"}),
        Fault("status", LATER, status=204),
        Fault("status", LATER, status=200, body=b"this is no gzip", headers=broken),
        Fault("status", LATER, status=200, body=b'{"value": ['),
        Fault("status", LATER, status=200, body=b"[1, 2]"),
        Fault("status", LATER, status=200, body=b"null"),
        Fault("status", LATER, times=7, status=500),
        Fault("page-token-expired", LATER),
        Fault("page-token-not-found", LATER, skip=1),
        Fault("page-token-expired", LATER, times=2),
        Fault("conflicting-duplicates", LATER),
        Fault("empty-page", LATER),
        Fault("empty-page", FIRST),
        Fault("empty-page", LATER, times=20),
        Fault("duplicates", LATER, count=10),
        Fault("status", LATER, status=401),
        Fault("count-off", COUNT, times=FOR_EVER, count=-1000),
        Fault("status", COUNT, times=FOR_EVER, status=500),
        Fault("status", COUNT, times=FOR_EVER, status=403),
        Fault("status", COUNT, times=FOR_EVER, status=404),
        Fault("html", COUNT, times=FOR_EVER),
    ]


def name(fault: Fault) -> str:
    """Name a row of the table."""
    body = "" if fault.body is None else f" {fault.body.decode()[:12]}"
    return f"{fault.kind} {fault.status or ''}{body} x{fault.times} at {fault.at}"


@pytest.mark.parametrize("fault", passing(), ids=name)
def test_complete_after_a_fault(server: GraphServer, fault: Fault) -> None:
    """After a fault that passes every user is there once, with every character."""
    server.faults.append(fault)
    extract = read(server.url)
    assert extract.complete
    assert rows(extract.frame) == TRUTH
    assert fault.times in (fault.hit, FOR_EVER)


def test_a_count_a_little_above_is_noted_and_nothing_is_deleted_on_it(server: GraphServer) -> None:
    """One in a hundred more in the count may be its lag: the users are read, both numbers are noted, not complete."""
    server.faults.append(Fault("count-off", COUNT, times=FOR_EVER, count=20))
    extract = read(server.url)
    assert (extract.complete, rows(extract.frame) == TRUTH) == (False, True)
    (note,) = extract.notes
    assert note.startswith("Entra ID: Microsoft Graph counts 2,020 users and gave 2,000; its count may lag behind")
    assert note.endswith("Nothing is deleted after this reading.")


REQUEST_ID = r"request-id [0-9a-f-]{36}"
ERRORS = [
    (
        Fault("status", LATER, status=500),
        SourceUnreachable,
        rf"Reading the users from 127.0.0.1 failed \(8 attempts\).*500 .*{REQUEST_ID}.*again later",
    ),
    (Fault("status", LATER, status=429), SourceUnreachable, "429 TooManyRequests"),
    (Fault("drop", LATER), SourceUnreachable, "the connection was dropped"),
    (Fault("drop-midway", LATER), SourceUnreachable, "the connection was dropped"),
    (Fault("cut-json", LATER), SourceUnreachable, "an answer that is not JSON"),
    (Fault("html", LATER), SourceUnreachable, "an answer that is not JSON"),
    (Fault("empty", LATER), SourceUnreachable, "an empty answer"),
    (Fault("no-value", LATER), SourceUnreachable, "an answer without a list"),
    (Fault("error-in-200", LATER), SourceUnreachable, "an answer without a list"),
    (
        Fault("status", LATER, status=302, headers={"Location": "/v1.0/users"}),
        SourceIncomplete,
        "to another place .302.",
    ),
    (Fault("status", LATER, status=307), SourceIncomplete, "It was not followed, and no token was sent"),
    (
        Fault("page-token-expired", LATER),
        SourceIncomplete,
        "its page token had expired, also after 2 restarts",
    ),
    (Fault("page-token-not-found", LATER), SourceIncomplete, "its page token had expired"),
    (
        Fault("conflicting-duplicates", LATER),
        SourceIncomplete,
        "a user came twice with different data, also after 1 restart",
    ),
    (Fault("next-repeats", LATER), SourceIncomplete, "leads in a circle"),
    (Fault("next-foreign", LATER), SourceIncomplete, "leads to another place, https://graph.example.com:443.*no token"),
    (Fault("next-foreign", LATER, link="/v1.0/users"), SourceIncomplete, "to no place that can be understood"),
    (Fault("empty-page", LATER), SourceIncomplete, "101 empty pages in a row"),
    (Fault("wrong-types", LATER), SourceIncomplete, r"got `int` - at `\$.value\[0\]"),
    (
        Fault("status", LATER, status=200, body=b'{"value": [{"mail": "a@example.com"}]}'),
        SourceIncomplete,
        "field `id`",
    ),
    (Fault("status", LATER, status=200, body=b'{"value": {}}'), SourceIncomplete, "Expected `array`, got `object`"),
    (Fault("limited", PAGES), SourceRefused, "the ids of 2,000 users and nothing else.*grant User.Read.All"),
    (
        Fault("forbidden", PAGES),
        SourceRefused,
        f"403 Auth.*{REQUEST_ID}.*permission User.Read.All:.*grant admin consent",
    ),
    (Fault("status", LATER, status=401), SourceRefused, "does not accept the token .401 Inv.*, nor a new one"),
    (Fault("status", LATER, status=400), SourceRefused, f"400 Request_BadRequest, {REQUEST_ID}"),
    (Fault("status", LATER, status=404), SourceRefused, "404 Request_ResourceNotFound"),
    (Fault("status", LATER, status=410), SourceRefused, "410 resyncRequired"),
    (Fault("status", LATER, status=501), SourceRefused, "refuses to give the users .501"),
    (Fault("status", LATER, status=418, body=b"[]"), SourceRefused, r"refuses to give the users \(418\); check"),
    (Fault("count-off", COUNT, count=2000), SourceIncomplete, "2,000 users were read, but .* counts 4,000"),
    (Fault("count-off", COUNT, count=21), SourceIncomplete, "2,000 users were read, but .* counts 2,021"),
]


@pytest.mark.parametrize(("fault", "error", "phrase"), ERRORS, ids=[name(fault) for fault, *_ in ERRORS])
def test_nothing_where_a_fault_stays(server: GraphServer, fault: Fault, error: type[SourceError], phrase: str) -> None:
    """A fault that stays ends in an error that names what, with which code, and what to do; never in a part."""
    fault.times, fault.hit, fault.passed = FOR_EVER, 0, 0
    server.faults.append(fault)
    with pytest.raises(error) as caught:
        read(server.url)
    assert type(caught.value) is error or issubclass(type(caught.value), error)
    assert re.search(phrase, str(caught.value))
    assert "As the test wished" not in str(caught.value) or "400" in str(caught.value)


@pytest.mark.parametrize(
    ("header", "naps"),
    [("2", [2.0]), ("300", [300.0]), ("899.5", [899.5])],
)
def test_retry_after_is_granted(server: GraphServer, header: str, naps: list[float]) -> None:
    """The service is asked again exactly when it wishes, also after more than the three minutes that the SDK bears."""
    taken: list[float] = []
    server.faults.append(Fault("status", LATER, status=429, headers={"Retry-After": header}))
    assert read(server.url, retry_policy=retry_policy(taken)).frame.num_rows == 2000
    assert taken == naps


@pytest.mark.parametrize("header", ["0", "-7", "soon", ""])
def test_no_usable_wish_is_backed_off(server: GraphServer, header: str) -> None:
    """Without a usable wish the waits are our own: half a second, then one, each with jitter."""
    taken: list[float] = []
    server.faults.append(Fault("status", LATER, times=2, status=429, headers={"Retry-After": header}))
    assert read(server.url, retry_policy=retry_policy(taken)).frame.num_rows == 2000
    assert [0.5 <= taken[0] <= 1, 1 <= taken[1] <= 1.5, len(taken)] == [True, True, 2]


def test_retry_after_as_a_date(server: GraphServer) -> None:
    """A date is as good as a number of seconds."""
    taken: list[float] = []
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    server.faults.append(Fault("status", LATER, status=503, headers={"Retry-After": date}))
    read(server.url, retry_policy=retry_policy(taken))
    assert len(taken) == 1
    assert 30 < taken[0] <= 60


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("1000000000", "wait 11,574 days"),
        ("7200", "wait 2 hours"),
        ("901", "wait 15 minutes"),
        ("inf", "wait inf days"),
    ],
)
def test_a_longer_wish_ends_the_reading_at_once(server: GraphServer, header: str, words: str) -> None:
    """A service that asks for a longer wait than the policy allows is given up at once, with its wish."""
    taken: list[float] = []
    server.faults.append(Fault("status", LATER, times=FOR_EVER, status=429, headers={"Retry-After": header}))
    with pytest.raises(SourceUnreachable, match=f"Reading the users from .* failed .1 attempt.*{words}"):
        read(server.url, retry_policy=retry_policy(taken))
    assert taken == []


def test_a_silent_service_is_not_waited_for(server: GraphServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that does not come in time is asked for again."""
    monkeypatch.setattr(client, "READ_SECONDS", 2.0)
    server.faults.append(Fault("slow", LATER, seconds=600))
    extract = read(server.url)
    assert extract.frame.num_rows == 2000
    assert extract.notes == ("1 request to Microsoft Graph was retried (no answer within 2 s: 1).",)


def test_an_answer_that_never_ends_is_not_waited_for(server: GraphServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """One answer as a whole has its limit too."""
    monkeypatch.setattr(client, "WHOLE_SECONDS", 2.0)
    server.faults.append(Fault("slow", LATER, seconds=600))
    extract = read(server.url)
    assert extract.frame.num_rows == 2000
    assert "no complete answer within 2 s: 1" in extract.notes[0]


def test_nobody_at_home() -> None:
    """If nothing listens the message reports it and names the host; never the token."""
    with pytest.raises(
        SourceUnreachable, match=r"Could not connect to 127\.0\.0\.1 \(4 attempts\) while reading the users\. Nothing"
    ):
        read("http://127.0.0.1:9/v1.0")


class Elsewhere(LoopbackServer):
    """A foreign host that would take any token."""

    def answer(self, request: Request) -> Answer:
        """Return a page, as a thief would."""
        return Answer(200, page({"id": "1", "mail": f"{request.method}@example.com"}))


@pytest.mark.parametrize("way", ["next link", "redirect", "user in link"])
def test_no_token_leaves_the_house(server: GraphServer, way: str) -> None:
    """Neither a next link nor a redirect leads to a foreign host: it is not asked at all."""
    with Elsewhere() as foreign:
        place = f"{foreign.origin}/v1.0/users"
        server.faults.append(
            {
                "next link": Fault("next-foreign", FIRST, link=place),
                "redirect": Fault("status", LATER, status=302, headers={"Location": place}),
                "user in link": Fault(
                    "next-foreign", FIRST, link=server.origin.replace("//", "//u:p@") + "/v1.0/users"
                ),
            }[way]
        )
        with pytest.raises(SourceIncomplete, match="no token was sent there"):
            read(server.url)
        assert foreign.requests == []


def test_restarts_and_repetitions_are_told(server: GraphServer) -> None:
    """The summary notes retries: a restart, duplicates, and faults by their names."""
    server.faults += [
        Fault("page-token-expired", LATER),
        Fault("duplicates", FIRST, skip=1, count=3),
        Fault("status", LATER, times=2, status=503),
        Fault("drop", LATER),
    ]
    assert read(server.url).notes == (
        "The users were read again from the beginning: its page token had expired.",
        "Entra ID: users that came twice with the same data were counted once: 3.",
        "3 requests to Microsoft Graph were retried (503 ServiceUnavailable: 2, the connection was dropped: 1).",
    )


def test_an_uncounted_reading_is_told(server: GraphServer) -> None:
    """If the service does not count, nothing confirms the number, which is reported."""
    server.faults.append(Fault("status", COUNT, times=FOR_EVER, status=403))
    assert read(server.url).notes == (
        "Entra ID: Microsoft Graph did not count the users, so nothing confirms that 2,000 are all.",
    )


def test_the_count_of_the_first_page_counts(server: GraphServer) -> None:
    """If a list is counted on its first page and fewer come, the reading is refused with both numbers."""
    server.faults += [
        Fault("count-off", r"transitiveMembers/graph.user\?", count=300),
        Fault("status", COUNT, times=FOR_EVER, status=404),
    ]
    with pytest.raises(SourceIncomplete, match="667 users were read, but Microsoft Graph counts 967"):
        read(server.url, scope=Group(AGENTS))


def test_faults_while_a_group_is_looked_up(server: GraphServer) -> None:
    """Looking up the group is as patient as reading its members, and a refusal names its own permission."""
    server.faults += [Fault("html", r"/groups\?"), Fault("drop", "transitiveMembers", skip=1)]
    assert read(server.url, scope=Group(AGENTS)).frame.num_rows == 667
    server.faults.append(Fault("forbidden", r"/groups\?"))
    with pytest.raises(
        SourceRefused, match=r"does not show the group 'SG-.*the permission GroupMember\.Read\.All: add"
    ):
        read(server.url, scope=Group(AGENTS))
    server.faults.append(Fault("forbidden", r"transitiveMembers/graph.user\?"))
    with pytest.raises(SourceRefused, match=r"the permissions User\.Read\.All and GroupMember\.Read\.All: add"):
        read(server.url, scope=Group(AGENTS))


def test_a_page_token_that_expires_while_a_group_is_looked_up(server: GraphServer) -> None:
    """A new beginning looks up the scope anew as well."""
    server.faults.append(Fault("page-token-expired", r"/groups\?"))
    assert read(server.url, scope=Group(AGENTS)).frame.num_rows == 667


def test_a_group_that_vanished(server: GraphServer) -> None:
    """A group that is not there is missing, whatever the way it was named."""
    with pytest.raises(SourceMissing, match="There is no group 'SG-Nobody' in this tenant; check `group`"):
        read(server.url, scope=Group("SG-Nobody"))
    with pytest.raises(SourceMissing, match="There is no group '6c0ffee0-5a17-4c0d-9e57-00000000ffff'"):
        read(server.url, scope=Group("6c0ffee0-5a17-4c0d-9e57-00000000ffff"))


def test_the_message_of_a_wrong_filter_is_shown_in_part(server: GraphServer) -> None:
    """A filter that Graph refuses is explained by Graph, shortened and without strange characters."""
    with pytest.raises(SourceRefused) as caught:
        read(server.url, filter="maill eq 'x'")
    assert "refuses to give the users that match `filter` (400 Request_" in str(caught.value)
    assert "check `filter` and the attributes" in str(caught.value)
    assert "It says: " in str(caught.value)
    assert caught.value.advice == "Check `filter` and the attributes that the mapping names, and run again."
    body = b'{"error": {"code": "X<b>", "message": "' + b"<img src=x onerror=1> a@example.com " * 50 + b'"}}'
    server.faults.append(Fault("status", PAGES, status=400, body=body))
    with pytest.raises(SourceRefused) as caught:
        read(server.url)
    assert not set(str(caught.value)) & set("<>@")
    assert len(str(caught.value)) < 400


def test_only_ids_are_no_fault(server: GraphServer) -> None:
    """Who asks for ids alone gets ids alone."""
    server.faults.append(Fault("limited", PAGES, times=FOR_EVER))
    assert read(server.url, attributes=("id",)).frame.column_names == ["id"]


def test_some_limited_rows_are_data(server: GraphServer) -> None:
    """Users of whom nothing is known beside others of whom much is, are data and no missing permission."""
    server.faults.append(Fault("limited", LATER))
    frame = read(server.url).frame
    assert frame.num_rows == 2000
    assert sum(row["mail"] == "" and row["displayName"] == "" for row in frame.to_pylist()) == 999


def test_the_tally_is_told_after_each_page(server: GraphServer) -> None:
    """The progress shows how many users were read and how many there are; without a count no number is invented."""
    told: list[tuple[int, int | None]] = []
    source(server.url, progress=lambda *numbers: told.append(numbers)).read(len)
    assert told == [(999, 2000), (1998, 2000), (2000, 2000)]
    told.clear()
    server.faults.append(Fault("status", COUNT, times=FOR_EVER, status=404))
    source(server.url, progress=lambda *numbers: told.append(numbers)).read(len)
    assert told == [(999, None), (1998, None), (2000, None)]
