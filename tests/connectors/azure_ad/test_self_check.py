"""A self-check reports whether a reading would succeed, and what to do if not."""

import base64
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest

from connectors.azure_ad.source import Application, Everyone, GraphCredential, Group
from connectors.base import Check
from tests.connectors.azure_ad.graph_reading import AGENTS, SDK_WARNS, TOKEN, page, source
from tests.servers.graph import GraphServer, World
from tests.servers.graph_groups import APP_ID
from tests.servers.loopback import Fault

pytestmark = SDK_WARNS

NAMES = ("mail", "displayName", "userType")


@pytest.fixture
def server() -> Iterator[GraphServer]:
    """Serve 150 invented people."""
    with GraphServer(World.invented(150)) as running:
        yield running


def examined(url: str, **wishes: object) -> dict[str, Check]:
    """Run the self-check; every line has a status, a detail, and advice if it is not ok."""
    checks = source(url, **{"attributes": NAMES, **wishes}).examine()
    for check in checks:
        assert check.detail
        assert check.next or check.status == "ok"
        assert TOKEN not in f"{check}"
    return {check.name: check for check in checks}


def jwt(**claims: object) -> str:
    """Build a token that can be read and proves nothing."""
    head, body = (
        base64.urlsafe_b64encode(msgspec.json.encode(part)).rstrip(b"=") for part in ({"alg": "none"}, claims)
    )
    return f"{head.decode()}.{body.decode()}.c2lnbmF0dXJl"


def test_all_is_well(server: GraphServer) -> None:
    """Sign-in, permissions, attributes, scope and clock are looked at, in this order, with a handful of requests."""
    checks = examined(server.url)
    assert list(checks) == ["sign-in", "permissions", "attributes", "scope", "clock"]
    assert {check.status for check in checks.values()} == {"ok"}
    assert checks["scope"].detail == "Entra ID: 150 users."
    assert checks["attributes"].detail == "All 4 attributes are shown (100 users looked at)."
    assert len(server.requests) == 3
    assert {"1", "100", ""} == {request.query.get("$top", "") for request in server.requests}


@pytest.mark.parametrize(
    ("scope", "detail"),
    [
        (Group(AGENTS), f"Entra ID group {AGENTS}: 50 users."),
        (
            Application(APP_ID),
            "Entra ID application Sinch Contact Pro (invented): 15 users assigned by name, and 1 groups.",
        ),
    ],
)
def test_the_size_of_a_scope(server: GraphServer, scope: Group | Application, detail: str) -> None:
    """Whose users are meant is looked up, and how many they are."""
    check = examined(server.url, scope=scope)["scope"]
    assert check.detail.startswith(detail)
    assert check.status == ("ok" if isinstance(scope, Group) else "warning")


@pytest.mark.parametrize(
    ("scope", "phrase"),
    [
        (Group("SG-Nobody"), "There is no group 'SG-Nobody'"),
        (Group("SG-Duplicate"), "Several groups are named 'SG-Duplicate'"),
        (Group("SG-Empty"), "Entra ID group SG-Empty has no users."),
        (Application("nobody"), "There is no enterprise application 'nobody'"),
        (Application("0c0ffee0-5a17-4c0d-9e57-000000000009"), "(invented) has no users."),
    ],
)
def test_a_scope_that_would_not_be_read(server: GraphServer, scope: Group | Application, phrase: str) -> None:
    """What would end a reading is a finding here, and the other lines are there too."""
    checks = examined(server.url, scope=scope)
    assert checks["scope"].status == "failed"
    assert phrase in checks["scope"].detail
    assert [checks[name].status for name in ("sign-in", "permissions", "clock")] == ["ok"] * 3


def test_attributes_that_nobody_has(server: GraphServer) -> None:
    """An attribute that no one of the first hundred has is a warning."""
    check = examined(server.url, attributes=("mail", "extensionAttribute15", "faxNumber"))["attributes"]
    assert check.status == "warning"
    assert check.detail == "None of 100 users has extensionAttribute15, faxNumber."
    assert "Grant User.Read.All with admin consent" in check.next


def test_accounts_that_nobody_can_call_disabled(server: GraphServer) -> None:
    """Without accountEnabled the disabled users are unknown, which is reported."""
    people = [{"id": str(number), "mail": f"a{number}@example.com", "accountEnabled": None} for number in range(3)]
    server.faults.append(Fault("status", "top=100", status=200, body=page(*people)))
    check = examined(server.url, attributes=("mail", "accountEnabled"))["attributes"]
    assert check.status == "warning"
    assert (
        check.detail
        == "None of 3 users has accountEnabled. Without accountEnabled, disabled accounts are not recognised."
    )


def test_ids_alone(server: GraphServer) -> None:
    """If nothing but ids is shown a reading would be refused."""
    server.faults.append(Fault("limited", r"/users\?", times=-1))
    check = examined(server.url)["attributes"]
    assert check.status == "failed"
    assert check.detail == "None of 100 users has mail, displayName, userType."


NEEDED = {
    "everyone": (Everyone(), "full", ("User.Read.All",)),
    "group": (Group(AGENTS), "full", ("User.Read.All", "GroupMember.Read.All")),
    "application": (Application(APP_ID), "full", ("User.Read.All", "GroupMember.Read.All", "Application.Read.All")),
    "changes": (Everyone(), "delta", ("User.Read.All",)),
}


@pytest.mark.parametrize("case", NEEDED)
@pytest.mark.parametrize("style", ["roles", "scp"])
def test_permissions_that_a_token_lists(case: str, style: str) -> None:
    """A token that can be read is compared with what is needed, whether an application or a person was given it."""
    scope, mode, needed = NEEDED[case]
    granted = list(needed) if style == "roles" else " ".join(needed)
    token = jwt(**{style: granted, "exp": time.time() + 3600})
    with GraphServer(World.invented(20), token) as server:
        credential = GraphCredential("token", token=lambda: token)
        checks = examined(server.url, scope=scope, mode=mode, credential=credential)
        assert checks["permissions"] == Check("permissions", "ok", f"Needed: {', '.join(needed)}.")
        until = datetime.now(UTC) + timedelta(hours=1)
        assert f"it is valid until {until:%Y-%m-%d}" in checks["sign-in"].detail or until.hour == 0


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        ([], "User.Read.All, GroupMember.Read.All"),
        (["GroupMember.Read.All"], "User.Read.All"),
        (["User.ReadBasic.All", "Group.Read.All"], "User.Read.All"),
        (["User.ReadWrite.All"], "GroupMember.Read.All"),
        (["Directory.Read.All"], ""),
        (["User.Read.All", "Group.ReadWrite.All", 7], ""),
    ],
)
def test_permissions_that_a_token_lacks(granted: list[object], missing: str) -> None:
    """What a token lacks is listed: a failure if users are not shown, else a warning; a stronger one is enough."""
    token = jwt(roles=granted)
    with GraphServer(World.invented(150), token) as server:
        wishes = {"scope": Group(AGENTS), "credential": GraphCredential("token", token=lambda: token)}
        shown = examined(server.url, **wishes)["permissions"]
        server.faults.append(Fault("forbidden", r"/users\?.*top=1$", times=-1))
        hidden = examined(server.url, **wishes)["permissions"]
    if missing:
        assert (shown.status, hidden.status) == ("warning", "failed")
        assert f"does not list {missing}, but a test query" in shown.detail
        assert hidden.detail == f"The token lacks {missing}."
        assert "grant admin consent" in hidden.next
    else:
        assert (shown.status, hidden.status) == ("ok", "failed")
        assert "does not show the users (403" in hidden.detail


def test_an_opaque_token_is_judged_by_asking(server: GraphServer) -> None:
    """A token that cannot be read is judged by one user with the attributes."""
    assert examined(server.url)["permissions"].detail.startswith("The token's permissions cannot be read, but a test")
    server.faults.append(Fault("forbidden", "top=1", times=-1))
    check = examined(server.url)["permissions"]
    assert check.status == "failed"
    assert "The application needs the permission User.Read.All" in check.detail


def test_names_and_addresses_need_less() -> None:
    """For names and addresses the lesser permission is enough."""
    token = jwt(roles=["User.ReadBasic.All"])
    with GraphServer(World.invented(3), token) as server:
        credential = GraphCredential("token", token=lambda: token)
        wishes = {"attributes": ("mail", "displayName"), "credential": credential}
        assert examined(server.url, **wishes)["permissions"].detail == "Needed: User.ReadBasic.All."
        assert examined(server.url, mode="delta", **wishes)["permissions"].status == "warning"


def test_a_token_that_is_too_old() -> None:
    """A given token that has ended is a failure, whatever else is seen."""
    token = jwt(exp=1_700_000_000)
    with GraphServer(World.invented(3), "another") as server:
        checks = examined(server.url, credential=GraphCredential("token", token=lambda: token))
    assert checks["sign-in"] == Check("sign-in", "failed", "The token ended at 2023-11-14 22:13 UTC.", "Get a new one.")
    assert checks["permissions"].status == "failed"


@pytest.mark.parametrize("token", ["a.b.c", "a.!!!.c", "a.bnVsbA.c", "..", jwt(exp="soon", roles="all", scp=7)])
def test_strange_tokens(token: str) -> None:
    """A token may look like anything."""
    with GraphServer(World.invented(3), token) as server:
        checks = examined(server.url, credential=GraphCredential("token", token=lambda: token))
    assert checks["sign-in"] == Check("sign-in", "ok", "A token was given; it has no expiry date.")


def test_without_a_sign_in_nothing_else_is_looked_at(server: GraphServer) -> None:
    """Without a token there is one line, and no server is asked anything."""
    (check,) = source(server.url, credential=GraphCredential("token")).examine()
    assert (check.name, check.status) == ("sign-in", "failed")
    assert "The credential has no token" in check.detail
    assert server.requests == []


@pytest.mark.parametrize(
    ("minutes", "status", "way"),
    [
        (0, "ok", "apart"),
        (-2, "warning", "behind"),
        (2, "warning", "ahead of"),
        (-10, "failed", "behind"),
        (10, "failed", "ahead of"),
    ],
)
def test_the_clock(server: GraphServer, minutes: int, status: str, way: str) -> None:
    """More than a minute between the clocks is a warning, more than five are a failure."""
    date = format_datetime(datetime.now(UTC) - timedelta(minutes=minutes), usegmt=True)
    server.faults.append(
        Fault("status", "", times=-1, status=200, body=page({"id": "1", "mail": "a"}), headers={"Date": date})
    )
    check = examined(server.url)["clock"]
    assert check.status == status
    assert way in check.detail


@pytest.mark.parametrize("date", ["yesterday", ""])
def test_a_service_without_a_clock(server: GraphServer, date: str) -> None:
    """If no answer has the time it cannot be compared."""
    server.faults.append(Fault("status", "", times=-1, status=200, body=page(), headers={"Date": date}))
    assert examined(server.url)["clock"].status == "warning"


def test_nobody_at_home() -> None:
    """Without an answer every line but the sign-in fails, and nothing is raised."""
    url = "http://127.0.0.1:9/v1.0"
    checks = examined(url, scope=Group(AGENTS))
    assert {name: check.status for name, check in checks.items()} == {
        "sign-in": "ok",
        "permissions": "failed",
        "scope": "failed",
        "clock": "warning",
    }
    assert "(3 attempts)" in checks["scope"].detail
    assert {checks[name].next for name in ("permissions", "scope")} == {"Nothing was written; run again later."}


def test_faults_that_pass_are_borne(server: GraphServer) -> None:
    """A fault that passes is not a finding."""
    server.faults += [Fault("drop"), Fault("html"), Fault("status", skip=2, status=503)]
    assert {check.status for check in examined(server.url).values()} == {"ok"}


def test_a_page_token_that_expires_is_a_finding(server: GraphServer) -> None:
    """An examination does not begin again."""
    server.faults.append(Fault("page-token-expired", "top=100"))
    assert examined(server.url)["attributes"].status == "failed"
