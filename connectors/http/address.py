"""Which web addresses may be fetched: https at a named host on a list, and never a machine of this network.

A metadata address comes from a ticket, a job file, or a redirect, so it may be meant to lead us to what only this
machine can reach. Source: facts: reliability §4.9, T89.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from connectors.base import SourceRefused

Address = IPv4Address | IPv6Address

PORT = 443
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_PATTERN = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})+")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNSAFE = re.compile(r"[^!-~]|[\"<>\\^`{|}]")
_TRANSLATED = ip_network("64:ff9b::/96")
"""The prefix under which networks without IPv4 put the addresses of IPv4 (RFC 6052)."""

LONGEST, LONGEST_SHOWN = 2000, 200


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A web address that is in order: ``host`` in lower case, ``target`` is path and query as written."""

    host: str
    target: str

    def __str__(self) -> str:
        """Return it as a person writes it."""
        return f"https://{self.host}{self.target}"


def web_address(url: str) -> WebAddress:
    """Read an address, and refuse each that is not plainly https at a host with a name.

    A host whose last part is a number is an address however it is written: ``10.1``, ``0x7f.1``, ``2130706433``.

    Raises:
        SourceRefused: another scheme, a port, a user name, a host that is a number, or signs that no address has.
    """
    if wrong := _UNSAFE.search(url):
        raise _refused(url, f"it has the sign {wrong[0]!r} in it")
    if len(url) > LONGEST:
        raise _refused(url, f"it is longer than {LONGEST} signs")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused(url, "it is not a web address") from None
    if parts.scheme.lower() != "https":
        raise _refused(url, "only https is fetched")
    if parts.username is not None or parts.password is not None:
        raise _refused(f"https://{parts.hostname}{parts.path}", "it holds a user name or a password")
    if port not in {None, PORT}:
        raise _refused(url, f"only port {PORT} is asked")
    host = (parts.hostname or "").lower()
    if not _HOST.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise _refused(url, "its host is not a full name such as login.example.com")
    return WebAddress(host, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def host_pattern(text: str) -> str:
    """Read a host that may be fetched from, ``login.example.com`` or ``*.example.com`` (any one label), in lower case.

    Raises:
        ValueError: it is neither.
    """
    pattern = text.lower()
    if not _PATTERN.fullmatch(pattern) or _NUMBER.fullmatch(pattern.rpartition(".")[2]):
        raise ValueError(
            f"{text!r} is not a host name; write login.example.com, or *.example.com for any name below it"
        )
    return pattern


def is_listed(host: str, patterns: Iterable[str]) -> bool:
    """Return True if a host is on a list of host patterns."""
    below = f"*.{host.partition('.')[2]}"
    return any(pattern in {host, below} for pattern in patterns)


def is_public(address: Address) -> bool:
    """Return True if an address is public; IPv6 that encodes IPv4 is checked as IPv4."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _TRANSLATED:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local or address.scope_id is not None:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def as_address(text: str) -> Address:
    """Read what a resolver gave."""
    return ip_address(text)


def _refused(url: str, why: str) -> SourceRefused:
    return SourceRefused(f"{url[:LONGEST_SHOWN]!r} is not fetched: {why}.")
