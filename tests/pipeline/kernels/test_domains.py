"""The domains of emails."""

import pyarrow as pa
import pytest

from pipeline.kernels.domains import domains


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("anna@example.com", "example.com"),
        ('"a@b"@example.com', "example.com"),
        ("no address", "no address"),
        ("anna@", ""),
        ("", ""),
    ],
)
def test_the_domain_is_the_part_behind_the_last_at(email: str, domain: str) -> None:
    """An email is cut at its last @; a text without one stays as it is."""
    assert domains(pa.array([email], pa.string())).to_pylist() == [domain]


def test_a_slice_has_the_domains_of_its_own_emails() -> None:
    """Emails in front of a slice are not counted."""
    emails = pa.array(["x@a.example.com", "y@b.example.com", ""], pa.string())
    assert domains(emails.slice(1)).to_pylist() == ["b.example.com", ""]
    assert domains(emails.slice(3)).to_pylist() == []
