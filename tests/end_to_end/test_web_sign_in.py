"""The page for other computers: only with sign-in, and then only for users who have signed in."""

import base64
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.end_to_end.conftest import Done, call
from tests.end_to_end.page_server import PageServer, page_server
from tests.servers.authority import Authority
from tests.servers.documents import DocumentServer
from tests.servers.loopback import Answer, Request

JSON = {"Content-Type": "application/json"}
PUBLIC = "people.example.com"


class IdentityProvider(DocumentServer):
    """An OpenID provider that signs in one invented user; the test plays the part of the browser."""

    nonce = ""

    def answer(self, request: Request) -> Answer:
        """Return the configuration, and a token for any code."""
        issuer = f"https://localhost:{self.port}/contoso/v2.0"
        if request.target.endswith("/.well-known/openid-configuration"):
            found = {"issuer": issuer} | {f"{name}_endpoint": f"{issuer}/{name}" for name in ("authorization", "token")}
            return Answer(200, json.dumps(found).encode(), JSON)
        now = int(time.time())
        claims = {"iss": issuer, "aud": "app-1", "exp": now + 600, "iat": now, "nonce": self.nonce, "sub": "s"}
        parts = ({"alg": "none"}, claims | {"preferred_username": "ada@example.com"})
        encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
        token = {"access_token": "a", "token_type": "Bearer", "expires_in": 600, "id_token": ".".join([*encoded, "x"])}
        return Answer(200, json.dumps(token).encode(), JSON)


class Visitor:
    """A browser at the public address, whose TLS ends before the page: it sends its cookie itself."""

    def __init__(self, server: PageServer) -> None:
        """Begin without a cookie."""
        self._address, self.cookie = server.address, ""

    def __call__(self, method: str, path: str, **sent: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Send a request, and keep the cookie of the answer."""
        headers = {"cookie": self.cookie, "host": PUBLIC}
        answer = httpx.request(method, self._address + path, headers=headers, trust_env=False, timeout=600, **sent)
        if "set-cookie" in answer.headers:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return answer


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[IdentityProvider, Path]]:
    """Start the identity provider."""
    folder = tmp_path_factory.mktemp("authority")
    authority = Authority(folder)
    with IdentityProvider(authority.server("localhost"), {}) as started:
        yield started, folder / "authority.pem"


@pytest.fixture(scope="module")
def server(provider: tuple[IdentityProvider, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """Start a page that asks for a sign-in."""
    environment = {
        "CONTACTPRO_WEB_URL": f"https://{PUBLIC}",
        "CONTACTPRO_WEB_TENANT_ID": "contoso",
        "CONTACTPRO_WEB_CLIENT_ID": "app-1",
        "CONTACTPRO_WEB_SECRET": "env:PAGE_SECRET",
        "CONTACTPRO_WEB_AUTHORITY": f"https://localhost:{provider[0].port}/contoso/v2.0",
        "PAGE_SECRET": "s3cret",
        "REQUESTS_CA_BUNDLE": str(provider[1]),
    }
    folder = tmp_path_factory.mktemp("page")
    with page_server(folder, "--runs", "kept", shown=f"https://{PUBLIC}/", **environment) as started:
        yield started


def signed_in(visitor: Visitor, provider: IdentityProvider, **changes: str) -> httpx.Response:
    """Sign in as the browser of a user would, with some parts of the answer changed."""
    address = urlsplit(visitor("GET", "/sign-in").headers["location"])
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert asked["redirect_uri"] == f"https://{PUBLIC}/signed-in"
    assert asked["code_challenge_method"] == "S256"
    provider.nonce = changes.pop("nonce", asked["nonce"])
    return visitor("GET", str(httpx.URL("/signed-in", params={"code": "c", "state": asked["state"]} | changes)))


def test_nothing_is_shown_before_a_user_has_signed_in(server: PageServer) -> None:
    """Every page leads to the sign-in, and no form is taken."""
    visitor = Visitor(server)
    for path in ("/", "/lists/abc", "/lists/abc/files/0", "/past/abc/0", "/issuer"):
        answer = visitor("GET", path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert visitor("POST", "/lists").status_code == 401


def test_a_user_who_has_signed_in_sees_the_page(server: PageServer, provider: tuple[IdentityProvider, Path]) -> None:
    """After the sign-in the session has a new key, its cookie is sent by https only, and the old key leads nowhere."""
    visitor = Visitor(server)
    answer = signed_in(visitor, provider[0])
    before = answer.request.headers["cookie"]
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Secure" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]
    assert "<h1>Check a list of people</h1>" in visitor("GET", "/").text
    visitor.cookie = before
    assert visitor("GET", "/").status_code == 303


def test_a_run_names_the_user_who_has_signed_in(server: PageServer, provider: tuple[IdentityProvider, Path]) -> None:
    """The manifest and the state name the person, not the account of the server."""
    visitor = Visitor(server)
    signed_in(visitor, provider[0])
    sent = {"list": ("signed.csv", b"Login,Email\nada,ada@example.com\n")}
    path = visitor("POST", "/lists", files=sent).headers["location"]
    visitor("POST", f"{path}/run", data={"version": "0", "tenant": "acme", "region": "eu"})
    while visitor("GET", f"{path}/progress").json()["running"]:
        time.sleep(0.05)
    (manifest,) = (server.folder / "kept" / "signed").glob("*/manifest.json")
    assert json.loads(manifest.read_bytes())["who"] == "ada@example.com"
    told = call(server.folder, "history", "--runs", "kept", "--json").document
    assert [run["who"] for run in told["runs"]] == ["ada@example.com"]


@pytest.mark.parametrize(
    "changes", [{"state": "another"}, {"nonce": "another"}, {"error": "access_denied", "code": ""}]
)
def test_an_answer_to_another_sign_in_is_refused(
    server: PageServer, provider: tuple[IdentityProvider, Path], changes: dict[str, str]
) -> None:
    """An answer with another state or nonce, or a refusal, signs no one in."""
    visitor = Visitor(server)
    answer = signed_in(visitor, provider[0], **changes)
    assert answer.status_code == 403
    assert "No sign-in was completed in this browser" in answer.text
    assert visitor("GET", "/").status_code == 303


def test_an_answer_that_nobody_asked_for_is_refused(server: PageServer) -> None:
    """An answer without a sign-in of this session signs no one in."""
    assert Visitor(server)("GET", "/signed-in?code=c&state=s").status_code == 403


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["--host", "::"], {}, "no sign-in is configured"),
        (["--host", "page.example.com"], {}, "no sign-in is configured"),
        ([], {"CONTACTPRO_WEB_URL": "https://people.example.com"}, "CONTACTPRO_WEB_CLIENT_ID"),
        (["--lang", "xx"], {}, "no texts in 'xx'"),
    ],
)
def test_a_page_that_cannot_be_started_ends_with_2(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], said: str
) -> None:
    """An address for others without sign-in, a half configured sign-in and an unknown language are usage errors."""
    done = started(tmp_path, *arguments, **environment)
    assert done.code == 2
    assert said in done.stderr
    assert started(tmp_path, "--json", *arguments, **environment).document["exit_code"] == 2


def test_a_port_that_is_taken_ends_with_2(tmp_path: Path) -> None:
    """Another program on the port is reported with what to do."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = started(tmp_path, "--port", str(other.getsockname()[1]))
    assert done.code == 2
    assert "--port 0" in done.stderr


def started(folder: Path, *arguments: str, **environment: str) -> Done:
    """Start the page in a way that must fail."""
    path = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    return call(folder, "web", "--no-browser", *arguments, environment=path | environment)
