"""The two parties of single sign-on, from a job file or options: the tenant and the identity provider."""

from dataclasses import dataclass
from pathlib import Path

from mappings.load import load_regions, region_keys
from mappings.model import Region
from mappings.regions import find_region
from pipeline.config.load import load_job
from pipeline.config.request import JOB_FILE
from pipeline.config.tenant import issuer, metadata_url, own_tenant
from pipeline.model.errors import UsageProblem


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant of Contact Pro (``name`` in lower case) and its region."""

    name: str
    region: Region

    @property
    def issuer(self) -> str:
        """Return the Issuer of its users' certificates."""
        return issuer(self.name, self.region)

    @property
    def metadata_url(self) -> str:
        """Return the address of its SAML metadata."""
        return metadata_url(self.name, self.region)


@dataclass(frozen=True, slots=True)
class SsoSettings:
    """The settings of single sign-on; None for a setting that is not given.

    ``attribute`` is the name of the SAML attribute with the email, ``metadata`` a file with the metadata of the
    identity provider.
    """

    tenant: Tenant | None = None
    attribute: str | None = None
    metadata: Path | None = None

    def known_tenant(self, command: str) -> Tenant:
        """Return the tenant for a command that needs one.

        Raises:
            UsageProblem: no tenant is given.
        """
        if self.tenant is None:
            raise UsageProblem(
                f"sso {command} needs a tenant and its region.",
                advice=f"Give --tenant NAME and --region ({region_keys()}), or a job file that names both.",
            )
        return self.tenant


def read_settings(
    job: Path | None, tenant: str | None, region: str | None, attribute: str | None = None
) -> SsoSettings:
    """Read the settings from a job file, from options, or from both if they agree.

    Raises:
        UsageProblem: the job file or a name is wrong, tenant or region is missing, or both name different tenants.
        UnknownName: there is no region of that name.
    """
    given = _tenant(tenant, region, "--tenant and --region")
    if job is None:
        return SsoSettings(given, _attribute(attribute))
    if job.suffix.lower() != JOB_FILE:
        raise UsageProblem(
            f"{job} is not a job file: its name does not end in {JOB_FILE}.",
            advice="Give a job file, or --tenant and --region; give a metadata file with --file or --idp.",
        )
    settings = load_job(job)
    own = settings.tenant
    written = _tenant(own.name, own.region, f"[tenant] of {job}") if own is not None else None
    if given is not None and written is not None and given != written:
        raise UsageProblem(
            f"{job} is about tenant {written.name} in {written.region.key}, and the options are about tenant "
            f"{given.name} in {given.region.key}.",
            advice="Leave --tenant and --region out, or name another job file.",
        )
    provider = settings.directory or settings.roster
    return SsoSettings(written or given, _attribute(attribute or provider.saml_attribute), provider.saml_metadata)


def _tenant(name: str | None, region: str | None, where: str) -> Tenant | None:
    """Read tenant and region, or neither; one alone makes no Issuer."""
    if not name and not region:
        return None
    if not name or not region:
        missing = "tenant" if not name else "region"
        raise UsageProblem(f"{where}: the {missing} is missing.", advice="Give both: tenant and region.")
    return Tenant(own_tenant(name), find_region(load_regions(), region))


def _attribute(name: str | None) -> str | None:
    """Check the name of an attribute; it is used exactly as written.

    Raises:
        UsageProblem: it is empty, or contains a line end or another control character.
    """
    if name is not None and (not name.strip() or any(sign < " " or sign in "\x7f\x85\u2028\u2029" for sign in name)):
        raise UsageProblem(
            f"{name!r} cannot be the name of a SAML attribute.",
            advice="Copy the name exactly from the identity provider, without line ends.",
        )
    return name
