"""The connection to one host: its name is resolved once and checked, and exactly the checked address is connected to.

The resolved address is pinned, so DNS rebinding has no effect; TLS verifies the name. Proxies and other settings of the
environment are ignored. Source: facts: reliability §4.9, T89.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from connectors.base import SourceRefused, SourceUnreachable
from connectors.http import httpcore_parts as httpcore
from connectors.http import httpx_parts as httpx
from connectors.http.address import PORT, Address, as_address, is_public
from connectors.http.retry import RetryPolicy


def _resolve(host: str, port: int) -> Sequence[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _trust() -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    # A company's own authority is often known to the system, and never to the list that comes with httpx.
    context.load_default_certs()
    return context


@dataclass(frozen=True, slots=True)
class Network:
    """The network: how names are resolved, which addresses are public, the port, the trusted authorities.

    ``seconds`` is for everything together, tries and redirects included; ``largest`` is the bytes of a document.
    """

    resolve: Callable[[str, int], Sequence[str]] = _resolve
    public: Callable[[Address], bool] = is_public
    port: int = PORT
    trust: Callable[[], ssl.SSLContext] = _trust
    seconds: float = 10
    largest: int = 2_000_000
    retry_policy: RetryPolicy = field(default_factory=lambda: RetryPolicy(attempts=3, seconds=3))


class PinnedBackend(httpcore.NetworkBackend):
    """Connects for one download, which ends ``network.seconds`` after it was made."""

    def __init__(self, network: Network) -> None:
        """Start the timeout."""
        self._network = network
        self._end = time.monotonic() + network.seconds
        self._addresses: dict[str, tuple[str, ...]] = {}

    def left(self) -> float:
        """Return how many seconds there are still.

        Raises:
            httpcore.ReadTimeout: none.
        """
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout
        return seconds

    def connect_tcp(
        self,
        host: str,
        port: int,  # noqa: ARG002 - the port is that of the network
        timeout: float | None = None,  # noqa: ARG002 - the download has a timeout of its own
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Open a connection to the checked address, never to a name.

        Raises:
            SourceRefused: the name leads to a network that is not public.
            SourceUnreachable: the name is unknown.
        """
        *others, last = self._judged(host)
        for number, address in enumerate(others):
            share = self.left() / (len(others) + 1 - number)
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._connected(address, share, local_address, socket_options)
        return self._connected(last, self.left(), local_address, socket_options)

    def _connected(
        self,
        address: str,
        seconds: float,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.NetworkStream:
        stream = httpcore.SyncBackend().connect_tcp(address, self._network.port, seconds, local_address, socket_options)
        return _Timed(stream, self.left)

    def _judged(self, host: str) -> tuple[str, ...]:
        """Resolve a name, the first time only, and refuse it if any of its addresses is not public."""
        if host not in self._addresses:
            found = [as_address(text) for text in self._resolved(host)]
            if not found or not all(map(self._network.public, found)):
                raise SourceRefused(f"{host} leads to an address that is not public; nothing is fetched from there.")
            self._addresses[host] = tuple(dict.fromkeys(map(str, found)))
        return self._addresses[host]

    def _resolved(self, host: str) -> Sequence[str]:
        """Resolve in a thread, because the resolver has no timeout; a late answer is ignored."""
        answers: list[Sequence[str] | OSError] = []

        def ask() -> None:
            try:
                answers.append(self._network.resolve(host, PORT))
            except OSError as error:
                answers.append(error)

        asking = threading.Thread(target=ask, name=f"resolve {host}", daemon=True)
        asking.start()
        asking.join(self.left())
        if not answers:
            raise httpcore.ConnectTimeout
        if isinstance(answer := answers[0], OSError):
            raise SourceUnreachable(f"{host} is not known here ({answer.strerror or answer}).")
        return answer


class _Timed(httpcore.NetworkStream):
    """A connection whose every step gets the time that the download has left, so that slow data cannot extend it."""

    def __init__(self, stream: httpcore.NetworkStream, left: Callable[[], float]) -> None:
        self._stream, self._left = stream, left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - see the class
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - see the class
        self._stream.write(buffer, self._left())

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - see the class
    ) -> httpcore.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, self._left()), self._left)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
