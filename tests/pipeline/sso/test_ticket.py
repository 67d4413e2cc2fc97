"""The support ticket: its three things, exactly; and the draft, byte for byte."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from connectors.base import SourceMissing, SourceUnreadable
from pipeline.model.errors import UsageProblem
from pipeline.sso.settings import SsoSettings, read_settings
from pipeline.sso.ticket import build_ticket, save
from pipeline.sso.ticket_warnings import SEND_AGAIN
from tests.pipeline.sso.saml.documents import GOOD, NOW, key, provider, service
from tests.servers.authority import signing_certificate

EMAIL = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
URL = "https://login.microsoftonline.com/0b9c/federationmetadata/2007-06/federationmetadata.xml?appid=1"
ACME = read_settings(None, "Acme", "eu", EMAIL)
LISTED = provider(names=f'<saml:Attribute Name="{EMAIL}"/><saml:Attribute Name="Grüße"/>')


@pytest.fixture
def metadata(tmp_path: Path) -> Path:
    """Write metadata that lists the usual name."""
    (tmp_path / "idp.xml").write_bytes(b"\xef\xbb\xbf" + LISTED.encode())
    return tmp_path / "idp.xml"


def test_a_ticket_with_an_address() -> None:
    """Word for word what is sent."""
    made = build_ticket(ACME, URL, None, NOW)
    assert made.subject == "Single sign-on for Contact Pro tenant ACME (Europe)"
    assert (
        made.body
        == f"""Hello,

please set up single sign-on (SAML 2.0) for our Contact Pro tenant.

1. The metadata of our identity provider: at this address, where a new certificate
   will be found, too:

   {URL}

2. Tenant: ACME, in Europe
   (https://cc-acme.cc.sinch.com)

3. The SAML attribute that carries the email address. Its name is
   case-sensitive; please enter it exactly as it stands here:

   {EMAIL}

The certificates of our users will carry the email address as Subject,
and this Issuer:

   cc-acme.auth.eu-central-1.amazoncognito.com

Please tell us when it is done.
"""
    )
    assert made.document() == {
        "command": "sso ticket",
        "outcome": "ok",
        "exit_code": 0,
        "subject": made.subject,
        "body": made.body,
        "attribute": EMAIL,
        "tenant": "acme",
        "metadata": URL,
        "eml": None,
        "warnings": [],
        "next": "Send this text to Sinch support.",
    }


def test_a_ticket_with_a_file(metadata: Path) -> None:
    """It comes with the warning that it must be sent again; an attribute that is listed exactly needs no other."""
    made = build_ticket(ACME, None, metadata, NOW)
    assert made.warnings == (SEND_AGAIN,)
    assert "attached as idp.xml" in made.body
    assert made.next == "Send this text to Sinch support, with idp.xml attached."


@pytest.mark.parametrize(
    ("attribute", "said"),
    [
        (
            EMAIL.upper(),
            "idp.xml spells it 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress'. Write",
        ),
        ("mail", "mail is not among the names in idp.xml"),
        (f"{EMAIL} ", "begins or ends with a space"),
    ],
)
def test_a_doubtful_attribute(attribute: str, said: str, metadata: Path) -> None:
    """It is warned of, and the ticket carries it as it was given, without the warning."""
    made = build_ticket(read_settings(None, "ACME", "eu", attribute), None, metadata, NOW)
    assert any(said in warning for warning in made.warnings)
    assert f"\n   {attribute}\n" in made.body
    assert said not in made.body


def test_a_doubtful_attribute_with_an_address() -> None:
    """Without metadata it is held against the usual names."""
    made = build_ticket(read_settings(None, "ACME", "eu", "Email"), URL, None, NOW)
    assert made.warnings == (
        "saml_attribute is 'Email'; the identity provider's own spelling is 'email'. Write 'email'.",
    )


def test_the_address_of_a_whole_directory() -> None:
    """Entra's metadata without the application's id has another certificate, and Sinch would trust the wrong one."""
    made = build_ticket(ACME, URL.partition("?")[0], None, NOW)
    assert made.warnings[0].startswith("The address is that of the whole directory, without the certificate")


def test_the_warnings_of_the_metadata_check(tmp_path: Path) -> None:
    """What ``sso metadata`` reports about the file is known before the ticket is sent, and is not in its text."""
    ended = signing_certificate(NOW - timedelta(days=900), NOW - timedelta(days=170))
    path = tmp_path / "idp.xml"
    names = f'<saml:Attribute Name="{EMAIL}"/>'
    path.write_text(provider(keys=key(ended), names=names, ends=' validUntil="2026-05-31T00:00:00Z"'))
    made = build_ticket(ACME, None, path, NOW)
    again, certificate, document = made.warnings
    assert again == SEND_AGAIN
    assert certificate.endswith("; it has expired. Renew it in the identity provider, and send Sinch the new metadata.")
    assert document == "idp.xml expired on 2026-05-31. Download it again."
    assert "expired" not in made.body


def test_several_providers_in_one_file(tmp_path: Path) -> None:
    """Sinch sets up one; the names of all of them are shown."""
    group = "".join(provider(entity=f"https://{name}.example.com/") for name in ("old", "new"))
    (tmp_path / "idp.xml").write_text(
        f'<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">{group}</EntitiesDescriptor>'
    )
    warnings = build_ticket(ACME, None, tmp_path / "idp.xml", NOW).warnings
    assert "idp.xml describes 2 identity providers (https://old.example.com/, https://new.example.com/)" in warnings[1]


def test_encryption_at_the_provider(tmp_path: Path) -> None:
    """A key for encryption may mean encrypted assertions, which both sides need to be set up for."""
    names = f'<saml:Attribute Name="{EMAIL}"/>'
    (tmp_path / "idp.xml").write_text(provider(keys=key(GOOD) + key(GOOD, ' use="encryption"'), names=names))
    (warning,) = build_ticket(ACME, None, tmp_path / "idp.xml", NOW).warnings[1:]
    assert warning.startswith("idp.xml lists a key for encryption. If assertions are encrypted for Contact Pro, write")


@pytest.mark.parametrize(
    ("url", "start"),
    [
        ("https://login.microsoftonline.com/common/federationmetadata.xml?appid=1", "The address has /common/ in"),
        ("https://entra.microsoft.com/#blade", "The address is a page for administrators"),
        ("https://fs.contoso.local/FederationMetadata.xml", "The host fs.contoso.local is known in your own"),
    ],
)
def test_an_address_that_sinch_cannot_use(url: str, start: str) -> None:
    """It is warned of before the ticket is sent."""
    assert [warning[: len(start)] for warning in build_ticket(ACME, url, None, NOW).warnings] == [start]


def test_a_region_that_nobody_has_confirmed() -> None:
    """Its Issuer is a guess, which is reported before the ticket is sent."""
    assert build_ticket(read_settings(None, "ACME", "af", EMAIL), URL, None, NOW).warnings == (
        "Region af (Africa) is not verified: compare the Issuer with what Sinch gave you.",
    )


def test_the_draft(metadata: Path, tmp_path: Path) -> None:
    """A mail program opens it as a draft, with text and file as they are; it names no date and no sender."""
    attribute = "Grüße"
    made = save(
        build_ticket(read_settings(None, "ACME", "eu", attribute), None, metadata, NOW),
        tmp_path / "t.eml",
        "help@example.com",
    )
    data = (tmp_path / "t.eml").read_bytes()
    assert (tmp_path / "t.eml").stat().st_mode & 0o777 == 0o600
    assert made.document()["eml"] == str(tmp_path / "t.eml")
    assert data.isascii()
    assert data.count(b"\n") == data.count(b"\r\n")
    draft = message_from_bytes(data, policy=default)
    assert not draft.defects
    assert (draft["X-Unsent"], draft["To"], draft["Subject"]) == ("1", "help@example.com", made.subject)
    assert draft["Date"] is draft["From"] is draft["Message-ID"] is None
    text, file = draft.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == made.body
    assert f"   {attribute}\n" in made.body
    assert (file.get_content_type(), file.get_filename(), file.get_content()) == (
        "application/xml",
        "idp.xml",
        metadata.read_bytes(),
    )


def test_the_same_ticket_gives_the_same_bytes(metadata: Path, tmp_path: Path) -> None:
    """No clock and no chance in it."""
    for name in ("a.eml", "b.eml"):
        save(build_ticket(ACME, None, metadata, NOW), tmp_path / name, None)
    assert (tmp_path / "a.eml").read_bytes() == (tmp_path / "b.eml").read_bytes()


def test_a_long_name_survives_the_mail(tmp_path: Path) -> None:
    """However long, and whatever it has in it, the name comes out in one piece."""
    attribute = "urn:example:" + "=é " * 400 + ".\u00a0x"
    save(build_ticket(read_settings(None, "ACME", "eu", attribute), URL, None, NOW), tmp_path / "t.eml", None)
    draft = message_from_bytes((tmp_path / "t.eml").read_bytes(), policy=default)
    assert f"   {attribute}\n" in draft.get_content().replace("\r\n", "\n")


def test_a_file_name_is_made_harmless(tmp_path: Path) -> None:
    """What a header could misunderstand is not part of the attachment's name."""
    path = tmp_path / 'm"; x="\r\nBcc: all@example.com é.xml'
    path.write_text(LISTED, "utf-8")
    made = save(build_ticket(ACME, None, path, NOW), tmp_path / "t.eml", None)
    assert made.metadata == "m_x_Bcc_all_example.com_.xml"
    draft = message_from_bytes((tmp_path / "t.eml").read_bytes(), policy=default)
    assert draft["Bcc"] is None
    assert next(draft.iter_attachments()).get_filename() == made.metadata


@pytest.mark.parametrize(
    "to",
    ["", "nobody", "a@b\r\nBcc: all@example.com", "a@example.com, b@example.com", "A <a@example.com>", "a@exa mple"],
)
def test_a_recipient_that_is_none(to: str, tmp_path: Path) -> None:
    """Only a bare address is one; nothing is written."""
    with pytest.raises(UsageProblem, match="is not an email address"):
        save(build_ticket(ACME, URL, None, NOW), tmp_path / "t.eml", to)
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A file or a link that is there stays as it is."""
    (tmp_path / "t.eml").write_text("mine")
    (tmp_path / "link.eml").symlink_to(tmp_path / "nowhere")
    for name in ("t.eml", "link.eml"):
        with pytest.raises(UsageProblem, match="exists already and was not changed"):
            save(build_ticket(ACME, URL, None, NOW), tmp_path / name, None)
    assert (tmp_path / "t.eml").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """It is reported, and so is a recipient without a draft."""
    with pytest.raises(UsageProblem, match="cannot be written: No such file or directory"):
        save(build_ticket(ACME, URL, None, NOW), tmp_path / "none" / "t.eml", None)
    with pytest.raises(UsageProblem, match="--to is for a draft"):
        save(build_ticket(ACME, URL, None, NOW), None, "a@example.com")


@pytest.mark.parametrize(
    ("given", "url", "path", "said"),
    [
        (SsoSettings(attribute=EMAIL), URL, None, "needs a tenant and its region"),
        (read_settings(None, "ACME", "eu"), URL, None, "needs the name of the SAML attribute"),
        (ACME, None, None, "either its address or its file"),
        (ACME, URL, Path("idp.xml"), "either its address or its file"),
        (ACME, "http://idp.example.com/metadata", None, "is not an address of metadata: only https"),
        (ACME, "idp.xml", None, "is not an address of metadata: only https"),
        (ACME, "https://anna:hunter2@idp.example.com/", None, "is not an address of metadata: it holds a user name"),
        (ACME, "https://idp.example.com/\r\nBcc: x", None, "is not an address of metadata: it has the sign"),
        (ACME, "https://login-eu-c1.cc.sinch.com/ACME/metadata", None, "is the metadata of Contact Pro itself"),
        (ACME, "https://login-na-w2.cc.sinch.com/ACME/metadata", None, "is the metadata of Contact Pro itself"),
    ],
)
def test_a_ticket_that_lacks_something(given: SsoSettings, url: str | None, path: Path | None, said: str) -> None:
    """It is a mistake of the command line, and the advice names what to give."""
    with pytest.raises(UsageProblem) as problem:
        build_ticket(given, url, path, NOW)
    assert said in str(problem.value)
    assert problem.value.advice
    assert "hunter2" not in str(problem.value)


def test_the_job_names_the_file(metadata: Path) -> None:
    """If no metadata is given, the job's file is sent; an address is better, and wins."""
    given = SsoSettings(ACME.tenant, EMAIL, metadata)
    assert build_ticket(given, None, None, NOW).metadata == "idp.xml"
    assert build_ticket(given, URL, None, NOW).metadata == URL


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """Missing, unreadable, or of the wrong side: each has its own error."""
    with pytest.raises(SourceMissing):
        build_ticket(ACME, None, tmp_path / "none.xml", NOW)
    (tmp_path / "m.xml").write_text("<!DOCTYPE a><a/>")
    with pytest.raises(SourceUnreadable):
        build_ticket(ACME, None, tmp_path / "m.xml", NOW)
    (tmp_path / "m.xml").write_text(service())
    with pytest.raises(UsageProblem, match="is metadata of a service, not of an identity provider"):
        build_ticket(ACME, None, tmp_path / "m.xml", NOW)
