"""Notes about all users: no account state is known, or mail is not the primary SMTP address."""

import pyarrow as pa
import pytest

from connectors.azure_ad.observations import notes


def users(**columns: list[str]) -> pa.Table:
    """Make a frame of users."""
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


@pytest.mark.parametrize(
    ("enabled", "said"),
    [(["", "", ""], True), (["", "true", ""], False), (["false", "false", "false"], False)],
)
def test_nobody_is_known_to_be_enabled(enabled: list[str], said: bool) -> None:  # noqa: FBT001 - a column of the table
    """Only if the attribute was asked for and is empty for all, with the permission that shows it."""
    found = list(notes("Entra ID", users(id=["1", "2", "3"], accountEnabled=enabled)))
    expected = (
        "Entra ID: none of 3 users has accountEnabled, so disabled accounts are not recognised. Grant User.Read.All to "
        "the application, with admin consent."
    )
    assert found == ([expected] if said else [])
    assert list(notes("Entra ID", users(id=["1", "2", "3"]))) == []


@pytest.mark.parametrize(
    ("mail", "addresses", "numbers"),
    [
        ("Ida.Holm@example.com", "SMTP:Ida.Holm@example.com;smtp:ida@example.com", ""),
        ("Ida.Holm@example.com", "smtp:old@example.com;SMTP:ida.holm@example.com", "1 user differs"),
        ("ida@example.com", "smtp:ida@example.com;SMTP:holm@example.com;X500:/o=x", "1 user differs"),
        ("holm@example.com", "smtp:ida@example.com;SMTP:holm@example.com;X500:/o=x", ""),
        ("ida@example.com", "SMTP:ida@example.com.invalid", "1 user differs"),
        ("", "SMTP:ida@example.com", ""),
        ("ida@example.com", "", ""),
        ("ida@example.com", "smtp:other@example.com", ""),
        ("ida@example.com", "smtp:xSMTP:other@example.com", ""),
    ],
)
def test_mail_and_the_primary_address(mail: str, addresses: str, numbers: str) -> None:
    """Only the address whose prefix is in capitals is the primary one, and only two that are there are compared."""
    found = list(notes("Entra ID group Sales", users(mail=[mail], proxyAddresses=[addresses])))
    assert len(found) == bool(numbers)
    assert numbers in "".join(found)


def test_differences_are_counted() -> None:
    """The note has the number of users, and how many of them differ by case only."""
    frame = users(
        mail=["a@example.com", "B@example.com", "c@example.com", "d@example.com"],
        proxyAddresses=["SMTP:z@example.com", "SMTP:b@example.com", "SMTP:C@example.com", "SMTP:d@example.com"],
    )
    (note,) = notes("Entra ID", frame)
    assert (
        "the mail of 3 users differs from the primary SMTP address in proxyAddresses, 2 of them by case only." in note
    )


def test_batches_are_counted_together() -> None:
    """A table comes in batches, and the note is on all of them."""
    differing = users(
        mail=["a@example.com", "b@example.com"], proxyAddresses=["SMTP:A@example.com", "SMTP:c@example.com"]
    )
    (note,) = notes("Entra ID", pa.concat_tables([differing, differing.slice(1), users(mail=[], proxyAddresses=[])]))
    assert (
        "the mail of 3 users differs from the primary SMTP address in proxyAddresses, 1 of them by case only." in note
    )
