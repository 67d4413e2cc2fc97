"""The claim that carries the email: which attribute is meant, and whether its value is somebody's Subject."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sso import verdict as judging
from pipeline.sso.saml.response import Attribute, Signature, SignIn
from pipeline.sso.subjects import COLUMNS, Subjects
from pipeline.sso.verdict import Asked
from tests.pipeline.sso.saml.responses import ANNA, EMAIL

SAP = "email"
WHERE = "the plans and memories below runs"


def known(*subjects: str, case: str = "exact", origin: str = "planned by team in R") -> Subjects:
    """Make the Subjects of people with logins u1, u2 and so on."""
    issuer = "cc-acme.auth.eu-central-1.amazoncognito.com"
    rows = [("acme", "", f"u{number}", each, issuer, origin, case) for number, each in enumerate(subjects, start=1)]
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    return Subjects(
        pa.table({name: pa.array(texts, pa.string()) for name, texts in zip(COLUMNS, columns, strict=True)})
    )


def sent(
    attributes: dict[str, tuple[str | None, ...]], name_id: str | None = None, *, friendly: str | None = None
) -> SignIn:
    """Make a sign-in with these attributes, all of one friendly name."""
    signature = Signature(response=False, assertion=False, fingerprints=())
    found = tuple(Attribute(name, friendly, values) for name, values in attributes.items())
    return SignIn("capture", None, (), None, name_id, None, None, None, found, signature)


@pytest.mark.parametrize(
    ("named", "names", "name", "said"),
    [
        ("mail", [EMAIL, SAP], "mail", ""),
        (None, [EMAIL, "mail"], EMAIL, f"No attribute was named; {EMAIL!r} is the usual one that was sent."),
        (None, ["mail", SAP], SAP, "No attribute was named; 'email' is the usual one that was sent."),
        (None, [SAP, EMAIL], EMAIL, "the first is judged"),
        (None, ["E mail", "name"], SAP, "none of the usual ones was sent; 'email' is one of those"),
        (None, [EMAIL.upper()], EMAIL, "none of the usual ones was sent"),
        (None, ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailadress"], EMAIL, "none of the usual ones"),
        (None, ["emial"], SAP, "none of the usual ones"),
        (None, [], EMAIL, "none of the usual ones"),
    ],
)
def test_which_attribute_is_judged(named: str | None, names: list[str], name: str, said: str) -> None:
    """The one that was named; else the usual one that was sent, or is nearest to one that was; and it is said."""
    found = judging.asked(named, names)
    assert found.name == name
    assert said in found.note
    assert bool(found.note) == (named is None)


def test_a_named_attribute_needs_no_note() -> None:
    """What was named is taken as it is, spaces and all."""
    assert judging.asked(" Mail ", ["mail"]) == Asked(" Mail ")


@pytest.mark.parametrize(
    ("values", "subjects", "verdict", "subject", "said"),
    [
        ((ANNA,), [ANNA], "match", ANNA, "byte for byte the Subject of login 'u1' (planned by team in R)"),
        ((ANNA,), [ANNA.lower(), ANNA], "match", ANNA, "byte for byte the Subject of login 'u2'"),
        (
            (ANNA,),
            [ANNA.lower()],
            "case",
            ANNA.lower(),
            "is [a]nna.[b]erg@contoso-example.com, and the attribute 'mail' carries [A]nna.[B]erg@contoso-example.com",
        ),
        (("ÅSA@example.com",), ["åsa@example.com"], "case", "åsa@example.com", "[åsa]@example.com"),
        (
            (ANNA,),
            ["someone.else@example.com"],
            "unknown",
            None,
            "nobody's Subject in the plans and memories below runs (1 ",
        ),
        ((ANNA,), ["Ana.Berg@contoso-example.com"], "unknown", None, "nearest Subject is 'Ana.Berg@contoso-example.c"),
        ((f"{ANNA}\u00a0",), [ANNA], "unknown", None, "It contains U+00A0 NO-BREAK SPACE at its end."),
        ((f" {ANNA}",), [ANNA], "unknown", None, "It contains U+0020 SPACE at its start."),
        (("anna\u200b@example.com",), [ANNA], "unknown", None, "It contains U+200B ZERO WIDTH SPACE, which cannot"),
        (
            ("jose\u0301@example.com",),
            ["josé@example.com"],
            "unknown",
            None,
            "'jos\\xe9@example.com', here 'jose\\u0301",
        ),
        ((ANNA, ANNA), [ANNA], "unknown", None, "has 2 values, and a Subject is one"),
        ((ANNA, "b", "c", "d", "e"), [ANNA], "unknown", None, f"is one: {ANNA!r} and 'b' and 'c' and 2 more."),
        ((), [ANNA], "unknown", None, "was sent without a value"),
        ((None,), [ANNA], "unknown", None, "was sent without a value"),
        (("",), [ANNA], "unknown", None, "was sent without a value"),
        ((ANNA,), [], "unknown", None, "there is no Subject in the plans and memories below runs to compare it with"),
    ],
)
def test_the_verdict(
    values: tuple[str | None, ...], subjects: list[str], verdict: str, subject: str | None, said: str
) -> None:
    """Bytes judge; what differs is shown letter by letter, and what cannot be seen by its code point."""
    found = judging.judge(sent({"mail": values}), "mail", known(*subjects), WHERE)
    assert (found.verdict, found.subject) == (verdict, subject)
    assert said in found.message
    assert found.advice.endswith((".", "?"))


@pytest.mark.parametrize(
    ("attributes", "name_id", "carriers", "said"),
    [
        ({"Mail": (ANNA,)}, None, ("Mail",), "sent; other in case or spaces only: 'Mail'. A Subject, "),
        ({"ma il": ("x",), "MAIL": ("y",)}, None, (), "other in case or spaces only: 'ma il' and 'MAIL'."),
        (
            {"upn": ("x",), "address": (ANNA,)},
            None,
            ("address",),
            "A Subject, byte for byte, is the value of 'address'.",
        ),
        ({"upn": ("x",)}, ANNA, ("NameID",), "A Subject, byte for byte, is the value of 'NameID'."),
        ({"upn": (ANNA.lower(),), "two": (ANNA, ANNA)}, None, (), "No attribute of the name 'mail' was sent."),
        ({}, None, (), "No attribute of the name 'mail' was sent."),
    ],
)
def test_an_attribute_that_is_absent(
    attributes: dict[str, tuple[str | None, ...]], name_id: str | None, carriers: tuple[str, ...], said: str
) -> None:
    """The names that were meant are shown, and those that carry a Subject under another name."""
    found = judging.judge(sent(attributes, name_id), "mail", known(ANNA), WHERE)
    assert (found.verdict, found.subject, found.carriers) == ("absent", None, carriers)
    assert said in found.message


@pytest.mark.parametrize(
    ("attributes", "name_id", "advice"),
    [
        ({"Mail": (ANNA,)}, ANNA, "Tell Sinch support the name 'Mail', letter for letter, or"),
        ({"address": (ANNA,)}, ANNA, "Tell Sinch support that the email comes as 'address', or"),
        ({}, ANNA, "Have the identity provider send the email as an attribute 'mail' too, not as NameID only."),
        ({}, None, "Have the identity provider send the email as 'mail', or tell Sinch the name that it does send."),
    ],
)
def test_the_next_step_of_an_absent_attribute(
    attributes: dict[str, tuple[str | None, ...]], name_id: str | None, advice: str
) -> None:
    """A name that was nearly right comes first, then an attribute that carries the email, then the NameID."""
    assert judging.judge(sent(attributes, name_id), "mail", known(ANNA), WHERE).advice.startswith(advice)


def test_a_friendly_name_does_not_count() -> None:
    """Where the name that Sinch was told is only the friendly one, the name that counts is shown."""
    oid = "urn:oid:0.9.2342.19200300.100.1.3"
    found = judging.judge(sent({oid: (ANNA,)}, friendly="mail"), "mail", known(ANNA), WHERE)
    assert (found.verdict, found.carriers) == ("absent", (oid,))
    assert f"It is only the friendly name of {oid!r}" in found.message
    assert f"Tell Sinch support the name {oid!r}" in found.advice


@pytest.mark.parametrize(
    ("origin", "case", "value", "advice"),
    [
        ("planned by team in R", "exact", ANNA, "Write the import files with emit"),
        ("handed over by team in R", "exact", ANNA, "Nothing to correct."),
        ("planned by team in R", "exact", ANNA.upper(), f"Make the Subject {ANNA.upper()!r}"),
        ("planned by team in R", "lower", ANNA.upper(), 'subject_case = "lower"'),
    ],
)
def test_the_next_step(origin: str, case: str, value: str, advice: str) -> None:
    """What to do depends on whether it was handed over, and on the job's rule for case."""
    found = judging.judge(sent({"mail": (value,)}), "mail", known(ANNA, case=case, origin=origin), WHERE)
    assert advice in found.advice


def test_several_people_are_named_up_to_three() -> None:
    """Five people with one Subject are three names and a number."""
    found = judging.judge(sent({"mail": (ANNA,)}), "mail", known(*[ANNA] * 5), WHERE)
    assert "login 'u1' (planned by team in R), login 'u2'" in found.message
    assert "and 2 more have this Subject with the same Issuer" in found.message
    assert found.verdict == "unknown"


def test_one_person_in_two_jobs_is_one() -> None:
    """The same certificate planned by one job and handed over by another is one row, and it was handed over."""
    both = pa.concat_tables([known(ANNA).table, known(ANNA, origin="handed over by other in R").table])
    likeness = Subjects(both).like(ANNA)
    assert [holder.origin for holder in likeness.holders] == ["handed over by other in R"]


LETTERS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@settings(max_examples=200)
@given(value=LETTERS, others=st.lists(LETTERS, max_size=5))
def test_only_the_same_bytes_are_a_match(value: str, others: list[str]) -> None:
    """Match if and only if the value is the Subject of exactly one person, byte for byte."""
    found = judging.judge(sent({"mail": (value,)}), "mail", known(*others), WHERE)
    assert (found.verdict == "match") == (others.count(value) == 1)
    assert (found.verdict == "case") <= (value.lower() in {each.lower() for each in others})
