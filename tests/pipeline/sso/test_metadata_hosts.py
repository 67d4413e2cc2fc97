"""What is doubtful about the address of a provider's metadata."""

import pytest

from pipeline.sso.metadata_hosts import doubts, hosts

WHOLE = "federationmetadata/2007-06/federationmetadata.xml"


@pytest.mark.parametrize(
    ("url", "doubtful"),
    [
        (f"https://login.microsoftonline.com/contoso-example.com/{WHOLE}", True),
        (f"https://Login.Microsoftonline.com/common/{WHOLE}?a=b", True),
        (f"https://login.microsoftonline.us/contoso-example.com/{WHOLE}", True),
        (f"https://login.partner.microsoftonline.cn/contoso-example.com/{WHOLE}", True),
        (f"https://login.microsoftonline.com/contoso-example.com/{WHOLE}?appid=", True),
        (f"https://login.microsoftonline.com/contoso-example.com/{WHOLE}?appid=1", False),
        (f"https://login.microsoftonline.com/contoso-example.com/{WHOLE}?AppId=1", False),
        ("https://acme.accounts.ondemand.com/saml2/metadata", False),
        (f"https://fs.contoso-example.com/{WHOLE}", False),
    ],
)
def test_an_address_of_entra_names_the_application(url: str, doubtful: bool) -> None:  # noqa: FBT001 - a row
    """Without its id the certificate is that of another application, in every cloud; others need no id."""
    assert any(each.startswith("the address is that of the whole directory") for each in doubts(url)) is doubtful


@pytest.mark.parametrize(
    ("url", "starts"),
    [
        (f"https://login.microsoftonline.com/common/{WHOLE}?appid=1", ["the address has /common/ in place of the"]),
        (f"https://login.windows.net/Organizations/{WHOLE}?appid=1", ["the address has /Organizations/ in place"]),
        ("https://login.microsoftonline.us/consumers?appid=1", ["the address has /consumers/ in place of the"]),
        ("https://portal.azure.com/#view/saml", ["the address is a page for administrators"]),
        ("https://contoso-admin.okta.com/app/saml/metadata", ["the address is a page for administrators"]),
        ("https://acme.accounts.ondemand.com/admin/#/settings", ["the address is a page for administrators"]),
        ("https://contoso.okta.com/app/exk1/sso/saml/metadata", []),
        ("https://fs.contoso-example.com/administration/metadata", []),
        ("https://fs.contoso.local/metadata", ["the host fs.contoso.local is known in your own network only"]),
        ("https://adfs.corp/metadata", ["the host adfs.corp is known in your own network only"]),
        ("https://local.contoso-example.com/metadata", []),
    ],
)
def test_an_address_that_amazon_cognito_cannot_use(url: str, starts: list[str]) -> None:
    """No single directory, a page that needs a sign-in, or a host inside: each is named with what to give instead."""
    found = list(doubts(url))
    assert [doubt[: len(start)] for doubt, start in zip(found, starts, strict=True)] == starts


def test_the_hosts_of_all_and_of_one() -> None:
    """Those of one kind are a part of those of all."""
    assert set(hosts("sap_idp")) < set(hosts())
    assert "login.microsoftonline.com" in hosts()
    assert not set(hosts("sap_idp")) & set(hosts("azure_ad"))
