"""The status column of a list: disabled and enabled accounts."""

from collections.abc import Callable

import pytest

from pipeline.model.people import People


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("Aktiv", set()),
        ("", set()),
        ("resigned", {"ACCOUNT-DISABLED"}),
        ("Ausgeschieden 31.12.2025", {"ACCOUNT-DISABLED"}),
        ("Left (3/2026)", {"ACCOUNT-DISABLED"}),
        ("\u2717", {"ACCOUNT-DISABLED"}),
        ("退職", {"ACCOUNT-DISABLED"}),
        ("DEPROVISIONED", {"ACCOUNT-DISABLED"}),
        ("Beendet zum 31.03.2026", {"ACCOUNT-DISABLED"}),
        ("Baja desde el 01/02/2026", {"ACCOUNT-DISABLED"}),
        ("terminated as of 2026-01-31", {"ACCOUNT-DISABLED"}),
        ("PASSWORD_EXPIRED", set()),
        ("STAGED", {"STATUS-UNKNOWN"}),
        ("Parental leave", {"STATUS-UNKNOWN"}),
        ("Active since 2020", {"STATUS-UNKNOWN"}),
    ],
)
def test_a_status_is_known_or_said(word: str, codes: set[str], people: Callable[..., People], judged: Callable) -> None:
    """A word for "left" rejects the row, also with a date; a word that is not known is a warning with the word."""
    found = judged(people({"Email": ["a@x.com"], "Status": [word]}))
    assert found.codes == [codes]
    if "ACCOUNT-DISABLED" in codes:
        assert found.said("ACCOUNT-DISABLED", 0) == (
            f"the column 'Status' of the list has {word!r} | Remove the row, or correct the column."
        )
    if "STATUS-UNKNOWN" in codes:
        assert repr(word) in found.said("STATUS-UNKNOWN", 0)


def test_the_flags_of_active_directory_are_a_status(people: Callable[..., People], judged: Callable) -> None:
    """An export of csvde or Get-ADUser: 514 is a disabled account, and a sum that is not known is named."""
    found = judged(
        people({"mail": [f"{name}@x.com" for name in "abc"], "userAccountControl": ["512", "514", "8388608"]})
    )
    assert found.codes == [set(), {"ACCOUNT-DISABLED"}, {"STATUS-UNKNOWN"}]
