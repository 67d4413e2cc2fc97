"""Read SAML metadata: the parties of a document and their properties, without checks.

Source: the OASIS specification of SAML 2.0 metadata (the elements), facts: microsoft-graph §4 (lists of names).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from connectors.base import SourceUnreadable
from pipeline.sso.saml.captures import file_types
from pipeline.sso.saml.errors import MetadataUnusable
from pipeline.sso.saml.xml import ASSERTION, METADATA, PROTOCOL, SIGNATURE, content, parse

FEDERATION = "{http://docs.oasis-open.org/wsfed/federation/200706}"
AUTHORIZATION = "{http://docs.oasis-open.org/wsfed/authorization/200706}"
ENTITY, ENTITIES = f"{METADATA}EntityDescriptor", f"{METADATA}EntitiesDescriptor"
PROVIDER, SERVICE = f"{METADATA}IDPSSODescriptor", f"{METADATA}SPSSODescriptor"
CERTIFICATE = f"{SIGNATURE}X509Certificate"
KEY = f"{METADATA}KeyDescriptor"
SAML2 = PROTOCOL.strip("{}")
"""A role that supports SAML 2.0 lists it among its protocols."""

LONGEST_SHOWN, MOST_SHOWN = 200, 5
MOST_PARTIES = 50
"""A document with more parties is the register of a federation, and not the metadata of one provider."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address of a party, and its binding (the last part of the URN: ``HTTP-POST``, ``HTTP-Redirect``)."""

    binding: str
    location: str


@dataclass(frozen=True, slots=True)
class Entity:
    """One party: an identity provider, or the service that users sign in to, or both.

    Attributes:
        source: the document, for messages.
        id: the entity ID.
        sign_on: addresses at which users sign in; None for a party that is not a provider, empty for a provider of
            WS-Federation alone.
        consumers: addresses at which a service receives responses; None for a party that is not a service.
        addresses: all addresses of the party.
        certificates: the signing certificates of the provider, as base64 text.
        encrypts: True if the provider lists a key for encryption.
        offered: the names of the attributes that it lists, as written.
        claims: True if ``offered`` is a list of WS-Federation, which is the same for every application.
        ends: each ``validUntil`` that applies to it, as written.
    """

    source: str
    id: str
    sign_on: tuple[Endpoint, ...] | None
    consumers: tuple[Endpoint, ...] | None
    addresses: tuple[str, ...]
    certificates: tuple[str, ...]
    offered: tuple[str, ...]
    claims: bool
    ends: tuple[str, ...]
    encrypts: bool = False

    @property
    def is_provider(self) -> bool:
        """Return True if it signs users in; a party with both roles (AD FS describes both) is a provider here."""
        return self.sign_on is not None


def entities(data: bytes, source: str) -> tuple[Entity, ...]:
    """Read each party of a document that takes part in single sign-on; ``source`` names the document in messages.

    Raises:
        SourceUnreadable: it is too large, not XML, dangerous XML, not SAML metadata, or describes no such party.
    """
    root = _root(data, source)
    found = tuple(_entity(element, source, ends) for element, ends in _descriptors(root, ()))
    taking_part = tuple(each for each in found if each.sign_on is not None or each.consumers is not None)
    if not taking_part:
        raise SourceUnreadable(
            f"{source}: describes neither an identity provider (IDPSSODescriptor) nor a service (SPSSODescriptor) of "
            "SAML 2.0; download the SAML metadata."
        )
    if len(taking_part) > MOST_PARTIES:
        raise SourceUnreadable(
            f"{source}: describes {len(taking_part):,} parties, a whole federation; give the metadata of one provider."
        )
    return taking_part


def offered(path: Path) -> tuple[str, ...]:
    """Return the names of the attributes that a metadata file lists, as written.

    Entra and AD FS list them as WS-Federation claim types, others as SAML attributes of the IDPSSODescriptor; many list
    none (facts: microsoft-graph §4).

    Raises:
        SourceMissing: the file does not exist.
        SourceUnreadable: it is too large, not XML, dangerous XML, or not SAML metadata.
    """
    root = _root(content(path), str(path))
    return tuple(dict.fromkeys([*_claims(root), *_attributes(root)]))


def shown(text: str) -> str:
    """Make a text from outside fit for a sentence: invisible characters escaped, length limited."""
    visible = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text[:LONGEST_SHOWN])
    return visible if len(text) <= LONGEST_SHOWN else f"{visible}…"


def counted(texts: Sequence[str], between: str) -> str:
    """Join the first few texts, and append how many more there are: a document may contain thousands."""
    more = f" and {len(texts) - MOST_SHOWN:,} more" if len(texts) > MOST_SHOWN else ""
    return between.join(texts[:MOST_SHOWN]) + more


def _root(data: bytes, source: str) -> Element:
    if other := file_types.describe(data):
        raise MetadataUnusable(f"{source}: is {other}, not SAML metadata.")
    root = parse(data, source)
    if root.tag not in {ENTITY, ENTITIES}:
        raise SourceUnreadable(
            f"{source}: is XML, but not SAML metadata (it begins with {shown(root.tag)!r}); name another file."
        )
    return root


def _descriptors(element: Element, ends: tuple[str, ...]) -> Iterator[tuple[Element, tuple[str, ...]]]:
    """Find each party, also in nested groups; the end of a group applies to the parties in it."""
    ends = (*ends, *_end(element))
    if element.tag == ENTITY:
        yield element, ends
    for child in element:
        if element.tag == ENTITIES and child.tag in {ENTITY, ENTITIES}:
            yield from _descriptors(child, ends)


def _entity(element: Element, source: str, ends: tuple[str, ...]) -> Entity:
    providers = [role for role in element.iterfind(PROVIDER) if _speaks_saml2(role)]
    services = [role for role in element.iterfind(SERVICE) if _speaks_saml2(role)]
    roles = [*providers, *services]
    claims = list(_claims(element))
    places = (each.get(name) for role in roles for each in role.iter() for name in ("Location", "ResponseLocation"))
    return Entity(
        source=source,
        id=element.get("entityID", ""),
        sign_on=_endpoints(providers, "SingleSignOnService") if providers or claims else None,
        consumers=_endpoints(services, "AssertionConsumerService") if services else None,
        addresses=tuple(dict.fromkeys(place for place in places if place is not None)),
        certificates=tuple(text for role in providers for text in _signing(role)),
        offered=tuple(dict.fromkeys([*claims, *_attributes(element)])),
        claims=bool(claims),
        ends=(*ends, *(end for role in roles for end in _end(role))),
        encrypts=any(key.get("use") == "encryption" for role in providers for key in role.iterfind(KEY)),
    )


def _speaks_saml2(role: Element) -> bool:
    """Return True if a role supports SAML 2.0; a role without a protocol is assumed to."""
    return SAML2 in role.get("protocolSupportEnumeration", SAML2).split()


def _endpoints(roles: list[Element], name: str) -> tuple[Endpoint, ...]:
    return tuple(
        Endpoint(each.get("Binding", "").rpartition(":")[2], each.get("Location", ""))
        for role in roles
        for each in role.iterfind(f"{METADATA}{name}")
    )


def _signing(role: Element) -> Iterator[str]:
    """Find the certificates of signing keys; a key without a use is for signing as well."""
    for key in role.iterfind(KEY):
        if key.get("use", "signing") == "signing":
            yield from ("".join(each.itertext()) for each in key.iter(CERTIFICATE))


def _claims(element: Element) -> Iterator[str]:
    for claim in element.iterfind(f".//{FEDERATION}ClaimTypesOffered/{AUTHORIZATION}ClaimType"):
        yield from filter(None, [claim.get("Uri")])


def _attributes(element: Element) -> Iterator[str]:
    for attribute in element.iterfind(f".//{PROVIDER}/{ASSERTION}Attribute"):
        yield from filter(None, [attribute.get("Name")])


def _end(element: Element) -> tuple[str, ...]:
    end = element.get("validUntil")
    return () if end is None else (end,)
