"""The addresses of Microsoft Graph: the four clouds of Microsoft, or a server on this machine.

Base address, sign-in authority and token scope go together; one of another cloud gives a token that is refused
(facts: microsoft-graph §3, "Clouds"). GCC has no cloud of its own: its tenants are in the global one.
"""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from connectors.base import SourceRefused
from connectors.settings import LOOPBACK

CLOUDS = {
    "global": ("graph.microsoft.com", "login.microsoftonline.com"),
    "gcc_high": ("graph.microsoft.us", "login.microsoftonline.us"),
    "dod": ("dod-graph.microsoft.us", "login.microsoftonline.us"),
    "china": ("microsoftgraph.chinacloudapi.cn", "login.chinacloudapi.cn"),
}


@dataclass(frozen=True, slots=True)
class Service:
    """One Microsoft Graph.

    ``base_url`` ends with the version and no slash; ``authority`` is the host that gives tokens; ``token_scope`` is
    what a token is asked for; ``host`` is the only one that a token is sent to.
    """

    base_url: str
    authority: str
    token_scope: str
    host: str

    @classmethod
    def of_cloud(cls, cloud: str) -> Self:
        """Find a cloud of Microsoft: ``global``, ``gcc_high``, ``dod`` or ``china``.

        Raises:
            SourceRefused: there is no cloud of that name.
        """
        if cloud not in CLOUDS:
            raise SourceRefused(f"There is no cloud {cloud!r} of Microsoft Graph; choose one of {', '.join(CLOUDS)}.")
        graph, authority = CLOUDS[cloud]
        return cls(f"https://{graph}/v1.0", authority, f"https://{graph}/.default", graph)

    @classmethod
    def at(cls, endpoint: str) -> Self:
        """Take an address with its version, as ``https://graph.microsoft.com/v1.0``; plain http only on this machine.

        Raises:
            SourceRefused: it is not such an address, or would send the token over the network unprotected.
        """
        base_url = endpoint.rstrip("/")
        try:
            parts = urlsplit(base_url)
            host, _ = (parts.hostname or "").lower(), parts.port
        except ValueError:
            host = ""
        if not host or parts.scheme not in {"http", "https"} or parts.query or parts.fragment or "@" in parts.netloc:
            raise SourceRefused(
                f"The endpoint {endpoint!r} is not the address of a Microsoft Graph; write one as "
                "https://graph.microsoft.com/v1.0, or leave it out and name a cloud."
            )
        if parts.scheme == "http" and host not in LOOPBACK:
            raise SourceRefused(
                f"The endpoint {endpoint!r} is plain http, so the token could be read on the way. Write https://; "
                "http is for a server on this machine (127.0.0.1) only."
            )
        authority = next((login for graph, login in CLOUDS.values() if graph == host), CLOUDS["global"][1])
        return cls(base_url, authority, f"{parts.scheme}://{host}/.default", host)

    @property
    def encrypted(self) -> bool:
        """Return True if it is spoken to over TLS."""
        return self.base_url.startswith("https:")
