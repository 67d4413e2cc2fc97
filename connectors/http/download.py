"""Fetching one small public document over https, from a host on a list.

Size and time are capped while the document comes in, and nothing is unpacked, so there is no bomb to go off. Redirects
are followed within the host only. Source: facts: reliability §4.9, T89.
"""

import ssl
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urljoin

from connectors.base import SourceIncomplete, SourceMissing, SourceRefused, SourceUnreachable, SourceUnreadable
from connectors.http import httpcore_parts as httpcore
from connectors.http.address import WebAddress, is_listed, web_address
from connectors.http.retry import PASSING, TransientError, retry_after
from connectors.http.transport import Network, PinnedBackend

MOST_REDIRECTS = 3
HEADERS = {
    "Accept": "application/samlmetadata+xml, application/xml, text/xml, */*;q=0.1",
    "Accept-Encoding": "identity",
    "User-Agent": "contactpro-sync",
}


def fetch(url: str, hosts: Iterable[str], network: Network | None = None) -> bytes:
    """Fetch a document; ``hosts`` are those that may be asked, ``*.`` standing for any one label.

    Raises:
        SourceRefused: the address or its host may not be fetched, leads to a private network, or wants a sign-in.
        SourceMissing: there is nothing at that address.
        SourceUnreachable: the server is unreachable, or retries were exhausted.
        SourceIncomplete: the answer is not a document, is compressed, or redirects in a circle.
        SourceUnreadable: it is larger than ``network.largest``.
    """
    network = network or Network()
    address = web_address(url)
    if not is_listed(address.host, hosts):
        raise SourceRefused(f"{address.host} is not on the list of hosts that metadata is fetched from.")
    with httpcore.ConnectionPool(ssl_context=network.trust(), network_backend=PinnedBackend(network)) as pool:
        for _ in range(MOST_REDIRECTS + 1):
            answer = _patiently(pool, address, network)
            if isinstance(answer, bytes):
                return answer
            address = _within(address, answer)
    raise SourceIncomplete(f"{address.host} leads from one address to the next, more than {MOST_REDIRECTS} times.")


def _patiently(pool: httpcore.ConnectionPool, address: WebAddress, network: Network) -> bytes | str:
    try:
        return network.retry_policy.retrying()(lambda: _asked(pool, address, network))
    except TransientError as fault:
        raise SourceUnreachable(f"{address.host} does not give the document: {fault}.") from None
    except httpcore.TimeoutException:
        raise SourceUnreachable(
            f"{address.host} does not give the document within {network.seconds:g} seconds."
        ) from None


def _asked(pool: httpcore.ConnectionPool, address: WebAddress, network: Network) -> bytes | str:
    """Send one request; return the document, or the address of a redirect.

    Raises:
        TransientError: a transient error.
    """
    try:
        with pool.stream("GET", str(address), headers=list(HEADERS.items())) as response:
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            if response.status in PASSING:
                raise TransientError(f"it answers {response.status}", retry_after(headers))
            if HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST and "location" in headers:
                return headers["location"]
            _judge(address, response.status, headers)
            return _body(address, response, network.largest)
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        if error.args and isinstance(reason := error.args[0], ssl.SSLCertVerificationError):
            why = reason.verify_message.rstrip(".")
            raise SourceRefused(f"{address.host} does not prove to be that host ({why}).") from None
        raise TransientError(f"the connection fails ({error})") from None


def _judge(address: WebAddress, status: int, headers: dict[str, str]) -> None:
    """Raise for every answer but a plain 200."""
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        raise SourceMissing(f"There is nothing at {address} ({status}).")
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise SourceRefused(f"{address} wants a sign-in ({status}), and metadata is public.")
    if status != HTTPStatus.OK:
        raise SourceIncomplete(f"{address.host} answers {status} instead of a document.")
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise SourceIncomplete(f"{address.host} sends the document packed, though it was asked not to.")


def _body(address: WebAddress, response: httpcore.Response, largest: int) -> bytes:
    """Take it in piece by piece, and stop at the first piece too many."""
    data = bytearray()
    for piece in response.iter_stream():
        data += piece
        if len(data) > largest:
            raise SourceUnreadable(f"{address} has more than {largest:,} bytes, which is too large; it was not read.")
    return bytes(data)


def _within(address: WebAddress, location: str) -> WebAddress:
    """Return the address of a redirect, within the same host only."""
    following = web_address(urljoin(str(address), location))
    if following.host != address.host:
        raise SourceRefused(f"{address.host} leads to another host, {following.host}, which was not followed.")
    return following
