"""Property names of an RCI, recognised by their values; several candidates are refused with all of them."""

import pytest

from connectors.contact_pro_rci.names import PropertyNames
from connectors.contact_pro_rci.reading import RciUser
from pipeline.model.errors import UsageProblem
from pipeline.setup.layouts.rci_names import recognised

ID = "00000000-0000-4000-8000-00000000000"
ISSUER = "cc-acme.auth.eu-central-1.amazoncognito.com"
ADA = RciUser(f"{ID}1", "ada", "E1", "ada@example.com")
OWN = {"zid": f"{ID}7", "mail": "Ada@example.com", "host": ISSUER}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"user": ADA.id},
        {"user": ADA.id.replace("-", "").upper()},
        {"active": True, "since": 2026, "note": None},
        {"kind": "saml"},
    ],
)
def test_names_are_recognised(more: dict[str, object]) -> None:
    """The id by its form and not the user's own, the Subject as an address, the Issuer as a host of the tenant."""
    assert recognised([more | OWN], ADA, "acme") == PropertyNames("zid", "mail", "host")


def test_certificates_of_others_are_left_out() -> None:
    """A certificate of another tenant has other names; those of this tenant decide."""
    other = {"uid": f"{ID}8", "text": "Ada@example.com", "from": ISSUER.replace("acme", "other")}
    assert recognised([other, OWN], ADA, "acme") == PropertyNames("zid", "mail", "host")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            {"owner": "Ada@example.com"},
            "2 properties could be the subject: mail = 'Ada@example.com', owner = 'Ada@exam",
        ),
        ({"uid": f"{ID}9"}, f"2 properties could be the id: zid = '{ID}7', uid = '{ID}9'."),
        ({"from": ISSUER}, f"2 properties could be the issuer: host = '{ISSUER}', from = '{ISSUER}'."),
        ({"mail": "ada"}, "no property is recognised as the subject: zid = "),
        ({"host": "idp.example.com"}, "ada has no certificate with an Issuer of this tenant"),
    ],
)
def test_several_candidates_are_refused_with_all_of_them(more: dict[str, object], sentence: str) -> None:
    """What cannot be distinguished is shown, and nothing is guessed."""
    with pytest.raises(UsageProblem) as refused:
        recognised([OWN | more], ADA, "acme")
    assert sentence in str(refused.value)
