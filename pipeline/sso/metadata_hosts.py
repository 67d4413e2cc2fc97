"""Where the known identity providers publish their metadata, and what an address of theirs says by itself."""

from urllib.parse import parse_qs, urlsplit

from connectors.http.address import is_listed
from pipeline.config.sources import every_mapping

ENTRA = "azure_ad"


def hosts(*kinds: str) -> tuple[str, ...]:
    """List the hosts that publish metadata of providers of these kinds; ``*.`` stands for any one label."""
    mappings = (each for each in every_mapping() if not kinds or not {*kinds}.isdisjoint(each.kinds))
    return tuple(dict.fromkeys(host for mapping in mappings for host in mapping.metadata_hosts))


def doubt(url: str) -> str:
    """Say what is doubtful about an address that is in order, "" where nothing is.

    Entra signs for each SAML application with a certificate of that application's own, and only the metadata with the
    application's id in its address has it (facts: microsoft-graph §4, app-specific metadata).
    """
    parts = urlsplit(url)
    if is_listed((parts.hostname or "").lower(), hosts(ENTRA)) and "appid" not in parse_qs(parts.query.lower()):
        return (
            "the address is that of the whole directory, without the certificate of the application; copy the App "
            "Federation Metadata Url, which ends in ?appid= and the application's id"
        )
    return ""
