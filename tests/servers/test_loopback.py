"""The server below all others: what it hears, how it breaks off, and who may steer it."""

import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.servers.loopback import Answer, Fault, LoopbackServer, Request

BODY = b'{"value": [1, 2, 3, 4]}'


class Echo(LoopbackServer):
    """Answers the same to all clients, and fails for /defect."""

    def answer(self, request: Request) -> Answer:
        """Return the body, or be broken."""
        if request.path == "/defect":
            raise LookupError("our own mistake")
        return Answer(200, BODY, {"Content-Type": "application/json", "X-Path": request.path})


@pytest.fixture
def server() -> Iterator[Echo]:
    """Serve one test."""
    with Echo() as running:
        yield running


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """Ask as plain httpx does."""
    with httpx.Client(trust_env=False) as ready:
        yield ready


def test_a_request_is_kept_as_it_was_sent(server: Echo, client: httpx.Client) -> None:
    """Path, query, target, headers and body of a request can be looked at afterwards."""
    client.post(f"{server.url}/a%20b?x=1%2C2&%24top=5&empty=", content=b"hello", headers={"X-Name": "Value"})
    (request,) = server.requests
    assert (request.method, request.path, request.body) == ("POST", "/a%20b", b"hello")
    assert request.target == "/a%20b?x=1%2C2&%24top=5&empty="
    assert request.query == {"x": "1,2", "$top": "5", "empty": ""}
    assert request.headers["x-name"] == "Value"


def test_a_connection_is_kept_alive(server: Echo) -> None:
    """Several requests, sent at once, are answered in turn over one connection, and the last one closes it."""
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as connection:
        connection.sendall(
            b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\nConnection: close\r\n\r\n"
        )
        heard = b"".join(iter(lambda: connection.recv(65536), b""))
    assert heard.count(b"HTTP/1.1 200 OK\r\nDate: ") == 3
    assert heard.index(b"X-Path: /1") < heard.index(b"X-Path: /2") < heard.index(b"X-Path: /3")
    assert heard.count(b"Connection: close") == 1


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(server: Echo, request_: bytes) -> None:
    """What cannot be read is answered with 400 and the end of the connection, and is not a defect of the server."""
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as connection:
        connection.sendall(request_)
        assert b"".join(iter(lambda: connection.recv(65536), b"")).startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_many_clients_are_served_at_once(server: Echo, client: httpx.Client) -> None:
    """While one client waits for a slow answer, others get theirs; every request is counted once."""
    server.faults.append(Fault("slow", at="/slow", seconds=600))
    answers: list[int] = []

    def ask(path: str) -> None:
        answers.append(client.get(server.url + path, timeout=600).status_code)

    slow = threading.Thread(target=ask, args=("/slow",))
    others = [threading.Thread(target=ask, args=(f"/{n}",)) for n in range(8)]
    for thread in (slow, *others):
        thread.start()
    for thread in others:
        thread.join()
    assert answers == [200] * 8
    assert slow.is_alive()
    server.stopping.set()  # a slow answer does not outlive its server
    slow.join()
    assert len(server.requests) == 9


def test_a_fault_hits_those_that_it_is_for(server: Echo, client: httpx.Client) -> None:
    """Of the requests that match, ``skip`` pass and ``times`` are hit; all others pass."""
    server.faults.append(Fault("status", at=r"\$top=2", skip=1, times=2, status=503, headers={"Retry-After": "7"}))
    targets = ["?$top=2", "?$top=1", "?%24top=2", "?$top=2", "?$top=2"]
    answers = [client.get(f"{server.url}/{target}") for target in targets]
    assert [answer.status_code for answer in answers] == [200, 200, 503, 503, 200]
    assert answers[2].headers["retry-after"] == "7"


def test_faults_wait_in_a_queue(server: Echo, client: httpx.Client) -> None:
    """A request is hit by one fault only, the first that is due; -1 is for ever."""
    server.faults += [Fault("status", status=500), Fault("status", status=502), Fault("status", status=504, times=-1)]
    assert [client.get(server.url).status_code for _ in range(5)] == [500, 502, 504, 504, 504]
    server.clear()
    assert server.requests == []
    assert client.get(server.url).status_code == 200


@pytest.mark.parametrize("kind", ["drop", "drop-midway"])
def test_a_drop_is_an_error_of_the_protocol(server: Echo, client: httpx.Client, kind: str) -> None:
    """Closed before the answer, or midway: the client sees that the peer broke off, and may come again."""
    server.faults.append(Fault(kind))
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(server.url)
    assert client.get(server.url).content == BODY


def test_a_cut_body_looks_complete(server: Echo, client: httpx.Client) -> None:
    """Half of the body without a length: nothing on the wire shows that there was more."""
    server.faults.append(Fault("cut-json"))
    answer = client.get(server.url)
    assert answer.status_code == 200
    assert answer.content == BODY[:11]
    assert "content-length" not in answer.headers


@pytest.mark.parametrize(
    ("kind", "start", "content_type"), [("html", b"<!DOCTYPE html>", "text/html; charset=utf-8"), ("empty", b"", None)]
)
def test_something_else_comes_with_status_200(
    server: Echo, client: httpx.Client, kind: str, start: bytes, content_type: str | None
) -> None:
    """A proxy's login page and an empty body come as if all were well."""
    server.faults.append(Fault(kind))
    answer = client.get(server.url)
    assert answer.status_code == 200
    assert answer.content[:15] == start
    assert answer.headers.get("content-type") == content_type


def test_a_late_answer_is_the_right_one(server: Echo, client: httpx.Client) -> None:
    """A slow answer runs into the client's timeout; with a longer timeout it is as it should be."""
    server.faults += [Fault("slow", seconds=600), Fault("slow", seconds=0.01)]
    with pytest.raises(httpx.ReadTimeout):
        client.get(server.url, timeout=0.05)
    assert client.get(server.url).content == BODY


def test_gzip_is_for_those_who_ask_where_it_is_allowed(client: httpx.Client) -> None:
    """Without the wish of both sides a body is sent as it is."""
    for allowed, asked, encoding in ((True, "gzip", "gzip"), (True, "identity", None), (False, "gzip", None)):
        with Echo(compress=allowed) as server:
            answer = client.get(server.url, headers={"Accept-Encoding": asked})
        assert answer.headers.get("content-encoding") == encoding
        assert answer.content == BODY


@pytest.mark.parametrize(("path", "fault", "error"), [("/defect", [], LookupError), ("/", [Fault("drip")], ValueError)])
def test_a_defect_of_the_server_does_not_hide(
    client: httpx.Client, path: str, fault: list[Fault], error: type[Exception]
) -> None:
    """A mistake in a service or in a test's fault is a 500 for the client, and fails the test at the end."""
    server = Echo()
    server.faults += fault

    def whole_test() -> None:
        with server:
            assert client.get(server.url + path).status_code == 500

    with pytest.raises(error):
        whole_test()


def test_a_defect_is_told_with_the_failure_that_it_caused(client: httpx.Client) -> None:
    """If the test failed because of it, its own failure stays and the defect is noted on it."""
    with pytest.raises(ZeroDivisionError) as failure, Echo() as server:
        client.get(f"{server.url}/defect").status_code / 0
    assert failure.value.__notes__ == ["The test server itself failed first: LookupError('our own mistake')"]


def test_the_control_plane_sets_faults_and_shows_requests(server: Echo, client: httpx.Client) -> None:
    """Another process gives faults, takes them back, and reads what was asked, without any token in it."""
    control = f"{server.origin}/_control"
    assert (
        client.post(
            f"{control}/faults", json=[{"kind": "status", "status": 418, "body": "tea", "times": -1}]
        ).status_code
        == 204
    )
    answer = client.get(f"{server.url}/x?y=1", headers={"Authorization": "Bearer abc"})
    assert (answer.status_code, answer.text) == (418, "tea")
    assert client.delete(f"{control}/faults").status_code == 204
    assert client.get(f"{server.url}/x").status_code == 200
    first, second = client.get(f"{control}/requests").json()
    assert (first["method"], first["target"], first["body"]) == ("GET", "/x?y=1", "")
    assert first["headers"]["authorization"] == "(left out)"
    assert second["target"] == "/x"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "faults", b"nonsense", 400),
        ("POST", "faults", b'[{"kind": "drip"}]', 400),
        ("POST", "faults", b'[{"kind": "status"}]', 400),
        ("POST", "faults", b'[{"kind": "drop", "at": "("}]', 400),
        ("POST", "faults", b'[{"kind": "drop", "often": 1}]', 400),
        ("POST", "world", b'{"change": {}}', 400),
        ("GET", "weather", b"", 404),
    ],
)
def test_the_control_plane_refuses_what_it_does_not_know(
    server: Echo, client: httpx.Client, method: str, path: str, body: bytes, status: int
) -> None:
    """A wrong order is refused, and changes nothing."""
    assert client.request(method, f"{server.origin}/_control/{path}", content=body).status_code == status
    assert server.faults == []
