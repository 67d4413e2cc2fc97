"""A client of a SCIM service: one connection, one rate limit, one sign-in, retries of transient errors.

200 requests a minute are free, further ones are delayed and then refused for all clients of the tenant (facts:
microsoft-graph §4). At 100 people a request that is 20,000 people a minute: a million take about 50 minutes at best.
"""

import ssl
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from connectors.base import SourceRefused, SourceUnreachable
from connectors.http import environment, trace
from connectors.http import httpx_parts as httpx
from connectors.http.retry import ConnectFailed, RetryPolicy, TransientError
from connectors.sap_idp.credentials import ScimCredential, SignInRefused, bearer, is_private, tls
from connectors.sap_idp.responses import RequestRefused, document, raise_for_response, transport

TIMEOUT = httpx.Timeout(100, connect=30)
ACCEPT = "application/scim+json, application/json;q=0.9"
EARLY = 60
"""A token is renewed so many seconds before it ends, because it has to last until the request has arrived."""

Document = TypeVar("Document")


@dataclass(slots=True)
class RateLimiter:
    """At most ``requests`` within any ``seconds``: the first go at once, then each waits for one to become old."""

    requests: int = 200
    seconds: float = 60
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    _sent: deque[float] = field(default_factory=deque, init=False, repr=False)

    def wait(self) -> None:
        """Wait until one more request is free, and count it."""
        if len(self._sent) >= self.requests:
            pause = self._sent.popleft() + self.seconds - self.clock()
            if pause > 0:
                self.sleep(pause)
        self._sent.append(self.clock())


class _Token(msgspec.Struct):
    """The answer of a token endpoint (RFC 6749 §5.1)."""

    access_token: str
    expires_in: float | None = None


_TOKEN = msgspec.json.Decoder(_Token, strict=False)


class ScimClient:
    """A service and our sign-in there, within a ``with``.

    ``skew`` is how many seconds the service's clock is ahead of ours, None until an answer had a date.

    Raises, when it is made:
        SourceRefused: the URL is not one to send a credential to, or the files of certificate or trust are unusable.
    """

    def __init__(
        self, url: str, credential: ScimCredential, *, trust: Path | None, retry_policy: RetryPolicy, pace: RateLimiter
    ) -> None:
        """Check everything that can be checked without asking."""
        self.url = _base(url)
        credential.check()
        self.host = urlsplit(self.url).hostname or ""
        self.skew: float | None = None
        self._credential, self._retry_policy, self._pace = credential, retry_policy, pace
        self._reached = False
        self._token, self._token_ends, self._tokens = "", float("-inf"), set[str]()
        secure = any(link.startswith("https") for link in (self.url, credential.token_url or ""))
        context = tls(credential, trust) if secure else False
        self._http = httpx.Client(
            verify=context,
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            event_hooks=trace.HOOKS,
            mounts=_proxied((self.url, credential.token_url or ""), context=context),
            headers={"Accept": ACCEPT, "User-Agent": "contactpro-sync"},
        )

    def __enter__(self) -> Self:
        """Open the client; all requests use one connection."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self._http.close()

    def link(self, path: str, query: Mapping[str, str]) -> str:
        """Return the address of a request."""
        return f"{self.url}/{path}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")

    def get(self, link: str, decoder: msgspec.json.Decoder[Document]) -> Document:
        """Read an answer, with retries, and decode it.

        Raises:
            SignInRefused: the credential is not accepted.
            SourceRefused: the technical user lacks an authorisation.
            RequestRefused: the service rejects filter, attributes or cursor.
            Missing: there is nothing at that address.
            SourceUnreachable: the server is unreachable, or retries were exhausted.
            SourceIncomplete: the answer is not SCIM, or leads to another host.
        """
        return self._patiently(lambda: self._ask(link, decoder))

    def _patiently(self, ask: Callable[[], Document]) -> Document:
        retrying = self._retry_policy.retrying()
        try:
            return retrying(ask)
        except TransientError as fault:
            times = retrying.statistics.get("attempt_number", 1)
            raise SourceUnreachable(
                f"Reading from {self.host} failed ({times} attempt{'s' if times > 1 else ''}): {fault}. Nothing was "
                "written; run again later."
            ) from None

    def _ask(self, link: str, decoder: msgspec.json.Decoder[Document]) -> Document:
        response = self._send("GET", link, authorization=self._authorization())
        if response.status_code == HTTPStatus.UNAUTHORIZED and self._token:
            # A token may end before its time; a second refusal means the client itself.
            self._token = ""
            response = self._send("GET", link, authorization=self._authorization())
        raise_for_response(response, self._hidden())
        return document(response, decoder)

    def _authorization(self) -> str | None:
        match self._credential.kind:
            case "basic":
                return self._credential.basic()
            case "token":
                return self._credential.bearer()
            case "client_credentials":
                if not self._token or self._pace.clock() >= self._token_ends:
                    self._renew()
                return bearer(self._token)
            case "certificate":
                return None

    def _renew(self) -> None:
        """Fetch a token (OAuth 2.0 client credentials); the tenant's own token endpoint wants no more than this."""
        response = self._send(
            "POST",
            self._credential.token_url or "",
            authorization=self._credential.basic_for_token(),
            form={"grant_type": "client_credentials"},
        )
        try:
            raise_for_response(response, self._hidden())
        except RequestRefused as refusal:
            # RFC 6749 §5.2: a client that is not known may be refused with 400 as well as with 401.
            raise SignInRefused(
                f"{str(refusal).partition(' Check ')[0]} Check client_id, secret and token_url."
            ) from None
        token = document(response, _TOKEN)
        self._token = token.access_token
        self._tokens.add(token.access_token)
        lasts = float("inf") if token.expires_in is None else token.expires_in
        self._token_ends = self._pace.clock() + lasts - EARLY

    def _send(
        self, method: str, link: str, *, authorization: str | None, form: Mapping[str, str] | None = None
    ) -> httpx.Response:
        self._pace.wait()
        headers = {"Authorization": authorization} if authorization else {}
        try:
            response = self._http.request(method, link, headers=headers, data=form)
        except httpx.RequestError as error:
            fault = transport(error, urlsplit(link).hostname or link)
            never = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout) and not self._reached
            raise ConnectFailed(str(fault)) if never and isinstance(fault, TransientError) else fault from None
        self._reached = True
        self._hear_time(response.headers.get("date", ""))
        return response

    def _hear_time(self, date: str) -> None:
        try:
            time = parsedate_to_datetime(date)
        except ValueError:
            return
        self.skew = (time.replace(tzinfo=time.tzinfo or UTC) - datetime.now(UTC)).total_seconds()

    def _hidden(self) -> Iterator[str]:
        yield from self._credential.hidden()
        yield from self._tokens - {""}


def _proxied(urls: Iterable[str], *, context: ssl.SSLContext | bool) -> dict[str, httpx.HTTPTransport]:
    """Return the way to each host that is reached through a proxy."""
    proxies = {urlsplit(url).hostname or "": environment.proxy_for(url) for url in urls}
    return {
        f"all://{f'[{host}]' if ':' in host else host}": httpx.HTTPTransport(verify=context, proxy=proxy)
        for host, proxy in proxies.items()
        if proxy
    }


def _base(url: str) -> str:
    """Return the base of the service without a slash at its end.

    Raises:
        SourceRefused: no secret may travel there, or the URL carries one itself.
    """
    advice = "Use https://<tenant>.accounts.ondemand.com/scim."
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise SourceRefused(f"The url of the SCIM service is not one. {advice}") from None
    if parts.username is not None or parts.query or parts.fragment:
        raise SourceRefused(
            f"The url for {parts.hostname} holds a user name, a ? or a #. Leave only host and path; the credential has "
            "keys of its own."
        )
    if not is_private(url):
        raise SourceRefused(
            f"The url for {parts.hostname or 'the SCIM service'} does not begin with https, and a password would "
            f"travel in the open. {advice}"
        )
    return url.rstrip("/")
