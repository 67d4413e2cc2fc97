"""Metadata of identity providers: which names are offered, and how ours is among them (T90)."""

import codecs
from pathlib import Path

import pytest

from connectors.base import SourceMissing, SourceUnreadable
from pipeline.sso.saml.attribute_names import NameMatch, compare_name
from pipeline.sso.saml.metadata import offered
from pipeline.sso.saml.xml import LARGEST

EMAIL = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
NAME = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"

ENTRA = f"""<?xml version="1.0" encoding="utf-8"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sts.example.com/0000/">
  <RoleDescriptor xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="fed:SecurityTokenServiceType"
      xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706" protocolSupportEnumeration="x">
    <fed:ClaimTypesOffered>
      <auth:ClaimType Uri="{NAME}" xmlns:auth="http://docs.oasis-open.org/wsfed/authorization/200706"/>
      <auth:ClaimType Uri="{EMAIL}" xmlns:auth="http://docs.oasis-open.org/wsfed/authorization/200706"/>
    </fed:ClaimTypesOffered>
  </RoleDescriptor>
  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/>
</EntityDescriptor>"""
ADFS = """<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="http://fs.example.com">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <Attribute xmlns="urn:oasis:names:tc:SAML:2.0:assertion" Name="E-Mail"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>"""
NOTHING = '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://ias.example.com"/>'
BOMB = (
    '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>'
    '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">&c;</EntityDescriptor>'
)
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (ENTRA.encode(), (NAME, EMAIL)),
        (codecs.BOM_UTF8 + ENTRA.encode(), (NAME, EMAIL)),
        (ENTRA.replace("utf-8", "utf-16").encode("utf-16"), (NAME, EMAIL)),
        (ADFS.encode(), ("E-Mail",)),
        (NOTHING.encode(), ()),
    ],
    ids=["Entra", "with a byte order mark", "UTF-16", "AD FS", "lists none"],
)
def test_the_names_offered(tmp_path: Path, data: bytes, names: tuple[str, ...]) -> None:
    """The names come out character for character, whichever way the provider lists them."""
    (tmp_path / "metadata.xml").write_bytes(data)
    assert offered(tmp_path / "metadata.xml") == names


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (BOMB.encode(), "contains a DTD or entities"),
        (OUTSIDE.encode(), "contains a DTD or entities"),
        (b'<!DOCTYPE a SYSTEM "http://evil.example.com/a.dtd"><a/>', "contains a DTD or entities"),
        (b"<html><body>Sign in</body></html>", "not SAML metadata"),
        (b"", "is not XML"),
        (b"<EntityDescriptor", "is only a part of an XML document"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "is not XML"),
        (b"<a>" + b" " * LARGEST + b"</a>", "has more than 2,000,000 bytes"),
    ],
    ids=["bomb", "external entity", "external DTD", "HTML", "empty", "cut", "encoding", "large"],
)
def test_what_is_no_metadata_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    """The sentence names the file and what is wrong with it."""
    (tmp_path / "metadata.xml").write_bytes(data)
    with pytest.raises(SourceUnreadable) as error:
        offered(tmp_path / "metadata.xml")
    assert said in str(error.value)
    assert "metadata.xml" in str(error.value)


def test_no_file(tmp_path: Path) -> None:
    """A path to nothing is reported as such."""
    with pytest.raises(SourceMissing, match="No such file"):
        offered(tmp_path / "none.xml")


@pytest.mark.parametrize(
    ("name", "names", "expected"),
    [
        (EMAIL, (NAME, EMAIL), NameMatch("exact")),
        (EMAIL.upper(), (NAME, EMAIL), NameMatch("near", (EMAIL,))),
        (f"{EMAIL} ", (NAME, EMAIL), NameMatch("near", (EMAIL,))),
        ("e mail", ("Email", "eMail", "mail"), NameMatch("near", ("Email", "eMail"))),
        ("mail", (NAME, EMAIL), NameMatch("not listed")),
        ("mail", (), NameMatch("no names")),
    ],
)
def test_how_a_name_stands(name: str, names: tuple[str, ...], expected: NameMatch) -> None:
    """Characters decide; case and spaces only help to find what was meant."""
    assert compare_name(name, names) == expected
