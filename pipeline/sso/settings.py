"""The two parties of single sign-on, as a job file or options name them: a tenant here, an identity provider there."""

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
    """A tenant of Contact Pro (``name`` in lower case), the location it runs in, and what both spell together."""

    name: str
    region: Region

    @property
    def issuer(self) -> str:
        """Give the Issuer of its users' certificates."""
        return issuer(self.name, self.region)

    @property
    def metadata_url(self) -> str:
        """Give the address of its own SAML metadata."""
        return metadata_url(self.name, self.region)


@dataclass(frozen=True, slots=True)
class SsoSettings:
    """Who shall trust whom; None for what nobody has said.

    ``attribute`` is the name of the SAML attribute that carries the email, ``metadata`` a file with the metadata of the
    identity provider that sends it.
    """

    tenant: Tenant | None = None
    attribute: str | None = None
    metadata: Path | None = None

    def known_tenant(self, command: str) -> Tenant:
        """Give the tenant for a command that is about nothing else.

        Raises:
            UsageProblem: nobody has said which.
        """
        if self.tenant is None:
            raise UsageProblem(
                f"sso {command} needs a tenant and its region.",
                advice=f"Give --tenant NAME and --region ({region_keys()}), or a job file that names both.",
            )
        return self.tenant


def named(job: Path | None, tenant: str | None, region: str | None, attribute: str | None = None) -> SsoSettings:
    """Take the parties from a job file, from options, or from both where they do not contradict each other.

    Raises:
        UsageProblem: the job file is wrong, a name is none, half a tenant is named, or two different ones are.
        UnknownName: there is no region of that name.
    """
    said = _tenant(tenant, region, "--tenant and --region")
    if job is None:
        return SsoSettings(said, _attribute(attribute))
    if job.suffix.lower() != JOB_FILE:
        raise UsageProblem(
            f"{job} is no job file, whose name ends in {JOB_FILE}.",
            advice="Name a job file, or give --tenant and --region; a metadata file is named with --file or --idp.",
        )
    settings = load_job(job)
    own = settings.tenant
    written = _tenant(own.name, own.region, f"[tenant] of {job}") if own is not None else None
    if said is not None and written is not None and said != written:
        raise UsageProblem(
            f"{job} is about tenant {written.name} in {written.region.key}, and the options are about tenant "
            f"{said.name} in {said.region.key}.",
            advice="Leave --tenant and --region out, or name another job file.",
        )
    provider = settings.directory or settings.roster
    return SsoSettings(written or said, _attribute(attribute or provider.saml_attribute), provider.saml_metadata)


def _tenant(name: str | None, region: str | None, where: str) -> Tenant | None:
    """Read both or neither; one without the other makes no Issuer."""
    if not name and not region:
        return None
    if not name or not region:
        missing = "tenant" if not name else "region"
        raise UsageProblem(f"{where}: the {missing} is missing.", advice="Name both: tenant and region.")
    return Tenant(own_tenant(name), find_region(load_regions(), region))


def _attribute(name: str | None) -> str | None:
    """Refuse a name that no line of text can carry; every other letter of it is kept.

    Raises:
        UsageProblem: it is empty, or holds a line end or another control character.
    """
    if name is not None and (not name.strip() or any(sign < " " or sign in "\x7f\x85\u2028\u2029" for sign in name)):
        raise UsageProblem(
            f"{name!r} cannot be the name of a SAML attribute.",
            advice="Copy the name from the identity provider, letter by letter, without line ends.",
        )
    return name
