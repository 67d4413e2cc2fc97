"""The contract of every TOML file on disk: a new one is held to it without being named here."""

from pathlib import Path

import pytest

import mappings
from connectors.http.address import host_pattern
from connectors.registry import registry
from mappings.headers import header_key
from mappings.load import load_layout, load_regions, load_source_mapping, load_source_mappings
from mappings.model import FIELDS, LAYOUT_FIELDS, Region

HOME = Path(str(mappings.__file__)).parent
SOURCES = sorted(path.stem for path in (HOME / "sources").glob("*.toml"))
LAYOUTS = sorted(path.stem for path in (HOME / "layouts").glob("*.toml"))


def test_the_files_are_found() -> None:
    """The files that the design names are there, so the tests below are not empty."""
    assert {"azure_ad", "entra_bulk_template", "entra_export", "sap_idp", "spreadsheet"} <= set(SOURCES)
    assert "certificates" in LAYOUTS


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_mapping_is_sound(name: str) -> None:
    """It loads, names known kinds and fields, and requires an email that it can find."""
    mapping = load_source_mapping(name)
    assert mapping.name == name
    assert set(mapping.kinds) <= set(registry().connectors)
    assert set(mapping.fields) <= set(FIELDS)
    assert mapping.fields["email"].required
    for rule in mapping.fields.values():
        assert rule.names or rule.fallback in mapping.fields


@pytest.mark.parametrize("name", SOURCES)
def test_a_header_means_one_field(name: str) -> None:
    """Inside one mapping no header, once folded, belongs to two fields or to a field and the headers left alone."""
    mapping = load_source_mapping(name)
    owners: dict[str, set[str]] = {}
    for rule in mapping.fields.values():
        for header in rule.names:
            owners.setdefault(header_key(header), set()).add(rule.field)
    for header in mapping.other_headers:
        owners.setdefault(header_key(header), set()).add("other_headers")
    assert {key: fields for key, fields in owners.items() if len(fields) > 1} == {}
    assert "" not in owners


@pytest.mark.parametrize("name", SOURCES)
def test_a_closed_field_has_its_words(name: str) -> None:
    """A mapping that carries enabled or user_type knows a word for each of their values."""
    mapping = load_source_mapping(name)
    for field, values in (("enabled", {"true", "false"}), ("user_type", {"member", "guest"})):
        if field in mapping.fields:
            assert set(mapping.fields[field].values.values()) == values


@pytest.mark.parametrize("name", SOURCES)
def test_a_mapping_is_offered_for_its_kinds(name: str) -> None:
    """Loading by kind finds it."""
    mapping = load_source_mapping(name)
    for kind in mapping.kinds:
        assert mapping in load_source_mappings(kind)


@pytest.mark.parametrize("name", SOURCES)
def test_metadata_hosts_are_hosts(name: str) -> None:
    """Metadata is fetched from a host of the mapping, which is a full name, or any name below one."""
    for host in load_source_mapping(name).metadata_hosts:
        assert host_pattern(host) == host


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_sound(name: str) -> None:
    """It loads, and its columns are distinct and carry known fields."""
    layout = load_layout(name)
    labels = [column.column for column in layout.columns]
    assert len(labels) == len(set(labels))
    assert all((column.field in LAYOUT_FIELDS) != (column.constant is not None) for column in layout.columns)


def test_the_certificates_layout() -> None:
    """The default layout is what the design promises."""
    layout = load_layout("certificates")
    assert [(column.column, column.field) for column in layout.columns] == [
        ("Login", "login"),
        ("ExternalId", "external_id"),
        ("CertificateSubject", "subject"),
        ("CertificateIssuer", "issuer"),
    ]
    assert (layout.delimiter, layout.newline, layout.encoding, layout.bom) == ("\t", "\r\n", "utf-8", True)
    assert (layout.quoting, layout.verified) == ("none", False)


def test_the_regions() -> None:
    """The four locations are as Sinch names them, and only the inferred one is not verified."""
    assert [(region.key, region.login_host, region.aws_region, region.verified) for region in load_regions()] == [
        ("eu", "login-eu-c1.cc.sinch.com", "eu-central-1", True),
        ("na", "login-na-w2.cc.sinch.com", "us-west-2", True),
        ("au", "login-au-s2.cc.sinch.com", "ap-southeast-2", True),
        ("af", "login-af-s1.cc.sinch.com", "af-south-1", False),
    ]
    assert all(isinstance(region, Region) for region in load_regions())


def test_the_usual_saml_attributes() -> None:
    """Each identity provider has the attribute name that it usually sends, in its own case."""
    assert load_source_mapping("azure_ad").saml_attributes == (
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    )
    assert load_source_mapping("sap_idp").saml_attributes == ("email",)


def test_a_kind_that_nobody_maps_has_no_mappings() -> None:
    """Nothing is offered for an unknown kind."""
    assert load_source_mappings("fax") == ()
