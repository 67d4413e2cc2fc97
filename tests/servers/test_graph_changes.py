"""The invented Microsoft Graph reports every change, injects faults, and can be started by hand."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.servers.graph import GraphServer, World
from tests.servers.graph_faults import PAGES, REFUSALS
from tests.servers.graph_reading import Reader, Row, merged
from tests.servers.loopback import Fault, LoopbackServer

PROJECT = Path(__file__).parents[2]
SELECT = "id,displayName,mail,accountEnabled"


@contextmanager
def reading(count: int, client: httpx.Client) -> Iterator[Reader]:
    """Serve so many people for a while."""
    with GraphServer(World.invented(count)) as server:
        yield Reader(client, server)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """Ask as plain httpx does."""
    with httpx.Client(trust_env=False) as ready:
        yield ready


@pytest.fixture
def graph(client: httpx.Client) -> Iterator[Reader]:
    """Serve 30 people of the test's own."""
    with reading(30, client) as reader:
        yield reader


def people(graph: Reader) -> dict[str, Row]:
    """Return all people by id, as a list has them."""
    return merged(graph.everything(f"/users?$select={SELECT}"), [])


# ---- the stream of changes -------------------------------------------------------------------------------------------

NUMBERS = st.integers(0, 34)
ORDERS = st.one_of(
    st.tuples(st.just("mail"), NUMBERS, st.sampled_from([None, "A@example.com", "a@example.com"])),
    st.tuples(st.just("accountEnabled"), NUMBERS, st.booleans()),
    st.tuples(st.just("department"), NUMBERS, st.sampled_from(["Orders", "Billing"])),
    st.tuples(st.just("remove"), NUMBERS, st.sampled_from(["changed", "deleted"])),
    st.tuples(st.just("add"), NUMBERS, st.none()),
)


def obey(world: World, order: tuple[str, int, Any]) -> None:
    """Change the world if the order is possible: no one is added twice, and gone people do not change."""
    verb, number, value = order
    identity = world.person(number)["id"] if number < 30 else f"adc0ffee-0000-4000-8000-{number:012d}"
    there = world.find(identity) is not None
    if verb == "add" and not there:
        world.add(id=identity, displayName=f"Added {number}")
    elif verb == "remove" and there:
        world.remove(identity, value)
    elif verb not in {"add", "remove"} and there:
        world.change(identity, **{verb: value})


def test_a_delta_from_before_a_full_pull_completes_it(client: httpx.Client) -> None:
    """Law: a token taken before a pull, and the changes since, merged into the pull, give the world as it is now."""
    with reading(30, client) as graph:
        world = graph.server.world

        @settings(max_examples=40)
        @given(st.lists(ORDERS, max_size=4), st.lists(ORDERS, max_size=8))
        def law(meanwhile: list[tuple[str, int, Any]], later: list[tuple[str, int, Any]]) -> None:
            nothing, link = graph.changes(f"/users/delta?$deltatoken=latest&$select={SELECT}")
            assert nothing == []
            for order in meanwhile:
                obey(world, order)
            pulled = graph.everything(f"/users?$select={SELECT}")
            for order in later:
                obey(world, order)
            rows, following = graph.changes(link)
            assert merged(pulled, rows) == people(graph)
            assert graph.changes(following)[0] == []

        law()


def test_the_first_round_gives_everybody_once_and_no_nulls(client: httpx.Client) -> None:
    """The first round has pages of 200, each person once, and leaves out what was never set."""
    with reading(450, client) as graph:
        rows, _ = graph.changes("/users/delta?$select=mail,city,otherMails")
        assert len(graph.server.requests) == 3
        assert [row["id"] for row in rows] == [graph.server.world.people[i]["id"] for i in range(450)]
        assert list(rows[0]) == ["id", "mail", "otherMails"]
        assert list(rows[14]) == ["id", "otherMails"]


def test_a_change_tells_what_changed(graph: Reader) -> None:
    """A change has the selected properties that changed: null if cleared, twice if changed twice."""
    world = graph.server.world
    ids = [world.people[i]["id"] for i in range(5)]
    _, link = graph.changes("/users/delta?$select=displayName,mail")
    world.change(ids[1], mail="One@example.com", city="Lyon")
    world.change(ids[2], city="Lyon")
    world.change(ids[3], mail=None)
    world.change(ids[1], mail="one@example.com")
    world.remove(ids[3])
    world.remove(ids[4], "deleted")
    added = world.add(displayName="New", city="Lyon")
    rows, following = graph.changes(link)
    assert rows == [
        {"id": ids[1], "mail": "One@example.com"},
        {"id": ids[3], "mail": None},
        {"id": ids[1], "mail": "one@example.com"},
        {"id": ids[3], "@removed": {"reason": "changed"}},
        {"id": ids[4], "@removed": {"reason": "deleted"}},
        {"id": added, "displayName": "New"},
    ]
    world.add(id=ids[3])
    assert graph.changes(following)[0] == [{"id": ids[3], "displayName": world.people[3]["displayName"]}]


def test_a_page_of_changes_may_be_empty(graph: Reader) -> None:
    """Changes that touch nothing selected make pages without a row, and the link must be followed all the same."""
    world = graph.server.world
    identity = world.people[0]["id"]
    _, link = graph.changes("/users/delta?$deltatoken=latest&$select=mail")
    for number in range(200):
        world.change(identity, city=f"City {number}")
    world.change(identity, mail="last@example.com")
    page = graph.ask(link).json()
    assert page["value"] == []
    assert graph.changes(page["@odata.nextLink"])[0] == [{"id": identity, "mail": "last@example.com"}]


def test_a_delta_may_be_of_some_ids_only(graph: Reader) -> None:
    """A filter of ids holds for the first round and for all changes after it."""
    world = graph.server.world
    ids = [world.people[i]["id"] for i in range(3)]
    rows, link = graph.changes(f"/users/delta?$select=id&$filter=id eq '{ids[0]}' or id eq '{ids[2].upper()}'")
    assert [row["id"] for row in rows] == [ids[0], ids[2]]
    world.remove(ids[1])
    world.remove(ids[2])
    assert [row["id"] for row in graph.changes(link)[0]] == [ids[2]]


def test_a_forgotten_token_begins_anew(graph: Reader) -> None:
    """A token that is too old is 410 with the address of a full round, which is a complete one."""
    _, link = graph.changes("/users/delta?$select=mail")
    graph.server.world.forget_changes()
    answer = graph.ask(link)
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "resyncRequired")
    assert answer.headers["location"] == f"{graph.server.url}/users/delta?$deltatoken="
    assert len(graph.changes(answer.headers["location"])[0]) == 30
    assert graph.ask(f"{link}&$select=mail").status_code == 400


# ---- faults ----------------------------------------------------------------------------------------------------------


def walk(graph: Reader, fault: Fault, path: str = f"/users?$top=10&$select={SELECT}") -> list[Any]:
    """Return the pages of three times ten people, or an answer that is not a page, the fault on the second one."""
    graph.server.faults.append(fault)
    pages: list[Any] = []
    link: str | None = path
    while link and len(pages) < 4:
        answer = graph.ask(link)
        page = answer.json()
        pages.append(page if answer.is_success else (answer.status_code, page["error"]["code"]))
        link = page.get("@odata.nextLink")
        if link and not link.startswith(graph.server.url):
            break
    return pages


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("page-token-expired", 400, "Directory_ExpiredPageToken"),
        ("page-token-not-found", 400, "DirectoryPageTokenNotFoundException"),
        ("forbidden", 403, "Authorization_RequestDenied"),
        ("resync", 410, "resyncRequired"),
        ("sync-state-not-found", 400, "syncStateNotFound"),
    ],
)
def test_a_refusal_by_fault(graph: Reader, kind: str, status: int, code: str) -> None:
    """A fault refuses the second page as the real service does, once."""
    assert walk(graph, Fault(kind, skip=1))[1:] == [(status, code)]
    assert len(graph.everything("/users")) == 30


@pytest.mark.parametrize(
    ("status", "code"), [(429, "TooManyRequests"), (503, "ServiceUnavailable"), (509, "UnknownError")]
)
def test_a_status_by_fault_is_told_as_graph_tells_it(graph: Reader, status: int, code: str) -> None:
    """A status without a body of its own comes with Graph's error, the wished headers and a request-id."""
    graph.server.faults.append(Fault("status", status=status, headers={"Retry-After": "2"}))
    answer = graph.ask("/users")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers["retry-after"] == "2"
    assert answer.headers["request-id"]


def test_pages_may_come_without_what_they_should_have(graph: Reader) -> None:
    """A 200 may hold nothing, or an error; both end the walk after the first page."""
    assert walk(graph, Fault("no-value", skip=1))[1:] == [{}]
    assert walk(graph, Fault("error-in-200", skip=1))[1:] == [
        {"error": {"code": "UnknownError", "message": "An error in an answer with status 200."}}
    ]


@pytest.mark.parametrize("skip", [0, 1, 2])
def test_an_empty_page_hides_nobody(graph: Reader, skip: int) -> None:
    """An empty page comes in between, and behind it, under a link of its own, all the others."""
    pages = walk(graph, Fault("empty-page", skip=skip))
    sizes = [10, 10, 10]
    sizes.insert(skip, 0)
    assert [len(page["value"]) for page in pages] == sizes
    assert len({row["id"] for page in pages for row in page["value"]}) == 30
    assert len({request.target for request in graph.server.requests}) == 4


def test_an_empty_page_hides_no_change(graph: Reader) -> None:
    """The same holds for a delta query."""
    graph.server.faults.append(Fault("empty-page"))
    assert len(graph.changes("/users/delta")[0]) == 30


def test_people_may_come_twice(graph: Reader) -> None:
    """Users of an earlier page come again, with the same data or with other data."""
    first, second, _ = walk(graph, Fault("duplicates", skip=1, count=3))
    assert second["value"][10:] == first["value"][:3]
    first, second, _ = walk(graph, Fault("conflicting-duplicates", skip=1, count=1))
    again = second["value"][10]
    assert again["id"] == first["value"][0]["id"]
    assert again["mail"] == f"other.{first['value'][0]['mail']}"


def test_links_may_lead_astray(graph: Reader) -> None:
    """A link may lead back to its own page, or to another host."""
    pages = walk(graph, Fault("next-repeats", skip=1, times=-1))
    assert [page["value"][0]["id"] for page in pages[1:]] == [pages[1]["value"][0]["id"]] * 3
    graph.server.clear()
    assert walk(graph, Fault("next-foreign", skip=1, link="http://198.51.100.7/x"))[1]["@odata.nextLink"] == (
        "http://198.51.100.7/x"
    )
    assert walk(graph, Fault("next-foreign"))[0]["@odata.nextLink"].startswith("https://graph.example.com/v1.0/users?")


def test_counts_may_be_off(graph: Reader) -> None:
    """The count in a list and the bare count may be off by any number."""
    graph.server.faults += [
        Fault("count-off", at=r"\$count=true", count=-7),
        Fault("count-off", at=r"/\$count", count=2),
    ]
    assert graph.ask("/users?$count=true", eventual=True).json()["@odata.count"] == 23
    assert graph.ask("/users/$count", eventual=True).text == "32"


def test_people_may_be_hidden_or_of_the_wrong_type(graph: Reader) -> None:
    """Without the permission there is an id and nothing else, null or absent; text may be a number."""
    hidden = walk(graph, Fault("limited"))[0]["value"]
    names = set(SELECT.split(",")) - {"id"}
    kind = "#microsoft.graph.user"
    assert hidden[0] == {"@odata.type": kind, "id": graph.server.world.people[0]["id"]} | dict.fromkeys(names)
    assert hidden[1] == {"@odata.type": kind, "id": graph.server.world.people[1]["id"]}
    wrong, right = walk(graph, Fault("wrong-types"))[0]["value"][:2]
    assert (wrong["mail"], wrong["displayName"], wrong["accountEnabled"]) == (12345, 12345, True)
    assert isinstance(wrong["id"], str)
    assert isinstance(right["mail"], str)


@pytest.mark.parametrize("kind", sorted(PAGES - {"count-off"}))
def test_page_faults_befall_every_list(graph: Reader, kind: str) -> None:
    """Members, assignments and changes can be spoilt as users can."""
    group = graph.server.world.group("SG-ContactCentre-Agents").id
    paths = [f"/groups/{group}/transitiveMembers/microsoft.graph.user?$count=true", "/users/delta", "/groups"]
    for path in [*paths, f"/servicePrincipals/{graph.server.world.app.id}/appRoleAssignedTo"]:
        right = graph.ask(path, eventual=True).json()
        graph.server.faults.append(Fault(kind))
        wrong = graph.ask(path, eventual=True)
        assert wrong.status_code == 200
        assert wrong.json() != right


def test_every_kind_of_fault_is_known() -> None:
    """The kinds are those of the transport, the refusals and the faults of pages; there are 23 of them."""
    assert GraphServer.kinds == LoopbackServer.kinds | PAGES | set(REFUSALS)
    assert len(GraphServer.kinds) == 23


# ---- by hand ---------------------------------------------------------------------------------------------------------


def test_the_control_plane_changes_the_world(graph: Reader) -> None:
    """Another process changes, adds, removes, joins, leaves and forgets; what it cannot do is refused."""
    world = graph.server.world
    first, second = (world.people[i]["id"] for i in range(2))
    _, link = graph.changes("/users/delta?$select=mail")
    orders = [
        {"change": {"id": first, "mail": "X@example.com"}},
        {"add": {"id": "adc0ffee-0000-4000-8000-000000000001", "displayName": "New"}},
        {"remove": {"id": second, "reason": "deleted"}},
        {"join": {"group": "SG-Empty", "id": first}},
        {"leave": {"group": "SG-ContactCentre-Agents", "id": first}},
    ]
    answers = [graph.client.post(f"{graph.server.origin}/_control/world", json=order) for order in orders]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert answers[1].json() == {"id": "adc0ffee-0000-4000-8000-000000000001"}
    assert graph.changes(link)[0] == [
        {"id": first, "mail": "X@example.com"},
        {"id": second, "@removed": {"reason": "deleted"}},
    ]
    assert list(world.members(world.group("SG-Empty"), deep=False)) == [0]
    assert 0 not in world.members(world.group("SG-ContactCentre-Agents"), deep=False)
    wrong: list[dict[str, Any]] = [
        {},
        {"change": {"id": second}},
        {"change": {"id": first, "e-mail": "x"}},
        {"join": {"group": "SG-None", "id": first}},
        {"remove": first},
        {"add": {"id": first}},
        {"sing": {}},
        {"remove": {"id": first}, "leave": {}},
    ]
    for order in wrong:
        answer = graph.client.post(f"{graph.server.origin}/_control/world", json=order)
        assert (order, answer.status_code) == (order, 400)
    assert graph.client.post(f"{graph.server.origin}/_control/world", json={"forget_changes": {}}).status_code == 200
    assert graph.ask(link).status_code == 410


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_started_by_hand(client: httpx.Client, end: signal.Signals) -> None:
    """Started by hand it prints its address and what a job file needs, serves the sample people, and ends cleanly."""
    command = [sys.executable, "-m", "tests.servers.graph", "--port", "0", "--fault", "forbidden"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        greeting = "".join(iter(process.stdout.readline, "and before the run: export GRAPH_TOKEN=not-a-secret\n"))
        found = re.search(r'^endpoint = "(http://127\.0\.0\.1:\d+/v1\.0)"$', greeting, re.MULTILINE)
        assert found, greeting
        headers = {"Authorization": "Bearer not-a-secret"}
        answers = [client.get(f"{found[1]}/users?$top=999", headers=headers) for _ in range(2)]
        process.send_signal(end)
        assert process.wait() == 0
    assert "232 users, 6 groups" in greeting
    assert [answer.status_code for answer in answers] == [403, 200]
    assert len(answers[1].json()["value"]) == 232


def test_wishes_that_cannot_be_are_refused() -> None:
    """An unknown fault ends the start with a usage error that names the kinds."""
    command = [sys.executable, "-m", "tests.servers.graph", "--fault", "drip"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "'drip' is no kind of fault; there are conflicting-duplicates, count-off, " in done.stderr
