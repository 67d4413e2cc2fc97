"""HTTP/1.1 on real sockets of 127.0.0.1: keep-alive, one thread a connection, answers that break off on request."""

import contextlib
import socket
import socketserver
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http.client import responses
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import msgspec

LONGEST_LINE = 65_536
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came: ``target`` is path and query exactly as sent, ``headers`` have lower-case names."""

    method: str
    path: str
    query: dict[str, str]
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. Date, Content-Length and Connection are added on the way out."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Self:
        """Answer with a JSON document."""
        return cls(status, msgspec.json.encode(document), {**JSON, **(headers or {})})


Serve = Callable[[Request], tuple[Answer, str]]
"""Makes the answer, and names how it breaks off: "drop", "drop-unheard", "drop-midway", "cut-json", or another text."""


class Listener(socketserver.ThreadingTCPServer):
    """Accepts connections until ``end``; ``defects`` takes what went wrong in our own code."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, serve: Serve, defects: list[BaseException]) -> None:
        """Bind the port; 0 is any free one."""
        self.serve, self.defects = serve, defects
        self.connections: set[socket.socket] = set()
        self.ending = False
        super().__init__(("127.0.0.1", port), _Connection)

    def end(self) -> None:
        """Accept nothing more, hang up, and wait for the threads."""
        self.ending = True
        self.shutdown()
        for connection in tuple(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def handle_error(self, *_: Any) -> None:  # noqa: ANN401 - the arguments of socketserver are not needed
        """Ignore clients that closed the connection; keep all other errors."""
        if (error := sys.exception()) and not isinstance(error, OSError):
            self.defects.append(error)


class _Connection(socketserver.StreamRequestHandler):
    """One connection: requests are read and answered in turn until either side has enough."""

    disable_nagle_algorithm = True
    server: Listener

    def handle(self) -> None:
        """Serve until the connection ends."""
        self.server.connections.add(self.connection)
        try:
            while not self.server.ending and self._serve_one():
                pass
        finally:
            self.server.connections.discard(self.connection)

    def _serve_one(self) -> bool:
        """Serve one request and return True if the connection stays open."""
        line = self.rfile.readline(LONGEST_LINE)
        if not line:
            return False
        words = line.decode("latin-1").split()
        headers = self._headers()
        length = headers.get("content-length", "0")
        if len(words) != 3 or "transfer-encoding" in headers or not length.isdecimal():
            self._send(Answer(400, b"That is no request that this server reads."), close=True)
            return False
        method, target, version = words
        parts = urlsplit(f"http://127.0.0.1{target}")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        request = Request(method, parts.path, query, target, headers, self.rfile.read(int(length)))
        answer, breaking = self.server.serve(request)
        if breaking in {"drop", "drop-unheard"}:
            return False
        close = version == "HTTP/1.0" or headers.get("connection", "").lower() == "close"
        self._send(answer, "head" if method == "HEAD" else breaking, close=close)
        return not close and breaking not in {"drop-midway", "cut-json"}

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        while (line := self.rfile.readline(LONGEST_LINE)) not in {b"\r\n", b"\n", b""}:
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        return headers

    def _send(self, answer: Answer, breaking: str = "", *, close: bool) -> None:
        headers = {"Date": formatdate(usegmt=True), **answer.headers}
        body = answer.body
        if breaking == "cut-json":
            close = True
        elif answer.status != 204:
            headers["Content-Length"] = str(len(body))
        if breaking in {"cut-json", "drop-midway"}:
            body = body[: len(body) // 2]
        if breaking == "head":
            body = b""
        if close:
            headers["Connection"] = "close"
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.connection.sendall(
            f"HTTP/1.1 {answer.status} {responses.get(answer.status, '')}\r\n{head}\r\n".encode("latin-1")
        )
        self.connection.sendall(body)
