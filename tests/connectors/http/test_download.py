"""Fetching one document: from a real https server on loopback, by names that a resolver of the test knows (T89)."""

import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from connectors.base import (
    SourceError,
    SourceIncomplete,
    SourceMissing,
    SourceRefused,
    SourceUnreachable,
    SourceUnreadable,
)
from connectors.http.download import fetch
from connectors.http.retry import RetryPolicy
from connectors.http.transport import Network
from tests.servers.authority import Authority
from tests.servers.documents import DocumentServer
from tests.servers.loopback import Answer, Fault

HOST = "login.contoso-example.com"
URL = f"https://{HOST}/metadata"
BODY = b"<EntityDescriptor/>"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Build an authority for the whole file."""
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(authority: Authority) -> Iterator[DocumentServer]:
    """Serve one document under the name of the host."""
    with DocumentServer(authority.server(HOST), {"/metadata": BODY}) as server:
        yield server


@pytest.fixture
def network(authority: Authority, server: DocumentServer) -> Network:
    """Lead every name to the server, call its address public, and believe its authority."""
    return Network(
        resolve=lambda *_: ["127.0.0.1"],
        public=lambda _: True,
        port=server.port,
        trust=authority.believed,
        retry_policy=RetryPolicy(attempts=3, seconds=3, sleep=lambda _: None),
    )


def refused(url: str, network: Network, kind: type[SourceError], hosts: tuple[str, ...] = (HOST,)) -> str:
    """Return the sentence with which a fetching ends."""
    with pytest.raises(kind) as error:
        fetch(url, hosts, network)
    assert type(error.value) is kind
    return str(error.value)


def test_a_document_is_fetched(server: DocumentServer, network: Network) -> None:
    """Its bytes come as they are; the request names the host, asks for nothing packed, and carries no secret."""
    assert fetch(URL, [HOST], network) == BODY
    (request,) = server.requests
    assert (request.method, request.target, request.headers["host"]) == ("GET", "/metadata", HOST)
    assert request.headers["accept-encoding"] == "identity"
    assert not {"authorization", "cookie", "referer"} & request.headers.keys()


def test_the_environment_is_not_heard(
    server: DocumentServer, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy of the environment is not asked, nor its list of authorities believed."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch(URL, [HOST], network) == BODY
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://login.contoso-example.com/metadata",
        "file:///etc/hostname",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://017700000001/",
        "https://anna@login.contoso-example.com/metadata",
        "https://login.contoso-example.com:444/metadata",
        "https://elsewhere.contoso-example.com/metadata",
        "https://login.contoso-example.com.evil.example/metadata",
    ],
)
def test_a_refused_address_opens_no_socket(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused before a name is resolved, and long before any server is connected to."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a socket, or a question to the resolver")

    monkeypatch.setattr(socket, "socket", never)
    monkeypatch.setattr(socket, "getaddrinfo", never)
    refused(url, Network(), SourceRefused, hosts=(HOST, "127.0.0.1", "10.0.0.1", "::1"))


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["93.184.216.34", "127.0.0.1"],
        [],
    ],
    ids=str,
)
def test_a_name_that_leads_inside_is_refused(
    addresses: list[str], server: DocumentServer, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One address that is not public is enough; no server is connected to."""
    opened: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda *args, **_: opened.append(args))
    inside = replace(network, resolve=lambda *_: addresses, public=Network().public)
    assert refused(URL, inside, SourceRefused) == (
        "login.contoso-example.com leads to an address that is not public; nothing is fetched from there."
    )
    assert (opened, server.requests) == ([], [])


def test_a_name_that_changes_its_mind_gains_nothing(server: DocumentServer, network: Network) -> None:
    """The name is resolved once, however often the host is asked: what was judged is what is connected to."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    server.faults += [Fault("status", status=503), Fault("drop")]
    rebinding = replace(network, resolve=lambda *_: next(answers), public=lambda address: str(address) != "127.0.0.2")
    assert fetch(URL, [HOST], rebinding) == BODY
    assert next(answers) == ["127.0.0.2"]


def test_the_next_address_is_tried(network: Network) -> None:
    """Of several addresses, all judged, the first that answers is good enough."""
    assert fetch(URL, [HOST], replace(network, resolve=lambda *_: ["::1", "127.0.0.1"])) == BODY


def test_a_host_must_prove_its_name(authority: Authority, network: Network) -> None:
    """A certificate of another name, or of an untrusted authority, ends it."""
    with DocumentServer(authority.server("other.contoso-example.com"), {"/metadata": BODY}) as other:
        said = refused(URL, replace(network, port=other.port), SourceRefused)
        assert said.startswith("login.contoso-example.com does not prove to be that host (Hostname mismatch")
        assert other.requests == []


def test_an_unknown_authority(server: DocumentServer, network: Network) -> None:
    """Whom only this test believes, the product does not."""
    said = refused(URL, replace(network, trust=Network().trust), SourceRefused)
    assert "does not prove to be that host" in said
    assert server.requests == []


def test_a_redirect_within_the_host(server: DocumentServer, network: Network) -> None:
    """It is followed, relative or whole."""
    server.documents["/old"] = Answer(301, b"", {"Location": "/older"})
    server.documents["/older"] = Answer(302, b"", {"Location": URL})
    assert fetch(f"https://{HOST}/old", [HOST], network) == BODY


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("https://elsewhere.contoso-example.com/", "leads to another host, elsewhere.contoso-example.com"),
        ("http://login.contoso-example.com/metadata", "only https is fetched"),
        ("https://127.0.0.1/", "not a full name"),
        ("https://169.254.169.254/latest/", "not a full name"),
        ("file:///etc/hostname", "only https is fetched"),
        ("//evil.example.com/", "leads to another host, evil.example.com"),
        ("https://login.contoso-example.com:8443/", "only port 443"),
    ],
)
def test_a_redirect_elsewhere(location: str, said: str, server: DocumentServer, network: Network) -> None:
    """It is refused, even to a host that is on the list."""
    server.documents["/metadata"] = Answer(302, b"", {"Location": location})
    assert said in refused(URL, network, SourceRefused, hosts=(HOST, "elsewhere.contoso-example.com"))
    assert len(server.requests) == 1


def test_a_circle_of_redirects(server: DocumentServer, network: Network) -> None:
    """Three are enough."""
    server.documents["/metadata"] = Answer(302, b"", {"Location": "/metadata"})
    assert "more than 3 times" in refused(URL, network, SourceIncomplete)
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (Answer(404), SourceMissing, "There is nothing at https://login.contoso-example.com/metadata (404)."),
        (Answer(410), SourceMissing, "(410)"),
        (Answer(401), SourceRefused, "wants a sign-in (401)"),
        (Answer(403), SourceRefused, "wants a sign-in (403)"),
        (Answer(204), SourceIncomplete, "answers 204 instead of a document"),
        (Answer(304), SourceIncomplete, "answers 304 instead of a document"),
        (Answer(418), SourceIncomplete, "answers 418 instead of a document"),
        (Answer(200, b"x" * 2_000_001), SourceUnreadable, "has more than 2,000,000 bytes"),
        (
            Answer(200, gzip.compress(b"\0" * 50_000_000), {"Content-Encoding": "gzip"}),
            SourceIncomplete,
            "sends the document packed",
        ),
        (Answer(503), SourceUnreachable, "does not give the document: it answers 503."),
        (Answer(429, b"", {"Retry-After": "86400"}), SourceUnreachable, "it answers 429"),
    ],
    ids=lambda value: str(value.status) if isinstance(value, Answer) else "",
)
def test_an_answer_that_is_no_document(
    answer: Answer, kind: type[SourceError], said: str, server: DocumentServer, network: Network
) -> None:
    """Each has its kind of error and its sentence."""
    server.documents["/metadata"] = answer
    assert said in refused(URL, network, kind)


def test_the_largest_document(server: DocumentServer, network: Network) -> None:
    """The limit itself is still a document."""
    server.documents["/metadata"] = b"x" * 2_000_000
    assert len(fetch(URL, [HOST], network)) == 2_000_000


@pytest.mark.parametrize("kind", ["drop", "drop-midway"])
def test_a_connection_that_breaks(kind: str, server: DocumentServer, network: Network) -> None:
    """Once it is borne; half a document is never taken for a whole one."""
    server.faults.append(Fault(kind))
    assert fetch(URL, [HOST], network) == BODY
    server.faults.append(Fault(kind, times=-1))
    assert "does not give the document: the connection" in refused(URL, network, SourceUnreachable)
    assert len(server.requests) == 2 + 3


def test_nobody_answers_in_time(server: DocumentServer, network: Network) -> None:
    """The time is for everything together."""
    server.faults.append(Fault("slow", seconds=30))
    said = refused(URL, replace(network, seconds=0.3), SourceUnreachable)
    assert said == "login.contoso-example.com does not give the document within 0.3 seconds."


def test_a_resolver_that_never_answers(network: Network) -> None:
    """It is not waited for."""
    forgotten = threading.Event()
    try:
        stuck = replace(network, seconds=0.2, resolve=lambda *_: forgotten.wait(30) and [])
        assert "within 0.2 seconds" in refused(URL, stuck, SourceUnreachable)
    finally:
        forgotten.set()


def test_a_name_that_nobody_knows(network: Network) -> None:
    """The resolver's own words are shown."""

    def unknown(*_: object) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    said = refused(URL, replace(network, resolve=unknown), SourceUnreachable)
    assert said == "login.contoso-example.com is not known here (Name or service not known)."


@pytest.fixture
def trickling(authority: Authority) -> Iterator[Callable[[bytes], int]]:
    """Serve over TLS one byte at a time, for ever; the first bytes are given."""
    listener = socket.create_server(("127.0.0.1", 0))
    context, ending = authority.server(HOST), threading.Event()
    threads: list[threading.Thread] = []

    def serve(first: bytes) -> None:
        plain, _ = listener.accept()
        try:
            with context.wrap_socket(plain, server_side=True) as secure:
                secure.sendall(first)
                while not ending.wait(0.02):
                    secure.sendall(b"x")
        except (OSError, ssl.SSLError):
            return

    def start(first: bytes) -> int:
        threads.append(threading.Thread(target=serve, args=(first,)))
        threads[-1].start()
        return int(listener.getsockname()[1])

    yield start
    ending.set()
    for thread in threads:
        thread.join()
    listener.close()


@pytest.mark.parametrize(
    "first",
    [b"", b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\n\r\n"],
    ids=["status line", "headers", "body"],
)
def test_a_trickle_does_not_stretch_the_time(first: bytes, trickling: Callable[[bytes], int], network: Network) -> None:
    """A server that always sends a little more is left when the time is over."""
    port = trickling(first)
    with pytest.raises(SourceUnreachable):
        fetch(URL, [HOST], replace(network, port=port, seconds=0.5, retry_policy=RetryPolicy(attempts=1)))


def test_an_endless_body_ends_at_the_limit(trickling: Callable[[bytes], int], network: Network) -> None:
    """A body without a length is counted as it comes in."""
    port = trickling(b"HTTP/1.1 200 OK\r\n\r\n" + b"y" * 5000)
    with pytest.raises(SourceUnreadable, match="more than 4,000 bytes"):
        fetch(URL, [HOST], replace(network, port=port, largest=4000))


def test_the_network_of_the_product() -> None:
    """Without wishes: port 443, ten seconds, two million bytes, public addresses only."""
    network = Network()
    assert (network.port, network.seconds, network.largest) == (443, 10, 2_000_000)


def test_whom_the_product_believes() -> None:
    """TLS insists on a certificate, and on the host's name in it."""
    context = Network().trust()
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)
