"""Whether the metadata of an identity provider is good enough to sign in with, and which certificates it lists."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from connectors.base import Check, SourceUnreadable
from pipeline.sso.saml import attribute_check, validity
from pipeline.sso.saml.metadata import Entity, counted, entities, shown
from pipeline.sso.saml.x509 import certificate
from pipeline.sso.saml.xml import content

BINDINGS = ("HTTP-Redirect", "HTTP-POST")
"""By one of them Cognito sends people to the provider."""


def checks(entity: Entity, attribute: str | None, usual: Sequence[str], now: datetime) -> Iterator[Check]:
    """Look at everything that a sign-in needs of the provider, and at the name under which it sends the email.

    ``usual`` are the names that providers use where nobody chose another.
    """
    source = entity.source
    if entity.id.strip():
        yield Check("idp metadata", "ok", f"{source} is that of {shown(entity.id)}")
    else:
        yield Check("idp metadata", "failed", f"{source} has no entity id", "Download the metadata again.")
    yield _sign_on(entity)
    yield validity.certificates("idp certificates", entity.certificates, source, now)
    yield validity.document("idp validity", entity, now)
    if attribute is not None:
        yield attribute_check.check("attribute", attribute, entity.offered, source, usual=usual, claims=entity.claims)
        return
    advice = "Give --attribute NAME, exactly as the identity provider sends it."
    count = len(entity.offered)
    detail = f"no attribute name was given; {source} lists {count or 'no'} {'name' if count == 1 else 'names'}"
    yield Check("attribute", "warning", detail, advice)


def fingerprints(path: Path) -> frozenset[str]:
    """Give the SHA-256 fingerprints (hex) of the signing certificates that a metadata file lists.

    Raises:
        SourceMissing: there is no such file.
        SourceUnreadable: it is too large, no XML, dangerous XML, or names no signing certificate of a provider.
    """
    providers = (each for each in entities(content(path), str(path)) if each.is_provider)
    read = (certificate(text) for each in providers for text in each.certificates)
    found = frozenset(each.sha256 for each in read if each is not None)
    if not found:
        raise SourceUnreadable(
            f"{path}: names no signing certificate of an identity provider; give the metadata of the identity provider."
        )
    return found


def _sign_on(entity: Entity) -> Check:
    places = entity.sign_on or ()
    usable = [each for each in places if each.binding in BINDINGS and each.location.startswith("https://")]
    if usable:
        told = counted([f"{each.binding} {shown(each.location)}" for each in usable], ", ")
        return Check("idp sign-on", "ok", told)
    there = ", ".join(f"{each.binding} {each.location}" for each in places) or "none"
    detail = f"{entity.source} has no SingleSignOnService with {' or '.join(BINDINGS)} over https"
    return Check("idp sign-on", "failed", f"{detail} (found: {shown(there)})", "Download the metadata again.")
