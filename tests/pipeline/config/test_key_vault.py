"""``azure-keyvault:``: the real SDK against a vault on this machine, with TLS, challenge and a managed identity."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors import extras
from pipeline.config.secrets import resolve
from pipeline.model.errors import UsageProblem
from tests.servers.authority import Authority
from tests.servers.documents import DocumentServer
from tests.servers.loopback import Answer, LoopbackServer, Request

HOST = "acme-people.vault.example.com"
TOKEN = "an-invented-vault-token"  # noqa: S105 - an invented one


def document(status: int, body: object, **headers: str) -> Answer:
    """Return an answer with a JSON body."""
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})


class Identity(LoopbackServer):
    """The identity service of a machine at a cloud provider."""

    def answer(self, request: Request) -> Answer:
        """Answer with a token for any resource."""
        asked = parse_qs(urlsplit(request.target).query)["resource"][0]
        return document(200, {"access_token": TOKEN, "expires_on": "32503680000", "resource": asked})


class Vault(DocumentServer):
    """A key vault with one secret, which challenges every request without a token."""

    def answer(self, request: Request) -> Answer:
        """Answer with the secret, with the challenge, or with 404."""
        path = urlsplit(request.target).path
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            challenge = (
                'Bearer authorization="https://login.microsoftonline.com/invented", '
                'resource="https://vault.example.com"'
            )
            return document(401, {}, **{"WWW-Authenticate": challenge})
        if path.startswith("/secrets/rci-password"):
            return document(200, {"value": "from the vault", "id": f"https://{HOST}/secrets/rci-password/1"})
        return document(404, {"error": {"code": "SecretNotFound", "message": "A secret was not found"}})


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the name of a running vault; its host name leads to this machine, which has a managed identity."""
    authority = Authority(tmp_path)
    resolved = socket.getaddrinfo
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    with Vault(authority.server(HOST), {}) as server, Identity() as identity:

        def here(host: Any, port: Any, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - as the real one
            place = ("127.0.0.1", server.port) if host == HOST else (host, port)
            return resolved(*place, *arguments, **named)

        monkeypatch.setattr(socket, "getaddrinfo", here)
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{identity.url}/identity")
        monkeypatch.setenv("IDENTITY_HEADER", "invented")
        yield HOST


def test_a_secret_of_a_key_vault(vault: str) -> None:
    """The newest version of the secret is read, with the token of the machine's identity."""
    assert resolve(f"azure-keyvault:{vault}/rci-password") == "from the vault"


def test_a_secret_that_is_not_there(vault: str) -> None:
    """The sentence has the host and the status, and the next step the role that is needed."""
    with pytest.raises(UsageProblem) as problem:
        resolve(f"azure-keyvault:{vault}/mail-password")
    assert str(problem.value) == (
        f"azure-keyvault:{vault}/mail-password: the key vault {vault} refused it (status 404)."
    )
    assert "Key Vault Secrets User" in problem.value.advice


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next step is the command that installs it."""
    monkeypatch.setitem(extras.PACKAGES, "keyvault", ("no_such_package",))
    with pytest.raises(UsageProblem) as problem:
        resolve("azure-keyvault:acme/rci-password")
    assert problem.value.advice == 'Install it: pip install "contactpro-sync[keyvault]"'
