"""Check the metadata of an identity provider, and read its signing certificates."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from connectors.base import Check, SourceUnreadable
from pipeline.sso.saml import attribute_check, validity
from pipeline.sso.saml.metadata import Entity, counted, entities, shown
from pipeline.sso.saml.x509 import Certificate, read_certificate
from pipeline.sso.saml.xml import content

BINDINGS = ("HTTP-Redirect", "HTTP-POST")
"""Amazon Cognito uses one of them to send users to the provider."""


def checks(entity: Entity, attribute: str | None, usual: Sequence[str], now: datetime) -> Iterator[Check]:
    """Check everything that a sign-in needs, and the name of the attribute with the email.

    Args:
        entity: the identity provider.
        attribute: the name of the attribute; None if it is not known.
        usual: the names that providers use by default.
        now: the time at which certificates must be valid.
    """
    source = entity.source
    if entity.id.strip():
        yield Check("idp metadata", "ok", f"{source} describes {shown(entity.id)}")
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


def signing_certificates(path: Path) -> tuple[Certificate, ...]:
    """Read the signing certificates that a metadata file lists.

    Raises:
        SourceMissing: the file does not exist.
        SourceUnreadable: the file is too large, not XML, dangerous XML, or lists no signing certificate of a provider.
    """
    providers = (each for each in entities(content(path), str(path)) if each.is_provider)
    read = (read_certificate(text) for each in providers for text in each.certificates)
    found = {each.sha256: each for each in read if each is not None}
    if not found:
        raise SourceUnreadable(
            f"{path}: lists no signing certificate of an identity provider; give the metadata of the identity provider."
        )
    return tuple(found.values())


def _sign_on(entity: Entity) -> Check:
    places = entity.sign_on or ()
    usable = [each for each in places if each.binding in BINDINGS and each.location.startswith("https://")]
    if usable:
        endpoints = counted([f"{each.binding} {shown(each.location)}" for each in usable], ", ")
        return Check("idp sign-on", "ok", endpoints)
    there = ", ".join(f"{each.binding} {each.location}" for each in places) or "none"
    detail = f"{entity.source} has no SingleSignOnService with {' or '.join(BINDINGS)} over https"
    return Check("idp sign-on", "failed", f"{detail} (found: {shown(there)})", "Download the metadata again.")
