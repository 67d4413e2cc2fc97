"""What an Issuer contains, and how it may be misspelled."""

import pyarrow as pa
import pytest

from pipeline.users_export.issuers import Misspelled, issuers

RIGHT = "cc-acme.auth.eu-central-1.amazoncognito.com"


@pytest.mark.parametrize(
    ("issuer", "detail"),
    [
        ("CC-ACME.auth.eu-central-1.amazoncognito.com", "it has capital letters"),
        (f"https://{RIGHT}", "it has a scheme"),
        (f"{RIGHT}.", "it has a dot at its end"),
        (f" {RIGHT}/", "it has spaces around it and a slash at its end"),
        (f"HTTPS://{RIGHT}./", "it has a scheme and a slash at its end and a dot at its end and capital letters"),
    ],
)
def test_an_issuer_is_compared_letter_by_letter(issuer: str, detail: str) -> None:
    """What differs from the only right spelling is named; the tenant can be read all the same."""
    found = issuers(pa.array([RIGHT, issuer]))
    assert found.misspelled == (Misspelled(issuer, 1, detail),)
    assert (found.tenants, found.regions) == ({"acme": 2}, {"eu-central-1": 1})


@pytest.mark.parametrize(
    "issuer", ["acme.auth.eu-central-1.amazoncognito.com", "cc-acme.auth.Frankfurt.amazoncognito.com", f"{RIGHT}.evil"]
)
def test_another_form_is_told(issuer: str) -> None:
    """A host of Cognito that is not an Issuer of Contact Pro names no tenant."""
    found = issuers(pa.array([issuer]))
    assert [each.detail for each in found.misspelled] == [
        "it does not have the form cc-<tenant>.auth.<region>.amazoncognito.com"
    ]
    assert found.tenants == {}


def test_others_are_counted_only() -> None:
    """Issuers of other identity providers are not mistakes, and an empty cell is none."""
    found = issuers(pa.array(["", "CN=Contoso CA", "CN=Contoso CA", "https://sts.example.com"]))
    assert (found.foreign, found.misspelled, found.tenants, found.regions) == (3, (), {}, {})


def test_the_most_frequent_comes_first() -> None:
    """Regions and tenants are counted, an unknown region too."""
    texts = [RIGHT, RIGHT, RIGHT.replace("eu-central-1", "us-gov-west-1"), RIGHT.replace("acme", "beta")]
    found = issuers(pa.array(texts))
    assert list(found.regions.items()) == [("eu-central-1", 3), ("us-gov-west-1", 1)]
    assert list(found.tenants.items()) == [("acme", 3), ("beta", 1)]


@pytest.mark.parametrize(
    ("regions", "homes"),
    [
        (["eu-central-1"], ("eu-central-1",)),
        (["us-west-2", "eu-central-1", "eu-central-1"], ("eu-central-1",)),
        (["us-west-2", "eu-central-1"], ("eu-central-1", "us-west-2")),
        ([], ()),
    ],
)
def test_a_rare_region_proves_nothing(regions: list[str], homes: tuple[str, ...]) -> None:
    """A tenant is in the region of most of its Issuers; a tie is left to the reader."""
    found = issuers(pa.array([RIGHT.replace("eu-central-1", region) for region in regions], pa.string()))
    assert found.homes == homes
