"""The addresses of a tenant's single sign-on and the Issuer of its certificates, built from name and region."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mappings.applications import TENANT, load_applications
from mappings.model import Application
from pipeline.config.tenant import doubt as tenant_doubt
from pipeline.model.printed import Column, Line, Printed, Table
from pipeline.sso.settings import Tenant

NO_SIGN_ON = "no single sign-on"


@dataclass(frozen=True, slots=True)
class SsoUrls:
    """The addresses of one tenant; the ``url`` of an application contains the tenant, or is None without SSO."""

    tenant: Tenant
    applications: tuple[Application, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """Return a warning for addresses that are not confirmed."""
        region = self.tenant.region
        found = [doubt] if (doubt := tenant_doubt(self.tenant.name)) else []
        if not region.verified:
            inferred = "metadata address and issuer follow the pattern of the other regions; compare them with Sinch's."
            found.append(f"Region {region.key} ({region.title}) is not verified: {inferred}")
        return tuple(found)

    def document(self) -> dict[str, Any]:
        """Build the JSON document (design §7)."""
        return {
            "command": "sso urls",
            "outcome": "ok",
            "exit_code": 0,
            "tenant": self.tenant.name,
            "region": self.tenant.region.key,
            "metadata_url": self.tenant.metadata_url,
            "issuer": self.tenant.issuer,
            "applications": [{"name": each.name, "sso": each.sso, "url": each.url} for each in self.applications],
            "notes": list(self.notes),
        }

    def lines(self) -> Iterator[Printed]:
        """Build lines with columns for a person."""
        applications = ((each.name, Line(each.url or NO_SIGN_ON)) for each in self.applications)
        yield Table.of((Column(is_worded=True), Column(is_worded=True)), (*self._facts(), ("", ""), *applications))
        yield from ("", *(f"warning: {note}" for note in self.notes)) if self.notes else ()

    def markdown(self) -> Iterator[str]:
        """Build Markdown for a wiki page."""
        yield f"# Single sign-on of tenant {self.tenant.name}"
        yield ""
        yield "| What | Value |"
        yield "|---|---|"
        yield from (f"| {name} | `{value}` |" for name, value in self._facts())
        yield ""
        yield "| Application | Address |"
        yield "|---|---|"
        yield from (f"| {each.name} | {f'<{each.url}>' if each.url else NO_SIGN_ON} |" for each in self.applications)
        yield from ("", *(f"**Warning:** {note}" for note in self.notes)) if self.notes else ()

    def _facts(self) -> Iterator[tuple[str, str]]:
        yield "tenant", self.tenant.name
        yield "region", f"{self.tenant.region.key} ({self.tenant.region.title}, {self.tenant.region.aws_region})"
        yield "SAML metadata", self.tenant.metadata_url
        yield "certificate issuer", self.tenant.issuer


def build_urls(tenant: Tenant) -> SsoUrls:
    """Build the address of each product for the tenant.

    Source: Sinch's "Setting up SSO" (facts: contact-pro, table of applications).

    Raises:
        MappingError: the table of applications is wrong.
    """
    filled = (
        Application(each.name, each.sso, each.url.replace(TENANT, tenant.name) if each.url else None)
        for each in load_applications()
    )
    return SsoUrls(tenant, tuple(filled))
