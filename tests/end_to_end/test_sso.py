"""The commands around the certificates, as a person or a script calls them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.job_texts import job_text

Done = Any
HOME = Path(__file__).parents[2]
EMAIL = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
ACME = ("--tenant", "ACME", "--region", "eu")
JOB = job_text(tenant="ACME", region="Europe", more=f'saml_attribute = "{EMAIL}"\nsaml_metadata = "sso/entra.xml"\n')


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Lay the samples and a job file on a desk."""
    shutil.copytree(HOME / "sample_data" / "sso", tmp_path / "sso")
    (tmp_path / "job.toml").write_text(JOB)
    return tmp_path


@pytest.mark.parametrize("words", [ACME, ("--tenant", "acme", "--region", "Frankfurt"), ("job.toml",)])
def test_urls(words: tuple[str, ...], desk: Path, sync: Callable[..., Done]) -> None:
    """Tenant and region by options or by a job give the same document; metadata upper case, everything else lower."""
    done = sync(desk, "sso", "urls", *words, "--json")
    assert done.code == 0
    told = done.document
    assert (told["tenant"], told["region"]) == ("acme", "eu")
    assert told["metadata_url"] == "https://login-eu-c1.cc.sinch.com/ACME/metadata"
    assert told["issuer"] == "cc-acme.auth.eu-central-1.amazoncognito.com"
    assert [each["url"] for each in told["applications"][-3:]] == ["https://cc-acme.cc.sinch.com/launchpad", None, None]
    assert (told["command"], told["notes"]) == ("sso urls", [])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sso", "urls"), "needs a tenant and its region"),
        (("sso", "urls", "--tenant", "ACME"), "the region is missing"),
        (("sso", "urls", "--region", "eu"), "the tenant is missing"),
        (("sso", "urls", "--tenant", "ACME", "--region", "mars"), 'There is no region "mars"'),
        (("sso", "urls", "--tenant", "A B", "--region", "eu"), "cannot be a tenant"),
        (("sso", "urls", "agents.csv"), "is not a job file"),
        (("sso", "urls", "none.toml"), "there is no such job file"),
        (("sso", "metadata"), "nothing to check"),
        (("sso", "metadata", "--no-such"), "No such option"),
        (("sso", "metadata", *ACME, "--file", "sso/sap.xml", "--allow-host", "*"), "is not a host name"),
        (("sso", "ticket", *ACME), "needs the name of the SAML attribute"),
        (("sso", "ticket", *ACME, "--attribute", "email"), "either its address or its file"),
        (("sso", "ticket", "job.toml", "-o", "job.toml"), "exists already"),
        (("sso", "nothing"), "No such command"),
    ],
)
def test_mistakes(words: tuple[str, ...], said: str, desk: Path, sync: Callable[..., Done]) -> None:
    """Each ends with 2, with a sentence and advice; with --json in one document."""
    plain, document = sync(desk, *words), sync(desk, *words, "--json")
    assert (plain.code, document.code) == (2, 2)
    assert (plain.stdout, document.stderr) == ("", "")
    assert said in plain.stderr
    assert "next: " in plain.stderr
    assert said in document.document["message"]
    assert document.document["next"]


@pytest.mark.parametrize(
    ("words", "code", "failed"),
    [
        (("--file", "sso/entra.xml", "--file", "sso/contact-pro.xml", "--attribute", EMAIL), 0, []),
        (("--file", "sso/contact-pro.xml", "--idp", "sso/adfs.xml", "--attribute", EMAIL), 0, []),
        (("--file", "sso/contact-pro.xml", "--idp", "sso/sap.xml", "--attribute", "email"), 0, []),
        (("--file", "sso/entra.xml", "--attribute", EMAIL.replace("email", "eMail")), 7, ["attribute"]),
        (("--file", "sso/none.xml"), 5, ["file none.xml"]),
        (("--file", "sso/contact-pro.xml", "--idp", "http://idp.example.com/"), 5, ["idp metadata"]),
        (("--file", "sso/contact-pro.xml", "--idp", "https://169.254.169.254/latest/"), 5, ["idp metadata"]),
        (("--file", "sso/contact-pro.xml", "--idp", "https://idp.example.com/"), 5, ["idp metadata"]),
    ],
)
def test_metadata(words: tuple[str, ...], code: int, failed: list[str], desk: Path, sync: Callable[..., Done]) -> None:
    """A document like doctor's: each line with status and next step, the worst gives the exit code."""
    done = sync(desk, "sso", "metadata", *ACME, *words, "--json")
    assert done.code == done.document["exit_code"] == code
    assert done.document["command"] == "sso metadata"
    assert [each["name"] for each in done.document["checks"] if each["status"] == "failed"] == failed
    assert all(each["next"] for each in done.document["checks"] if each["status"] != "ok")
    assert done.stderr == ""


def test_metadata_of_another_tenant(desk: Path, sync: Callable[..., Done]) -> None:
    """Both spellings are on the screen."""
    done = sync(desk, "sso", "metadata", "--tenant", "umbrella", "--region", "na", "--file", "sso/contact-pro.xml")
    assert done.code == 7
    assert "cc-acme.auth.eu-central-1.amazoncognito.com" in done.stdout
    assert "cc-umbrella.auth.us-west-2.amazoncognito.com" in done.stdout
    assert done.stdout.endswith("Finished: differs (exit code 7)\n")


def test_a_job_is_enough(desk: Path, sync: Callable[..., Done]) -> None:
    """Tenant, region, attribute and the provider's metadata are the job's; paths are relative to it."""
    done = sync(desk.parent, "sso", "metadata", desk / "job.toml", "--file", desk / "sso/contact-pro.xml", "--json")
    assert done.code == 0
    assert {each["status"] for each in done.document["checks"]} == {"ok"}
    made = sync(desk.parent, "sso", "ticket", desk / "job.toml", "--json").document
    assert (made["tenant"], made["attribute"], made["metadata"]) == ("acme", EMAIL, "entra.xml")


def test_the_doctor_reads_the_same_metadata(desk: Path, sync: Callable[..., Done]) -> None:
    """What sso metadata finds about the attribute, doctor finds; metadata that cannot be read is 5 in both."""
    (desk / "agents.csv").write_text("Login,Email\nanna,Anna@example.com\n")
    lines = {each["name"]: each for each in sync(desk, "doctor", "job.toml", "--json").document["checks"]}
    checks = sync(desk, "sso", "metadata", "job.toml", "--file", "sso/entra.xml", "--json").document["checks"]
    assert lines["claim"]["detail"] == next(each["detail"] for each in checks if each["name"] == "attribute")
    (desk / "sso/entra.xml").write_text("<!DOCTYPE a><a/>")
    assert sync(desk, "doctor", "job.toml", "--json").code == 5


def test_a_ticket(desk: Path, sync: Callable[..., Done]) -> None:
    """The text goes to stdout, warnings to stderr, the draft to a private file that is not written twice."""
    words = ("sso", "ticket", *ACME, "--attribute", EMAIL, "--metadata-file", "sso/entra.xml", "-o", "ticket.eml")
    done = sync(desk, *words, umask=0)
    assert done.code == 0
    assert done.stdout.startswith("Subject: Single sign-on for Contact Pro tenant ACME (Europe)\n\nHello,\n")
    assert f"\n   {EMAIL}\n" in done.stdout
    assert "send it again after each change" in done.stderr
    assert (desk / "ticket.eml").stat().st_mode & 0o777 == 0o600
    before = (desk / "ticket.eml").read_bytes()
    assert before.startswith(b"X-Unsent: 1\r\n")
    assert sync(desk, *words).code == 2
    assert (desk / "ticket.eml").read_bytes() == before


@pytest.mark.parametrize("name", ["urls", "metadata", "ticket"])
def test_help_has_an_example(name: str, desk: Path, sync: Callable[..., Done]) -> None:
    """Every command shows how it is called."""
    assert f"Example: contactpro-sync sso {name} --tenant ACME --region eu" in sync(desk, "sso", name, "--help").stdout
