"""Send one request at a time to Microsoft Graph through its SDK: sign, send, check the response, retry.

The SDK signs and sends; its models, its page iterator and its own retries are not used, because each of them loses
people or characters silently (facts: microsoft-graph §1, §2). One client lives within one event loop and one reading.
"""

import asyncio
import logging
import ssl
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from http import HTTPStatus
from types import TracebackType
from typing import Self, TypeVar

from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from kiota_http.middleware.options import (
    RedirectHandlerOption,
    ResponseHandlerOption,
    RetryHandlerOption,
    UrlReplaceHandlerOption,
)
from msgraph import GraphServiceClient
from msgraph.graph_request_adapter import GraphClientFactory, GraphRequestAdapter
from msgraph.graph_request_adapter import options as sdk_options

from connectors.azure_ad.graph.cloud import Service
from connectors.azure_ad.graph.credentials import GraphCredential
from connectors.azure_ad.graph.responses import GraphRequest, raise_for_response
from connectors.azure_ad.graph.tokens import Tokens
from connectors.base import SourceIncomplete, SourceUnreachable
from connectors.http import environment, trace
from connectors.http import httpx_parts as httpx
from connectors.http.retry import ConnectFailed, RetryPolicy, TransientError

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 30.0, 100.0, 300.0
"""The SDK's own limits for a connection and for a silence; and how long one answer may take in all."""

_TALKATIVE = ("azure", "hpack", "httpcore", "httpx", "msal")
"""Loggers that write down links with page tokens, headers, or answers of the sign-in."""

NO_CONNECTION = "no connection"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400

Answer = TypeVar("Answer")


class GraphClient:
    """A connection to one Microsoft Graph; use it in an ``async with``.

    ``sdk`` gives the request builders. ``faults`` counts what passed, by its name. ``heard`` is the ``Date`` of the
    last answer and when it came, in seconds since 1970 by our own clock; ``reached`` is True once there was one.
    """

    def __init__(self, service: Service, credential: GraphCredential, retry_policy: RetryPolicy) -> None:
        """Keep the settings; nothing is opened yet."""
        self.service = service
        self.tokens = Tokens(credential, service)
        self.faults: Counter[str] = Counter()
        self.heard: tuple[str, float] | None = None
        self.reached = False
        self._retry_policy = retry_policy
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Build the SDK's client, with the traps out of its way."""
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.ERROR)
        client = httpx.AsyncClient(
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            http2=self.service.encrypted,
            # Without TLS it is on this machine: there is no proxy and nothing to verify, and to load every
            # authority would take longer than a small reading.
            trust_env=False,
            event_hooks=trace.ASYNC_HOOKS,
            proxy=environment.proxy_for(self.service.base_url),
            verify=environment.tls_context() if self.service.encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        )
        wires = [client._transport, *client._mounts.values()]  # noqa: SLF001 - the SDK's wrapper never closes them
        ours = (
            RetryHandlerOption(max_retries=0, should_retry=False),
            RedirectHandlerOption(should_redirect=False),
            UrlReplaceHandlerOption(enabled=False),  # a link of the service is opaque: nothing of it is replaced
        )
        client = GraphClientFactory.create_with_default_middleware(
            client=client, options={**sdk_options, **{each.get_key(): each for each in ours}}
        )
        await self._open.enter_async_context(self.tokens)
        for wire in wires:
            if wire is not None:
                self._open.push_async_callback(wire.aclose)
        await self._open.enter_async_context(client)
        provider = AzureIdentityAuthenticationProvider(
            self.tokens, scopes=[self.service.token_scope], allowed_hosts=[self.service.host]
        )
        self.adapter = GraphRequestAdapter(provider, client)
        self.adapter.base_url = self.service.base_url  # the SDK's own ends with a slash, and then asks for //users
        self.sdk = GraphServiceClient(request_adapter=self.adapter)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections, to Graph and to the sign-in service."""
        await self._open.aclose()

    async def ask(
        self, request: GraphRequest, read: Callable[[bytes], Answer], *, attempts: int | None = None
    ) -> Answer:
        """Repeat the request until ``read`` accepts the answer; ``read`` raises ``TransientError`` to ask again.

        Raises:
            SourceUnreachable: retries are exhausted; the last error is named.
            SourceRefused, SourceIncomplete, RestartRead: from ``raise_for_response`` or from ``read``.
        """
        retry_policy = replace(
            self._retry_policy, attempts=min(attempts or self._retry_policy.attempts, self._retry_policy.attempts)
        )
        asked = 0
        try:
            async for attempt in retry_policy.retrying_async():
                with attempt:
                    asked += 1
                    return await self._ask_once(request, read)
        except TransientError as fault:
            wait = f" It asks to wait {_duration(fault.after)}." if fault.after else ""
            raise SourceUnreachable(
                f"{_failure(request, fault, asked)}.{wait} Nothing was written; run again later."
            ) from None
        raise AssertionError  # the loop above returns or raises

    async def _ask_once(self, request: GraphRequest, read: Callable[[bytes], Answer]) -> Answer:
        try:
            response = await self._send(request)
            if response.status_code == HTTPStatus.UNAUTHORIZED:
                await self.tokens.close()
                response = await self._send(request)
            raise_for_response(response, request)
            return read(response.content)
        except TransientError as fault:
            self.faults[str(fault).partition(",")[0]] += 1
            raise

    async def _send(self, request: GraphRequest) -> httpx.Response:
        """Send it once; every network error is a transient error."""
        info = self.sdk.users.with_url(request.url).to_get_request_information(
            RequestConfiguration(
                headers=HeadersCollection(request.headers), options=[ResponseHandlerOption(NativeResponseHandler())]
            )
        )
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                response: httpx.Response = await self.adapter.send_primitive_async(info, "bytes", None)
        except TimeoutError:
            raise TransientError(f"no complete answer within {WHOLE_SECONDS:.0f} s") from None
        except httpx.InvalidURL:
            raise SourceIncomplete(
                f"Asked for {request.what}, {self.service.host} names a next page whose address cannot be read. "
                "Nothing of it was used; run again, and check any proxy between here and there."
            ) from None
        except httpx.RequestError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise SourceUnreachable(
                    f"{self.service.host} shows a certificate that this machine does not trust.",
                    advice="If a proxy opens encrypted connections, add its certificate to those that are trusted "
                    "(SSL_CERT_FILE).",
                ) from None
            never = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout) and not self.reached
            raise (ConnectFailed if never else TransientError)(_clause(error)) from None
        except ValueError:
            raise TransientError("a sign-in was asked for whose claims cannot be read") from None
        self.reached = True
        if date := response.headers.get("date"):
            self.heard = date, time.time()
        return response


def _failure(request: GraphRequest, fault: TransientError, asked: int) -> str:
    host, attempts = httpx.URL(request.url).host, f"({asked} attempt{'s' if asked > 1 else ''})"
    if isinstance(fault, ConnectFailed):
        reason = "" if str(fault) == NO_CONNECTION else f": {fault}"
        return f"Could not connect to {host} {attempts} while reading {request.what}{reason}"
    return f"Reading {request.what} from {host} failed {attempts}: {fault}"


def _clause(error: httpx.RequestError) -> str:
    """Name a network error; the library's own text may contain headers or links."""
    match error:
        case httpx.ConnectTimeout():
            return f"no connection within {CONNECT_SECONDS:.0f} s"
        case httpx.TimeoutException():
            return f"no answer within {READ_SECONDS:.0f} s"
        case httpx.ProxyError():
            return "the proxy refuses the connection"
        case httpx.ConnectError():
            return NO_CONNECTION
        case httpx.DecodingError():
            return "an answer that cannot be decompressed"
        case _:
            return "the connection was dropped"


def _duration(seconds: float) -> str:
    for unit, name in ((_DAY, "days"), (_HOUR, "hours"), (_MINUTE, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:,.0f} {name}"
    return f"{seconds:.0f} seconds"
