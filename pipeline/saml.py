"""The identity provider's metadata: which attribute names it offers, and how ours stands among them.

Untrusted XML: no DTD, no entities, no more than 2 MB (facts: reliability §4.9).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from connectors.base import SourceMissing, SourceUnreadable

LARGEST = 2_000_000

METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
FEDERATION = "{http://docs.oasis-open.org/wsfed/federation/200706}"
AUTHORIZATION = "{http://docs.oasis-open.org/wsfed/authorization/200706}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a name stands among those offered; ``near`` are offered names that differ by case or spaces only."""

    verdict: Literal["exact", "near", "not listed", "cannot tell"]
    near: tuple[str, ...] = ()


def offered(path: Path) -> tuple[str, ...]:
    """List the names of the attributes that the metadata in a file offers, letter for letter.

    Entra and AD FS list them as WS-Federation claim types, others as SAML attributes of the IDPSSODescriptor; many list
    none (facts: microsoft-graph §4).

    Raises:
        SourceMissing: there is no such file.
        SourceUnreadable: it is too large, no XML, dangerous XML, or no SAML metadata.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise SourceMissing(f"{path}: cannot be read ({error.strerror}); check the path.") from None
    if len(data) > LARGEST:
        raise SourceUnreadable(f"{path}: has more than {LARGEST:,} bytes, which no metadata has; name the right file.")
    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise SourceUnreadable(
            f"{path}: holds a DTD or entities, which metadata never needs; it was not read."
        ) from None
    except (ParseError, ValueError, LookupError) as error:
        raise SourceUnreadable(f"{path}: is not XML ({error}); download the metadata again.") from None
    if root.tag not in {f"{METADATA}EntityDescriptor", f"{METADATA}EntitiesDescriptor"}:
        raise SourceUnreadable(
            f"{path}: is XML, but no SAML metadata (it begins with {root.tag!r}); name another file."
        )
    return tuple(dict.fromkeys(_names(root)))


def standing(name: str, names: Sequence[str]) -> Standing:
    """Compare a name with those offered: the comparison that counts is of letters, for SAML minds case."""
    if not names:
        return Standing("cannot tell")
    if name in names:
        return Standing("exact")
    near = tuple(each for each in names if _folded(each) == _folded(name))
    return Standing("near", near) if near else Standing("not listed")


def _names(root: Element) -> list[str]:
    claims = root.iterfind(f".//{FEDERATION}ClaimTypesOffered/{AUTHORIZATION}ClaimType")
    attributes = root.iterfind(f".//{METADATA}IDPSSODescriptor/{ASSERTION}Attribute")
    return [
        *(uri for claim in claims if (uri := claim.get("Uri"))),
        *(name for attribute in attributes if (name := attribute.get("Name"))),
    ]


def _folded(name: str) -> str:
    return "".join(name.casefold().split())
