"""Kind "azure_ad": what is asked of Microsoft Graph, of whom, and what comes back character for character."""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from connectors.azure_ad.graph import attributes
from connectors.azure_ad.source import Application, AzureAdSource, Everyone, Group, Service
from connectors.base import ChoiceNeeded, Origin, SourceEmpty, SourceMissing, SourceRefused
from tests.connectors.azure_ad.graph_reading import (
    AGENTS,
    ATTRIBUTES,
    CREDENTIAL,
    SDK_WARNS,
    TOKEN,
    page,
    read,
    rows,
    truth,
)
from tests.servers.graph import GraphServer, World
from tests.servers.graph_groups import APP_ID, BERLIN, OTHER_TWIN, TWIN
from tests.servers.loopback import Fault

pytestmark = SDK_WARNS

PROJECT = Path(__file__).resolve().parents[3]
EXTENSION = "extension_0123456789abcdef0123456789ABCDEF_costCenter"


@pytest.fixture
def server() -> Iterator[GraphServer]:
    """Serve 1,200 invented people, whom a test may change."""
    with GraphServer(World.invented(1200)) as running:
        yield running


def asked(server: GraphServer) -> list[tuple[str, dict[str, str], str | None]]:
    """Return what was asked: path, query without page tokens, ConsistencyLevel."""
    found = []
    for request in server.requests:
        query = {name: value for name, value in parse_qsl(request.target.partition("?")[2]) if name != "$skiptoken"}
        found.append((request.path.removeprefix("/v1.0"), query, request.headers.get("consistencylevel")))
    return found


# ---- whose users --------------------------------------------------------------------------------------------------


def test_everyone(server: GraphServer) -> None:
    """Every person of the tenant, one column an attribute, id first, and nothing to add."""
    extract = read(server.url)
    assert rows(extract.frame) == truth(server.world, ATTRIBUTES)
    assert extract.frame.column_names == ["id", *ATTRIBUTES]
    assert extract.origin == Origin("Entra ID", None, None, "id")
    assert (extract.complete, extract.notes, extract.remarks) == (True, (), ())
    assert (extract.sha256, extract.delta_state) == (None, None)


def test_everyone_on_the_wire(server: GraphServer) -> None:
    """Only the attributes are selected, in pages of 999, and users are counted before and after."""
    read(server.url)
    select = {"$select": "id,mail,userPrincipalName,accountEnabled,proxyAddresses,displayName", "$top": "999"}
    assert asked(server) == [
        ("/users/$count", {}, "eventual"),
        ("/users", select, None),
        ("/users", select, None),
        ("/users/$count", {}, "eventual"),
    ]
    assert {request.method for request in server.requests} == {"GET"}
    assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {TOKEN}"}


def test_a_filter_is_handed_on(server: GraphServer) -> None:
    """A filter goes to every page and to the count, with what an advanced one needs."""
    condition = "endswith(mail,'@contoso-example.com') and accountEnabled eq true"
    extract = read(server.url, filter=condition)
    people = [place for place in server.world.everybody() if _contoso(server.world, place)]
    assert rows(extract.frame) == truth(server.world, ATTRIBUTES, people)
    assert extract.origin.source == "Entra ID, users that match `filter`"
    assert {query["$filter"] for _, query, _ in asked(server)} == {condition}
    assert {level for *_, level in asked(server)} == {"eventual"}
    assert [query.get("$count") for path, query, _ in asked(server) if path == "/users"] == ["true"]


def _contoso(world: World, place: int) -> bool:
    person = world.person(place)
    return str(person.get("mail", "")).lower().endswith("@contoso-example.com") and person["accountEnabled"] is True


@pytest.mark.parametrize("name", [AGENTS, AGENTS.upper(), "6c0ffee0-5a17-4c0d-9e57-000000000001"])
def test_a_group_with_all_that_is_nested(server: GraphServer, name: str) -> None:
    """A group, by its name in any case or by its id, is the users within it at any depth, each once, and no devices."""
    extract = read(server.url, scope=Group(name))
    everybody = server.world.members(server.world.group(AGENTS), deep=True)
    assert rows(extract.frame) == truth(server.world, ATTRIBUTES, everybody)
    assert extract.origin.source == f"Entra ID group {AGENTS}"
    assert extract.notes == ()


def test_a_group_on_the_wire(server: GraphServer) -> None:
    """The cast to users brings its header and $count to every page, and so does the count."""
    read(server.url, scope=Group(AGENTS), attributes=("mail",), filter="userType eq 'Member'")
    cast = "/groups/6c0ffee0-5a17-4c0d-9e57-000000000001/transitiveMembers/graph.user"
    condition = {"$filter": "userType eq 'Member'"}
    assert asked(server) == [
        ("/groups", {"$filter": f"displayName eq '{AGENTS}'", "$select": "id,displayName", "$top": "999"}, None),
        (f"{cast}/$count", condition, "eventual"),
        (cast, {"$count": "true", "$select": "id,mail", "$top": "999", **condition}, "eventual"),
        (f"{cast}/$count", condition, "eventual"),
    ]


def test_every_page_of_a_group_is_eventual() -> None:
    """ConsistencyLevel is sent again with every page, because Graph does not carry it over."""
    with GraphServer(World.invented(4000)) as server:
        assert read(server.url, scope=Group(AGENTS)).frame.num_rows == 1334
        pages = [request for request in server.requests if request.path.endswith("graph.user")]
        assert [request.headers["consistencylevel"] for request in pages] == ["eventual", "eventual"]


def test_groups_of_one_name(server: GraphServer) -> None:
    """Of several groups with one name only the user can choose; the ids to choose from are named."""
    with pytest.raises(ChoiceNeeded) as caught:
        read(server.url, scope=Group("SG-Duplicate"))
    assert all(identity in str(caught.value) for identity in (TWIN, OTHER_TWIN))
    assert "as `group`" in str(caught.value)
    assert read(server.url, scope=Group(TWIN)).frame.num_rows == 1


def test_the_group_whose_name_is_written_exactly(server: GraphServer) -> None:
    """If several names differ by case only, the one that is written as wanted is meant."""
    found = [{"id": TWIN, "displayName": "sg-duplicate"}, {"id": OTHER_TWIN, "displayName": "SG-Duplicate"}]
    server.faults.append(Fault("status", r"/groups\?", status=200, body=page(*found)))
    assert rows(read(server.url, scope=Group("SG-Duplicate")).frame).keys() == {server.world.person(1)["id"]}


def test_quotes_in_a_name_are_doubled(server: GraphServer) -> None:
    """A name with a quote ends no filter."""
    with pytest.raises(SourceMissing, match="There is no group \"it's' or id ne '\" in this tenant"):
        read(server.url, scope=Group("it's' or id ne '"))
    assert asked(server)[0][1]["$filter"] == "displayName eq 'it''s'' or id ne '''"


def test_an_empty_group(server: GraphServer) -> None:
    """A scope without users is an error that names it, and never an empty list of people."""
    with pytest.raises(SourceEmpty, match="Entra ID group SG-Empty has no users"):
        read(server.url, scope=Group("SG-Empty"))


def test_an_empty_tenant() -> None:
    """No users with status 200 are not "all people left"."""
    with GraphServer(World.invented(0)) as server, pytest.raises(SourceEmpty, match="Entra ID has no users"):
        read(server.url)


def test_an_application(server: GraphServer) -> None:
    """People assigned by name or as direct members of an assigned group, each once; without robots, with a note."""
    extract = read(server.url, scope=Application(APP_ID))
    assert rows(extract.frame) == truth(server.world, ATTRIBUTES, server.world.entitled())
    assert extract.origin.source == "Entra ID application Sinch Contact Pro (invented)"
    assert extract.notes == ("Applications that are assigned to 'Sinch Contact Pro (invented)' were left out: 1.",)


def test_an_application_on_the_wire(server: GraphServer) -> None:
    """Users are asked for by 15 ids at a time, each once; groups by their direct members, because nothing cascades."""
    read(server.url, scope=Application(APP_ID))
    paths = [path for path, *_ in asked(server)]
    assert paths[:2] == [
        f"/servicePrincipals(appId='{APP_ID}')",
        "/servicePrincipals/ac0ffee0-5a17-4c0d-9e57-000000000001/appRoleAssignedTo",
    ]
    singly = [query["$filter"] for path, query, _ in asked(server) if path == "/users"]
    assert [text.count("'") // 2 for text in singly] == [15] * 8
    assert {path for path in paths if "/groups/" in path} == {f"/groups/{BERLIN}/members/graph.user"}


def test_an_application_with_a_filter(server: GraphServer) -> None:
    """A filter holds for those who are assigned by name and for those who are by a group."""
    wanted = [place for place in server.world.entitled() if server.world.person(place)["accountEnabled"] is False]
    extract = read(server.url, scope=Application(APP_ID), filter="accountEnabled eq false")
    assert rows(extract.frame) == truth(server.world, ATTRIBUTES, wanted)
    assert len(wanted) > 0


def test_a_filter_with_or_is_bracketed(server: GraphServer) -> None:
    """An "or" of the filter does not let in who is not assigned."""
    server.faults.append(Fault("status", r"/users\?", status=400))
    with pytest.raises(SourceRefused):
        read(server.url, scope=Application(APP_ID), filter="city eq 'Bonn' or city eq 'Berlin'")
    assert asked(server)[-1][1]["$filter"].endswith(") and (city eq 'Bonn' or city eq 'Berlin')")


def test_an_open_application_is_told(server: GraphServer) -> None:
    """If no assignment is required the list is not the whole truth, which is reported."""
    server.world.app.assignment_required = False
    (_, note) = read(server.url, scope=Application(APP_ID)).notes
    assert "does not require an assignment: every user of the tenant may sign in" in note


def test_an_assigned_user_who_is_gone_is_told(server: GraphServer) -> None:
    """An assignment may outlive its user; the others are read, and the number is named."""
    gone = {"principalId": "00000000-0000-4000-8000-00000000dead", "principalType": "User"}
    here = {"principalId": server.world.person(5)["id"], "principalType": "User"}
    server.faults.append(Fault("status", "appRoleAssignedTo", status=200, body=page(gone, here, here)))
    extract = read(server.url, scope=Application(APP_ID))
    assert rows(extract.frame) == truth(server.world, ATTRIBUTES, [5])
    assert extract.notes == (
        (
            "Entra ID application Sinch Contact Pro (invented): users that are assigned and no longer exist were left "
            "out: 1."
        ),
    )


@pytest.mark.parametrize("client_id", ["0c0ffee0-5a17-4c0d-9e57-00000000ffff", "no id at all", "a'b"])
def test_no_such_application(server: GraphServer, client_id: str) -> None:
    """An application that is not there is missing, and the usual mistake is named."""
    with pytest.raises(SourceMissing, match=r"check `app`: it is the application \(client\) id, not the object id"):
        read(server.url, scope=Application(client_id))


def test_an_application_nobody_is_assigned_to(server: GraphServer) -> None:
    """An application without assignments is empty."""
    with pytest.raises(SourceEmpty, match=r"Entra ID application Another application .* has no users"):
        read(server.url, scope=Application("0c0ffee0-5a17-4c0d-9e57-000000000009"))


# ---- which attributes, and how they are written -------------------------------------------------------------------


def test_columns_follow_the_attributes(server: GraphServer) -> None:
    """Columns have the order of the attributes, each once, with id if it was requested."""
    frame = read(server.url, attributes=("surname", "id", "mail", "surname")).frame
    assert frame.column_names == ["surname", "id", "mail"]
    assert asked(server)[1][1]["$select"] == "id,surname,mail"


def test_extension_attributes(server: GraphServer) -> None:
    """The fifteen come out of the one property that holds them; who has none has empty texts."""
    names = ("extensionAttribute2", "mail", "extensionAttribute15", "extensionAttribute1")
    frame = read(server.url, attributes=names).frame
    assert asked(server)[1][1]["$select"] == "id,onPremisesExtensionAttributes,mail"
    for place in (0, 3, 7):
        person = server.world.person(place)
        fifteen = person.get("onPremisesExtensionAttributes", {})
        assert rows(frame)[person["id"]] == {
            "id": person["id"],
            "extensionAttribute2": fifteen.get("extensionAttribute2") or "",
            "mail": person.get("mail") or "",
            "extensionAttribute15": "",
            "extensionAttribute1": fifteen.get("extensionAttribute1") or "",
        }


HOSTILE = [
    "Anna.Müller@Example.COM",
    " leading and trailing ",
    "tab\tnew\nline\r\u0085\u2028\u2029\u000b",
    "null\u0000byte",
    "\ufeffbom and \u200bzero width",
    "e\u0301 is not é",
    "\uff21\uff4e\uff4e\uff41\uff20example\uff0ecom",
    "\U0001f469\u200d\U0001f4bb",
    "=1+1",
    '";DROP TABLE;--',
    "NA",
    "null",
    "TRUE",
    "1E5",
    "0012",
    "2024-01-02T00:00:00Z",
    "ABCDEF00-1234-4ABC-8DEF-0123456789AB",
    "\\u0041 is no A",
]


def test_letters_stay_as_they_are(server: GraphServer) -> None:
    """No character of a value changes, however strange it is, nor of what looks like a date, a number or a GUID."""
    people = [{"id": str(place), "mail": text, EXTENSION: text} for place, text in enumerate(HOSTILE)]
    server.faults += [
        Fault("status", r"/\$count", times=-1, status=404),
        Fault("status", r"/users\?", status=200, body=page(*people)),
    ]
    frame = read(server.url, attributes=("mail", EXTENSION)).frame
    assert frame.column("mail").to_pylist() == HOSTILE
    assert frame.column(EXTENSION).to_pylist() == HOSTILE


def test_other_kinds_of_values(server: GraphServer) -> None:
    """Null and absent are empty, flags are words, lists are joined, numbers of an extension are as JSON has them."""
    server.faults += [
        Fault("status", r"/\$count", times=-1, status=404),
        Fault("status", r"/users\?", status=200, body=page(
            {"id": "1", "accountEnabled": True, "proxyAddresses": ["SMTP:A@b.com", "smtp:c@d.com"], EXTENSION: 7},
            {"id": "2", "accountEnabled": False, "proxyAddresses": [], EXTENSION: True},
            {"id": "3", "accountEnabled": None, "proxyAddresses": None, EXTENSION: None},
            {"id": "4", "unheardOf": {"of": [1]}},
            {"id": "5", EXTENSION: ["a", 1, False]},
            {"id": "6", EXTENSION: 9007199254740993},
        )),
    ]  # fmt: skip
    frame = read(server.url, attributes=("accountEnabled", "proxyAddresses", EXTENSION)).frame
    assert [tuple(row.values()) for row in frame.to_pylist()] == [
        ("1", "true", "SMTP:A@b.com;smtp:c@d.com", "7"),
        ("2", "false", "", "true"),
        ("3", "", "", ""),
        ("4", "", "", ""),
        ("5", "", "", "a;1;false"),
        ("6", "", "", "9007199254740993"),
    ]


@pytest.mark.parametrize(
    ("name", "is_known"),
    [
        ("mail", True),
        ("Mail", False),
        ("maill", False),
        ("id", True),
        ("extensionAttribute1", True),
        ("extensionAttribute15", True),
        ("extensionAttribute16", False),
        ("extensionAttribute0", False),
        (EXTENSION, True),
        ("extension_0123_costCenter", False),
        (EXTENSION + " ", False),
        ("extension_" + "g" * 32 + "_x", False),
        ("aboutMe", False),
        ("manager", False),
        ("signInActivity", False),
        ("onPremisesExtensionAttributes", False),
        ("", False),
    ],
)
def test_known_attributes(name: str, *, is_known: bool) -> None:
    """Known is what a list of users can be asked for as a text, character for character as Graph spells it."""
    assert attributes.known(name) is is_known
    assert attributes.KNOWN.count(name) == int(is_known and name != EXTENSION)


def test_every_known_attribute_is_one_of_the_sdk() -> None:
    """The names are those of the schema that the SDK was made from."""
    spec = find_spec("msgraph")
    assert spec
    assert spec.origin
    models = Path(spec.origin).parent / "generated" / "models"
    code = (models / "user.py").read_text() + (models / "on_premises_extension_attributes.py").read_text()
    inherited = {"id", "deletedDateTime"}
    assert set(attributes.KNOWN) - inherited <= set(re.findall(r'"(\w+)": lambda', code))


@pytest.mark.parametrize(
    ("names", "permission"),
    [
        (("mail",), "User.ReadBasic.All"),
        (("id", "mail", "givenName", "surname", "displayName", "userPrincipalName"), "User.ReadBasic.All"),
        (("mail", "accountEnabled"), "User.Read.All"),
        (("proxyAddresses",), "User.Read.All"),
        ((EXTENSION,), "User.Read.All"),
    ],
)
def test_the_least_permission(names: tuple[str, ...], permission: str) -> None:
    """Names and addresses need less than anything else."""
    assert attributes.permission(names) == permission


# ---- place --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cloud", "base_url", "authority", "token_scope"),
    [
        ("global", "graph.microsoft.com", "login.microsoftonline.com", "graph.microsoft.com"),
        ("gcc_high", "graph.microsoft.us", "login.microsoftonline.us", "graph.microsoft.us"),
        ("dod", "dod-graph.microsoft.us", "login.microsoftonline.us", "dod-graph.microsoft.us"),
        ("china", "microsoftgraph.chinacloudapi.cn", "login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn"),
    ],
)
def test_clouds(cloud: str, base_url: str, authority: str, token_scope: str) -> None:
    """Address, authority and token scope of a cloud go together."""
    service = Service.of_cloud(cloud)
    assert service == Service(f"https://{base_url}/v1.0", authority, f"https://{token_scope}/.default", token_scope)
    assert service.encrypted
    assert Service.at(f"https://{base_url}/v1.0/") == service


def test_a_cloud_that_is_none() -> None:
    """An unknown cloud is refused with those that there are; Germany's is gone."""
    with pytest.raises(SourceRefused, match=r"no cloud 'germany' .* one of global, gcc_high, dod, china"):
        Service.of_cloud("germany")


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:8800/v1.0", "http://localhost/v1.0", "http://[::1]:1/v1.0/"])
def test_plain_http_on_this_machine(endpoint: str) -> None:
    """A server on this machine may be asked without TLS."""
    service = Service.at(endpoint)
    assert (service.base_url, service.encrypted) == (endpoint.rstrip("/"), False)


@pytest.mark.parametrize(
    ("endpoint", "phrase"),
    [
        ("http://graph.microsoft.com/v1.0", "is plain http, so the token could be read on the way"),
        ("http://127.0.0.1.example.com/v1.0", "is plain http"),
        ("ftp://graph.microsoft.com", "is not the address of a Microsoft Graph"),
        ("graph.microsoft.com/v1.0", "is not the address"),
        ("https://user@graph.microsoft.com/v1.0", "is not the address"),
        ("https://graph.microsoft.com/v1.0?x=1", "is not the address"),
        ("https://graph.microsoft.com:port/v1.0", "is not the address"),
        ("https://[/v1.0", "is not the address"),
        ("", "is not the address"),
    ],
)
def test_places_that_are_refused(endpoint: str, phrase: str) -> None:
    """No token goes over a network unprotected, nor to what is not an address."""
    with pytest.raises(SourceRefused, match=phrase):
        Service.at(endpoint)


# ---- the house ----------------------------------------------------------------------------------------------------


def test_nothing_of_the_sdk_is_imported_before_a_reading() -> None:
    """A job file is judged, and a source made, without waiting for the SDK, azure-identity, httpx or pyarrow."""
    program = (
        "import sys; from connectors.azure_ad.source import *; import connectors.azure_ad.graph.attributes;"
        "AzureAdSource(Service.of_cloud('global'), GraphCredential('azure_cli'), Everyone(), ('mail',));"
        "heavy = {'msgraph', 'msgraph_core', 'kiota_http', 'kiota_abstractions', 'azure', 'msal', 'httpx', 'pyarrow'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_source_may_read_again(server: GraphServer) -> None:
    """One source can read several times; each reading has connections and an event loop of its own."""
    source = AzureAdSource(Service.at(server.url), CREDENTIAL, Everyone(), ATTRIBUTES)
    first, second = source.read(len), source.read(len)
    assert first.frame.equals(second.frame)


def test_pages_may_come_compressed() -> None:
    """Compressed pages are asked for and understood."""
    with GraphServer(World.invented(1200), compress=True) as server:
        assert rows(read(server.url).frame) == truth(server.world, ATTRIBUTES)
        assert "gzip" in server.requests[0].headers["accept-encoding"]
