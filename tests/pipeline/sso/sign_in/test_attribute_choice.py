"""Which attribute of a captured sign-in is checked."""

import pytest

from pipeline.sso.sign_in.attribute_choice import ChosenAttribute, choose_attribute
from tests.pipeline.sso.saml.responses import EMAIL

SAP = "email"


@pytest.mark.parametrize(
    ("named", "names", "name", "note"),
    [
        ("mail", [EMAIL, SAP], "mail", ""),
        (None, [EMAIL, "mail"], EMAIL, f"No attribute was named; {EMAIL!r} is the usual one that was sent."),
        (None, ["mail", SAP], SAP, "No attribute was named; 'email' is the usual one that was sent."),
        (None, [SAP, EMAIL], EMAIL, "the first is checked"),
        (None, ["E mail", "name"], SAP, "none of the usual ones was sent; 'email' is one of those"),
        (None, [EMAIL.upper()], EMAIL, "none of the usual ones was sent"),
        (None, ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailadress"], EMAIL, "none of the usual ones"),
        (None, ["emial"], SAP, "none of the usual ones"),
        (None, [], EMAIL, "none of the usual ones"),
    ],
)
def test_which_attribute_is_checked(named: str | None, names: list[str], name: str, note: str) -> None:
    """The named attribute is checked, else the usual one that was sent, else the usual one nearest to a sent one."""
    found = choose_attribute(named, names)
    assert found.name == name
    assert note in found.note
    assert bool(found.note) == (named is None)


def test_a_named_attribute_needs_no_note() -> None:
    """The name is used exactly as written."""
    assert choose_attribute(" Mail ", ["mail"]) == ChosenAttribute(" Mail ")
