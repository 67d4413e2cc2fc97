"""SAML metadata as it is written: which parties a document describes, and what it says of each. Nothing is judged here.

Source: the OASIS specification of SAML 2.0 metadata (the elements), facts: microsoft-graph §4 (where names are listed).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from connectors.base import SourceUnreadable
from pipeline.sso.saml.xml import ASSERTION, METADATA, PROTOCOL, SIGNATURE, content, parsed

FEDERATION = "{http://docs.oasis-open.org/wsfed/federation/200706}"
AUTHORIZATION = "{http://docs.oasis-open.org/wsfed/authorization/200706}"
ENTITY, ENTITIES = f"{METADATA}EntityDescriptor", f"{METADATA}EntitiesDescriptor"
PROVIDER, SERVICE = f"{METADATA}IDPSSODescriptor", f"{METADATA}SPSSODescriptor"
CERTIFICATE = f"{SIGNATURE}X509Certificate"
SAML2 = PROTOCOL.strip("{}")
"""What a role lists among its protocols where it speaks SAML 2.0."""

LONGEST_SHOWN, MOST_SHOWN = 200, 5
MOST_PARTIES = 50
"""More than that is the register of a whole federation, of which nobody means all."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a party is reached, and by which binding (the URN's last part: ``HTTP-POST``, ``HTTP-Redirect``)."""

    binding: str
    location: str


@dataclass(frozen=True, slots=True)
class Entity:
    """One party: an identity provider, or the service that people sign in to, or both.

    ``sign_on`` are the places where a provider signs people in, ``consumers`` those where a service takes what it says;
    each is None where the party has not this role, and empty where it has, but not in SAML 2.0 (a provider of
    WS-Federation alone). ``addresses`` are all places of the party.
    ``certificates`` are those that sign what the provider says, as base64 text. ``offered`` are the names of attributes
    that it lists, letter for letter; with ``claims`` they come from a list of WS-Federation, which is the same for
    every application. ``ends`` is each ``validUntil`` that holds for it, as written.
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

    @property
    def is_provider(self) -> bool:
        """Say whether it signs people in. One that does both (AD FS describes both roles) is a provider here."""
        return self.sign_on is not None


def entities(data: bytes, source: str) -> tuple[Entity, ...]:
    """Read every party of a document that has a part in single sign-on; ``source`` names it in messages.

    Raises:
        SourceUnreadable: it is too large, no XML, dangerous XML, no SAML metadata, or describes nobody of that kind.
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
    """List the names of the attributes that the metadata in a file offers, letter for letter.

    Entra and AD FS list them as WS-Federation claim types, others as SAML attributes of the IDPSSODescriptor; many list
    none (facts: microsoft-graph §4).

    Raises:
        SourceMissing: there is no such file.
        SourceUnreadable: it is too large, no XML, dangerous XML, or no SAML metadata.
    """
    root = _root(content(path), str(path))
    return tuple(dict.fromkeys([*_claims(root), *_attributes(root)]))


def shown(text: str) -> str:
    """Make a stranger's text fit for a sentence: nothing invisible, and not too much of it."""
    visible = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text[:LONGEST_SHOWN])
    return visible if len(text) <= LONGEST_SHOWN else f"{visible}…"


def counted(texts: Sequence[str], between: str) -> str:
    """Join the first few texts, and say how many more there are: a document may hold thousands."""
    more = f" and {len(texts) - MOST_SHOWN:,} more" if len(texts) > MOST_SHOWN else ""
    return between.join(texts[:MOST_SHOWN]) + more


def _root(data: bytes, source: str) -> Element:
    root = parsed(data, source)
    if root.tag not in {ENTITY, ENTITIES}:
        raise SourceUnreadable(
            f"{source}: is XML, but no SAML metadata (it begins with {shown(root.tag)!r}); name another file."
        )
    return root


def _descriptors(element: Element, ends: tuple[str, ...]) -> Iterator[tuple[Element, tuple[str, ...]]]:
    """Find every party, in groups within groups; what ends a group ends those in it."""
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
    )


def _speaks_saml2(role: Element) -> bool:
    """Say whether a role is one of SAML 2.0; one that forgot to say its protocol is taken for it."""
    return SAML2 in role.get("protocolSupportEnumeration", SAML2).split()


def _endpoints(roles: list[Element], name: str) -> tuple[Endpoint, ...]:
    return tuple(
        Endpoint(each.get("Binding", "").rpartition(":")[2], each.get("Location", ""))
        for role in roles
        for each in role.iterfind(f"{METADATA}{name}")
    )


def _signing(role: Element) -> Iterator[str]:
    """Find the certificates of keys that sign; a key without a use is for signing as well."""
    for key in role.iterfind(f"{METADATA}KeyDescriptor"):
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
