"""The parts of httpx that are used here. No other module imports httpx, so a successor is put in at this place.

``connectors.azure_ad`` needs httpx itself as long as the SDK of Microsoft Graph does: its client is given to the SDK.
"""

from httpx import (
    URL,
    AsyncClient,
    BasicAuth,
    Client,
    ConnectError,
    ConnectTimeout,
    DecodingError,
    Headers,
    HTTPError,
    HTTPTransport,
    InvalidURL,
    PoolTimeout,
    ProxyError,
    Request,
    RequestError,
    Response,
    Timeout,
    TimeoutException,
    create_ssl_context,
)

__all__ = [
    "URL",
    "AsyncClient",
    "BasicAuth",
    "Client",
    "ConnectError",
    "ConnectTimeout",
    "DecodingError",
    "HTTPError",
    "HTTPTransport",
    "Headers",
    "InvalidURL",
    "PoolTimeout",
    "ProxyError",
    "Request",
    "RequestError",
    "Response",
    "Timeout",
    "TimeoutException",
    "create_ssl_context",
]
