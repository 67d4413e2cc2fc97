"""The client of an RCI: signed requests at a polite rate, over verified TLS, without redirects.

Only a GET is ever repeated by itself; what a POST or DELETE means after a fault is for its caller to decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from connectors.base import Secret, SourceIncomplete, SourceRefused, SourceUnreachable
from connectors.contact_pro_rci.connection import Connection
from connectors.contact_pro_rci.names import PropertyNames, RciCertificate
from connectors.http import httpx_parts as httpx
from connectors.http import trace
from connectors.http.environment import proxy_for, tls_context
from connectors.http.pace import Pace
from connectors.http.retry import RetryPolicy, TransientError, retry_after

TRANSIENT = frozenset({408, 429, 502, 503, 504})
"""Answers after which a GET is asked again (facts: contact-pro, RCI)."""

LARGEST = 10 * 1024 * 1024
"""Bytes of one answer; the gateway of the cloud cuts there."""

CONNECT, ANSWER = 10.0, 35.0
"""Seconds; the gateway ends a call after 30 seconds, so its answer always arrives before."""


T = TypeVar("T")


class RciRefused(SourceRefused):
    """401, or 403 to a GET or POST: nothing more is sent, because five failures lock the API user."""

    def __init__(self, message: str, status: int, *, advice: str) -> None:
        """Keep the status."""
        super().__init__(message, advice=advice)
        self.status = status


class RciError(SourceIncomplete):
    """One request was answered with an error, or not at all; ``status`` is None without an answer.

    ``may_be_done`` is True if the server may still act upon the request.
    """

    def __init__(self, message: str, status: int | None = None, *, may_be_done: bool = False, wait: float = 0) -> None:
        """Keep what the caller decides upon."""
        super().__init__(message)
        self.status, self.may_be_done, self.wait = status, may_be_done, wait


@dataclass(slots=True)
class RciClient:
    """One session with an RCI; an answer is waited for so many ``seconds``.

    ``ahead`` is how far its clock is before ours, by its last answer.
    """

    connection: Connection
    secrets: Mapping[str, Secret]
    patience: RetryPolicy = field(default_factory=lambda: RetryPolicy(attempts=5, seconds=120))
    seconds: float = ANSWER
    ahead: float | None = None
    _pace: Pace = field(init=False)
    _http: httpx.Client = field(init=False)
    _date: str = field(init=False, default="")

    def __post_init__(self) -> None:
        """Resolve the secrets, and open nothing yet."""
        url = self.connection.url
        secure = url.startswith("https:")
        self._pace = Pace(self.connection.per_second)
        self._http = httpx.Client(
            auth=httpx.BasicAuth(self.secrets["user"](), self.secrets["password"]()),
            headers={"x-api-key": self.secrets["api_key"](), "User-Agent": "contactpro-sync"},
            verify=tls_context() if secure else True,
            proxy=proxy_for(url),
            trust_env=False,
            event_hooks=trace.HOOKS,
            follow_redirects=False,
            timeout=httpx.Timeout(self.seconds, connect=CONNECT),
        )

    def __enter__(self) -> Self:
        """Return the open session."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        self._http.close()

    @property
    def host(self) -> str:
        """Return the host for messages."""
        return urlsplit(self.connection.url).hostname or self.connection.url

    def get(self, path: str, kind: type[T], query: Mapping[str, str] | None = None) -> T:
        """Read JSON of a kind, and retry after a transient error.

        Raises:
            RciRefused: 401 or 403.
            RciError: another status, or an answer that is not JSON, of another kind, or too large.
            SourceUnreachable: there was no answer, also after several attempts.
        """
        try:
            body = self.patience.retrying()(lambda: self._got(path, query))
        except TransientError as fault:
            raise SourceUnreachable(f"{self.host} does not answer GET {path}: {fault}.") from None
        try:
            return msgspec.json.decode(body, type=kind)
        except msgspec.ValidationError as error:
            raise RciError(
                f"{self.host} answers GET {path} with JSON of another form ({error}).", HTTPStatus.OK
            ) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise RciError(
                f"{self.host} answers GET {path} with something other than JSON ({_shown(body)!r}).", HTTPStatus.OK
            ) from None

    def certificates(self, user: str, names: PropertyNames) -> list[RciCertificate]:
        """Read the certificates of a user, by id; raises as ``get`` does, and SourceIncomplete."""
        return [names.certificate(each) for each in self.raw_certificates(user)]

    def raw_certificates(self, user: str) -> list[object]:
        """Read the certificates of a user as the server returns them; raises as ``get`` does."""
        return self.get(f"/users/{quote(user, safe='')}/certificates", list[object])

    def add_certificate(self, user: str, body: Mapping[str, str]) -> int:
        """Send the POST of a certificate once, and return the status of the answer.

        Raises:
            RciRefused: 401 or 403.
            RciError: every other answer than 2xx, or none.
        """
        return self._changed("POST", f"/users/{quote(user, safe='')}/certificates", body)

    def remove_certificate(self, user: str, certificate: str) -> int:
        """Send the DELETE of a certificate once, and return the status of the answer; 404 and 403 are RciError."""
        return self._changed(
            "DELETE", f"/users/{quote(user, safe='')}/certificates/{quote(certificate, safe='')}", None
        )

    def _got(self, path: str, query: Mapping[str, str] | None) -> bytes:
        try:
            status, headers, body = self._sent("GET", path, query=query)
        except RciError as error:
            if error.status is None:
                raise TransientError(str(error).rstrip(".")) from None
            raise
        if status in TRANSIENT:
            raise TransientError(f"it answers {status}", retry_after(headers))
        self._judge("GET", path, status, body, headers)
        return body

    def _changed(self, method: str, path: str, content: Mapping[str, str] | None) -> int:
        status, headers, body = self._sent(method, path, content=content)
        self._judge(method, path, status, body, headers)
        return status

    def _sent(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        content: Mapping[str, str] | None = None,
    ) -> tuple[int, httpx.Headers, bytes]:
        self._pace.wait()
        headers = {"Accept": "application/json" if method == "GET" else "text/html, application/json, */*"}
        data = None
        if content is not None:
            headers["Content-Type"] = "application/json"
            data = msgspec.json.encode(content)
        url = f"{self.connection.url.rstrip('/')}/rci{path}"
        taken = bytearray()
        try:
            with self._http.stream(method, url, params=query, content=data, headers=headers) as response:
                self._look_at_clock(response.headers)
                for piece in response.iter_bytes():
                    taken += piece
                    if len(taken) > LARGEST:
                        raise RciError(
                            f"{self.host} answers {method} {path} with more than {LARGEST:,} bytes.",
                            response.status_code,
                            may_be_done=True,
                        )
                return response.status_code, response.headers, bytes(taken)
        except httpx.ConnectError as error:
            raise RciError(f"no connection to {self.host} ({error})") from None
        except httpx.TimeoutException as error:
            never_sent = isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout)
            raise RciError(f"{self.host} does not answer in time", may_be_done=not never_sent) from None
        except httpx.RequestError as error:
            raise RciError(f"the connection to {self.host} fails ({error})") from None

    def _judge(self, method: str, path: str, status: int, body: bytes, headers: httpx.Headers) -> None:
        """Raise for every answer but 2xx."""
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return
        if status == HTTPStatus.UNAUTHORIZED or (status == HTTPStatus.FORBIDDEN and method != "DELETE"):
            raise RciRefused(
                f"{self.host} refuses {method} {path} ({status}: {_shown(body)}). Nothing more was sent.",
                status,
                advice="Correct user, password and api_key in [deliver], or have the rights of the user granted; five "
                "failed sign-ins lock it for 30 minutes.",
            )
        raise RciError(
            f"{self.host} answers {method} {path} with {status} ({_shown(body)})",
            status,
            wait=retry_after(headers) or 0,
        )

    def _look_at_clock(self, headers: httpx.Headers) -> None:
        date = headers.get("date", "")
        if date == self._date:  # within a second of the one before, which was compared
            return
        self._date = date
        try:
            time = parsedate_to_datetime(date)
        except ValueError:
            return
        self.ahead = (time.replace(tzinfo=time.tzinfo or UTC) - datetime.now(UTC)).total_seconds()


def _shown(body: bytes) -> str:
    return " ".join(body[:120].decode("utf-8", "replace").split())
