"""Names of tenants, their regions, and how their Issuer and its metadata address are spelled."""

import re

from mappings.load import load_regions
from mappings.model import MappingError, Region
from mappings.regions import find_region
from pipeline.model.errors import UsageProblem

TENANT_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
"""A Cognito domain prefix has 1 to 63 of a-z 0-9 and inner hyphens; ``cc-`` takes three (facts: contact-pro, Names)."""


def tenant_name(text: str) -> str:
    """Write a tenant name as issuers want it (lower case), or an empty text if it cannot be one."""
    name = text.strip().lower()
    return name if text.isascii() and TENANT_NAME.fullmatch(name) else ""


def own_tenant(text: str) -> str:
    """Read the tenant of a job.

    Raises:
        UsageProblem: it has characters that a tenant cannot have; the sentence names the rule.
    """
    name = tenant_name(text)
    if text and not name:
        raise UsageProblem(
            f"{text!r} cannot be a tenant: a tenant has 1 to 60 of the characters a-z, 0-9 and inner hyphens.",
            advice="Copy the name from the address of your System Configurator: https://cc-<tenant>.cc.sinch.com.",
        )
    return name


def doubt(tenant: str) -> str:
    """Return what is doubtful about a tenant's name (lower case), "" if nothing is.

    A tenant may be called cc-something, but its address begins with ``cc-`` too, and is what people copy.
    """
    name = tenant.removeprefix("cc-")
    if name == tenant or not name:
        return ""
    return (
        f"The tenant is called {tenant}, so the Issuer begins with cc-{tenant}. If https://{tenant}.cc.sinch.com is "
        f"the address of System Configurator, the tenant is {name}: a wrong Issuer locks out every user."
    )


def region_named(text: str, regions: tuple[Region, ...]) -> Region | None:
    """Find the region of a cell by key or alias; None if there is none of that name."""
    try:
        return find_region(regions, text)
    except MappingError:
        return None


def region_hint(text: str) -> str:
    """Return what is wrong with the name of a region, with the one that may be meant."""
    try:
        return f"this is the region {find_region(load_regions(), text).key}"
    except MappingError as unknown:
        return str(unknown) if text.strip() else "the row names no region, and neither does the job"


def issuer(tenant: str, region: Region) -> str:
    """Spell the Issuer of a user's certificate: tenant in lower case, region of the tenant's login service.

    Source: Sinch's "Setting up SSO" (facts: contact-pro, step 2).
    """
    return f"cc-{tenant}.auth.{region.aws_region}.amazoncognito.com"


def metadata_url(tenant: str, region: Region) -> str:
    """Build the address of the tenant's own SAML metadata, in which the tenant is in upper case.

    Source: Sinch's "Setting up SSO" (facts: contact-pro, step 1).
    """
    return f"https://{region.login_host}/{tenant.upper()}/metadata"
