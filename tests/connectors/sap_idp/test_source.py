"""Kind "sap_idp": what a cell holds, how the pages are turned, and who belongs to a group."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import ChoiceNeeded, Origin, SourceEmpty, SourceIncomplete, SourceMissing, SourceRefused
from connectors.sap_idp import groups
from mappings.load import load_source_mapping
from tests.connectors.sap_idp.scim_reading import DEPARTMENT, EMAIL, ids, read
from tests.servers.loopback import Fault
from tests.servers.scim import ScimServer
from tests.servers.scim_world import AGENTS, BERLIN, ENTERPRISE, NIGHT, Group, World, user


@pytest.fixture(scope="module")
def service() -> Iterator[ScimServer]:
    """Serve one service for the whole file; a test brings its own world."""
    with ScimServer(World([])) as server:
        yield server


@pytest.fixture
def server(service: ScimServer) -> ScimServer:
    """Return the service with five plain users, and nothing left of the test before."""
    service.clear()
    service.world = World([user(number) for number in range(1, 6)])
    service.most, service.cursor, service.most_members = 100, True, 20_000
    return service


# What a cell holds


def test_the_columns_of_the_mapping_are_read(server: ScimServer) -> None:
    """Every attribute that the mapping names comes out as a column of that name, in that order, as text."""
    person = user(
        7,
        userName="jgarçon",
        name={"givenName": "Jean-Luc", "familyName": "Garçon"},
        displayName="Jean-Luc Garçon",
        emails=[{"value": "JL.Garcon@example.com", "primary": True}, {"value": "jl@example.com", "type": "other"}],
        userType="employee",
        **{ENTERPRISE: {"department": "0012", "manager": {"value": "someone"}}},
    )
    server.world = World([person], {"g": Group("g", "SG-Äußere", ["00000000-5a17-4c0d-9e57-000000000007"])})
    wanted = (*load_source_mapping("sap_idp").attributes(), "groups")
    extract = read(server, *wanted)
    assert tuple(extract.frame.column_names) == wanted
    assert extract.frame.to_pylist() == [
        {
            "id": "00000000-5a17-4c0d-9e57-000000000007",
            "userName": "jgarçon",
            EMAIL: "JL.Garcon@example.com",
            "name.givenName": "Jean-Luc",
            "name.familyName": "Garçon",
            "displayName": "Jean-Luc Garçon",
            "active": "true",
            "userType": "employee",
            "emails": "JL.Garcon@example.com;jl@example.com",
            DEPARTMENT: "0012",
            "groups": "SG-Äußere",
        }
    ]
    assert set(extract.frame.schema.types) == {pa.string()}
    assert extract.origin == Origin("SAP IdP 127.0.0.1", None, None, "id")
    assert (extract.complete, extract.notes, extract.sha256, extract.remarks) == (True, (), None, ())


@pytest.mark.parametrize(
    ("wanted", "columns"),
    [
        (("userName", EMAIL), ["id", "userName", EMAIL]),
        (("userName", "id"), ["userName", "id"]),
        ((), ["id"]),
    ],
)
def test_the_id_is_always_there(server: ScimServer, wanted: tuple[str, ...], columns: list[str]) -> None:
    """The id is put first if it was not requested, and stays in its place if it was."""
    assert read(server, attributes=wanted).frame.column_names == columns


def test_only_what_is_wanted_is_asked_for(server: ScimServer) -> None:
    """The request names the attributes to send; one of an extension is named with a colon (RFC 7644 §3.10)."""
    read(server, EMAIL, "emails", "name.givenName", DEPARTMENT, f"{ENTERPRISE}.manager.value")
    assert server.requests[0].query["attributes"] == (
        f"id,emails,name.givenName,{ENTERPRISE}:department,{ENTERPRISE}:manager.value"
    )


HAS_ONE = "1 user has no email marked as primary, and only one email: it was taken"
HAS_MANY = "1 user has several emails and none marked as primary: the email was left empty"
HAS_TWO = "1 user has more than one email marked as primary: the email was left empty"


@pytest.mark.parametrize(
    ("emails", "cell", "notes"),
    [
        ([{"value": "A@x.example", "primary": True}], "A@x.example", ()),
        ([{"value": "a@x.example"}, {"value": "B@x.example", "primary": True}], "B@x.example", ()),
        ([{"value": "a@x.example", "primary": False}, {"value": "B@x.example", "primary": True}], "B@x.example", ()),
        ([{"value": " A@x.example "}], " A@x.example ", (HAS_ONE,)),
        ([{"value": "a@x.example", "primary": False}], "a@x.example", (HAS_ONE,)),
        ([{"value": "a@x.example"}, {"type": "home"}], "a@x.example", (HAS_ONE,)),
        ([{"value": "a@x.example"}, {"value": "b@x.example"}], "", (HAS_MANY,)),
        ([{"value": "a@x.example", "primary": True}, {"value": "b@x.example", "primary": True}], "", (HAS_TWO,)),
        ([{"value": "a@x.example"}, {"primary": True}], "a@x.example", (HAS_ONE,)),
        ([{"value": "A@x.example", "primary": True, "type": "work"}] * 2, "A@x.example", ()),
        ([{"value": "A@x.example", "type": "work"}, {"value": "A@x.example"}], "A@x.example", (HAS_ONE,)),
        ([{"value": "", "primary": True}], "", ()),
        ([{"value": None}], "", ()),
        ([], "", ()),
        (None, "", ()),
    ],
)
def test_the_primary_email(server: ScimServer, emails: list[Any] | None, cell: str, notes: tuple[str, ...]) -> None:
    """The email marked as primary, or the only one; if there is a choice to make, none, and a note."""
    server.world = World([user(1, emails=emails)])
    extract = read(server, EMAIL)
    assert extract.frame.column(EMAIL).to_pylist() == [cell]
    assert extract.notes == notes


def test_emails_of_which_one_would_have_to_be_chosen_are_shown(server: ScimServer) -> None:
    """The user's row has an issue with all the emails and the reason; its place counts over pages."""
    server.most = 2
    two = [{"value": "home@x.example"}, {"value": "Work@x.example"}]
    both = [each | {"primary": True} for each in (*two, {"value": "home@x.example"})]
    server.world = World([user(1), user(2), user(3, emails=two), user(4), user(5, emails=both)])
    found = read(server, "userName", EMAIL).remarks
    assert [(each.code, each.position, each.column, each.value) for each in found] == [
        ("DIRECTORY-NO-EMAIL", 2, 2, "home@x.example; Work@x.example"),
        ("DIRECTORY-NO-EMAIL", 4, 2, "home@x.example; Work@x.example"),
    ]
    assert [each.detail for each in found] == [
        "the service has 2 emails of this user and marks none of them as primary",
        "the service has 2 emails of this user and marks 2 of them as primary",
    ]


def test_notes_on_emails_are_counted(server: ScimServer) -> None:
    """One note for all users of a kind."""
    server.world = World([user(number, emails=[{"value": f"{number}@example.com"}]) for number in range(3)])
    assert read(server, EMAIL).notes == ("3 users have no email marked as primary, and only one email: it was taken",)
    assert read(server, "userName").notes == ()


@pytest.mark.parametrize(
    ("active", "cell"),
    [(True, "true"), (False, "false"), (None, ""), ("true", "true"), ("TRUE", "TRUE"), (1, "1")],
)
def test_active_is_told_as_it_came(server: ScimServer, active: object, cell: str) -> None:
    """An absent ``active`` is unknown, which is neither true nor false."""
    server.world = World([user(1, active=active)])
    assert read(server, "active").frame.column("active").to_pylist() == [cell]


def test_null_is_nothing(server: ScimServer) -> None:
    """What is null is an empty cell, wherever it is."""
    server.world = World(
        [user(1) | {"name": None, "emails": None, "displayName": None, ENTERPRISE: {"department": None}}]
    )
    wanted = ("name.givenName", "emails", EMAIL, "displayName", DEPARTMENT)
    assert read(server, *wanted).frame.drop_columns("id").to_pylist() == [dict.fromkeys(wanted, "")]


def test_a_group_without_a_name_is_told_by_its_id(server: ScimServer) -> None:
    """The groups of a user are joined by a semicolon, each by its display name, else by its value."""
    groups = {"a": Group("a", "", [server.world.users[0]["id"]]), "b": Group("b", "B", [server.world.users[0]["id"]])}
    server.world.groups = groups
    assert read(server, "groups").frame.column("groups").to_pylist() == ["a;B", "", "", "", ""]


@settings(max_examples=30)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_no_letter_changes(service: ScimServer, texts: list[str]) -> None:
    """Whatever text a service holds, the cell holds the same."""
    service.clear()
    people = [user(n, userName=text, name={"familyName": text}) for n, text in enumerate(texts)]
    service.world = World([person | {"emails": [{"value": person["userName"], "primary": True}]} for person in people])
    frame = read(service, "userName", "name.familyName", EMAIL).frame
    for column in ("userName", "name.familyName", EMAIL):
        assert frame.column(column).to_pylist() == texts


@pytest.mark.parametrize(
    "names",
    [
        ("emails[work].value",),
        ("emails.value",),
        ("phoneNumbers",),
        ("name.",),
        ("",),
        ("first name",),
        (ENTERPRISE,),
        (f"{ENTERPRISE}:department",),
        ("name", "name.givenName"),
        ("name.givenName", "name"),
    ],
)
def test_an_attribute_that_cannot_be_read_is_refused(server: ScimServer, names: tuple[str, ...]) -> None:
    """A name that is not a single value stops the reading before anything is asked."""
    with pytest.raises(ChoiceNeeded, match="cannot be read"):
        read(server, *names)
    assert server.requests == []


# How the pages are turned


@settings(max_examples=40)
@given(
    order=st.integers(1, 130).flatmap(lambda many: st.permutations(range(many))),
    most=st.integers(1, 100),
    cursor=st.booleans(),
    paging=st.sampled_from(["cursor", "index"]),
)
def test_everybody_is_read_once(
    service: ScimServer,
    order: list[int],
    most: int,
    cursor: bool,  # noqa: FBT001 - drawn
    paging: str,
) -> None:
    """Whatever the size of pages, in any order, with or without a cursor: every user, once, in the service's order."""
    service.clear()
    service.world = World([user(number) for number in order])
    service.most, service.cursor = most, cursor
    assert ids(read(service, paging=paging)) == [each["id"] for each in service.world.users]


def pages_asked(server: ScimServer, name: str) -> list[str | None]:
    """Return one parameter of every question about users."""
    return [each.query.get(name) for each in server.requests if each.path == "/scim/Users"]


def test_a_cursor_leads_from_page_to_page(server: ScimServer) -> None:
    """The first page is "initial", each further one what the page before named, and "end" ends it."""
    server.most = 2
    extract = read(server)
    assert pages_asked(server, "startId") == ["initial", ids(extract)[2], ids(extract)[4]]
    assert pages_asked(server, "count") == ["100"] * 3
    assert extract.notes == ()


def test_an_index_moves_on_by_what_came(server: ScimServer) -> None:
    """A page that is shorter than what was asked for is not a last page, and leaves no gap."""
    server.most = 2
    assert len(ids(read(server, paging="index"))) == 5
    assert pages_asked(server, "startIndex") == ["1", "3", "5"]
    assert pages_asked(server, "startId") == [None] * 3


def test_without_a_cursor_the_index_goes_on(server: ScimServer) -> None:
    """A service that passes over ``startId`` is read by index from its second page on, and the notes report it."""
    server.most, server.cursor = 2, False
    extract = read(server)
    assert len(set(ids(extract))) == 5
    assert pages_asked(server, "startId") == ["initial", None, None]
    assert pages_asked(server, "startIndex") == [None, "3", "5"]
    assert extract.notes == ("the service has no cursor for users; they were read by index",)


def test_one_page_needs_no_cursor(server: ScimServer) -> None:
    """If one page has every user, nothing is read again and nothing is noted."""
    server.cursor = False
    assert read(server).notes == ()
    assert len(server.requests) == 1


def test_a_cursor_that_breaks_off_is_no_index(server: ScimServer) -> None:
    """A cursor that ends in the middle does not exclude an index: all users are read again, by index."""
    server.most = 2
    server.faults.append(Fault("no-next", at="Users", skip=1))
    assert len(set(ids(read(server)))) == 5
    assert pages_asked(server, "startIndex") == [None, None, "1", "3", "5"]


def test_no_total_is_no_end(server: ScimServer) -> None:
    """Without ``totalResults`` the reading goes on until the cursor ends, or until an empty page."""
    server.most = 2
    server.faults.append(Fault("no-total", at="Users", times=-1))
    assert len(ids(read(server))) == 5
    server.world.groups = {}
    with ScimServer(World([user(1), user(2), user(3)]), most=2, cursor=False) as older:
        older.faults.append(Fault("no-total", at="startIn", skip=0, times=1))
        assert len(ids(read(older, paging="index"))) == 3


def test_progress_is_told_page_by_page(server: ScimServer) -> None:
    """The tally hears how many were read, and how many there are."""
    server.most = 2
    told: list[tuple[int, int | None]] = []
    read(server, progress=lambda *numbers: told.append(numbers))
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_a_filter_is_passed_on(server: ScimServer) -> None:
    """The filter goes to the service as it was written, with every page."""
    server.most = 1
    server.world.users[3]["userType"] = server.world.users[1]["userType"] = 'a "b" & ü'
    assert ids(read(server, filter=r'userType eq "a \"b\" & ü" and active eq true')) == [
        "00000000-5a17-4c0d-9e57-000000000002",
        "00000000-5a17-4c0d-9e57-000000000004",
    ]


def test_a_filter_that_the_service_rejects(server: ScimServer) -> None:
    """The service's own words are handed on."""
    with pytest.raises(SourceRefused, match=r"rejects the request \(400: The filter is not supported: userName co"):
        read(server, filter='userName co "a"')


@pytest.mark.parametrize("wishes", [{}, {"filter": 'userName eq "nobody"'}, {"paging": "index"}])
def test_nobody_is_an_error(server: ScimServer, wishes: dict[str, str]) -> None:
    """A service without people is an empty source, never "all people left"."""
    server.world = World([] if "filter" not in wishes else [user(1)])
    with pytest.raises(SourceEmpty, match=r"^SAP IdP 127.0.0.1: there are no users\. Check group and filter"):
        read(server, **wishes)


# Who belongs to a group


@pytest.mark.parametrize("group", [AGENTS, BERLIN, NIGHT, "SG-ContactCentre-Agents", "SG-ContactCentre-Berlin-Night"])
def test_members_are_found_however_deep(server: ScimServer, group: str) -> None:
    """Users of nested groups count, and groups that contain each other end by themselves."""
    server.world = World.invented(120)
    extract = read(server, group=group)
    assert ids(extract) == [each["id"] for each in server.world.users[::3]]
    assert extract.origin.source.startswith("SAP IdP 127.0.0.1, group SG-ContactCentre-")
    assert (extract.complete, extract.notes) == (True, ())
    assert [each.path for each in server.requests].count(f"/scim/Groups/{AGENTS}") == 1


@pytest.mark.parametrize("name", ['Say "hello"', "back\\slash", '\\"', "Größe 1;2", "a & b=c", "東京"])
def test_a_name_with_any_letter_is_found(server: ScimServer, name: str) -> None:
    """Quotes and backslashes are escaped in the filter."""
    server.world.add(Group("g1", name, [server.world.users[2]["id"]]))
    server.world.add(Group("g2", "other", [server.world.users[3]["id"]]))
    assert ids(read(server, group=name)) == [server.world.users[2]["id"]]


@pytest.mark.parametrize(
    ("group", "sentence"),
    [
        ("No such group", '127.0.0.1 has no group "No such group"'),
        ("9c0ffee0-5a17-4c0d-9e57-000000000009", 'no group with the id "9c0ffee0-5a17-4c0d-9e57-000000000009"'),
    ],
)
def test_no_such_group(server: ScimServer, group: str, sentence: str) -> None:
    """A group that is not there is missing by its name, and no one is read."""
    with pytest.raises(SourceMissing, match=sentence):
        read(server, group=group)
    assert pages_asked(server, "count") == []


def test_a_name_of_several_groups_is_a_choice(server: ScimServer) -> None:
    """Two groups of one name are named by their ids."""
    for identity in ("g1", "g2"):
        server.world.add(Group(identity, "Agents", [server.world.users[0]["id"]]))
    with pytest.raises(ChoiceNeeded, match=r'has 2 groups "Agents": g1 \(Agents\), g2 \(Agents\)\. Write the id'):
        read(server, group="Agents")


def test_the_name_to_the_letter_wins(server: ScimServer) -> None:
    """Of names that differ by case only, the one that is written so is meant; with none of them, it is a choice."""
    for place, name in enumerate(("agents", "Agents")):
        server.world.add(Group(f"g{place}", name, [server.world.users[place]["id"]]))
    assert ids(read(server, group="Agents")) == [server.world.users[1]["id"]]
    with pytest.raises(ChoiceNeeded, match="g0"):
        read(server, group="AGENTS")


def test_a_single_group_may_be_written_in_another_case(server: ScimServer) -> None:
    """The origin has the group's own spelling."""
    server.world.add(Group("g1", "Agents", [server.world.users[0]["id"]]))
    assert read(server, group="AGENTS").origin.source == "SAP IdP 127.0.0.1, group Agents"


def test_a_service_that_passes_over_the_filter(server: ScimServer) -> None:
    """A group of another name is never taken, not even if it is alone."""
    groups = {"totalResults": 1, "Resources": [{"id": "g1", "displayName": "Others"}]}
    server.faults.append(Fault("status", at="Groups", status=200, body=msgspec.json.encode(groups)))
    with pytest.raises(SourceMissing, match='no group "Agents"'):
        read(server, group="Agents")


def test_members_that_are_not_there_are_counted(server: ScimServer) -> None:
    """A member who is not a user, and a group within that is gone, are noted."""
    server.world.add(Group("g1", "Agents", [server.world.users[0]["id"], "gone1", "gone2"], ["gone3"]))
    extract = read(server, group="Agents")
    assert ids(extract) == [server.world.users[0]["id"]]
    assert extract.notes == (
        "1 group within the group no longer exists",
        "2 members are named by the group, and not among the users that were read",
    )


def test_a_filter_leaves_members_out(server: ScimServer) -> None:
    """Group and filter both hold."""
    people = [each["id"] for each in server.world.users]
    server.world.add(Group("g1", "Agents", people[:2]))
    extract = read(server, group="Agents", filter='userName eq "user2"')
    assert (ids(extract), extract.notes) == (
        [people[1]],
        ("1 member is named by the group, and not among the users that were read",),
    )


def test_an_older_service_tells_by_reference(server: ScimServer) -> None:
    """Without a type, a member is a group if its address is a group's."""
    people = [each["id"] for each in server.world.users]
    server.world.add(Group("inner", "Inner", people[1:3]))
    members = [{"value": people[0]}, {"value": "inner", "$ref": f"{server.url}/Groups/inner"}]
    outer = {"id": AGENTS, "displayName": "Outer", "members": members}
    server.faults.append(Fault("status", at=AGENTS, status=200, body=msgspec.json.encode(outer)))
    assert ids(read(server, group=AGENTS)) == people[:3]


def test_a_group_larger_than_the_service_tells(server: ScimServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Users beyond the limit are found by their own record; groups beyond it are not, and the extract reports it."""
    monkeypatch.setattr(groups, "MOST_MEMBERS", 2)
    server.most_members = 2
    people = [each["id"] for each in server.world.users]
    server.world.add(Group("g1", "Agents", people[:4]))
    extract = read(server, group="Agents")
    assert ids(extract) == people[:4]
    assert not extract.complete
    assert extract.notes == (
        (
            'the group "Agents" listed 2 members, which is the limit of the service; further users were found by the '
            "groups that they name, further groups within it were not"
        ),
        "2 users are in the group by their own record, and the group does not name them",
    )


def test_a_group_without_people_is_empty(server: ScimServer) -> None:
    """An empty group is an empty source."""
    server.world.add(Group("g1", "Agents"))
    with pytest.raises(SourceEmpty, match="group Agents: there are no users"):
        read(server, group="Agents")


def test_a_group_that_is_no_group(server: ScimServer) -> None:
    """Members of the wrong shape are never half a group."""
    body = b'{"id": "g1", "displayName": "Agents", "members": [{"display": "Anna"}]}'
    server.faults.append(Fault("status", at=AGENTS, status=200, body=body))
    with pytest.raises(SourceIncomplete, match=r"is not SCIM 2\.0 .*members\[0\]"):
        read(server, group=AGENTS)
