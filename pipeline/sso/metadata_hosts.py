"""The hosts on which known identity providers publish metadata, and what is doubtful about an address."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from connectors.http.address import is_listed
from pipeline.config.job_file.sources import every_mapping

ENTRA = "azure_ad"

PORTALS = (
    *("portal.azure.com", "entra.microsoft.com", "aad.portal.azure.com", "portal.azure.us", "portal.azure.cn"),
    *("entra.microsoft.us", "admin.microsoft.com", "myapps.microsoft.com", "admin.google.com", "*-admin.okta.com"),
)
"""Hosts of the web pages on which administrators work; ``*`` stands for any one name."""

_SHARED = re.compile(r"/(common|organizations|consumers)(/|$)", re.IGNORECASE)
_ADMIN_PAGE = re.compile(r"/(admin|admin-console|adminconsole)(/|$)", re.IGNORECASE)
_INTERNAL = re.compile(r"\.(local|localdomain|internal|intranet|lan|corp|home|private|test|invalid|localhost)$")


def hosts(*kinds: str) -> tuple[str, ...]:
    """Return the hosts that publish metadata of providers of these kinds; ``*.`` stands for any one label."""
    mappings = (each for each in every_mapping() if not kinds or not {*kinds}.isdisjoint(each.kinds))
    return tuple(dict.fromkeys(host for mapping in mappings for host in mapping.metadata_hosts))


def doubts(url: str) -> Iterator[str]:
    """Find what is doubtful about a valid address.

    Entra signs for each SAML application with a certificate of that application's own, and only the metadata with the
    application's id in its address has it (facts: microsoft-graph §4, app-specific metadata).
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    is_entra = is_listed(host, hosts(ENTRA))
    if is_entra and (shared := _SHARED.search(parts.path)):
        yield (
            f"the address has /{shared[1]}/ in place of the directory's own id, so it describes no single directory; "
            "copy the App Federation Metadata Url of the application"
        )
    if is_entra and "appid" not in parse_qs(parts.query.lower()):
        yield (
            "the address is that of the whole directory, without the certificate of the application; copy the App "
            "Federation Metadata Url, which ends in ?appid= and the application's id"
        )
    if _is_portal(host) or _ADMIN_PAGE.search(parts.path):
        yield "the address is a page for administrators, which needs a sign-in; copy the address of the metadata itself"
    if _INTERNAL.search(host):
        yield (
            f"the host {host} is known in your own network only, and Amazon Cognito fetches the metadata from outside; "
            "give an address on the internet, or --metadata-file"
        )


def _is_portal(host: str) -> bool:
    patterns = (re.escape(each).replace(r"\*", "[^.]+") for each in PORTALS)
    return any(re.fullmatch(pattern, host) for pattern in patterns)
