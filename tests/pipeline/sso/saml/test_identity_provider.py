"""What a sign-in needs of an identity provider, and the name under which it sends the email."""

import pytest

from pipeline.sso.saml.identity_provider import checks
from tests.pipeline.sso.saml.documents import NOW, SAML2, key, one, place, provider

EMAIL = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
ENTRA = f'<Extensions><fed:ClaimTypesOffered><auth:ClaimType Uri="{EMAIL}"/></fed:ClaimTypesOffered></Extensions>'
OWN = '<saml:Attribute Name="Email"/><saml:Attribute Name="eMail"/><saml:Attribute Name="mail "/>'


def found(text: str, attribute: str | None = EMAIL) -> dict[str, tuple[str, str]]:
    """Return status and detail of each line."""
    return {check.name: (check.status, check.detail) for check in checks(one(text), attribute, (EMAIL, "email"), NOW)}


def test_a_good_provider() -> None:
    """Every line of it is ok, in this order."""
    told = found(provider(names=ENTRA))
    assert list(told) == ["idp metadata", "idp sign-on", "idp certificates", "idp validity", "attribute"]
    assert {status for status, _ in told.values()} == {"ok"}
    assert told["idp metadata"] == ("ok", "metadata.xml describes https://idp.example.com/")
    assert told["idp sign-on"] == ("ok", "HTTP-Redirect https://idp.example.com/sso")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (provider(entity=""), "idp metadata", "metadata.xml has no entity id"),
        (provider(entity="  "), "idp metadata", "metadata.xml has no entity id"),
        (provider(places=""), "idp sign-on", "over https (found: none)"),
        (
            provider(places=place("SingleSignOnService", "SOAP", "https://idp.example.com/s")),
            "idp sign-on",
            "(found: SOAP https://idp.example.com/s)",
        ),
        (
            provider(places=place("SingleSignOnService", "HTTP-POST", "http://idp.example.com/s")),
            "idp sign-on",
            "has no SingleSignOnService with HTTP-Redirect or HTTP-POST over https",
        ),
        (provider(keys=""), "idp certificates", "has no certificate for signing"),
        (provider(keys=key("x", ' use="encryption"')), "idp certificates", "has no certificate for signing"),
        (provider(keys=key("bm9uZQ==", "")), "idp certificates", "certificate 1 of 1 in metadata.xml cannot be read"),
        (provider(ends=' validUntil="2026-05-31T00:00:00Z"'), "idp validity", "expired on 2026-05-31"),
    ],
)
def test_a_provider_that_lacks_something(text: str, line: str, said: str) -> None:
    """The line names what is missing, and what there is in its place."""
    status, detail = found(text)[line]
    assert status == "failed"
    assert said in detail


@pytest.mark.parametrize(
    ("names", "attribute", "status", "said"),
    [
        (ENTRA, EMAIL, "ok", "is listed exactly so in metadata.xml; the list is the same for every application"),
        (OWN, "eMail", "ok", "eMail is listed exactly so in metadata.xml"),
        (ENTRA, EMAIL.replace("email", "eMail"), "failed", f"metadata.xml spells it '{EMAIL}'"),
        (OWN, "EMAIL", "failed", "metadata.xml spells it 'Email', 'eMail'"),
        (OWN, "mail", "failed", "saml_attribute is 'mail'; metadata.xml spells it 'mail '"),
        (ENTRA, "mail", "warning", "mail is not among the names in metadata.xml; Entra never lists custom claims"),
        (OWN, "uid", "warning", "uid is not among the names in metadata.xml"),
        ("", EMAIL, "warning", "metadata.xml lists no attribute names, so the name cannot be checked"),
        ("", "Email", "warning", "so the name cannot be checked; the usual spelling is 'email'"),
        (OWN, None, "warning", "no attribute name was given; metadata.xml lists 3 names"),
        ('<saml:Attribute Name="mail"/>', None, "warning", "no attribute name was given; metadata.xml lists 1 name"),
        ("", None, "warning", "no attribute name was given; metadata.xml lists no names"),
    ],
)
def test_the_attribute(names: str, attribute: str | None, status: str, said: str) -> None:
    """Exact, another in case or spaces, not listed, no attributes: each its own answer."""
    assert found(provider(names=names), attribute)["attribute"][0] == status
    assert said in found(provider(names=names), attribute)["attribute"][1]


def test_a_role_of_another_protocol_is_no_role() -> None:
    """What a provider offers in SAML 1.1 only is not looked at."""
    both = provider().replace("</EntityDescriptor>", "") + (
        '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol">'
        f"{key('x')}</IDPSSODescriptor></EntityDescriptor>"
    )
    assert found(both)["idp certificates"][0] == "ok"
    assert f"{SAML2}:protocol" in both


def test_a_provider_of_ws_federation_alone() -> None:
    """Its names can be read, and that it does not support SAML 2.0."""
    text = provider(names=ENTRA).replace("IDPSSODescriptor", "RoleDescriptor")
    told = found(text)
    assert {name: status for name, (status, _) in told.items() if status == "failed"} == {
        "idp sign-on": "failed",
        "idp certificates": "failed",
    }
    assert told["attribute"][0] == "ok"


def test_a_role_that_does_not_say_its_protocol() -> None:
    """It is taken for one of SAML 2.0."""
    text = provider().replace(f' protocolSupportEnumeration="{SAML2}:protocol"', "")
    assert "protocolSupportEnumeration" not in text
    assert found(text)["idp sign-on"][0] == "ok"
