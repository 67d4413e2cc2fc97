"""Check if metadata describes one tenant of Contact Pro, whose users sign in through Amazon Cognito.

Source: facts: contact-pro (Issuer, login hosts); Amazon's guide (host and urn of a user pool, its one endpoint).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from connectors.base import Check
from mappings.model import Region
from pipeline.sso.saml.metadata import Entity, counted, shown

_COGNITO = re.compile(r"(?:cc-)?(?P<tenant>[a-z0-9-]+)\.auth(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazoncognito\.com")
_POOL = re.compile(r"urn:amazon:cognito:sp:(?P<region>[a-z]{2}(?:-[a-z]+)+-[0-9]+)_[A-Za-z0-9]+")

_OWN_ADDRESS = re.compile(r"/(?P<tenant>[^/]+)/metadata/?")
"""The path of the tenant's own metadata on its login host."""

_APPLICATIONS = re.compile(r"cc-(?P<tenant>[a-z0-9-]+)\.cc\.sinch\.com")
"""The host of a tenant's applications."""

POST = "HTTP-POST"
COGNITO = ".amazoncognito.com"
CONTACT_PRO_HOSTS = (COGNITO, ".cc.sinch.com")
"""The hosts that receive the sign-ins of Contact Pro."""


@dataclass(frozen=True, slots=True)
class Traces:
    """Everything in metadata that identifies a tenant or a region.

    Attributes:
        cognito: hosts of Amazon Cognito.
        logins: login hosts of Contact Pro.
        tenants: tenants in addresses of Contact Pro.
        pools: regions of user pools.
        alike: hosts that only look like one of Amazon Cognito.
        own: True if any address belongs to Amazon Cognito or Contact Pro.
    """

    cognito: tuple[str, ...]
    logins: tuple[str, ...]
    tenants: tuple[str, ...]
    pools: tuple[str, ...]
    alike: tuple[str, ...]
    own: bool


def traces(entity: Entity, regions: tuple[Region, ...]) -> Traces:
    """Find every name of a tenant or a region in the entity ID and the addresses."""
    places = [place for each in (entity.id, *entity.addresses) if (place := _place(each)) is not None]
    hosts = dict.fromkeys(host for host, _ in places)
    logins = {region.login_host for region in regions}
    named = [*map(_APPLICATIONS.fullmatch, hosts)]
    named += [_OWN_ADDRESS.fullmatch(path) for host, path in places if host in logins]
    pool = _POOL.fullmatch(entity.id)
    return Traces(
        cognito=tuple(host for host in hosts if host.endswith(COGNITO)),
        logins=tuple(host for host in hosts if host in logins),
        tenants=tuple(dict.fromkeys(match["tenant"] for match in named if match)),
        pools=(pool["region"],) if pool else (),
        alike=tuple(host for host in hosts if "amazoncognito" in host and not host.endswith(COGNITO)),
        own=pool is not None or any(host.endswith(CONTACT_PRO_HOSTS) for host in hosts),
    )


def belongs(
    line: str, entity: Entity, tenant: str, region: Region, issuer: str, regions: tuple[Region, ...], again: str
) -> Check:
    """Check that metadata describes this tenant in this region; ``again`` is the address of the right metadata.

    Everything that names a tenant or a region must agree with the Issuer, because users with a certificate of that
    Issuer could not sign in otherwise. Metadata that names no tenant is a warning; metadata without any address of
    Amazon Cognito or Contact Pro describes another service and fails.
    """
    found = traces(entity, regions)
    wrong = [*_other_hosts(found, tenant, region, issuer), *_other_regions(found, region, regions)]
    if not found.own and not wrong:
        wrong = ["no address in it belongs to Amazon Cognito or Contact Pro"]
    if wrong:
        reasons = counted(list(dict.fromkeys(wrong)), "; ")
        detail = f"{entity.source} does not match tenant {tenant}, region {region.key}: {reasons}"
        return Check(line, "failed", detail, f"Check tenant and region, or download {again}")
    if found.cognito:
        return Check(line, "ok", f"{entity.source} matches tenant {tenant}, region {region.key} (issuer {issuer})")
    agreeing = ", ".join([*found.logins, *(f"a user pool in {pool}" for pool in found.pools)])
    hint = f"; its region agrees ({agreeing})" if agreeing else ""
    detail = f"{entity.source} names no host of Amazon Cognito, so its tenant cannot be checked{hint}"
    return Check(line, "warning", detail, f"Compare it with {again}")


def consumers(line: str, entity: Entity) -> Check:
    """Check the address that receives responses of the identity provider; Amazon Cognito accepts HTTP-POST only."""
    usable = [each for each in entity.consumers or () if each.binding == POST and each.location.startswith("https://")]
    if usable:
        places = counted([shown(each.location) for each in usable], ", ")
        hosts = [place[0] if (place := _place(each.location)) else "" for each in usable]
        strange = [host for host in hosts if not host.endswith(CONTACT_PRO_HOSTS)]
        if strange:
            detail = f"{POST} to {places}; {shown(strange[0])} belongs neither to Amazon Cognito nor to Contact Pro"
            return Check(line, "warning", detail, "Ask Sinch whether this host is theirs.")
        return Check(line, "ok", f"{POST} to {places}")
    there = ", ".join(f"{each.binding} {each.location}" for each in entity.consumers or ()) or "none"
    detail = f"{entity.source} has no AssertionConsumerService with {POST} over https (found: {shown(there)})"
    return Check(line, "failed", detail, "Download the metadata again.")


def _other_hosts(found: Traces, tenant: str, region: Region, issuer: str) -> Iterator[str]:
    for host in found.cognito:
        if host == issuer:
            continue
        match = _COGNITO.fullmatch(host)
        differs = [f"tenant {match['tenant']}, not {tenant}"] if match and match["tenant"] != tenant else []
        if match and match["region"] != region.aws_region:
            differs.append(f"region {match['region']}, not {region.aws_region}")
        yield f"it names {shown(host)}, and the Issuer is {issuer}" + (f" ({'; '.join(differs)})" if differs else "")
    for host in found.alike:
        yield f"it names {shown(host)}, which only looks like a host of Amazon Cognito"
    for name in found.tenants:
        if name.lower() != tenant:
            yield f"it names the tenant {shown(name)}, not {tenant}"


def _other_regions(found: Traces, region: Region, regions: tuple[Region, ...]) -> Iterator[str]:
    named = {each.login_host: each for each in regions}
    for host in found.logins:
        if named[host] != region:
            yield f"it names {host}, the login host of {named[host].key}, not of {region.key}"
    for pool in found.pools:
        if pool != region.aws_region:
            yield f"its user pool is in {pool}, not in {region.aws_region}"


def _place(address: str) -> tuple[str, str] | None:
    """Return host and path of an address; an entity ID may also be only a host."""
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
    except ValueError:
        return None
    return (parts.hostname, parts.path) if parts.hostname else None
