"""Reading only what changed gives the same people as reading everything, and costs what changed."""

import asyncio
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connectors.azure_ad.source import Application, Everyone, Group
from connectors.base import DeltaState, Extract, SourceIncomplete, SourceRefused
from tests.connectors.azure_ad.graph_reading import AGENTS, ATTRIBUTES, SDK_WARNS, delta_read, page, read, rows, truth
from tests.servers.graph import GraphServer, World
from tests.servers.graph_groups import APP_ID
from tests.servers.loopback import Fault

pytestmark = SDK_WARNS

ALL_AGAIN = "Everything was read again instead of the changes alone: "
NAMES = ("mail", "displayName", "accountEnabled", "otherMails", "extensionAttribute1")


@pytest.fixture
def server() -> Iterator[GraphServer]:
    """Serve 150 invented people, whom a test may change."""
    with GraphServer(World.invented(150)) as running:
        yield running


def changes(server: GraphServer, memory: DeltaState | None = None, **wishes: object) -> Extract:
    """Read the changes since a delta state."""
    return read(server.url, mode="delta", delta_state=memory, **wishes)


def kept(extract: Extract) -> DeltaState:
    """Return the delta state of an extract."""
    assert extract.delta_state is not None
    return extract.delta_state


def person(server: GraphServer, place: int) -> str:
    """Return the id of a person."""
    return str(server.world.person(place)["id"])


def paths(server: GraphServer) -> list[str]:
    """Return the paths that were asked."""
    return [request.path.removeprefix("/v1.0") for request in server.requests]


def test_the_first_reading_is_whole(server: GraphServer) -> None:
    """Without a delta state everything is read, and the link to the changes is taken first: nothing falls between."""
    extract = changes(server)
    assert rows(extract.frame) == truth(server.world, ATTRIBUTES)
    assert paths(server) == ["/users/delta", "/users/$count", "/users", "/users/$count"]
    assert parse_qs(urlsplit(server.requests[0].target).query) == {
        "$select": ["id,mail,userPrincipalName,accountEnabled,proxyAddresses,displayName"],
        "$deltatoken": ["latest"],
    }
    memory = kept(extract)
    assert memory.frame.equals(extract.frame)
    assert memory.readings == 0
    assert memory.token.startswith(f"{server.url}/users/delta?$deltatoken=")


def test_the_next_reading_asks_for_changes_alone(server: GraphServer) -> None:
    """With a delta state only the changes and the count are read; changed, cleared, new and gone people are right."""
    memory = kept(changes(server))
    server.world.change(person(server, 3), mail="New.Name@Example.com", proxyAddresses=["SMTP:New.Name@Example.com"])
    server.world.change(person(server, 3), displayName="Twice Changed")
    server.world.change(person(server, 4), mail=None)
    server.world.change(person(server, 5), mail=server.world.person(5)["mail"].swapcase())
    server.world.remove(person(server, 6), "changed")
    server.world.remove(person(server, 7), "deleted")
    server.clear()
    extract = changes(server, memory)
    assert rows(extract.frame) == truth(server.world, ATTRIBUTES)
    assert paths(server) == ["/users/delta", "/users/$count"]
    assert extract.origin.source == "Entra ID"
    assert extract.notes == ()
    assert kept(extract).readings == 1
    assert kept(extract).token != memory.token
    assert kept(extract).frame.equals(extract.frame)


def test_nothing_changed(server: GraphServer) -> None:
    """If nothing changed the snapshot is given as it is."""
    first = changes(server)
    second = changes(server, kept(first))
    assert second.frame.equals(first.frame)
    assert kept(second).readings == 1


def test_changes_may_come_twice(server: GraphServer) -> None:
    """What changed while the snapshot was taken comes again, and does no harm."""
    memory = kept(changes(server))
    server.world.change(person(server, 3), mail="a@example.com")
    later = kept(changes(server, memory))
    replayed = changes(server, replace(later, token=memory.token))
    assert rows(replayed.frame) == truth(server.world, ATTRIBUTES)


def test_somebody_new_is_asked_for_by_id(server: GraphServer) -> None:
    """A user outside the snapshot is read again, because the stream may have only a part of a restored user."""
    gone = person(server, 8)
    server.world.remove(gone)
    memory = kept(changes(server))
    server.world.add(id=gone)
    server.world.add(mail="new@example.com", displayName="New")
    server.clear()
    extract = changes(server, memory)
    assert rows(extract.frame) == truth(server.world, ATTRIBUTES)
    assert paths(server) == ["/users/delta", "/users", "/users/$count"]


def test_more_changes_than_a_page(server: GraphServer) -> None:
    """The stream is followed to its end, page by page."""
    memory = kept(changes(server))
    for time in range(3):
        for place in range(100):
            server.world.change(person(server, place), displayName=f"Name {time} {place}")
    server.clear()
    extract = changes(server, memory)
    assert paths(server) == ["/users/delta", "/users/delta", "/users/$count"]
    assert rows(extract.frame) == truth(server.world, ATTRIBUTES)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault("resync", "delta"), "too old (resyncRequired)."),
        (Fault("sync-state-not-found", "delta"), "too old (syncStateNotFound)."),
        (Fault("status", "delta", status=404), "too old (Request_ResourceNotFound)."),
        (Fault("status", "delta", status=410, body=b""), "too old (410)."),
        (Fault("count-off", "count", count=1), "led to 150 users, and Microsoft Graph counts 151."),
        (Fault("count-off", "count", count=50), "led to 150 users, and Microsoft Graph counts 200."),
        (Fault("count-off", "count", count=-50), "led to 150 users, and Microsoft Graph counts 100."),
    ],
)
def test_a_useless_memory_is_read_anew(server: GraphServer, fault: Fault, reason: str) -> None:
    """If the place in the stream is lost, or the changes lead astray, everything is read, which is reported."""
    memory = kept(changes(server))
    server.world.change(person(server, 3), mail="a@example.com")
    server.faults.append(fault)
    extract = changes(server, memory)
    assert rows(extract.frame) == truth(server.world, ATTRIBUTES)
    assert len(extract.notes) == 1
    assert extract.notes[0].startswith(ALL_AGAIN)
    assert extract.notes[0].endswith(reason)
    assert kept(extract).readings == 0


def test_a_token_that_is_really_too_old(server: GraphServer) -> None:
    """After the service dropped its changes the next reading is complete, and the one after it is not."""
    memory = kept(changes(server))
    server.world.forget_changes()
    again = changes(server, memory)
    assert again.notes[0].startswith(ALL_AGAIN)
    server.clear()
    assert changes(server, kept(again)).notes == ()
    assert "/users" not in paths(server)


def test_everything_is_read_every_so_often(server: GraphServer) -> None:
    """Every n-th reading is complete, because a change of case alone may not be reported."""
    memory: DeltaState | None = None
    whole = []
    for _ in range(8):
        server.clear()
        memory = kept(changes(server, memory, full_every=3))
        whole.append("/users" in paths(server))
    assert whole == [True, False, False, True, False, False, True, False]
    server.clear()
    changes(server, memory, full_every=1)
    assert "/users" in paths(server)


@pytest.mark.parametrize("other", ["attributes", "tenant", "columns", "nulls"])
def test_a_memory_of_another_question_is_not_used(server: GraphServer, other: str) -> None:
    """A delta state of other attributes, of another tenant, or with a foreign frame is not used."""
    memory = kept(changes(server, attributes=("mail",) if other == "attributes" else ATTRIBUTES))
    if other == "tenant":
        memory = replace(memory, scope="0" * 64)
    if other == "columns":
        memory = replace(memory, frame=memory.frame.drop_columns(["mail"]))
    if other == "nulls":
        nulls = pa.table([pa.nulls(1, pa.string()) for _ in memory.frame.columns], memory.frame.column_names)
        memory = replace(memory, frame=nulls)
    server.clear()
    assert rows(changes(server, memory).frame) == truth(server.world, ATTRIBUTES)
    assert "/users" in paths(server)


def test_a_group_with_changes(server: GraphServer) -> None:
    """Who belongs is read each time, ids only; what they are comes from the snapshot and its changes."""
    first = changes(server, scope=Group(AGENTS))
    assert kept(first).frame.num_rows == 150
    server.world.change(person(server, 3), mail="Agent.Three@example.com")
    server.world.leave(AGENTS, person(server, 0))
    server.world.leave("SG-ContactCentre-Berlin", person(server, 0))
    server.world.join(AGENTS, person(server, 1))
    server.clear()
    extract = changes(server, kept(first), scope=Group(AGENTS))
    agents = server.world.members(server.world.group(AGENTS), deep=True)
    assert rows(extract.frame) == truth(server.world, ATTRIBUTES, agents)
    assert extract.origin.source == f"Entra ID group {AGENTS}"
    selects = {parse_qs(urlsplit(request.target).query).get("$select", [""])[0] for request in server.requests}
    assert selects == {"", "id", "id,displayName"}
    assert kept(extract).frame.num_rows == 150


@pytest.mark.parametrize("scope", ["application", "filter"])
def test_other_scopes_with_changes(server: GraphServer, scope: str) -> None:
    """An application and a filter are read in the same way, their people completely each time."""
    wishes = {"scope": Application(APP_ID)} if scope == "application" else {"filter": "accountEnabled eq true"}
    memory = kept(changes(server, **wishes))
    server.world.change(person(server, 1), accountEnabled=True, mail="A.B@example.com")
    server.world.change(person(server, 2), accountEnabled=False)
    server.clear()
    extract = changes(server, memory, **wishes)
    enabled = [place for place in server.world.everybody() if server.world.person(place)["accountEnabled"]]
    wanted = server.world.entitled() if scope == "application" else enabled
    assert rows(extract.frame) == truth(server.world, ATTRIBUTES, wanted)
    assert "/users/delta" in paths(server)


def test_a_member_nobody_knew_is_asked_for(server: GraphServer) -> None:
    """A member who is not in the snapshot is asked for by id; who is not even there is left out and counted."""
    memory = kept(changes(server, scope=Group(AGENTS)))
    known = [{"id": person(server, place)} for place in (0, 3)]
    fresh = memory.frame.filter(pa.array([place != 3 for place in range(150)]))
    nobody = {"id": "00000000-0000-4000-8000-00000000dead"}
    server.faults += [
        Fault("status", r"/\$count", times=-1, status=404),
        Fault("status", r"graph.user\?", status=200, body=page(*known, nobody)),
    ]
    extract = changes(server, replace(memory, frame=fresh), scope=Group(AGENTS))
    assert rows(extract.frame) == truth(server.world, ATTRIBUTES, [0, 3])
    assert f"Entra ID group {AGENTS}: members without data were left out: 1." in extract.notes


def test_many_unknown_members_are_distrusted(server: GraphServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the snapshot lacks many members it is not believed, and everything is read."""
    monkeypatch.setattr(delta_read, "READ_SINGLY", 5)
    memory = kept(changes(server, scope=Group(AGENTS)))
    server.faults.append(Fault("status", r"/users/\$count", status=404))
    extract = changes(server, replace(memory, frame=memory.frame.slice(100)), scope=Group(AGENTS))
    agents = server.world.members(server.world.group(AGENTS), deep=True)
    assert rows(extract.frame) == truth(server.world, ATTRIBUTES, agents)
    assert extract.notes[0] == ALL_AGAIN + "many members were not known before."
    assert kept(extract).readings == 0


@pytest.mark.parametrize(
    "fault",
    [
        Fault("drop", "delta"),
        Fault("cut-json", "delta", times=3),
        Fault("status", "delta", times=7, status=503),
        Fault("status", "delta", status=401),
        Fault("empty-page", "delta"),
        Fault("page-token-expired", "delta", times=2),
        Fault("status", "count", times=-1, status=500),
    ],
    ids=lambda fault: f"{fault.kind} {fault.status}",
)
def test_faults_that_pass_while_changes_are_read(server: GraphServer, fault: Fault) -> None:
    """The stream of changes is read with the same retries as everything else."""
    memory = kept(changes(server))
    server.world.change(person(server, 3), mail="a@example.com")
    server.faults.append(fault)
    extract = changes(server, memory)
    assert rows(extract.frame) == truth(server.world, ATTRIBUTES)
    assert kept(extract).readings == 1


def test_changes_without_an_end(server: GraphServer) -> None:
    """A stream that ends without a link to what will come is not complete."""
    memory = kept(changes(server))
    server.faults.append(Fault("status", "delta", status=200, body=page()))
    with pytest.raises(SourceIncomplete, match="ended without a link to the next ones"):
        changes(server, memory)


def test_changes_that_lead_elsewhere(server: GraphServer) -> None:
    """A delta state whose link leads to another host is refused; no token is sent there."""
    memory = replace(kept(changes(server)), token="https://graph.example.com/v1.0/users/delta?$deltatoken=x")  # noqa: S106 - a link
    server.clear()
    with pytest.raises(SourceIncomplete, match="no token was sent there"):
        changes(server, memory)
    assert server.requests == []


def test_changes_that_may_not_be_read(server: GraphServer) -> None:
    """A missing permission is named, and does not lead to a full reading."""
    memory = kept(changes(server))
    server.faults.append(Fault("forbidden", "delta"))
    with pytest.raises(
        SourceRefused, match=r"does not show the changes of users .* the permission User\.Read\.All: add"
    ):
        changes(server, memory)


def test_the_memory_is_the_tenants_not_the_groups(server: GraphServer) -> None:
    """One snapshot serves every scope of the same tenant and attributes."""
    memory = kept(changes(server))
    server.clear()
    extract = changes(server, memory, scope=Group(AGENTS))
    assert "/users" not in paths(server)
    assert extract.frame.num_rows == 50


# ---- laws ---------------------------------------------------------------------------------------------------------

People = dict[str, list[str]]
ids = st.sampled_from([f"id{number}" for number in range(8)])
texts = st.text(max_size=4)
events = st.lists(st.tuples(ids, st.none() | st.dictionaries(st.sampled_from([1, 2]), texts)), max_size=25)


def table(people: People) -> pa.Table:
    """Lay people out."""
    columns = [[identity, *values] for identity, values in people.items()]
    return pa.table([pa.array([row[place] for row in columns], pa.string()) for place in range(3)], ["id", "a", "b"])


@given(st.dictionaries(ids, st.tuples(texts, texts).map(list)), events)
def test_merging_is_applying_one_after_the_other(
    before: People, happened: list[tuple[str, dict[int, str] | None]]
) -> None:
    """A merged snapshot is what each change, applied in its turn, would have made of it; also when they come twice."""
    expected = {identity: list(values) for identity, values in before.items()}
    lost: People = {}
    told = delta_read.Changes()
    for identity, values in happened:
        told.add(identity, None if values is None else {0: identity, **values})
        if values is None:
            if identity in expected:
                lost[identity] = expected.pop(identity)
        elif identity in expected or identity in lost or values:
            row = expected.setdefault(identity, lost.get(identity, ["", ""]))
            for place, text in values.items():
                row[place - 1] = text
    once = delta_read.merged(table(before), told)
    assert {row["id"]: [row["a"], row["b"]] for row in once.to_pylist()} == expected
    assert rows(delta_read.merged(once, told)) == rows(once)


verbs = st.sampled_from(["change", "case", "clear", "remove", "add", "restore", "disable", "extend"])


@settings(max_examples=8)
@given(st.lists(st.lists(st.tuples(verbs, st.integers(0, 29)), max_size=12), min_size=1, max_size=3))
def test_changes_lead_where_a_whole_reading_leads(nights: list[list[tuple[str, int]]]) -> None:
    """Whatever happens between runs, changes give the same people as a complete reading."""
    with GraphServer(World.invented(30)) as server:
        memory = kept(changes(server, attributes=NAMES))
        for night in nights:
            for verb, place in night:
                happen(server.world, verb, place)
            extract = changes(server, memory, attributes=NAMES, full_every=99)
            assert rows(extract.frame) == rows(read(server.url, attributes=NAMES).frame)
            memory = kept(extract)


def happen(world: World, verb: str, place: int) -> None:
    """Change a person, if the order allows it."""
    someone = world.person(place)
    identity = someone["id"]
    if (world.find(identity) is None) != (verb == "restore"):
        return
    match verb:
        case "change":
            world.change(identity, mail=f"New.{len(world.changes)}@example.com")
        case "case":
            world.change(identity, mail=str(someone.get("mail", "x@example.com")).swapcase())
        case "clear":
            world.change(identity, mail=None, otherMails=[])
        case "remove":
            world.remove(identity)
        case "add":
            world.add(mail=f"Fresh.{len(world.changes)}@example.com")
        case "restore":
            world.add(id=identity)
        case "disable":
            world.change(identity, accountEnabled=not someone["accountEnabled"])
        case "extend":
            world.change(identity, onPremisesExtensionAttributes={"extensionAttribute1": f"CC-{place}"})


def test_reading_needs_no_running_loop() -> None:
    """A reading makes its own event loop, also in a thread that has one."""

    async def busy(url: str) -> Extract:
        return await asyncio.to_thread(read, url, scope=Everyone())

    with GraphServer(World.invented(3)) as server:
        assert asyncio.run(busy(server.url)).frame.num_rows == 3
