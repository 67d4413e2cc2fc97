"""What the labels of a users export mean."""

import pytest

from mappings.export_labels import EXPORT_FIELDS, load_export_labels, series_of
from mappings.load import load_layout


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("Login", "login"),
        ("Logon Name", "login"),
        ("UserName", "login"),
        ("EXTERNALID", "external_id"),
        ("External Id", "external_id"),
        ("Id", "id"),
        ("User Id", "id"),
        ("Extension number", "extension"),
        ("User group", "group"),
        ("Settings template", "template"),
        ("Email", "email"),
        ("Certificates.Subject", "subject"),
        ("Certificate Subject 2", "subject"),
        ("Certificate[1].Issuer", "issuer"),
        ("Issuer", "issuer"),
        ("Issued by", "issuer"),
        ("Login2", None),
        ("Language", None),
        ("", None),
        ("2", None),
    ],
)
def test_a_label_means_one_field(label: str, field: str | None) -> None:
    """Case, spaces, dots and brackets do not matter; only Subject and Issuer may be numbered."""
    assert load_export_labels().field(label) == field


def test_every_field_has_names() -> None:
    """Each field has a best name, and the best names are the labels of import files."""
    names = load_export_labels().names
    assert set(names) == set(EXPORT_FIELDS)
    assert [names[field][0] for field in ("id", "login", "external_id")] == ["id", "login", "externalid"]


@pytest.mark.parametrize(
    ("label", "series"),
    [
        ("CertificateSubject", ("certificatesubject", 1)),
        ("CertificateSubject2", ("certificatesubject", 2)),
        ("Certificate 10 Subject", ("certificatesubject", 10)),
        ("CertificateSubject" + "9" * 5000, ("certificatesubject", 999_999_999)),
    ],
)
def test_a_label_has_its_place_in_a_series(label: str, series: tuple[str, int]) -> None:
    """The number may be anywhere, and may be absurd."""
    assert series_of(label) == series


@pytest.mark.parametrize(
    ("cells", "known"), [(("Login", "Team", "Email"), 2), (("Login", "anna@example.com"), 0), (("Anna", "Berg"), 0)]
)
def test_a_row_with_an_address_is_no_header(cells: tuple[str, ...], known: int) -> None:
    """Labels are counted; data are not taken for labels."""
    assert load_export_labels().known(cells) == known


def test_a_layout_goes_before_the_names() -> None:
    """The layout's own labels are the best there are."""
    labels = load_export_labels(load_layout("certificates"))
    assert [labels.rank("login", label) for label in ("Login", "UserName")] == [0, 2]
    assert labels.rank("first_name", "FirstName") == 1
