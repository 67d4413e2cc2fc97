"""Whose single sign-on it is: from a job file, from options, or from both if they agree."""

from pathlib import Path

import pytest

from mappings.model import UnknownName
from pipeline.model.errors import UsageProblem
from pipeline.sso.settings import SsoSettings, read_settings
from tests.job_texts import job_text

DIRECTORY = """[directory]
kind = "csv"
path = "export.csv"
saml_attribute = "eMail"
saml_metadata = "idp.xml"
"""


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """Write a job file."""
    (tmp_path / "onboarding.toml").write_text(job_text(DIRECTORY, tenant="ACME", region="Frankfurt"))
    return tmp_path / "onboarding.toml"


def said(parties: SsoSettings) -> tuple[str | None, str | None, str | None]:
    """Return tenant, region and attribute."""
    tenant = parties.tenant
    return (tenant.name, tenant.region.key, parties.attribute) if tenant else (None, None, parties.attribute)


@pytest.mark.parametrize(
    ("tenant", "region", "attribute", "expected"),
    [
        (None, None, None, ("acme", "eu", "eMail")),
        ("Acme", "eu-central-1", None, ("acme", "eu", "eMail")),
        (None, None, "mail", ("acme", "eu", "mail")),
    ],
)
def test_a_job_names_them(
    job: Path, tenant: str | None, region: str | None, attribute: str | None, expected: tuple[str, str, str]
) -> None:
    """Tenant, region and attribute are the job's; an option may repeat the tenant and name another attribute."""
    parties = read_settings(job, tenant, region, attribute)
    assert said(parties) == expected
    assert parties.metadata == job.parent / "idp.xml"


@pytest.mark.parametrize("tenant", [None, ""], ids=["no table", "empty keys"])
def test_options_complete_a_job(job: Path, tenant: str | None) -> None:
    """What a job leaves to its rows, the options name."""
    job.write_text(job_text(DIRECTORY, tenant=tenant, region=""))
    assert said(read_settings(job, "Umbrella", "na")) == ("umbrella", "na", "eMail")
    assert said(read_settings(job, None, None)) == (None, None, "eMail")


def test_options_alone() -> None:
    """Without a job the options are enough."""
    assert said(read_settings(None, "ACME", "af", " e mail ")) == ("acme", "af", " e mail ")
    assert read_settings(None, None, None) == SsoSettings()


@pytest.mark.parametrize(
    ("tenant", "region", "sentence"),
    [
        ("ACME", None, "--tenant and --region: the region is missing."),
        (None, "eu", "--tenant and --region: the tenant is missing."),
        ("AC ME", "eu", "'AC ME' cannot be a tenant"),
    ],
)
def test_half_a_tenant_is_none(tenant: str | None, region: str | None, sentence: str) -> None:
    """The sentence names what is missing or wrong."""
    with pytest.raises(UsageProblem) as problem:
        read_settings(None, tenant, region)
    assert str(problem.value).startswith(sentence)
    assert problem.value.advice


def test_no_such_region() -> None:
    """It is answered with those that there are."""
    with pytest.raises(UnknownName, match='There is no region "atlantis"'):
        read_settings(None, "ACME", "atlantis")


def test_a_job_and_options_that_contradict(job: Path) -> None:
    """Both are reported, and neither wins."""
    with pytest.raises(UsageProblem, match="is about tenant acme in eu, and the options are about tenant acme in na"):
        read_settings(job, "ACME", "na")


def test_a_file_that_is_no_job(tmp_path: Path) -> None:
    """Metadata given as an argument is answered with the option for it."""
    with pytest.raises(UsageProblem) as problem:
        read_settings(tmp_path / "entra.xml", None, None)
    assert "is not a job file" in str(problem.value)
    assert "--file" in problem.value.advice


@pytest.mark.parametrize("name", ["", "  ", "e\nmail", "email\r\nBcc: all@example.com", "a\tb", "a\x00", "a\u2028b"])
def test_a_name_that_is_none(name: str) -> None:
    """A line end or a control character is not part of an attribute's name."""
    with pytest.raises(UsageProblem, match="cannot be the name of a SAML attribute"):
        read_settings(None, "ACME", "eu", name)
