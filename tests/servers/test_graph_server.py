"""The invented Microsoft Graph is as strict as the real one, and complete."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.servers.graph import GraphServer, World
from tests.servers.graph_groups import AGENTS, APP_ID, BERLIN, EMPTY, NIGHT
from tests.servers.graph_pages import Renderer
from tests.servers.graph_query import USER_DEFAULTS, USER_PROPERTIES
from tests.servers.graph_reading import Reader
from tests.servers.people import invented

EXPORT = Path(__file__).parents[2] / "sample_data" / "exportUsers.csv"
EVENTUAL = True
APP = f"/servicePrincipals(appId='{APP_ID}')"
IDS = ",".join(f"'{n}'" for n in range(16))


@pytest.fixture(scope="module")
def large() -> Iterator[Reader]:
    """Serve 1,000 people who are only read."""
    with GraphServer(World.invented(1000)) as server, httpx.Client(trust_env=False) as client:
        yield Reader(client, server)


@pytest.fixture
def small() -> Iterator[Reader]:
    """Serve 24 people of the test's own."""
    with GraphServer(World.invented(24)) as server, httpx.Client(trust_env=False) as client:
        yield Reader(client, server)


# ---- strictness ------------------------------------------------------------------------------------------------------

BAD, UNSUPPORTED = (400, "Request_BadRequest"), (400, "Request_UnsupportedQuery")
REFUSED = [
    ("/users?$top=0", False, *BAD),
    ("/users?$top=1000", False, *BAD),
    ("/users?$top=-1", False, *BAD),
    ("/users?$top=5.0", False, *BAD),
    ("/users?$top=5&$top=6", False, *BAD),
    ("/users?$select=Mail", False, *BAD),
    ("/users?$select=id,nickName", False, *BAD),
    ("/users?$select=id,aboutMe", False, 501, "NotImplemented"),
    ("/users?$skip=10", False, *BAD),
    ("/users?$orderby=displayName", False, *BAD),
    ("/users?top=5", False, *BAD),
    ("/users?$skiptoken=invented", False, *BAD),
    ("/users?$count=true", False, *UNSUPPORTED),
    ("/users?$count=yes", EVENTUAL, *BAD),
    ("/users?$filter=mail like 'x'", False, *BAD),
    ("/users?$filter=mail eq x", False, *BAD),
    ("/users?$filter=mail eq 'x' or mail eq 'y'", False, *BAD),
    ("/users?$filter=mail eq 'x'and mail eq 'y'", False, *BAD),
    ("/users?$filter=mail eq 'x' and", False, *BAD),
    ("/users?$filter=mail eq true", False, *BAD),
    ("/users?$filter=accountEnabled eq 'true'", False, *UNSUPPORTED),
    ("/users?$filter=nickName eq 'x'", False, *UNSUPPORTED),
    (f"/users?$filter=id in ({IDS})", False, *UNSUPPORTED),
    ("/users?$filter=mail in ('x')", False, *UNSUPPORTED),
    ("/users?$filter=endswith(mail,'x')", False, *UNSUPPORTED),
    ("/users?$filter=endswith(mail,'x')", EVENTUAL, *UNSUPPORTED),
    ("/users?$filter=endswith(surname,'x')&$count=true", EVENTUAL, *UNSUPPORTED),
    ("/users/$count", False, *UNSUPPORTED),
    ("/users/$count?$top=5", EVENTUAL, *BAD),
    ("/users/nobody", False, 404, "Request_ResourceNotFound"),
    ("//users", False, 404, "ResourceNotFound"),
    ("/Users", False, 404, "ResourceNotFound"),
    ("/users/", False, 404, "ResourceNotFound"),
    ("/devices", False, 404, "ResourceNotFound"),
    ("/groups/SG-ContactCentre-Agents", False, 404, "Request_ResourceNotFound"),
    ("/groups?$filter=mail eq 'x'", False, *BAD),
    ("/groups?$filter=startswith(displayName,'SG')", False, *BAD),
    (f"/groups/{AGENTS}/transitiveMembers/microsoft.graph.user", False, *UNSUPPORTED),
    (f"/groups/{AGENTS}/transitiveMembers/microsoft.graph.user", EVENTUAL, *UNSUPPORTED),
    (f"/groups/{AGENTS}/transitiveMembers/graph.user?$count=true", False, *UNSUPPORTED),
    (f"/groups/{AGENTS}/members/microsoft.graph.user/$count", False, *UNSUPPORTED),
    (f"/groups/{EMPTY[:-1]}9/members", False, 404, "Request_ResourceNotFound"),
    ("/servicePrincipals(appId='x')", False, 404, "Request_ResourceNotFound"),
    (f"/servicePrincipals/{APP_ID}", False, 404, "Request_ResourceNotFound"),
    (f"{APP}/appRoleAssignedTo?$filter=principalType eq 'User'", False, *UNSUPPORTED),
    ("/users/delta?$top=500", False, *BAD),
    ("/users/delta?$orderby=id", False, *BAD),
    ("/users/delta?$expand=manager", False, *BAD),
    ("/users/delta?$select=Mail", False, *BAD),
    ("/users/delta?$filter=accountEnabled eq true", False, *BAD),
    (f"/users/delta?$filter={' or '.join(['id eq 1'] * 51)}".replace("1", "'1'"), False, *BAD),
    ("/users/delta?$deltatoken=invented", False, 400, "syncStateNotFound"),
]


@pytest.mark.parametrize(("path", "eventual", "status", "code"), REFUSED)
def test_what_graph_refuses_is_refused(large: Reader, path: str, eventual: bool, status: int, code: str) -> None:  # noqa: FBT001 - a column
    """An illegal request gets the status and the code that it would get at the real service."""
    answer = large.ask(path, eventual=eventual)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "HEAD"])
def test_nothing_can_be_written(large: Reader, method: str) -> None:
    """Every method but GET is refused, and the connection lives on."""
    headers = {"Authorization": "Bearer invented-token"}
    assert large.client.request(method, f"{large.server.url}/users", headers=headers).status_code == 405
    assert large.ask("/users").status_code == 200


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer other", "bearer invented-token", "Bearer  invented-token"]
)
def test_only_the_token_opens(large: Reader, authorization: str | None) -> None:
    """Without the token there is a 401 with Graph's error and a challenge, and never the token in it."""
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = large.client.get(f"{large.server.url}/users", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert "invented-token" not in answer.text


def test_a_token_expires_midway() -> None:
    """After its allowance a token is refused, and only the next one opens; after the last one nothing does."""
    server = GraphServer(World.invented(5), "a", later_tokens=["b"], allowance=2)
    with server, httpx.Client(trust_env=False) as client:
        tokens = ["a", "b", "a", "a", "b", "a", "b", "b", "a"]
        answers = [client.get(f"{server.url}/users", headers={"Authorization": f"Bearer {token}"}) for token in tokens]
    assert [answer.status_code for answer in answers] == [200, 401, 200, 401, 200, 401, 200, 401, 401]


@pytest.mark.parametrize("path", ["/users", "/users?$top=0", "/nowhere"])
def test_every_answer_can_be_traced(large: Reader, path: str) -> None:
    """Every answer names itself, gives the client's own id back, and is dated."""
    headers = {"Authorization": "Bearer invented-token", "client-request-id": "mine"}
    first, second = (large.client.get(large.server.url + path, headers=headers) for _ in range(2))
    assert first.headers["request-id"] != second.headers["request-id"]
    assert first.headers["client-request-id"] == "mine"
    assert first.headers["date"].endswith(" GMT")
    if not first.is_success:
        assert first.json()["error"]["innerError"]["request-id"] == first.headers["request-id"]


# ---- users -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("query", "pages"), [("", 10), ("&$top=999", 2), ("&$top=250", 4), ("&$top=37", 28)])
def test_paging_gives_everybody_exactly_once(large: Reader, query: str, pages: int) -> None:
    """Whatever the size of a page: no one is missing and no one comes twice."""
    large.server.clear()
    rows = large.everything(f"/users?$select=id{query}")
    assert [row["id"] for row in rows] == [large.server.world.people[i]["id"] for i in range(1000)]
    assert len(large.server.requests) == pages


def test_a_link_is_whole_and_fits_no_other_query(large: Reader) -> None:
    """A link carries the query and an opaque token; with another selection that token is refused."""
    link = large.ask("/users?$select=id,mail&$top=5&$filter=accountEnabled eq true").json()["@odata.nextLink"]
    options = "$select=id%2Cmail&$top=5&$filter=accountEnabled%20eq%20true&$skiptoken="
    assert link.startswith(f"{large.server.url}/users?{options}")
    assert large.ask(link).status_code == 200
    assert large.ask(link.replace("%2Cmail", "")).status_code == 400


def test_a_counted_query_needs_its_header_on_every_page(large: Reader) -> None:
    """The count is on the first page only; the links go on to need the header."""
    first = large.ask("/users?$count=true&$top=400", eventual=True).json()
    assert first["@odata.count"] == 1000
    assert large.ask(first["@odata.nextLink"]).status_code == 400
    second = large.ask(first["@odata.nextLink"], eventual=True).json()
    assert "@odata.count" not in second
    assert len(second["value"]) == 400


def test_people_have_the_selected_properties(large: Reader) -> None:
    """A page has what was selected, in that order: null if nothing is set, and an empty list for a collection."""
    rows = large.everything("/users?$select=mail,id,otherMails,city,onPremisesExtensionAttributes&$top=999")
    assert list(rows[14]) == ["mail", "id", "otherMails", "city", "onPremisesExtensionAttributes"]
    assert (rows[14]["mail"], rows[14]["otherMails"], rows[14]["city"]) == (None, [], None)
    assert len(rows[0]["onPremisesExtensionAttributes"]) == 15
    assert sum(row["mail"] is None for row in rows) == 20


def test_without_a_selection_there_is_the_default_one(large: Reader) -> None:
    """Without $select there are 100 people of eleven properties, and accountEnabled is none of them."""
    page = large.ask("/users").json()
    assert len(page["value"]) == 100
    assert set(page["value"][0]) == set(USER_DEFAULTS)
    assert len(USER_DEFAULTS) == 11
    assert "accountEnabled" not in USER_DEFAULTS


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("accountEnabled eq false", 30),
        ("accountEnabled eq true", 970),
        ("userType eq 'guest'", 50),
        ("department eq 'night shift' and userType eq 'Guest'", 50),
        ("startswith(surname,'o''')", 48),
        ("mail eq 'nobody@example.com'", 0),
        ("id in ('00000000-5A17-4C0D-8000-000000000000','nobody')", 1),
        ("id in ('00000000-5a17-4c0d-8000-000000000000') and accountEnabled eq false", 0),
    ],
)
def test_a_filter_finds_its_people(large: Reader, condition: str, found: int) -> None:
    """A filter, which does not mind case, finds as many people in a list, in its count and in the bare count."""
    assert len(large.everything(f"/users?$top=90&$filter={condition}")) == found
    assert large.ask(f"/users?$count=true&$filter={condition}", eventual=True).json()["@odata.count"] == found
    assert large.ask(f"/users/$count?$filter={condition}", eventual=True).text == str(found)


def test_an_advanced_filter_is_served_to_who_asks_rightly(large: Reader) -> None:
    """With the header and $count, endswith is served, on every page."""
    path = "/users?$count=true&$top=999&$select=id,mail"
    mails = [row["mail"] or "" for row in large.everything(path, eventual=True)]
    rows = large.everything(f"{path}&$filter=endswith(mail,'@EXAMPLE.com')".replace("999", "50"), eventual=True)
    assert [row["mail"] for row in rows] == [mail for mail in mails if mail.lower().endswith("@example.com")]
    assert len(rows) > 150


def test_one_person_can_be_asked_for(large: Reader) -> None:
    """A person is found by id, in upper or lower case; the bare count is a plain number."""
    identity = large.server.world.people[11]["id"]
    answer = large.ask(f"/users/{identity.upper()}?$select=id,mail").json()
    assert (answer["id"], answer["mail"]) == (identity, "PAIVI.SARKKA@contoso-example.com")
    count = large.ask("/users/$count", eventual=True)
    assert (count.text, count.headers["content-type"]) == ("1000", "text/plain")


def test_rendered_people_are_the_people() -> None:
    """What is put together from pieces is what a person is: in the first thousand, in later ones, and when changed."""
    world = World.invented(3000)
    world.change(world.people[1007]["id"], displayName="{block} {suffix}", mail=None)
    select = tuple(sorted(USER_PROPERTIES - {"onPremisesExtensionAttributes"}))
    places = [0, 5, 14, 19, 999, 1000, 1007, 1011, 2333, 2999]
    for place, row in zip(places, Renderer(world).rows(places, select, sparse=True), strict=True):
        shown = {name: value for name, value in httpx.Response(200, content=row).json().items() if value != []}
        known = {name: value for name, value in world.person(place).items() if value != []}
        assert shown == {name: value for name, value in known.items() if name != "onPremisesExtensionAttributes"}


def test_invented_people_have_every_trap() -> None:
    """Of a thousand 50 are guests, 30 disabled, 20 without mail and 3 case duplicates; ids and UPNs are unique."""
    people = invented(3000)
    everybody = [people[i] for i in range(3000)]
    with pytest.raises(IndexError):
        people[3000]
    assert sum(each["userType"] == "Guest" for each in everybody) == 150
    assert sum("#EXT#" in each["userPrincipalName"] for each in everybody) == 150
    assert sum(not each["accountEnabled"] for each in everybody) == 90
    mails = [each["mail"] for each in everybody if "mail" in each]
    assert (len(mails), len(set(mails)), len({mail.lower() for mail in mails})) == (2940, 2940, 2931)
    assert len({each["userPrincipalName"].lower() for each in everybody}) == 3000
    assert [people.index(each["id"].upper()) for each in everybody] == list(range(3000))
    assert people.index("00000000-5a17-4c0d-8000-000000000003") is None
    domains = {mail.partition("@")[2].lower() for mail in mails}
    assert domains == {"contoso-example.com", "fabrikam-example.com", "example.com"}


# ---- groups and the application --------------------------------------------------------------------------------------


def test_the_groups_are_as_they_are_described() -> None:
    """A third of 1,000 people are agents, and all of the export are."""
    expected = {"users": 1000, "agents": 334, "agents_direct": 167, "berlin_direct": 101, "night_direct": 83}
    assert World.invented(1000).counts == expected | {"assigned": 100, "entitled": 185}
    expected = {"users": 232, "agents": 232, "agents_direct": 201, "berlin_direct": 24, "night_direct": 7}
    assert World.from_export(EXPORT).counts == expected | {"assigned": 24, "entitled": 45}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("SG-ContactCentre-Agents", [AGENTS]),
        ("sg-contactcentre-berlin", [BERLIN]),
        ("SG-Duplicate", [f"{AGENTS[:-1]}4", f"{AGENTS[:-1]}5"]),
        ("SG-ContactCentre", []),
        ("x'' or displayName eq ''y", []),
    ],
)
def test_a_group_is_found_by_its_name(large: Reader, name: str, found: list[str]) -> None:
    """A name is found as a whole, without regard to case, and more than one group may have it."""
    assert [
        row["id"] for row in large.everything(f"/groups?$top=1&$select=id&$filter=displayName eq '{name}'")
    ] == found


@pytest.mark.parametrize(
    ("group", "relation", "numbers"),
    [
        (AGENTS, "transitiveMembers", {i for i in range(1000) if i % 3 == 0}),
        (BERLIN, "transitiveMembers", {i for i in range(1000) if i % 3 == 0}),
        (NIGHT, "transitiveMembers", {i for i in range(1000) if i % 3 == 0}),
        (AGENTS, "members", {i for i in range(1000) if i % 12 in {0, 9}}),
        (BERLIN, "members", {i for i in range(1000) if i % 12 == 3 or i % 60 == 0}),
        (NIGHT, "members", {i for i in range(1000) if i % 12 == 6}),
        (EMPTY, "transitiveMembers", set()),
    ],
)
@pytest.mark.parametrize("cast", ["microsoft.graph.user", "graph.user"])
def test_members_come_once_through_nesting_and_circles(
    large: Reader, group: str, relation: str, numbers: set[int], cast: str
) -> None:
    """Users of a group, nested ones if they are asked for, each once; the counts agree."""
    path = f"/groups/{group}/{relation}/{cast}"
    rows = large.everything(f"{path}?$count=true&$select=id&$top=60", eventual=True)
    assert [row["id"] for row in rows] == [large.server.world.people[i]["id"] for i in sorted(numbers)]
    assert large.ask(f"{path}?$count=true", eventual=True).json()["@odata.count"] == len(numbers)
    assert large.ask(f"{path}/$count", eventual=True).text == str(len(numbers))


def test_a_cast_needs_its_header_on_every_page(large: Reader) -> None:
    """The second page of a cast is refused without the header, and without $count."""
    path = f"/groups/{AGENTS}/transitiveMembers/microsoft.graph.user?$count=true&$select=id"
    link = large.ask(path, eventual=True).json()["@odata.nextLink"]
    assert large.ask(link).status_code == 400
    assert large.ask(link.replace("$count=true&", ""), eventual=True).status_code == 400
    assert large.ask(link, eventual=True).status_code == 200


def test_without_a_cast_there_are_not_only_users(large: Reader) -> None:
    """Members as such are groups, devices and contacts as well; each names what it is."""
    rows = large.everything(f"/groups/{AGENTS}/members?$select=id&$top=2")
    kinds = [row["@odata.type"].rpartition(".")[2] for row in rows]
    assert kinds == ["group", "device", "orgContact", *["user"] * 167]


def test_who_joins_and_leaves_is_seen_at_once(small: Reader) -> None:
    """Membership may change while it is served, and a removed person is in no group."""
    world = small.server.world
    ids = [world.people[i]["id"] for i in range(24)]
    path = f"/groups/{NIGHT}/members/microsoft.graph.user?$count=true&$select=id"

    def members() -> list[str]:
        return [row["id"] for row in small.everything(path, eventual=True)]

    assert members() == [ids[6], ids[18]]
    world.join("SG-ContactCentre-Berlin-Night", ids[1])
    assert members() == [ids[1], ids[6], ids[18]]
    world.leave(NIGHT, ids[6])
    assert members() == [ids[1], ids[18]]
    world.remove(ids[18])
    world.join(NIGHT, ids[6])
    assert members() == [ids[1], ids[6]]


def test_the_application_says_who_is_assigned(large: Reader) -> None:
    """Users, one of them in two roles, a group and a robot are assigned; found by client id, by filter and by id."""
    found = large.ask(APP).json()
    assert (found["displayName"], found["appRoleAssignmentRequired"]) == ("Sinch Contact Pro (invented)", True)
    (same,) = large.everything(f"/servicePrincipals?$filter=appId eq '{APP_ID}'")
    assert same["id"] == found["id"]
    rows = large.everything(f"/servicePrincipals/{found['id']}/appRoleAssignedTo?$top=30")
    assert rows == large.everything(f"{APP}/appRoleAssignedTo?$top=999")
    kinds = [row["principalType"] for row in rows]
    assert {kind: kinds.count(kind) for kind in kinds} == {"Group": 1, "ServicePrincipal": 1, "User": 101}
    ids = [row["principalId"] for row in rows if row["principalType"] == "User"]
    assert set(ids) == {large.server.world.people[i]["id"] for i in range(1, 1000, 10)}
    assert ids.count(large.server.world.people[1]["id"]) == 2
    assert len({row["id"] for row in rows}) == 103
    assert rows[0]["principalId"] == BERLIN


@pytest.mark.parametrize("top", [1, 2, 3, 4])
def test_assignments_are_paged_like_everything(small: Reader, top: int) -> None:
    """Each assignment comes once, wherever a page ends: two of no user, one second role, three users."""
    rows = small.everything(f"{APP}/appRoleAssignedTo?$top={top}")
    assert [row["principalType"] for row in rows] == ["Group", "ServicePrincipal", "User", "User", "User", "User"]
    assert len({row["id"] for row in rows}) == 6


def test_an_application_may_be_open_to_everyone(small: Reader) -> None:
    """If no assignment is required, the application has the mark; the other one has it too, and is empty."""
    small.server.world.app.assignment_required = False
    assert small.ask(APP).json()["appRoleAssignmentRequired"] is False
    other = small.everything("/servicePrincipals")[1]
    assert other["appRoleAssignmentRequired"] is False
    assert small.everything(f"/servicePrincipals/{other['id']}/appRoleAssignedTo") == []
