"""Do the two sides fit? The tenant's metadata, the identity provider's, and the attribute that carries the email.

Each line is a check with its next step. Nothing is changed, nothing is kept. What is fetched comes over https from the
tenant's own login host, or from a host that publishes metadata of identity providers (``connectors._web_document``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from connectors.base import Check, SourceError
from connectors.http.address import host_pattern
from connectors.http.download import fetch
from connectors.http.transport import Network
from mappings.load import load_regions
from mappings.model import Region
from pipeline.model import errors
from pipeline.model.checks import CheckReport, concluded
from pipeline.model.errors import UsageProblem
from pipeline.model.exit_codes import DIFFERS, SOURCE, ExitCode
from pipeline.sso import metadata_hosts
from pipeline.sso.saml import identity_provider, service_provider, validity
from pipeline.sso.saml.metadata import Entity, entities, shown
from pipeline.sso.saml.xml import content
from pipeline.sso.settings import SsoSettings, Tenant
from pipeline.validate import saml_attribute

COMMAND = "sso metadata"
BY_HAND = "Download it in a browser and give it with --file; a host that is not known is allowed with --allow-host."
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")

_SLIP = re.compile(r"https?:/")
"""How an address begins that was taken for a path."""

Found = Iterator[tuple[Check, ExitCode]]


@dataclass(frozen=True, slots=True)
class MetadataSources:
    """Which documents are to be looked at: files of either side, one of the provider, and hosts that are trusted too.

    ``provider`` is a path or a web address. With any of ``files`` the tenant's metadata is not fetched, so that the
    command works where there is no network.
    """

    files: tuple[Path, ...] = ()
    provider: str | None = None
    hosts: tuple[str, ...] = ()


def examine(
    parties: SsoSettings, wishes: MetadataSources, now: datetime, network: Network | None = None
) -> CheckReport:
    """Look at both sides as they are at ``now``; what cannot be read is a line that has failed.

    Raises:
        UsageProblem: there is nothing to look at, or a host that shall be allowed is none.
    """
    if parties.tenant is None and parties.metadata is None and not wishes.files and wishes.provider is None:
        raise UsageProblem(
            "There is nothing to look at.",
            advice="Give --tenant and --region, or --file with downloaded metadata, or --idp with the provider's.",
        )
    if address := next((str(path) for path in wishes.files if _SLIP.match(str(path))), None):
        raise UsageProblem(
            f"--file {address}: is a web address, not a file.",
            advice="Give the identity provider's address with --idp; the tenant's is fetched where there is no --file.",
        )
    return concluded(COMMAND, _looked(parties, wishes, now, network or Network()))


def _looked(parties: SsoSettings, wishes: MetadataSources, now: datetime, network: Network) -> Found:
    hosts = (*metadata_hosts.hosts(), *map(_allowed, wishes.hosts))
    there: list[Entity] = []
    unread: list[Check] = []
    for path in wishes.files:
        unread += _read(f"file {path.name}", str(path), there, (), network)
    services = [each for each in there if not each.is_provider]
    providers = [each for each in there if each.is_provider]
    if parties.tenant is not None and not wishes.files:
        login = (parties.tenant.region.login_host,)
        unread += _read("tenant metadata", parties.tenant.metadata_url, services, login, network, provider=False)
    place = wishes.provider or (str(parties.metadata) if parties.metadata and not providers else None)
    if place is not None:
        unread += _read("idp metadata", place, providers, hosts, network, provider=True)
    yield from ((check, SOURCE) for check in unread)
    if place is not None and _URL.match(place) and not unread and (doubt := metadata_hosts.doubt(place)):
        yield (
            Check("idp address", "warning", doubt, "Compare the certificates with those of the application."),
            DIFFERS,
        )
    regions, usual = load_regions(), saml_attribute.usual_names()
    for each in services:
        yield from _service(each, parties.tenant, regions, now)
    for each in providers:
        for check in identity_provider.checks(each, parties.attribute, usual, now):
            yield check, DIFFERS
    for check in _missing(parties, services, providers, unread):
        yield check, DIFFERS


def _missing(
    parties: SsoSettings, services: list[Entity], providers: list[Entity], unread: list[Check]
) -> Iterator[Check]:
    """Say which side was not looked at, unless a document that cannot be read has said so already."""
    if not services and not unread:
        yield Check("tenant", "warning", "the tenant's metadata was not looked at", "Give it with --file.")
    if not providers and not unread:
        advice = "Give it with --idp, as a web address or a file."
        yield Check("idp", "warning", "the identity provider's metadata was not looked at", advice)
    if not providers and parties.attribute is not None:
        yield saml_attribute.usualness("attribute", parties.attribute, "--idp")


def _read(
    line: str,
    place: str,
    into: list[Entity],
    hosts: tuple[str, ...],
    network: Network,
    *,
    provider: bool | None = None,
) -> Iterator[Check]:
    """Read a file or a page, of one side where ``provider`` says which, and give a line if that cannot be done."""
    is_page = _URL.match(place) is not None
    try:
        data = fetch(place, hosts, network) if is_page else content(Path(place))
        found = entities(data, place if is_page else Path(place).name)
    except SourceError as error:
        yield Check(line, "failed", str(error), BY_HAND if is_page else errors.advice_for(error))
        return
    wanted = [each for each in found if provider is None or each.is_provider == provider]
    if not wanted:
        side = "identity provider" if provider else "service"
        named = shown(found[0].id) or "somebody without a name"
        yield Check(line, "failed", f"{found[0].source} describes no {side}, but {named}", "Name the right document.")
    into += wanted


def _service(entity: Entity, tenant: Tenant | None, regions: tuple[Region, ...], now: datetime) -> Found:
    if tenant is None:
        named = ", ".join(service_provider.traces(entity, regions).cognito) or "no host of Cognito"
        advice = "Give --tenant and --region."
        detail = f"{entity.source} names {named}; whether that is right cannot be told without a tenant"
        yield Check("tenant issuer", "warning", detail, advice), DIFFERS
    else:
        where = tenant.metadata_url
        belongs = service_provider.belongs(
            "tenant issuer", entity, tenant.name, tenant.region, tenant.issuer, regions, where
        )
        yield belongs, DIFFERS
        if not tenant.region.verified:
            detail = f"{tenant.region.title}: host and issuer are inferred"
            yield Check("region", "warning", detail, "Compare them with what Sinch gave you."), DIFFERS
    yield service_provider.consumers("tenant endpoint", entity), DIFFERS
    yield validity.document("tenant validity", entity, now), DIFFERS


def _allowed(text: str) -> str:
    try:
        return host_pattern(text)
    except ValueError as error:
        raise UsageProblem(f"--allow-host: {error}.", advice="Correct the option and run again.") from None
