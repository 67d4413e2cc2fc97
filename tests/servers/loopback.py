"""A real HTTP/1.1 server on 127.0.0.1 with injected faults: the floor under every service of the tests.

Real sockets, keep-alive and one thread a connection, because a dropped connection, a body that is cut and an answer
that comes late cannot be imitated inside one process. A service is a subclass with an ``answer`` of its own. What goes
wrong, when and how often is a list of ``Fault``; a control plane under ``/_control/`` sets it from other processes.
"""

import gzip
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import unquote

import msgspec

from tests.servers.loopback_wire import Answer, Listener, Request

__all__ = ["Answer", "Fault", "LoopbackServer", "Request"]

SECRETS = frozenset({"authorization", "x-api-key"})
LOGIN_PAGE = b"<!DOCTYPE html><html><title>Sign in</title><body>Your network asks you to sign in first.</body></html>"


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong: of the requests whose target matches ``at``, ``skip`` pass, then ``times`` are hit.

    ``at`` is a regular expression, searched in the target as it was sent and as it reads decoded; ``times`` -1 means
    for ever; ``method`` "" means any. A request is hit by at most one fault, the first of the list that is due, and
    counts for no later one.

    Kinds of this layer: "status" (``status``, ``headers``, ``body``), "drop" (served, and closed before the answer),
    "drop-unheard" (closed before the request is served), "drop-midway"
    (closed after half of the announced body), "cut-json" (half of the body, close-delimited: it looks complete), "html"
    (200, the login page of a proxy), "empty" (200, no body), "slow" (``seconds`` late). A service adds kinds of its
    own, which may use ``count`` and ``link``.
    """

    kind: str
    at: str = ""
    skip: int = 0
    times: int = 1
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    seconds: float = 0.0
    count: int = 1
    link: str = ""
    method: str = ""
    passed: int = 0
    hit: int = 0

    def takes(self, target: str, method: str = "") -> bool:
        """Return True if this request is hit, and count it."""
        if self.method not in {"", method}:
            return False
        if self.hit == self.times or not (re.search(self.at, target) or re.search(self.at, unquote(target))):
            return False
        if self.passed < self.skip:
            self.passed += 1
            return False
        self.hit += 1
        return True

    @classmethod
    def read(cls, item: Mapping[str, Any], kinds: frozenset[str]) -> Self:
        """Read a fault that came as JSON, its body as text.

        Raises:
            ValueError: no such kind, or no status.
            TypeError: no such key.
            re.error: ``at`` is not a regular expression.
        """
        body = item.get("body")
        fault = cls(**{**item, "body": None if body is None else str(body).encode()})
        re.compile(fault.at)
        if fault.kind not in kinds:
            raise ValueError(f"{fault.kind!r} is no kind of fault; there are {', '.join(sorted(kinds))}.")
        if fault.kind == "status" and not fault.status:
            raise ValueError("A fault of the kind 'status' needs a status.")
        return fault


class LoopbackServer:
    """A server on a free port of 127.0.0.1 for as long as the ``with`` lasts.

    ``requests`` is everything that was asked, control plane left out; ``faults`` may be appended to at any time. An
    exception in ``answer`` is our own defect: the client gets a 500, and the end of the ``with`` raises it.
    """

    kinds: ClassVar[frozenset[str]] = frozenset({
        "status", "drop", "drop-unheard", "drop-midway", "cut-json", "html", "empty", "slow",
    })  # fmt: skip
    base: ClassVar[str] = ""

    def __init__(self, port: int = 0, *, compress: bool = False) -> None:
        """Keep the wishes; nothing listens yet. ``compress`` allows gzip to clients that ask for it."""
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.defects: list[BaseException] = []
        self.stopping = threading.Event()
        self._port, self._compress = port, compress
        self._lock = threading.Lock()
        self._listener: Listener | None = None

    @property
    def origin(self) -> str:
        """Scheme, host and port, as in ``http://127.0.0.1:8800``."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """The address of the service, without a slash at its end."""
        return self.origin + self.base

    def __enter__(self) -> Self:
        """Listen, and serve in threads."""
        self._listener = Listener(self._port, self._serve, self.defects)
        self._port = self._listener.server_address[1]
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(0.02,), name=f"loopback {self._port}"
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening, end every connection, and raise the first defect of our own."""
        assert self._listener is not None
        self.stopping.set()
        self._listener.end()
        self._thread.join()
        if self.defects and error is None:
            raise self.defects[0]
        if self.defects and error is not None:
            error.add_note(f"The test server itself failed first: {self.defects[0]!r}")

    def clear(self) -> None:
        """Forget the requests and the faults."""
        with self._lock:
            self.requests.clear()
            self.faults.clear()

    def answer(self, request: Request) -> Answer:
        """Serve one request; a service overrides this."""
        return Answer(404, f"{request.path} is not here.".encode())

    def misbehave(self, request: Request, fault: Fault) -> Answer:
        """Answer as the fault has it; a service adds its own kinds here and hands the others on."""
        match fault.kind:
            case "status":
                return Answer(fault.status, fault.body or b"", fault.headers)
            case "html":
                return Answer(200, LOGIN_PAGE, {"Content-Type": "text/html; charset=utf-8"})
            case "empty":
                return Answer(200)
            case "drop-unheard":
                return Answer()
            case "slow":
                self.stopping.wait(fault.seconds)
            case kind if kind not in self.kinds:
                raise ValueError(f"{kind!r} is no kind of fault; there are {', '.join(sorted(self.kinds))}.")
        return self.answer(request)

    def steer(self, order: dict[str, Any]) -> object:
        """Obey ``POST /_control/world``; a service with a world of its own overrides this."""
        raise ValueError(f"This server has no world to change by {', '.join(order)}.")

    def _serve(self, request: Request) -> tuple[Answer, str]:
        """Answer one request, and name the fault that hit it."""
        if request.path.startswith("/_control/"):
            return self._control(request), ""
        with self._lock:
            self.requests.append(request)
            fault = next((fault for fault in self.faults if fault.takes(request.target, request.method)), None)
        try:
            answer = self.answer(request) if fault is None else self.misbehave(request, fault)
        except Exception as error:  # noqa: BLE001 - raised again at the end of the with, if a test sees it
            self.defects.append(error)
            return Answer(500, f"The test server itself failed: {error!r}".encode()), ""
        if self._compress and answer.body and "gzip" in request.headers.get("accept-encoding", ""):
            headers = {**answer.headers, "Content-Encoding": "gzip"}
            answer = replace(answer, body=gzip.compress(answer.body, 1), headers=headers)
        return answer, fault.kind if fault else ""

    def _control(self, request: Request) -> Answer:
        """Serve the control plane; what is asked here is not counted among the requests."""
        try:
            match request.method, request.path.removeprefix("/_control/"):
                case "POST", "faults":
                    items = msgspec.json.decode(request.body, type=list[dict[str, Any]])
                    faults = [Fault.read(item, self.kinds) for item in items]
                    with self._lock:
                        self.faults.extend(faults)
                case "DELETE", "faults":
                    with self._lock:
                        self.faults.clear()
                case "GET", "requests":
                    with self._lock:
                        return Answer.json([_shown(each) for each in self.requests])
                case "POST", "world":
                    return Answer.json(self.steer(msgspec.json.decode(request.body, type=dict[str, Any])))
                case _:
                    return Answer(404, b"The control plane has POST and DELETE faults, GET requests, POST world.")
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError, re.error) as error:
            return Answer(400, str(error).encode())
        return Answer(204)


def _shown(request: Request) -> dict[str, object]:
    """Show a request to another process, its secret left out."""
    headers = {name: "(left out)" if name in SECRETS else value for name, value in request.headers.items()}
    body = request.body.decode("utf-8", "replace")
    return {"method": request.method, "target": request.target, "headers": headers, "body": body}
