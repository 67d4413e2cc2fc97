"""Whether metadata is that of one tenant of Contact Pro, whose sign-in is done by Amazon Cognito.

Source: facts: contact-pro (Issuer, login hosts); Amazon's guide (host and urn of a user pool, its one endpoint).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from connectors.base import Check
from mappings.model import Region
from pipeline.saml.metadata import Entity, counted, shown

_COGNITO = re.compile(r"(?:cc-)?(?P<tenant>[a-z0-9-]+)\.auth(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazoncognito\.com")
_POOL = re.compile(r"urn:amazon:cognito:sp:(?P<region>[a-z]{2}(?:-[a-z]+)+-[0-9]+)_[A-Za-z0-9]+")

POST = "HTTP-POST"
OWN = (".amazoncognito.com", ".cc.sinch.com")
"""Where sign-ins of Contact Pro arrive."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What metadata says of whose it is: hosts of Cognito and login hosts of Contact Pro, and regions of user pools."""

    cognito: tuple[str, ...]
    logins: tuple[str, ...]
    pools: tuple[str, ...]


def traces(entity: Entity, regions: tuple[Region, ...]) -> Traces:
    """Look through entity id and addresses for everything that names a tenant or a region."""
    hosts = dict.fromkeys(filter(None, map(_host, (entity.id, *entity.addresses))))
    logins = {region.login_host for region in regions}
    pool = _POOL.fullmatch(entity.id)
    return Traces(
        tuple(host for host in hosts if host.endswith(".amazoncognito.com")),
        tuple(host for host in hosts if host in logins),
        (pool["region"],) if pool else (),
    )


def belongs(
    line: str, entity: Entity, tenant: str, region: Region, issuer: str, regions: tuple[Region, ...], again: str
) -> Check:
    """Say whether metadata is that of this tenant in this region; ``again`` is where the right one is to be had.

    Everything that names a tenant or a region must agree with the Issuer, or nobody whose certificate carries the
    Issuer could sign in. Where nothing names the tenant, it cannot be told.
    """
    found = traces(entity, regions)
    wrong = [*_other_hosts(found, tenant, region, issuer), *_other_regions(found, region, regions)]
    if wrong:
        detail = f"{entity.source} is not that of {tenant} in {region.key}: {counted(list(dict.fromkeys(wrong)), '; ')}"
        return Check(line, "failed", detail, f"Check tenant and region, or download {again}")
    if found.cognito:
        return Check(line, "ok", f"{entity.source} is that of {tenant} in {region.key}: it names {issuer}")
    agreeing = ", ".join([*found.logins, *(f"a user pool in {pool}" for pool in found.pools)])
    hint = f"; its region agrees ({agreeing})" if agreeing else ""
    detail = f"{entity.source} names no host of Cognito, so it cannot tell whose it is{hint}"
    return Check(line, "warning", detail, f"Compare it with {again}")


def consumers(line: str, entity: Entity) -> Check:
    """Say where the identity provider sends people after they have signed in; Cognito takes HTTP-POST only."""
    usable = [each for each in entity.consumers or () if each.binding == POST and each.location.startswith("https://")]
    if usable:
        places = counted([shown(each.location) for each in usable], ", ")
        strange = [host for each in usable if not (host := _host(each.location) or "").endswith(OWN)]
        if strange:
            detail = f"{POST} to {places}; {shown(strange[0])} is neither Cognito's nor Contact Pro's"
            return Check(line, "warning", detail, "Ask Sinch whether that host is theirs.")
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


def _other_regions(found: Traces, region: Region, regions: tuple[Region, ...]) -> Iterator[str]:
    named = {each.login_host: each for each in regions}
    for host in found.logins:
        if named[host] != region:
            yield f"it names {host}, the login host of {named[host].key}, not of {region.key}"
    for pool in found.pools:
        if pool != region.aws_region:
            yield f"its user pool is in {pool}, not in {region.aws_region}"


def _host(address: str) -> str | None:
    """Give the host of an address; an entity id may also be a bare host."""
    try:
        return urlsplit(address if "//" in address else f"//{address}").hostname
    except ValueError:
        return None
