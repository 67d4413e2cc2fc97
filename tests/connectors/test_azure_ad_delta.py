"""Mode "delta" of kind "azure_ad": whatever changed, reading the changes gives what reading everything would give.

Every expectation is a whole reading of the same server at the same moment, or the world itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.azure_ad import Application, Everyone, Group
from connectors.base import Extract, Memory, SourceEmpty
from tests.connectors.graph_reading import AGENTS, SDK_WARNS, read, rows, truth
from tests.servers.graph import GraphServer, World
from tests.servers.graph_groups import APP_ID

pytestmark = SDK_WARNS

NAMES = ("mail", "displayName", "accountEnabled", "proxyAddresses", "extensionAttribute1", "extensionAttribute7")
PLAIN = NAMES[:4]
SCOPES = [Everyone(), Group(AGENTS), Application(APP_ID)]
FIFTEEN = "onPremisesExtensionAttributes"
CHANGES_ALONE = ["/v1.0/users/delta", "/v1.0/users/$count"]
FROM_NOW = "latest"

Scope = Everyone | Group | Application


@pytest.fixture
def server() -> Iterator[GraphServer]:
    """Serve 130 people that a test may change; 44 of them are agents."""
    with GraphServer(World.invented(130)) as server:
        yield server
        assert server.defects == []


def who(world: World, place: int) -> str:
    """Give the id of a person."""
    return str(world.person(place)["id"])


def changes(url: str, memory: Memory | None = None, **wishes: Any) -> Extract:
    """Read in mode "delta"."""
    return read(url, **({"mode": "delta", "memory": memory, "attributes": NAMES} | wishes))


def kept(extract: Extract) -> Memory:
    """Give what is to be remembered."""
    assert extract.memory is not None
    return extract.memory


def paths(server: GraphServer) -> list[str]:
    """Say what was asked, in order."""
    return [request.path for request in server.requests]


@pytest.mark.parametrize("scope", SCOPES)
def test_the_first_reading(server: GraphServer, scope: Scope) -> None:
    """The first reading gives everybody of the scope, and a memory of everybody in the tenant."""
    extract = changes(server.url, scope=scope)
    whole = read(server.url, attributes=NAMES, scope=scope)
    assert rows(extract.frame) == rows(whole.frame)
    assert extract.notes == whole.notes
    assert extract.complete
    memory = kept(extract)
    assert rows(memory.frame) == rows(read(server.url, attributes=NAMES).frame)
    assert (memory.readings, len(memory.scope)) == (0, 64)
    assert memory.token.startswith(f"{server.url}/users/delta?$deltatoken=")


def test_the_link_is_taken_before_the_snapshot(server: GraphServer) -> None:
    """What changes while everything is read is told again by the stream: a gap there cannot be."""
    changes(server.url)
    assert paths(server).index("/v1.0/users/delta") < paths(server).index("/v1.0/users")
    (asked,) = (request for request in server.requests if request.path.endswith("/delta"))
    assert asked.query["$deltatoken"] == FROM_NOW
    assert asked.query["$select"] == f"id,mail,displayName,accountEnabled,proxyAddresses,{FIFTEEN}"


def test_nothing_changed(server: GraphServer) -> None:
    """Where nothing changed one request for the changes and one for the number are all, and everybody is there."""
    memory = kept(changes(server.url))
    server.clear()
    extract = changes(server.url, memory)
    assert paths(server) == CHANGES_ALONE
    assert server.origin + server.requests[0].target == memory.token
    assert rows(extract.frame) == rows(memory.frame)
    assert (kept(extract).readings, kept(extract).scope) == (1, memory.scope)
    assert kept(extract).token != memory.token


def change(world: World) -> None:
    """Give somebody another address and another flag."""
    world.change(
        who(world, 3), mail="Other@example.com", accountEnabled=False, proxyAddresses=["SMTP:Other@example.com"]
    )


def change_of_case(world: World) -> None:
    """Change no more than the case of one letter."""
    mail = world.person(3)["mail"]
    world.change(who(world, 3), mail=mail[0].swapcase() + mail[1:])


def clear(world: World) -> None:
    """Clear what was set."""
    world.change(who(world, 3), mail=None, proxyAddresses=None, accountEnabled=None)


def change_of_an_extension(world: World) -> None:
    """Set one of the fifteen and clear another."""
    world.change(who(world, 3), **{FIFTEEN: {"extensionAttribute1": None, "extensionAttribute7": "Ä7"}})


def clear_the_extensions(world: World) -> None:
    """Clear the property that holds the fifteen."""
    world.change(who(world, 3), **{FIFTEEN: None})


def add(world: World) -> None:
    """Add somebody."""
    world.add(mail="New@example.com", displayName="New")


def add_an_agent(world: World) -> None:
    """Add somebody who joins the agents."""
    world.join(AGENTS, world.add(mail="New@example.com", displayName="New"))


def add_and_remove(world: World) -> None:
    """Let somebody come and go."""
    world.remove(world.add(mail="New@example.com"), "deleted")


def remove(world: World) -> None:
    """Put somebody into the recycle bin."""
    world.remove(who(world, 3))


def delete(world: World) -> None:
    """Remove somebody for good."""
    world.remove(who(world, 3), "deleted")


def remove_and_restore(world: World) -> None:
    """Bring somebody back from the recycle bin, with another address."""
    world.remove(who(world, 3))
    world.add(id=who(world, 3), mail="Back@example.com")


def join(world: World) -> None:
    """Let somebody join who was no agent."""
    world.join(AGENTS, who(world, 4))


def leave(world: World) -> None:
    """Let an agent leave."""
    world.leave(AGENTS, who(world, 9))


def twice(world: World) -> None:
    """Change somebody several times: each change is told, the last one counts."""
    for mail in ("One@example.com", None, "Two@example.com"):
        world.change(who(world, 3), mail=mail)
    world.change(who(world, 3), displayName="Two")
    world.change(who(world, 3), mail="TWO@example.com")


def what_was_not_asked_for(world: World) -> None:
    """Change what the mapping does not name."""
    world.change(who(world, 3), jobTitle="Other")


def many(world: World) -> None:
    """Change more than fits on a page of the stream."""
    for number in range(450):
        world.change(who(world, number % 130), displayName=f"Number {number}")


def many_new(world: World) -> None:
    """Let more people come than may be asked for by their ids at once."""
    for number in range(40):
        world.join(AGENTS, world.add(mail=f"N{number}@example.com"))


WAYS = [
    change, change_of_case, clear, change_of_an_extension, clear_the_extensions, add, add_an_agent, add_and_remove,
    remove, delete, remove_and_restore, join, leave, twice, what_was_not_asked_for, many, many_new,
]  # fmt: skip


@pytest.mark.parametrize("scope", [Everyone(), Group(AGENTS)], ids=["everyone", "group"])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_change(server: GraphServer, way: Callable[[World], None], scope: Scope) -> None:
    """After a change the changes alone lead to what a whole reading gives, and so again the next time."""
    before = changes(server.url, scope=scope)
    way(server.world)
    server.clear()
    extract = changes(server.url, kept(before), scope=scope)
    asked = [request.query for request in server.requests if request.path == "/v1.0/users"]
    assert all(query["$filter"].startswith("id in (") for query in asked)
    assert {request.query["$select"] for request in server.requests if request.path.endswith("graph.user")} <= {"id"}
    whole = rows(read(server.url, attributes=NAMES, scope=scope).frame)
    assert rows(extract.frame) == whole
    assert extract.notes == ()
    assert kept(extract).readings == 1
    assert rows(changes(server.url, kept(extract), scope=scope).frame) == whole


def test_the_world_itself_agrees(server: GraphServer) -> None:
    """The changes lead to what is true, not only to what a whole reading says."""
    memory = kept(changes(server.url, attributes=PLAIN))
    for way in (change_of_case, add, join, leave):
        way(server.world)
    server.world.remove(who(server.world, 5))
    found = rows(changes(server.url, memory, attributes=PLAIN).frame)
    assert found == truth(server.world, PLAIN)
    assert len(found) == 130


def test_a_change_is_no_whole_reading(server: GraphServer) -> None:
    """A change of somebody who is known costs two requests; somebody new costs one more."""
    memory = kept(changes(server.url))
    change_of_case(server.world)
    server.clear()
    memory = kept(changes(server.url, memory))
    assert paths(server) == CHANGES_ALONE
    add(server.world)
    server.clear()
    changes(server.url, memory)
    assert paths(server) == [CHANGES_ALONE[0], "/v1.0/users", CHANGES_ALONE[1]]


@pytest.mark.parametrize(
    "wishes",
    [
        {"attributes": NAMES[:5]},
        {"attributes": (*NAMES[:4], "extensionAttribute7", "extensionAttribute1")},
        {"full_every": 1},
        {"memory": "of another scope"},
        {"memory": "without a column"},
        {"memory": "with another type"},
    ],
    ids=str,
)
def test_a_memory_of_something_else(server: GraphServer, wishes: dict[str, Any]) -> None:
    """A memory of another question, or one that is due to be renewed, is put aside: everything is read."""
    memory = kept(changes(server.url))
    column = memory.frame.column("mail").dictionary_encode()
    others = {
        "of another scope": replace(memory, scope="0" * 64),
        "without a column": replace(memory, frame=memory.frame.drop_columns(["mail"])),
        "with another type": replace(memory, frame=memory.frame.set_column(1, "mail", column)),
    }
    change(server.world)
    server.clear()
    usual: dict[str, Any] = {"attributes": NAMES}
    asked = usual | wishes | {"memory": others.get(wishes.get("memory", ""), memory)}
    extract = changes(server.url, **asked)
    assert server.requests[0].query["$deltatoken"] == FROM_NOW
    assert "/v1.0/users" in paths(server)
    assert rows(extract.frame) == rows(read(server.url, attributes=asked["attributes"]).frame)
    assert kept(extract).readings == 0


def test_everything_now_and_then(server: GraphServer) -> None:
    """Each third reading is a whole one where that is wished, and finds what the stream forgot to tell."""
    memory, seen = None, []
    for number in range(7):
        server.world.change(who(server.world, 3), mail=f"{number}@example.com")
        server.world.changes.pop()  # the stream never tells it
        extract = changes(server.url, memory, full_every=3)
        memory = kept(extract)
        seen.append((memory.readings, rows(extract.frame)[who(server.world, 3)]["mail"][0]))
    assert seen == [(0, "0"), (1, "0"), (2, "0"), (0, "3"), (1, "3"), (2, "3"), (0, "6")]


@pytest.mark.parametrize("scope", SCOPES)
def test_a_place_that_is_forgotten(server: GraphServer, scope: Scope) -> None:
    """Where the stream has forgotten its place everything is read anew, and the summary is told why."""
    memory = kept(changes(server.url, scope=scope))
    change(server.world)
    remove(server.world)
    server.world.forget_changes()
    extract = changes(server.url, memory, scope=scope)
    whole = read(server.url, attributes=NAMES, scope=scope)
    assert rows(extract.frame) == rows(whole.frame)
    assert extract.notes == (
        (
            "Everything was read anew instead of the changes alone: its place in the stream of changes was too old "
            "(resyncRequired)."
        ),
        *whole.notes,
    )
    assert kept(extract).readings == 0
    assert changes(server.url, kept(extract), scope=scope).notes == whole.notes


def test_a_place_that_never_was(server: GraphServer) -> None:
    """A link that Graph does not know leads to a whole reading too."""
    memory = replace(kept(changes(server.url)), token=f"{server.url}/users/delta?$deltatoken=unknown")
    extract = changes(server.url, memory)
    assert rows(extract.frame) == rows(memory.frame)
    assert "too old" in extract.notes[0]
    assert kept(extract).readings == 0


def test_a_stream_that_kept_somebody_back(server: GraphServer) -> None:
    """Where the changes lead to another number than Graph counts, they are not believed."""
    memory = kept(changes(server.url))
    for place in (3, 4, 5):
        server.world.remove(who(server.world, place))
    server.world.changes.clear()
    extract = changes(server.url, replace(memory, token=memory.token))
    assert extract.frame.num_rows == 127
    assert extract.notes == (
        (
            "Everything was read anew instead of the changes alone: the changes led to 130 users, and Microsoft Graph "
            "counts 127."
        ),
    )


def test_a_filter_is_asked_each_time(server: GraphServer) -> None:
    """Who meets a filter is no part of the stream; it is asked anew, ids only."""
    wishes = {"filter": "accountEnabled eq false"}
    memory = kept(changes(server.url, **wishes))
    change(server.world)
    found = rows(changes(server.url, memory, **wishes).frame)
    assert found == rows(read(server.url, attributes=NAMES, **wishes).frame)
    assert who(server.world, 3) in found


def test_the_last_one_leaves(server: GraphServer) -> None:
    """A scope that lost everybody is empty, by its changes as by a whole reading."""
    scope = Group("6c0ffee0-5a17-4c0d-9e57-000000000004")
    memory = kept(changes(server.url, scope=scope))
    server.world.leave("6c0ffee0-5a17-4c0d-9e57-000000000004", who(server.world, 0))
    with pytest.raises(SourceEmpty, match="SG-Duplicate has no users"):
        changes(server.url, memory, scope=scope)


# ---- the law -------------------------------------------------------------------------------------------------------

TEXTS = st.sampled_from(
    ["Anna@example.com", "anna@example.com", "ANNA@example.com", "ä\u0308;\t'", "null", "0012", None]
)
FLAGS = st.sampled_from([True, False, None])
LISTS = st.sampled_from([["SMTP:A@example.com"], ["smtp:a@example.com", "SMTP:A@example.com"], [], None])
PLACES = st.integers(1, 25)
STEPS = st.one_of(
    st.tuples(st.just("mail"), PLACES, TEXTS),
    st.tuples(st.just("displayName"), PLACES, TEXTS),
    st.tuples(st.just("accountEnabled"), PLACES, FLAGS),
    st.tuples(st.just("proxyAddresses"), PLACES, LISTS),
    st.tuples(st.just(FIFTEEN), PLACES, TEXTS),
    st.tuples(st.just("remove"), PLACES, st.sampled_from(["changed", "deleted"])),
    st.tuples(st.just("restore"), PLACES, TEXTS),
    st.tuples(st.just("add"), PLACES, TEXTS),
    st.tuples(st.just("join"), PLACES, st.none()),
    st.tuples(st.just("leave"), PLACES, st.none()),
    st.tuples(st.just("read"), PLACES, st.none()),
)


def step(world: World, verb: str, place: int, value: Any) -> None:
    """Do one step, where it can be done: who is gone does not change, who is there is not restored."""
    identity = who(world, place)
    there = world.find(identity) is not None
    match verb:
        case "add":
            world.add(**({} if value is None else {"mail": value}))
        case "restore" if not there:
            world.add(id=identity, **({} if value is None else {"mail": value}))
        case "remove" if there:
            world.remove(identity, value)
        case "join" if there:
            world.join(AGENTS, identity)
        case "leave" if there:
            world.leave(AGENTS, identity)
        case _ if there and verb in {*PLAIN, FIFTEEN}:
            fifteen = {"extensionAttribute1": "CC", "extensionAttribute7": value}
            world.change(identity, **{verb: fifteen if verb == FIFTEEN else value})


@settings(max_examples=15, deadline=None)
@given(scope=st.sampled_from(SCOPES), steps=st.lists(STEPS, min_size=1, max_size=25))
def test_changes_are_as_good_as_everything(scope: Scope, steps: list[tuple[str, int, Any]]) -> None:
    """Whatever happens, and whenever it is read, the changes lead to the rows of a whole reading."""
    world = World.invented(26)
    with GraphServer(world) as server:
        memory = kept(changes(server.url, scope=scope))
        for verb, place, value in [*steps, ("read", 0, None)]:
            if verb != "read":
                step(world, verb, place, value)
                continue
            extract = changes(server.url, memory, scope=scope, full_every=1000)
            assert rows(extract.frame) == rows(read(server.url, attributes=NAMES, scope=scope).frame)
            assert not any("read anew" in note for note in extract.notes)
            memory = kept(extract)
        assert server.defects == []
