"""How headers are folded and split into names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.headers import header_key, nearest, normalise_header, read_header, visible


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    """A folded header is a fixed point."""
    folded = normalise_header(text)
    assert normalise_header(folded) == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Email", "email"),
        ("  E-Mail\u00a0Adresse *", "e mail adresse"),
        ("first_name", "first name"),
        ("Prénom", "prenom"),
        ("Pre\u0301nom", "prenom"),
        ("\ufeffemail", "email"),
        ("“Login”", "login"),
        ("Nom d\u2019utilisateur", "nom dutilisateur"),
        ("\uff25\uff4d\uff41\uff49\uff4c\uff1a", "email"),
        ("メールアドレス", "メールアドレス"),
        ("ユーザー・ザ", "ユーザー ザ"),
        ("Straße/Ort", "strasse ort"),
        ("\t \u3000", ""),
    ],
)
def test_a_header_is_folded(text: str, folded: str) -> None:
    """Case, accents, width, quotes, separators and invisible characters do not distinguish two headers."""
    assert normalise_header(text) == folded


@pytest.mark.parametrize("text", ["FirstName", "First Name", "first_name", "FIRST-NAME", "first\u00a0name"])
def test_words_may_be_joined(text: str) -> None:
    """The key knows no spaces, so every way of joining words is one name."""
    assert header_key(text) == "firstname"


@pytest.mark.parametrize(
    ("text", "tokens", "names"),
    [
        ("Email", (), ("email",)),
        ("", (), ()),
        (
            "User name [userPrincipalName] Required",
            ("userprincipalname",),
            ("usernameuserprincipalnamerequired",),
        ),
        (
            "Name (example: Chris Green) [displayName] *",
            ("displayname",),
            ("nameexamplechrisgreendisplayname",),
        ),
        ("Email Address [Required]", ("required",), ("emailaddressrequired", "emailaddress")),
        ("User ID/Email (Required)", (), ("useridemailrequired", "useridemail")),
        ("E-Mail (name@firma.de)", (), ("emailname@firmade", "email")),
        ("Email (private)", (), ("emailprivate",)),
    ],
)
def test_a_header_carries_names(text: str, tokens: tuple[str, ...], names: tuple[str, ...]) -> None:
    """Brackets give a token, and a mark such as (required) does not change the name."""
    assert (read_header(text).tokens, read_header(text).names) == (tokens, names)


def test_invisible_characters_are_spelled_out() -> None:
    """An error sentence shows the invisible no-break space."""
    assert visible("Email\u00a0") == '"Email\\u00a0"'


def test_the_nearest_name_is_found() -> None:
    """One slip is bridged, another word is not."""
    assert nearest("userPrincipalNam", ["mail", "userPrincipalName"]) == "userPrincipalName"
    assert nearest("Kostenstelle", ["mail", "userPrincipalName"]) is None
