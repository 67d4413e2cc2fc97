"""The warnings of a support ticket: what would make Sinch set up single sign-on that does not work."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from connectors.base import Check
from pipeline.config.tenant import doubt as tenant_doubt
from pipeline.sso import metadata_hosts
from pipeline.sso.saml import identity_provider
from pipeline.sso.saml.metadata import Entity, counted, shown
from pipeline.sso.settings import Tenant
from pipeline.validate.whole_source.saml_attribute import usual_names, usualness

SEND_AGAIN = (
    "A metadata file is a copy of today: send it again after each change of the identity provider's certificates, or "
    "no user can sign in. An address (--metadata-url) makes that unnecessary."
)


def of_address(url: str, attribute: str) -> Iterator[str]:
    """Find the warnings about the metadata's address and the attribute; the address is not fetched."""
    yield from _sentences([usualness("attribute", attribute, "sso metadata --idp")])
    yield from (f"{doubt[0].upper()}{doubt[1:]}." for doubt in metadata_hosts.doubts(url))


def of_file(providers: Sequence[Entity], attribute: str, now: datetime) -> Iterator[str]:
    """Find the warnings about a metadata file: everything that ``sso metadata`` reports, and more."""
    yield SEND_AGAIN
    if len(providers) > 1:
        names = counted([shown(each.id) for each in providers], ", ")
        yield (
            f"{providers[0].source} describes {len(providers)} identity providers ({names}), and Sinch can only set up "
            "one: send the metadata of the one that signs your users in."
        )
    for provider in providers:
        yield from _sentences(identity_provider.checks(provider, attribute, usual_names(), now))
        if provider.encrypts:
            yield (
                f"{provider.source} lists a key for encryption. If assertions are encrypted for Contact Pro, write so "
                "in the ticket: both sides need to be set up for it."
            )


def of_settings(tenant: Tenant, attribute: str) -> Iterator[str]:
    """Find the warnings about tenant, region and the name of the attribute."""
    if attribute != attribute.strip():
        yield f"The attribute's name begins or ends with a space: {attribute!r}."
    if wrong := tenant_doubt(tenant.name):
        yield wrong
    if not tenant.region.verified:
        where = f"{tenant.region.key} ({tenant.region.title})"
        yield f"Region {where} is not verified: compare the Issuer with what Sinch gave you."


def _sentences(checks: Iterator[Check] | Sequence[Check]) -> Iterator[str]:
    yield from (f"{check.detail}. {check.next}" for check in checks if check.status != "ok")
