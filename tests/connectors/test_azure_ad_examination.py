"""Kind "azure_ad" before and around a reading: credentials, the examination, the tally, and pages without seams.

The world has 3,100 people; who belongs to which group is written in ``tests.servers.graph_groups``.
"""

import asyncio
import base64
import re
import traceback
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from azure.identity import aio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import _graph_tokens
from connectors._graph_client import GraphClient
from connectors._graph_scope import Wish
from connectors.azure_ad import Application, AzureAdSource, Everyone, GraphCredential, Group, Service
from connectors.base import Check, SourceRefused
from tests.connectors.graph_reading import (
    AGENTS,
    ATTRIBUTES,
    CREDENTIAL,
    SDK_WARNS,
    patience,
    read,
    rows,
    source,
    truth,
)
from tests.servers.graph import GraphServer, World
from tests.servers.graph_groups import APP_ID
from tests.servers.loopback import Fault

pytestmark = SDK_WARNS

WORLD = World.invented(3100)
SOMEBODY = "00000000-5a17-4c0d-8000-000000000000"
SECRET = "invented-secret-7c1"  # noqa: S105 - opens nothing
TENANT, CLIENT = "contoso-example.com", "0c0ffee0-5a17-4c0d-9e57-00000000000a"


@pytest.fixture(scope="module")
def running() -> Iterator[GraphServer]:
    """Serve one world for the whole module; its readers change nothing."""
    with GraphServer(WORLD) as server:
        yield server


@pytest.fixture
def server(running: GraphServer) -> Iterator[GraphServer]:
    """Give the server without faults and memories of requests."""
    running.clear()
    yield running
    assert running.defects == []


# ---- letters and pages ---------------------------------------------------------------------------------------------

LETTERS = [
    "Anna.MÜLLER@Contoso-Example.com",
    unicodedata.normalize("NFD", "Zoë.Müller@example.com"),
    unicodedata.normalize("NFC", "Zoë.Müller@example.com"),
    "anna\u00a0muller@example.com",
    " an\tna\r\n@example.com ",
    "\"an''na\"@example.com",
    "anna\U0001f469\u200d\U0001f680@example.com",
    "a\\u0041;b,c@example.com",
    "\u200eanna\ufeff@example.com",
    "\u0131.\u0130.\u017f@example.com",
    "a\x00b",
    "2025-01-05T08:00:00Z",
    "6C0FFEE0-5A17-4C0D-9E57-000000000001",
    "null",
    "true",
    "0012",
    "1e5",
    "=1+1",
]


@pytest.mark.parametrize("letters", LETTERS, ids=ascii)
def test_every_letter(letters: str) -> None:
    """What a person is called in the directory is what is read, byte for byte, and of nobody else."""
    world = World.invented(3)
    world.change(
        SOMEBODY,
        mail=letters,
        displayName=letters,
        otherMails=[letters, letters],
        accountEnabled=None,
        onPremisesExtensionAttributes={"extensionAttribute7": letters},
    )
    names = ("mail", "displayName", "otherMails", "accountEnabled", "extensionAttribute7", "extensionAttribute8")
    with GraphServer(world) as server:
        found = rows(read(server.url, attributes=names).frame)
        assert server.defects == []
    assert found.pop(SOMEBODY) == {
        "id": SOMEBODY,
        "mail": letters,
        "displayName": letters,
        "otherMails": f"{letters};{letters}",
        "accountEnabled": "",
        "extensionAttribute7": letters,
        "extensionAttribute8": "",
    }
    assert len(found) == 2
    assert all(letters not in (row["mail"], row["extensionAttribute7"]) for row in found.values())


@settings(max_examples=12, deadline=None)
@given(size=st.integers(1, 60), top=st.integers(1, 61))
def test_pages_have_no_seams(size: int, top: int) -> None:
    """Whatever the number of people and the size of a page, each comes exactly once."""
    from connectors._graph_pull import pull  # noqa: PLC0415 - the SDK warns while it is imported

    world = World.invented(size)

    async def pulled(url: str) -> dict[str, dict[str, str]]:
        async with GraphClient(Service.at(url), CREDENTIAL, patience()) as graph:
            wish = Wish(Everyone(), ("id", *ATTRIBUTES), top=top)
            return rows((await pull(graph, wish, lambda _read, _of: None)).table)

    with GraphServer(world) as server:
        assert asyncio.run(pulled(server.url)) == truth(world, ATTRIBUTES)
        assert sum(request.path == "/v1.0/users" for request in server.requests) == -(-size // top)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Everyone(), [(999, 3100), (1998, 3100), (2997, 3100), (3100, 3100)]),
        (Group(AGENTS), [(999, 1034), (1034, 1034)]),
        (Application(APP_ID), [(number, None) for number in (*range(15, 301, 15), 310, 621)]),
    ],
)
def test_the_tally(server: GraphServer, scope: Everyone | Group | Application, expected: list[tuple[int, Any]]) -> None:
    """Who watches is told rising numbers, and how many there are where that is known."""
    told: list[tuple[int, int | None]] = []
    read(server.url, scope=scope, tally=lambda *numbers: told.append(numbers))
    assert told == expected


@pytest.mark.parametrize("scope", [Everyone(), Group(AGENTS), Application(APP_ID)])
def test_how_it_is_asked(server: GraphServer, scope: Everyone | Group | Application) -> None:
    """Every request is a GET of a clean path, with the one token that was given."""
    read(server.url, scope=scope)
    assert len(server.requests) >= 5
    assert {request.method for request in server.requests} == {"GET"}
    assert {request.headers.get("authorization") for request in server.requests} == {"Bearer invented-token"}
    assert [request.target for request in server.requests if "//" in request.target.partition("?")[0]] == []


# ---- credentials ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate with its key, as an administrator uploads it."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "invented")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "invented.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("client_secret", aio.ClientSecretCredential),
        ("certificate", aio.CertificateCredential),
        ("managed_identity", aio.ManagedIdentityCredential),
        ("workload_identity", aio.WorkloadIdentityCredential),
        ("azure_cli", aio.AzureCliCredential),
    ],
)
def test_credentials(
    kind: Any,  # noqa: ANN401 - a word of the table
    expected: type,
    certificate: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each way to sign in is the one of azure-identity that bears its name, made without asking anybody."""
    (tmp_path / "token").write_text("invented")
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(tmp_path / "token"))
    secret = None if kind == "certificate" else lambda: SECRET
    credential = GraphCredential(kind, TENANT, CLIENT, secret, certificate)
    assert SECRET not in repr(credential)

    async def made() -> type:
        signer = _graph_tokens._signer(credential, Service.of_cloud("global"))
        await signer.close()
        return type(signer)

    assert asyncio.run(made()) is expected


def refusal(credential: GraphCredential) -> str:
    """Ask for a token and give the refusal, after a look at all that a person would be shown."""

    async def ask() -> str:
        async with _graph_tokens.Tokens(credential, Service.of_cloud("global")) as tokens:
            return (await tokens.get_token("https://graph.microsoft.com/.default")).token

    with pytest.raises(SourceRefused) as caught:
        asyncio.run(ask())
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


@pytest.mark.parametrize(
    ("credential", "phrase"),
    [
        (GraphCredential("client_secret", TENANT, CLIENT), "The credential has no secret; name where it is kept"),
        (GraphCredential("client_secret", TENANT, CLIENT, lambda: "\n"), "The credential has no secret"),
        (GraphCredential("client_secret", None, CLIENT, lambda: SECRET), "tenant_id, client_id and secret must"),
        (GraphCredential("client_secret", TENANT, None, lambda: SECRET), "tenant_id, client_id and secret must"),
        (GraphCredential("client_secret", "a b/c", CLIENT, lambda: SECRET), "tenant_id as an id or a domain"),
        (GraphCredential("certificate", TENANT, CLIENT), "cannot be used .certificate.: tenant_id and client_id must"),
        (GraphCredential("workload_identity"), "workload_identity.: tenant_id, client_id and the token file"),
        (GraphCredential("azure_cli"), "azure_cli.: the Azure CLI must be installed and signed in; run: az login"),
        (GraphCredential("token"), "The credential has no token; name where it is kept"),
        (GraphCredential("token", token=lambda: f"{SECRET}\nX: y"), "The token of the credential is none"),
        (GraphCredential("token", token=lambda: f"Bearer {SECRET}"), "The token of the credential is none"),
        (GraphCredential("token", token=lambda: f"{SECRET}é"), "The token of the credential is none"),
    ],
)
def test_credentials_that_are_incomplete(
    credential: GraphCredential, phrase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missing is said, with what to do; the secret is not, nowhere in the chain of errors."""
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "")
    assert re.search(phrase, refusal(credential))


def test_certificates_that_are_none(tmp_path: Path, certificate: Path) -> None:
    """A file without a certificate and its key is refused with what it must hold, a missing one by its path."""
    bad, alone, missing = (tmp_path / f"{name}.pem" for name in ("bad", "alone", "missing"))
    bad.write_text(f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n")
    alone.write_text(certificate.read_text().partition("-----END PRIVATE KEY-----\n")[2])
    for path in (bad, alone):
        message = refusal(GraphCredential("certificate", TENANT, CLIENT, lambda: SECRET, path))
        assert "cannot be used (certificate): tenant_id and client_id must be there, and the file must hold" in message
    assert refusal(GraphCredential("certificate", TENANT, CLIENT, certificate=missing)) == (
        f"The certificate {missing} cannot be read (No such file or directory); check the path and its permissions."
    )


# ---- the examination -----------------------------------------------------------------------------------------------

FINE = {"sign-in": "ok", "permissions": "ok", "attributes": "ok", "scope": "ok", "clock": "ok"}


def findings(checks: tuple[Check, ...]) -> dict[str, str]:
    """Give how each line stands, by its name."""
    return {check.name: check.status for check in checks}


@pytest.mark.parametrize(
    ("scope", "size", "permissions"),
    [
        (Everyone(), "Entra ID: 3,100 users.", "User.Read.All."),
        (Group(AGENTS), f"Entra ID group {AGENTS}: 1,034 users.", "User.Read.All, GroupMember.Read.All."),
    ],
)
def test_an_examination_that_finds_nothing(
    server: GraphServer, scope: Everyone | Group, size: str, permissions: str
) -> None:
    """Where all is well every line says so, with the size of the scope; a handful of requests is enough."""
    checks = source(server.url, scope=scope).examine()
    assert findings(checks) == FINE
    assert [check.next for check in checks] == [""] * 5
    details = {check.name: check.detail for check in checks}
    assert details["scope"] == size
    assert details["permissions"].endswith(f"Needed: {permissions}")
    assert len(server.requests) <= 5
    assert "invented-token" not in str(checks)


def test_an_examination_of_an_application(server: GraphServer) -> None:
    """Of an application it is told who is assigned by name, how many groups, and what was left out."""
    checks = source(server.url, scope=Application(APP_ID)).examine()
    assert findings(checks) == FINE | {"scope": "warning"}
    (scope,) = (check for check in checks if check.name == "scope")
    assert "310 users assigned by name, and 1 groups." in scope.detail
    assert "no person, was left out: 1." in scope.detail


@pytest.mark.parametrize(
    ("wishes", "expected", "phrase"),
    [
        ({"scope": Group("SG-Nobody")}, {"scope": "failed"}, "There is no group 'SG-Nobody'"),
        ({"scope": Group("SG-Duplicate")}, {"scope": "failed"}, "Several groups are named 'SG-Duplicate'"),
        ({"scope": Group("SG-Empty")}, {"scope": "failed", "attributes": "warning"}, "SG-Empty has no users."),
        ({"attributes": ("mail", "extensionAttribute7")}, {"attributes": "warning"}, "None of 100 users has extens"),
        ({"attributes": ("extensionAttribute7",)}, {"attributes": "failed"}, "None of 100 users has extens"),
    ],
)
def test_what_an_examination_finds(
    server: GraphServer, wishes: dict[str, Any], expected: dict[str, str], phrase: str
) -> None:
    """What would make a reading fail or poor is found before, and nothing else is blamed."""
    wrong = [check for check in source(server.url, **wishes).examine() if check.status != "ok"]
    assert findings(tuple(wrong)) == expected
    assert any(phrase in check.detail for check in wrong)
    assert all(check.next for check in wrong)


def test_an_examination_with_a_wrong_token(server: GraphServer) -> None:
    """A token that is not accepted fails what needs it, and is not shown."""
    checks = source(server.url, credential=GraphCredential("token", token=lambda: SECRET)).examine()
    assert findings(checks)["permissions"] == "failed"
    assert "does not accept the token" in str(checks)
    assert SECRET not in str(checks)


def test_an_examination_without_a_sign_in(server: GraphServer) -> None:
    """Without a token nothing else is looked at."""
    (check,) = source(server.url, credential=GraphCredential("token", token=str)).examine()
    assert (check.name, check.status) == ("sign-in", "failed")
    assert server.requests == []


def jwt(**claims: object) -> str:
    """Make a token that can be looked into; nobody has signed it."""
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(base64.urlsafe_b64encode(msgspec.json.encode(part)).decode().rstrip("=") for part in parts) + "."


def with_token(server: GraphServer, token: str, **wishes: Any) -> AzureAdSource:  # noqa: ANN401 - fields of the source
    """Make a source that brings this token."""
    return source(server.url, credential=GraphCredential("token", token=lambda: token), **wishes)


@pytest.mark.parametrize(
    ("roles", "status", "phrase"),
    [
        (["User.Read.All", "GroupMember.Read.All"], "ok", "Needed: User.Read.All, GroupMember.Read.All."),
        (["Directory.Read.All"], "ok", "Needed: User.Read.All, GroupMember.Read.All."),
        (["User.ReadWrite.All", "Group.Read.All"], "ok", "Needed: User.Read.All, GroupMember.Read.All."),
        (["User.ReadBasic.All", "GroupMember.Read.All"], "warning", "does not list User.Read.All, and yet users"),
        (["User.Read.All"], "warning", "does not list GroupMember.Read.All, and yet"),
        ([], "warning", "does not list User.Read.All, GroupMember.Read.All, and yet"),
    ],
)
def test_the_roles_of_a_token(roles: list[str], status: str, phrase: str) -> None:
    """A token that can be read tells which permissions are missing; a greater one is as good."""
    ends = datetime.now(UTC) + timedelta(hours=1)
    token = jwt(roles=roles, exp=int(ends.timestamp()))
    with GraphServer(World.invented(12), token) as server:
        checks = with_token(server, token, scope=Group(AGENTS)).examine()
    assert findings(checks) == FINE | {"permissions": status}
    assert phrase in checks[1].detail
    assert checks[0].detail == f"A token was given; it is good until {ends:%Y-%m-%d %H:%M} UTC."
    assert token not in str(checks)


def test_a_token_without_roles_that_is_refused() -> None:
    """Where users are not shown either, the missing permissions are the reason, and what to do is said."""
    token = jwt(aud="https://graph.microsoft.com")
    with GraphServer(World.invented(12), token) as server:
        server.faults.append(Fault("forbidden", r"/users\?", times=-1))
        checks = with_token(server, token, mode="delta", attributes=("mail",)).examine()
    permissions = next(check for check in checks if check.name == "permissions")
    assert (permissions.status, permissions.detail) == ("failed", "The token lacks User.Read.All.")
    assert "grant admin consent" in permissions.next


def test_a_token_that_ended() -> None:
    """A token whose time is over fails the sign-in, also where the service would still take it."""
    token = jwt(exp=1_700_000_000)
    with GraphServer(World.invented(12), token) as server:
        checks = with_token(server, token).examine()
    assert checks[0] == Check("sign-in", "failed", "The token ended at 2023-11-14 22:13 UTC.", "Get a new one.")
