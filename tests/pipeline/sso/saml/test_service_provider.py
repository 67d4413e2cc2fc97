"""Whose metadata it is: everything that names a tenant or a region must agree with the Issuer that is written."""

import pytest

from mappings.load import load_regions
from pipeline.config.tenant import issuer
from pipeline.sso.saml.service_provider import belongs, consumers
from tests.pipeline.sso.saml.documents import HOST, one, place, service

REGIONS = {region.key: region for region in load_regions()}
AGAIN = "https://login-eu-c1.cc.sinch.com/ACME/metadata"


def verdict(text: str, tenant: str = "acme", region: str = "eu") -> tuple[str, str, str]:
    """Return status, detail and next step."""
    place = REGIONS[region]
    found = belongs("tenant", one(text), tenant, place, issuer(tenant, place), tuple(REGIONS.values()), AGAIN)
    return found.status, found.detail, found.next


@pytest.mark.parametrize(
    "text",
    [
        service(),
        service(entity=f"https://{HOST}"),
        service(entity=HOST),
        service(entity=f"https://{HOST}/", consumer="https://login-eu-c1.cc.sinch.com/ACME/acs"),
        service(consumer=f"https://{HOST.upper()}/saml2/idpresponse"),
        service(entity="https://login-eu-c1.cc.sinch.com/ACME/metadata"),
        service(entity="https://login-eu-c1.cc.sinch.com/acme/metadata/"),
    ],
    ids=["urn", "address", "bare host", "login host", "capitals", "own address", "own address in lower case"],
)
def test_metadata_of_the_tenant(text: str) -> None:
    """One host of Cognito that is the Issuer, and nothing that contradicts it, is enough."""
    assert verdict(text) == ("ok", f"metadata.xml matches tenant acme, region eu (issuer {HOST})", "")


@pytest.mark.parametrize(
    ("text", "tenant", "region", "said"),
    [
        (
            service(),
            "umbrella",
            "eu",
            (
                f"it names {HOST}, and the Issuer is cc-umbrella.auth.eu-central-1.amazoncognito.com "
                "(tenant acme, not umbrella)"
            ),
        ),
        (
            service(),
            "acme",
            "na",
            (
                f"it names {HOST}, and the Issuer is cc-acme.auth.us-west-2.amazoncognito.com "
                "(region eu-central-1, not us-west-2); its user pool is in eu-central-1, not in us-west-2"
            ),
        ),
        (
            service(entity="urn:amazon:cognito:sp:us-west-2_AbCdEfGhi"),
            "acme",
            "eu",
            "its user pool is in us-west-2, not in eu-central-1",
        ),
        (
            service(entity="https://cc-acme.auth.us-west-2.amazoncognito.com/"),
            "acme",
            "eu",
            (
                f"it names cc-acme.auth.us-west-2.amazoncognito.com, and the Issuer is {HOST} "
                "(region us-west-2, not eu-central-1)"
            ),
        ),
        (
            service(consumer="https://acme.auth.eu-central-1.amazoncognito.com/saml2/idpresponse"),
            "acme",
            "eu",
            f"it names acme.auth.eu-central-1.amazoncognito.com, and the Issuer is {HOST}",
        ),
        (
            service(
                more=place("SingleLogoutService", "HTTP-POST", "https://cc-old.auth.eu-central-1.amazoncognito.com/")
            ),
            "acme",
            "eu",
            f"it names cc-old.auth.eu-central-1.amazoncognito.com, and the Issuer is {HOST} (tenant old, not acme)",
        ),
        (
            service(consumer="https://login-na-w2.cc.sinch.com/ACME/acs"),
            "acme",
            "eu",
            "it names login-na-w2.cc.sinch.com, the login host of na, not of eu",
        ),
        (
            service(entity="https://login-eu-c1.cc.sinch.com/OTHER/metadata"),
            "acme",
            "eu",
            "it names the tenant OTHER, not acme",
        ),
        (
            service(more=place("SingleLogoutService", "HTTP-POST", "https://cc-other.cc.sinch.com/launchpad")),
            "acme",
            "eu",
            "it names the tenant other, not acme",
        ),
        (
            service(consumer=f"https://{HOST}.evil.example.com/saml2/idpresponse"),
            "acme",
            "eu",
            f"it names {HOST}.evil.example.com, which only looks like a host of Amazon Cognito",
        ),
        (
            service(consumer="https://sso.example.com/acs", entity="urn:example:contact-pro"),
            "acme",
            "eu",
            "no address in it belongs to Amazon Cognito or Contact Pro",
        ),
        (
            service(consumer="https://[broken/", entity="x"),
            "acme",
            "eu",
            "no address in it belongs to Amazon Cognito or Contact Pro",
        ),
    ],
    ids=[
        *("tenant", "region", "pool", "entity id", "no cc-", "one place of several", "login host"),
        *(
            "tenant of the address",
            "tenant of the applications",
            "only looks like it",
            "another application",
            "no address",
        ),
    ],
)
def test_metadata_of_somebody_else(text: str, tenant: str, region: str, said: str) -> None:
    """What differs is reported with both spellings, and the address of the right metadata."""
    assert verdict(text, tenant, region) == (
        "failed",
        f"metadata.xml does not match tenant {tenant}, region {region}: {said}",
        f"Check tenant and region, or download {AGAIN}",
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (service(consumer="https://sso.example.com/acs"), "; its region agrees (a user pool in eu-central-1)"),
        (
            service(consumer="https://login-eu-c1.cc.sinch.com/ACME/acs", entity="x"),
            "; its region agrees (login-eu-c1.cc.sinch.com)",
        ),
        (service(consumer="https://cc-acme.cc.sinch.com/acs", entity="x"), ""),
    ],
)
def test_metadata_that_does_not_say(text: str, hint: str) -> None:
    """If something is Contact Pro's, but no host of Cognito is named, its tenant is unknown."""
    said = f"metadata.xml names no host of Amazon Cognito, so its tenant cannot be checked{hint}"
    assert verdict(text) == ("warning", said, f"Compare it with {AGAIN}")


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        (service(), "ok", f"HTTP-POST to https://{HOST}/saml2/idpresponse"),
        (
            service(consumer="https://login-eu-c1.cc.sinch.com/a"),
            "ok",
            "HTTP-POST to https://login-eu-c1.cc.sinch.com/a",
        ),
        (
            service(consumer="https://a.example.com/"),
            "warning",
            "HTTP-POST to https://a.example.com/; a.example.com belongs neither to Amazon Cognito nor to Contact Pro",
        ),
        (
            service(binding="HTTP-Artifact"),
            "failed",
            "metadata.xml has no AssertionConsumerService with HTTP-POST over https (found: HTTP-Artifact https://",
        ),
        (
            service(consumer=f"http://{HOST}/saml2/idpresponse"),
            "failed",
            "metadata.xml has no AssertionConsumerService",
        ),
        (service().replace("<Assertion", "<Other"), "failed", "over https (found: none)"),
    ],
)
def test_where_sign_ins_arrive(text: str, status: str, said: str) -> None:
    """Over https, by HTTP-POST, which is all that Cognito takes."""
    found = consumers("tenant endpoint", one(text))
    assert found.status == status
    assert said in found.detail
    assert bool(found.next) is (status != "ok")
