"""Signing in: every credential becomes one of azure-identity, its faults become sentences, and no secret is seen."""

import asyncio
import contextlib
import logging
import socket
import ssl
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ServiceRequestError
from azure.identity import CredentialUnavailableError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.azure_ad.source import GraphCredential, Group, Service
from connectors.base import SourceError, SourceRefused, SourceUnreachable, failed_check
from tests.connectors.azure_ad.graph_reading import SDK_WARNS, read, tokens
from tests.servers.graph import GraphServer, World
from tests.servers.loopback import Answer, Fault, LoopbackServer, Request

pytestmark = SDK_WARNS

SECRET = "s3cr3t-Of-Nobody-0815"  # noqa: S105 - opens nothing
TENANT, CLIENT = "contoso-example.com", "0c0ffee0-5a17-4c0d-9e57-0000000000aa"
GLOBAL = Service.of_cloud("global")


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a certificate with its key, protected by the secret."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "contactpro-sync (invented)")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(SECRET.encode()),
    )
    path = tmp_path_factory.mktemp("certificate") / "app.pem"
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def token(credential: GraphCredential, service: Service = GLOBAL) -> AccessToken:
    """Ask for a token."""

    async def ask() -> AccessToken:
        async with tokens.Tokens(credential, service) as signed_in:
            return await signed_in.get_token(service.token_scope)

    return asyncio.run(ask())


class Entra(LoopbackServer):
    """A token endpoint: it gives tokens, or refuses as Entra ID does."""

    def __init__(self) -> None:
        """Return tokens, until a refusal is set."""
        super().__init__()
        self.refusal: tuple[int, Any] | None = None
        self.given = 0
        self.hosts: list[str | None] = []

    def answer(self, request: Request) -> Answer:
        """Serve the token endpoint of any tenant."""
        assert request.path.endswith("/oauth2/v2.0/token"), request.path
        if self.refusal:
            return Answer.json(self.refusal[1], self.refusal[0])
        self.given += 1
        return Answer.json({"token_type": "Bearer", "expires_in": 3599, "access_token": f"token-{self.given}"})


@pytest.fixture
def entra(monkeypatch: pytest.MonkeyPatch) -> Iterator[Entra]:
    """Serve tokens, and let azure-identity, which speaks https only, find the way there."""
    from azure.core.pipeline.transport import AioHttpTransport  # noqa: PLC0415 - aiohttp is slow to import

    with Entra() as server:
        send = AioHttpTransport.send

        async def detour(self: AioHttpTransport, request: Any, **options: Any) -> Any:  # noqa: ANN401 - as azure-core has it
            parts = urlsplit(request.url)
            assert parts.scheme == "https"
            server.hosts.append(parts.hostname)
            request.url = server.origin + parts.path
            return await send(self, request, **options)

        monkeypatch.setattr(AioHttpTransport, "send", detour)
        yield server


def test_a_client_secret(entra: Entra) -> None:
    """The secret goes to the token endpoint of the tenant, with the scope of the cloud."""
    credential = GraphCredential("client_secret", TENANT, CLIENT, secret=lambda: SECRET + "\n")
    assert token(credential)[0] == "token-1"
    (request,) = entra.requests
    assert request.path == f"/{TENANT}/oauth2/v2.0/token"
    body = request.body.decode()
    assert f"client_id={CLIENT}" in body
    assert f"client_secret={SECRET}&" in body + "&"
    assert "scope=https%3A%2F%2Fgraph.microsoft.com%2F.default" in body


@pytest.mark.parametrize("cloud", ["global", "gcc_high", "dod", "china"])
def test_each_cloud_has_its_own_authority(entra: Entra, cloud: str) -> None:
    """A token is asked for at the authority of the cloud, with the scope of its Graph."""
    service = Service.of_cloud(cloud)
    token(GraphCredential("client_secret", TENANT, CLIENT, secret=lambda: SECRET), service)
    assert entra.hosts == [service.authority]
    assert parse_qs(entra.requests[0].body.decode())["scope"] == [service.token_scope]


def test_a_certificate(entra: Entra, pem: Path) -> None:
    """A certificate signs; its key, opened with the secret, stays here."""
    credential = GraphCredential("certificate", TENANT, CLIENT, secret=lambda: SECRET, certificate=pem)
    assert token(credential)[0] == "token-1"
    assert "client_assertion=" in entra.requests[0].body.decode()
    assert SECRET not in entra.requests[0].body.decode()


def test_a_token_that_was_given() -> None:
    """A given token is handed on, without the line break of its file."""
    assert token(GraphCredential("token", token=lambda: SECRET + "\r\n")).token == SECRET


def test_a_reading_with_a_client_secret(entra: Entra) -> None:
    """One token serves a whole reading; a token that expires midway is asked for anew, once for each expiry."""
    credential = GraphCredential("client_secret", TENANT, CLIENT, secret=lambda: SECRET)
    with GraphServer(World.invented(2500), "token-1", later_tokens=["token-2"], allowance=3) as server:
        assert read(server.url, credential=credential).frame.num_rows == 2500
    assert entra.given == 2


def test_a_given_token_is_resolved_anew() -> None:
    """After a 401 the reference of a given token is resolved again, because it may be a new one."""
    words = iter(["first", "second", "third"])
    credential = GraphCredential("token", token=lambda: next(words))
    with GraphServer(World.invented(2500), "first", later_tokens=["second"], allowance=3) as server:
        assert read(server.url, credential=credential).frame.num_rows == 2500
    assert next(words) == "third"


def test_a_token_that_is_refused_twice() -> None:
    """A second 401 for one question ends the reading."""
    credential = GraphCredential("token", token=lambda: SECRET)
    with GraphServer(World.invented(3), "another-token") as server, pytest.raises(SourceRefused) as caught:
        read(server.url, credential=credential)
    assert "does not accept the token (401 InvalidAuthenticationToken, request-id" in str(caught.value)
    assert "nor a new one" in str(caught.value)


def test_a_challenge_with_claims() -> None:
    """A challenge of Continuous Access Evaluation, readable or not, ends as any other refusal."""
    for claims in ("eyJhY2Nlc3NfdG9rZW4iOnt9fQ==", "no base64 at all"):
        header = {"WWW-Authenticate": f'Bearer error="insufficient_claims", claims="{claims}"'}
        with GraphServer(World.invented(3)) as server:
            server.faults.append(Fault("status", times=-1, status=401, headers=header))
            with pytest.raises((SourceRefused, SourceUnreachable)):
                read(server.url)


@pytest.mark.parametrize(
    ("code", "phrase"),
    [
        (7000215, "the secret is wrong; take the secret's value, not its id"),
        (7000222, "the secret has expired"),
        (700016, "there is no application with this client_id in this tenant"),
        (90002, "there is no such tenant in this cloud"),
        (65001, "grant admin consent"),
        (53003, "a Conditional Access policy blocks this sign-in"),
        (999999, "https://login.microsoftonline.com/error explains the code"),
    ],
)
def test_refusals_of_entra(entra: Entra, code: int, phrase: str) -> None:
    """A refusal names Entra's code and what to do, and nothing of Entra's own text."""
    said = f"AADSTS{code}: Invalid client secret {SECRET} for app. Trace ID: 1"
    entra.refusal = (401, {"error": "invalid_client", "error_description": said, "error_codes": [code]})
    with pytest.raises(SourceRefused) as caught:
        token(GraphCredential("client_secret", TENANT, CLIENT, secret=lambda: SECRET))
    assert str(caught.value).startswith(f"Entra ID refuses the sign-in (client_secret, AADSTS{code}): ")
    assert phrase in str(caught.value)
    assert "Trace ID" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "kind", "phrase"),
    [
        (
            CredentialUnavailableError("Please run 'az login'"),
            SourceRefused,
            "Sign-in to Entra ID is not possible here (azure_cli): the Azure",
        ),
        (ClientAuthenticationError("no code"), SourceRefused, "refuses the sign-in (azure_cli): the Azure CLI"),
        (HttpResponseError("busy"), SourceRefused, "refuses the sign-in (azure_cli)"),
        (
            ServiceRequestError("no route"),
            SourceUnreachable,
            "microsoftonline.com gives no token (ServiceRequestError)",
        ),
        (ValueError(SECRET), SourceRefused, "The credential cannot be used (azure_cli)"),
    ],
)
def test_other_faults(error: Exception, kind: type[SourceError], phrase: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever azure-identity raises becomes a sentence with advice."""

    async def fail(*_: object, **__: object) -> AccessToken:
        raise error

    monkeypatch.setattr(tokens.aio.AzureCliCredential, "get_token", fail)
    with pytest.raises(kind) as caught:
        token(GraphCredential("azure_cli"))
    assert phrase in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_busy_entra(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the sign-in service is not a fault of the credential."""

    async def fail(*_: object, **__: object) -> AccessToken:
        error = HttpResponseError("busy")
        error.status_code = 503
        raise error

    monkeypatch.setattr(tokens.aio.AzureCliCredential, "get_token", fail)
    with pytest.raises(SourceUnreachable, match=r"gives no token \(status 503\)\.$") as caught:
        token(GraphCredential("azure_cli"))
    assert failed_check("sign-in", caught.value, "Correct the credential.").next == (
        "Check the network and any proxy, and run again later."
    )


def _nothing() -> str:
    return ""


@pytest.mark.parametrize(
    ("credential", "phrase"),
    [
        (GraphCredential("client_secret", None, CLIENT, secret=lambda: SECRET), "tenant_id, client_id and secret must"),
        (GraphCredential("client_secret", TENANT, None, secret=lambda: SECRET), "tenant_id, client_id and secret must"),
        (GraphCredential("client_secret", "a/b", CLIENT, secret=lambda: SECRET), "tenant_id as an id or a domain"),
        (GraphCredential("client_secret", TENANT, CLIENT), "The credential has no secret; name where it is kept"),
        (GraphCredential("client_secret", TENANT, CLIENT, secret=_nothing), "The credential has no secret"),
        (GraphCredential("certificate", TENANT, CLIENT), "tenant_id and client_id must be there, and the file must"),
        (
            GraphCredential("certificate", TENANT, CLIENT, certificate=Path("/no/such.pem")),
            "/no/such.pem cannot be read",
        ),
        (GraphCredential("certificate", TENANT, CLIENT, certificate=Path("/")), "The certificate / cannot be read"),
        (
            GraphCredential("certificate", TENANT, CLIENT, certificate=Path(__file__)),
            "a certificate with its RSA private",
        ),
        (GraphCredential("token"), "The credential has no token"),
        (GraphCredential("token", token=_nothing), "The credential has no token"),
        (GraphCredential("token", token=lambda: f"Bearer {SECRET}"), "characters that no token has"),
        (GraphCredential("token", token=lambda: f"{SECRET}\nHost: x"), "characters that no token has"),
        (GraphCredential("token", token=lambda: f"{SECRET}ü"), "characters that no token has"),
        (GraphCredential("workload_identity"), "the token file of the workload must be there"),
    ],
)
def test_incomplete_credentials(credential: GraphCredential, phrase: str) -> None:
    """What is missing or unusable is refused in a sentence, before any server is asked."""
    with pytest.raises(SourceRefused) as caught:
        token(credential)
    assert phrase in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("password", [None, "a wrong password"])
def test_a_certificate_that_does_not_open(pem: Path, password: str | None) -> None:
    """A protected certificate needs its password, and the right one."""
    secret = None if password is None else lambda: password
    with pytest.raises(SourceRefused, match="a protected one needs its password as secret"):
        token(GraphCredential("certificate", TENANT, CLIENT, secret=secret, certificate=pem))


def test_a_service_whose_certificate_nobody_trusts(pem: Path) -> None:
    """A TLS certificate that does not verify is not retried, and the remedy is named."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, password=SECRET)
    greeted = []

    def greet() -> None:
        connection, _ = listener.accept()
        with contextlib.suppress(OSError), connection:
            greeted.append(True)
            context.wrap_socket(connection, server_side=True).close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(
            SourceUnreachable, match=r"127\.0\.0\.1 shows a certificate that this machine does not trust"
        ):
            read(f"https://127.0.0.1:{listener.getsockname()[1]}/v1.0", scope=Group("SG-Agents"))
        thread.join()
    assert greeted == [True]


def test_no_secret_is_seen_anywhere(entra: Entra, caplog: pytest.LogCaptureFixture) -> None:
    """Neither message nor traceback, neither repr nor log, at any level, holds a secret, a token or a page token."""
    for name in ("httpx", "httpcore", "hpack", "azure", "msal", "connectors"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    caplog.set_level(logging.DEBUG)
    seen = []
    for wrong in (
        GraphCredential("token", token=lambda: SECRET),
        GraphCredential("client_secret", TENANT, CLIENT, lambda: SECRET),
    ):
        with GraphServer(World.invented(1200), SECRET) as server:
            server.faults.append(Fault("status", "skiptoken", times=-1, status=500))
            if wrong.kind == "client_secret":
                entra.refusal = (400, {"error": "invalid_client", "error_description": f"AADSTS7000215 {SECRET}"})
            try:
                read(server.url, credential=wrong)
            except SourceError as error:
                seen += [str(error), repr(error), *traceback.format_exception(error), repr(wrong)]
    logged = caplog.text
    assert len(seen) > 8
    assert SECRET not in "".join(seen) + logged
    assert "skiptoken" not in "".join(seen) + logged
    assert "Bearer" not in "".join(seen) + logged


@pytest.mark.parametrize("refusal", [(200, {"unexpected": True}), (200, []), (400, "text"), (302, {})])
def test_the_answer_of_entra_may_be_anything(entra: Entra, refusal: tuple[int, Any]) -> None:
    """A token endpoint that answers nonsense gives no token, and no traceback either."""
    entra.refusal = refusal
    with pytest.raises(SourceError):
        token(GraphCredential("client_secret", TENANT, CLIENT, secret=lambda: SECRET))
