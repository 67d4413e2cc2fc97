"""Settings of HTTPS from the environment: the proxy, and the trusted authorities.

``HTTPS_PROXY``, ``ALL_PROXY``, ``NO_PROXY``, ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` mean what they mean to other
programs. This module reads them instead of httpx, which fails without their name: on a range of IPv6 addresses in
``NO_PROXY``, on a port that is not a number, on a file that is not there.
"""

import os
import ssl
from collections.abc import Mapping
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from connectors.base import EnvironmentUnusable
from connectors.http import httpx_parts as httpx

PROXIES = ("https_proxy", "all_proxy")
SOCKS = frozenset({"socks5", "socks5h"})
OTHER_TRUST = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Read by requests, which some credentials of azure-identity use."""


def check(url: str) -> None:
    """Check that what the environment sets can be used for an address.

    Raises:
        EnvironmentUnusable: it cannot; the message names the variable.
    """
    if url.startswith("https:"):
        proxy_for(url)
        _trusted()
        for name in OTHER_TRUST:
            if value := os.environ.get(name):
                _check_file(name, value, folder_allowed=True)


def proxy_for(url: str, environment: Mapping[str, str] | None = None) -> str | None:
    """Return the proxy for an address, None if it is reached directly; plain http never leaves this machine.

    Raises:
        EnvironmentUnusable: the address of the proxy cannot be used.
    """
    environment = os.environ if environment is None else environment
    parts = urlsplit(url)
    if parts.scheme != "https":
        return None
    name, proxy = _proxy(environment)
    no_proxy = environment.get("no_proxy", environment.get("NO_PROXY", ""))
    if not proxy or bypasses(parts.hostname or "", parts.port or 443, no_proxy):
        return None
    return _usable(name, proxy if "://" in proxy else f"http://{proxy}")


def bypasses(host: str, port: int, no_proxy: str) -> bool:
    """Return True if a value of ``NO_PROXY`` names a host: by name, domain, address, range, or ``*``.

    Entries are separated by commas or spaces and may end in a port; one that cannot be understood names no host.
    """
    return any(_names(entry.lower(), host.lower(), port) for entry in no_proxy.replace(",", " ").split())


def tls_context() -> ssl.SSLContext:
    """Return the TLS settings for a server: certifi's authorities, or those that the environment names instead.

    Raises:
        EnvironmentUnusable: the file or folder cannot be used.
    """
    return _trusted() or httpx.create_ssl_context(trust_env=False)


def _proxy(environment: Mapping[str, str]) -> tuple[str, str]:
    """Return the proxy for https and the variable that names it; without one, that of the system's own settings."""
    for name in PROXIES:
        for spelled in (name, name.upper()):
            if value := environment.get(spelled, "").strip():
                return spelled, value
    if environment is not os.environ:
        return "", ""
    found = getproxies()  # on Windows and macOS also the settings of the system
    return "The proxy of the system's settings", found.get("https", "")


def _usable(name: str, proxy: str) -> str:
    try:
        parts = urlsplit(proxy)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _unusable(name, "its address has a port that is not a number, or brackets that do not fit") from None
    if parts.scheme not in {"http", "https", *SOCKS}:
        raise _unusable(name, f"a proxy of the kind {parts.scheme!r} is not known (http, https, socks5, socks5h)")
    if not host:
        raise _unusable(name, "it names no host")
    if parts.scheme in SOCKS and find_spec("socksio") is None:
        raise EnvironmentUnusable(
            f"{name} cannot be used: it names a SOCKS proxy, and the package socksio is not installed.",
            advice=f"Install it (pip install socksio), or set {name} to an http:// proxy.",
        )
    return proxy


def _unusable(name: str, reason: str) -> EnvironmentUnusable:
    return EnvironmentUnusable(
        f"{name} cannot be used: {reason}.", advice=f"Correct {name}, as in http://proxy.example.com:8080, or unset it."
    )


def _names(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    try:
        return ip_address(host) in ip_network(entry.strip("[]"), strict=False)
    except ValueError:  # the host is a name, or the entry is not an address
        pass
    name, colon, number = entry.rpartition(":")
    if colon and number.isdigit() and not name.endswith(":"):
        return int(number) == port and _names(name, host, port)
    domain = entry.removeprefix("*").removeprefix(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _trusted() -> ssl.SSLContext | None:
    """Return the settings with the authorities that the environment names, None if it names none."""
    if value := os.environ.get("SSL_CERT_FILE"):
        _check_file("SSL_CERT_FILE", value)
        try:
            return ssl.create_default_context(cafile=value)
        except (OSError, ValueError):
            raise _no_authority("SSL_CERT_FILE", value, "holds no certificate in PEM form") from None
    if value := os.environ.get("SSL_CERT_DIR"):
        if not any(Path(each).is_dir() for each in value.split(os.pathsep)):
            raise _no_authority("SSL_CERT_DIR", value, "is not a folder")
        return ssl.create_default_context(capath=value.split(os.pathsep)[0])
    return None


def _check_file(name: str, value: str, *, folder_allowed: bool = False) -> None:
    path = Path(value)
    if folder_allowed and path.is_dir():
        return
    if not path.is_file():
        raise _no_authority(name, value, "is not a file" if path.exists() else "is not there")
    if not os.access(path, os.R_OK):
        raise _no_authority(name, value, "may not be read")


def _no_authority(name: str, value: str, reason: str) -> EnvironmentUnusable:
    return EnvironmentUnusable(
        f"{name} names {value}, which {reason}.",
        advice=f"Set {name} to a PEM file of certificate authorities, or unset it.",
    )
