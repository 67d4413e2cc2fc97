"""What the address of a provider's metadata says by itself."""

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


def test_the_hosts_of_all_and_of_one() -> None:
    """Those of one kind are a part of those of all."""
    assert set(hosts("sap_idp")) < set(hosts())
    assert "login.microsoftonline.com" in hosts()
    assert not set(hosts("sap_idp")) & set(hosts("azure_ad"))
