"""Tenant and region to the Issuer: one wrong character locks a whole tenant out (T82)."""

import re

import pytest

from mappings.load import load_regions
from pipeline.config import tenant as places
from pipeline.model.errors import UsageProblem

REGIONS = load_regions()


@pytest.mark.parametrize(
    ("tenant", "region", "issuer"),
    [
        ("acme", "eu", "cc-acme.auth.eu-central-1.amazoncognito.com"),
        ("ACME", "na", "cc-acme.auth.us-west-2.amazoncognito.com"),
        ("Acme", "au", "cc-acme.auth.ap-southeast-2.amazoncognito.com"),
        ("aCME", "af", "cc-acme.auth.af-south-1.amazoncognito.com"),
        ("acme", "EU", "cc-acme.auth.eu-central-1.amazoncognito.com"),
        ("acme", "Frankfurt", "cc-acme.auth.eu-central-1.amazoncognito.com"),
        ("acme", "eu-central-1", "cc-acme.auth.eu-central-1.amazoncognito.com"),
        ("acme", " Europe ", "cc-acme.auth.eu-central-1.amazoncognito.com"),
        ("acme", "Oregon", "cc-acme.auth.us-west-2.amazoncognito.com"),
        ("acme", "U.S.A.", "cc-acme.auth.us-west-2.amazoncognito.com"),
        ("acme", "Sydney", "cc-acme.auth.ap-southeast-2.amazoncognito.com"),
        ("acme", "Kapstadt", "cc-acme.auth.af-south-1.amazoncognito.com"),
        ("a", "eu", "cc-a.auth.eu-central-1.amazoncognito.com"),
        ("7", "eu", "cc-7.auth.eu-central-1.amazoncognito.com"),
        ("acme-eu-2", "eu", "cc-acme-eu-2.auth.eu-central-1.amazoncognito.com"),
        (" acme ", "eu", "cc-acme.auth.eu-central-1.amazoncognito.com"),
        ("a" * 60, "eu", f"cc-{'a' * 60}.auth.eu-central-1.amazoncognito.com"),
    ],
)
def test_a_good_tenant_in_a_known_region(tenant: str, region: str, issuer: str) -> None:
    """The tenant goes to lower case, the region to its AWS name, and nothing else changes."""
    place = places.region_named(region, REGIONS)
    assert place is not None
    spelled = places.issuer(places.own_tenant(tenant), place)
    assert spelled == issuer
    assert re.fullmatch(r"cc-[a-z0-9-]{1,60}\.auth\.[a-z]{2}-[a-z]+-\d\.amazoncognito\.com", spelled)


@pytest.mark.parametrize(
    "tenant",
    [
        "-acme",
        "acme-",
        "ac me",
        "ac_me",
        "acme.com",
        "acme/",
        "https://cc-acme.cc.sinch.com",
        "a" * 61,
        "ácme",
        "acm\u0435",
        "\u212aey",
        "acme\u200b",
        "ac\nme",
        "-",
        "\uff21cme",
        "   ",
    ],
)
def test_a_bad_tenant_is_refused(tenant: str) -> None:
    """What no Cognito domain can hold is refused with the rule, and never bent until it fits."""
    assert places.tenant_name(tenant) == ""
    with pytest.raises(UsageProblem, match="1 to 60 of the characters"):
        places.own_tenant(tenant)


def test_no_tenant_is_no_mistake() -> None:
    """A list with its own tenant column needs none from the job."""
    assert places.own_tenant("") == ""


@pytest.mark.parametrize("region", ["", " ", "moon", "N/A", "EMEA", "APAC", "America", "eu-west-1", "us-east-1", "e u"])
def test_an_unknown_region_is_not_guessed(region: str) -> None:
    """A name that is none of the four, or could be two of them, is not a region."""
    assert places.region_named(region, REGIONS) is None


@pytest.mark.parametrize(
    ("region", "address"),
    [
        ("eu", "https://login-eu-c1.cc.sinch.com/ACME-2/metadata"),
        ("na", "https://login-na-w2.cc.sinch.com/ACME-2/metadata"),
        ("au", "https://login-au-s2.cc.sinch.com/ACME-2/metadata"),
        ("af", "https://login-af-s1.cc.sinch.com/ACME-2/metadata"),
    ],
)
def test_where_the_metadata_of_a_tenant_is(region: str, address: str) -> None:
    """In its address the tenant is in upper case."""
    place = places.region_named(region, REGIONS)
    assert place is not None
    assert places.metadata_url(places.own_tenant("Acme-2"), place) == address


@pytest.mark.parametrize(
    ("name", "meant"),
    [("cc-acme", "acme"), ("cc-cc-acme", "cc-acme"), ("acme", ""), ("ccacme", ""), ("cc", ""), ("accc-acme", "")],
)
def test_a_tenant_that_may_be_an_address(name: str, meant: str) -> None:
    """A name that begins with cc- is doubtful, because addresses do too; every other name is not."""
    said = places.doubt(name)
    assert bool(said) is bool(meant)
    assert not meant or f"the tenant is {meant}:" in said
