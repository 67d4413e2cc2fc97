"""The identity provider's metadata: which attribute names it offers."""

from pathlib import Path
from xml.etree.ElementTree import Element

from connectors.base import SourceUnreadable
from pipeline.saml.markup import ASSERTION, METADATA, content, parsed

FEDERATION = "{http://docs.oasis-open.org/wsfed/federation/200706}"
AUTHORIZATION = "{http://docs.oasis-open.org/wsfed/authorization/200706}"


def offered(path: Path) -> tuple[str, ...]:
    """List the names of the attributes that the metadata in a file offers, letter for letter.

    Entra and AD FS list them as WS-Federation claim types, others as SAML attributes of the IDPSSODescriptor; many list
    none (facts: microsoft-graph §4).

    Raises:
        SourceMissing: there is no such file.
        SourceUnreadable: it is too large, no XML, dangerous XML, or no SAML metadata.
    """
    root = parsed(content(path), str(path))
    if root.tag not in {f"{METADATA}EntityDescriptor", f"{METADATA}EntitiesDescriptor"}:
        raise SourceUnreadable(
            f"{path}: is XML, but no SAML metadata (it begins with {root.tag!r}); name another file."
        )
    return tuple(dict.fromkeys(_names(root)))


def _names(root: Element) -> list[str]:
    claims = root.iterfind(f".//{FEDERATION}ClaimTypesOffered/{AUTHORIZATION}ClaimType")
    attributes = root.iterfind(f".//{METADATA}IDPSSODescriptor/{ASSERTION}Attribute")
    return [
        *(uri for claim in claims if (uri := claim.get("Uri"))),
        *(name for attribute in attributes if (name := attribute.get("Name"))),
    ]
