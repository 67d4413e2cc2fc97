"""Check that the SAML metadata of tenant and identity provider are consistent, and the name of the attribute.

Each check has a next step. Nothing is changed or kept. Metadata is fetched over https, from the tenant's own login host
or from a host that publishes metadata of identity providers (``connectors.http.download``).
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
from pipeline.validate.whole_source import saml_attribute

COMMAND = "sso metadata"
BY_HAND = "Download it in a browser and give it with --file; allow another host with --allow-host."
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")

_SLIP = re.compile(r"https?:/")
"""The beginning of an address that was read as a path."""

Checks = Iterator[tuple[Check, ExitCode]]


@dataclass(frozen=True, slots=True)
class MetadataSources:
    """The documents to check: files of either side, the provider's metadata, and more hosts that are allowed.

    ``provider`` is a path or a web address. With any of ``files`` the tenant's metadata is not fetched, so the command
    works without a network.
    """

    files: tuple[Path, ...] = ()
    provider: str | None = None
    hosts: tuple[str, ...] = ()


def check_metadata(
    settings: SsoSettings, sources: MetadataSources, now: datetime, network: Network | None = None
) -> CheckReport:
    """Check both sides at the time ``now``; a document that cannot be read is a failed check.

    Raises:
        UsageProblem: there is nothing to check, or an allowed host is not a host.
    """
    if settings.tenant is None and settings.metadata is None and not sources.files and sources.provider is None:
        raise UsageProblem(
            "There is nothing to check.",
            advice="Give --tenant and --region, or --file with downloaded metadata, or --idp with the provider's.",
        )
    if address := next((str(path) for path in sources.files if _SLIP.match(str(path))), None):
        raise UsageProblem(
            f"--file {address}: is a web address, not a file.",
            advice="Give the identity provider's address with --idp; the tenant's is fetched if there is no --file.",
        )
    return concluded(COMMAND, _check_all(settings, sources, now, network or Network()))


def _check_all(settings: SsoSettings, sources: MetadataSources, now: datetime, network: Network) -> Checks:
    hosts = (*metadata_hosts.hosts(), *map(_allowed, sources.hosts))
    found: list[Entity] = []
    unread: list[Check] = []
    for path in sources.files:
        unread += _read(f"file {path.name}", str(path), found, (), network)
    services = [each for each in found if not each.is_provider]
    providers = [each for each in found if each.is_provider]
    if settings.tenant is not None and not sources.files:
        login = (settings.tenant.region.login_host,)
        unread += _read("tenant metadata", settings.tenant.metadata_url, services, login, network, provider=False)
    place = sources.provider or (str(settings.metadata) if settings.metadata and not providers else None)
    if place is not None:
        unread += _read("idp metadata", place, providers, hosts, network, provider=True)
    yield from ((check, SOURCE) for check in unread)
    if place is not None and _URL.match(place) and not unread:
        for doubt in metadata_hosts.doubts(place):
            advice = "Compare the certificates with those of the application."
            yield Check("idp address", "warning", doubt, advice), DIFFERS
    regions, usual = load_regions(), saml_attribute.usual_names()
    for each in services:
        yield from _service(each, settings.tenant, regions, now)
    for each in providers:
        for check in identity_provider.checks(each, settings.attribute, usual, now):
            yield check, DIFFERS
    for check in _missing(settings, services, providers, unread):
        yield check, DIFFERS


def _missing(
    settings: SsoSettings, services: list[Entity], providers: list[Entity], unread: list[Check]
) -> Iterator[Check]:
    """Return a warning for a side without metadata, unless its document could not be read."""
    if not services and not unread:
        yield Check("tenant", "warning", "the tenant's metadata was not checked", "Give it with --file.")
    if not providers and not unread:
        advice = "Give it with --idp, as a web address or a file."
        yield Check("idp", "warning", "the identity provider's metadata was not checked", advice)
    if not providers and settings.attribute is not None:
        yield saml_attribute.usualness("attribute", settings.attribute, "--idp")


def _read(
    line: str,
    place: str,
    into: list[Entity],
    hosts: tuple[str, ...],
    network: Network,
    *,
    provider: bool | None = None,
) -> Iterator[Check]:
    """Read a file or a page into a list; return a failed check if that is not possible.

    ``provider`` limits it to one side: True for the identity provider, False for the service.
    """
    is_page = _URL.match(place) is not None
    try:
        data = fetch(place, hosts, network) if is_page else content(Path(place))
        read = entities(data, place if is_page else Path(place).name)
    except SourceError as error:
        yield Check(line, "failed", str(error), BY_HAND if is_page else errors.advice_for(error))
        return
    wanted = [each for each in read if provider is None or each.is_provider == provider]
    if not wanted:
        side = "identity provider" if provider else "service"
        named = shown(read[0].id) or "a party without an entity ID"
        yield Check(line, "failed", f"{read[0].source} describes no {side}, but {named}", "Give the right document.")
    into += wanted


def _service(entity: Entity, tenant: Tenant | None, regions: tuple[Region, ...], now: datetime) -> Checks:
    if tenant is None:
        named = ", ".join(service_provider.traces(entity, regions).cognito) or "no host of Amazon Cognito"
        advice = "Give --tenant and --region."
        detail = f"{entity.source} names {named}; without a tenant this cannot be compared"
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
