"""Notes about a captured sign-in: what would lock a user out although the certificate matches."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from pipeline.sso.saml.response import Attribute, Signature, SignIn
from pipeline.sso.sign_in.notes import build_notes
from pipeline.sso.subjects import SubjectRecord
from tests.pipeline.sso.saml.responses import HOST, POOL, SERVICE

BO = "Bo.Lind@contoso-example.com"
SIGNED = Signature(response=False, assertion=True, fingerprints=())
PLAIN = SignIn("capture", None, (POOL,), SERVICE, "id-7", None, None, None, (Attribute("mail", None, (BO,)),), SIGNED)
HOLDER = SubjectRecord("acme", "", "blind", BO, HOST, "planned by team in R", "exact")


@pytest.mark.parametrize(
    ("changes", "starts"),
    [
        ({}, []),
        ({"name_id": None}, []),
        ({"name_id": ""}, []),
        ({"name_id": BO}, [f"NameID {BO!r} is an email address. Amazon Cognito knows a returning user by NameID"]),
        ({"name_id": BO.lower()}, [f"NameID {BO.lower()!r} differs by case from the attribute's {BO!r}. Amazon"]),
        ({"signature": Signature(response=False, assertion=False, fingerprints=())}, ["Signature: none, so nothing"]),
        ({"signature": Signature(response=True, assertion=False, fingerprints=())}, []),
        ({"audiences": ("https://x.example.com",)}, ["Audience: https://x.example.com is not a user pool"]),
        ({"audiences": ()}, []),
        (
            {"audiences": ("urn:amazon:cognito:sp:us-west-2_A",)},
            [f"Region: the user pool is in us-west-2, the Issuer is {HOST}."],
        ),
        ({"reformatted": True}, ["Format: this XML was indented after the capture"]),
        ({"destination": "https://crm.example.com/", "audiences": ("x",), "name_id": BO, "reformatted": True}, []),
    ],
)
def test_each_note(changes: Mapping[str, object], starts: list[str]) -> None:
    """Each fact has one note; a sign-in to another application has none."""
    found = list(build_notes(replace(PLAIN, **changes), "mail", (HOLDER,)))
    assert len(found) == len(starts)
    for note, start in zip(found, starts, strict=True):
        assert note.startswith(start)


def test_the_note_about_name_id_quotes_the_error() -> None:
    """Users read this error; it leads to the cause, and the cure is named."""
    (note,) = build_notes(replace(PLAIN, name_id=BO), "mail", (HOLDER,))
    assert '"Invalid ProviderName/Username combination"' in note
    assert "have Sinch delete the user's profile" in note
