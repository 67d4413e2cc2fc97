"""The verdict on a captured sign-in: is its email the Subject of exactly one user?"""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.command_line import commands_in
from pipeline.sso.saml.response import Attribute, Signature, SignIn
from pipeline.sso.sign_in.verdict import judge
from pipeline.sso.subjects import COLUMNS, Subjects
from tests.pipeline.sso.saml.responses import ANNA, HOST, POOL, SERVICE

WHERE = "the plans and states in runs"


def known(*subjects: str, case: str = "exact", origin: str = "planned by team in R") -> Subjects:
    """Build the Subjects of people with logins u1, u2 and so on."""
    issuer = "cc-acme.auth.eu-central-1.amazoncognito.com"
    rows = [("acme", "", f"u{n}", each, issuer, origin, case, "team") for n, each in enumerate(subjects, start=1)]
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    return Subjects(
        pa.table({name: pa.array(texts, pa.string()) for name, texts in zip(COLUMNS, columns, strict=True)})
    )


def sent(
    attributes: dict[str, tuple[str | None, ...]],
    name_id: str | None = None,
    *,
    friendly: str | None = None,
    audience: str = "",
    destination: str | None = None,
) -> SignIn:
    """Build a sign-in with these attributes, all with one friendly name."""
    signature = Signature(response=False, assertion=False, fingerprints=())
    found = tuple(Attribute(name, friendly, values) for name, values in attributes.items())
    audiences = (audience,) if audience else ()
    return SignIn("capture", None, audiences, destination, name_id, None, None, None, found, signature)


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
            "which is not a Subject in the plans and states in runs (1 compared)",
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
        ((ANNA,), [], "unknown", None, "there is no Subject in the plans and states in runs to compare it with"),
    ],
)
def test_the_verdict(
    values: tuple[str | None, ...], subjects: list[str], verdict: str, subject: str | None, said: str
) -> None:
    """Bytes decide; each character that differs is marked, and an invisible one is named by its code point."""
    found = judge(sent({"mail": values}), "mail", known(*subjects), WHERE)
    assert (found.verdict, found.subject) == (verdict, subject)
    assert said in found.message
    assert found.advice.endswith((".", "?", *commands_in(found.advice)))


@pytest.mark.parametrize(
    ("attributes", "name_id", "carriers", "said"),
    [
        ({"Mail": (ANNA,)}, None, ("Mail",), "sent; different in case or spaces only: 'Mail'. A Subject, "),
        ({"ma il": ("x",), "MAIL": ("y",)}, None, (), "different in case or spaces only: 'ma il' and 'MAIL'."),
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
    found = judge(sent(attributes, name_id), "mail", known(ANNA), WHERE)
    assert (found.verdict, found.subject, found.carriers) == ("absent", None, carriers)
    assert said in found.message


@pytest.mark.parametrize(
    ("attributes", "name_id", "advice"),
    [
        ({"Mail": (ANNA,)}, ANNA, "Give Sinch support the name 'Mail' exactly, or"),
        ({"address": (ANNA,)}, ANNA, "Inform Sinch support that the email comes as 'address', or"),
        ({}, ANNA, "Configure the identity provider to send the email as an attribute 'mail', not as NameID only."),
        (
            {},
            None,
            "Configure the identity provider to send the email as 'mail', or give Sinch the name that it sends.",
        ),
    ],
)
def test_the_next_step_of_an_absent_attribute(
    attributes: dict[str, tuple[str | None, ...]], name_id: str | None, advice: str
) -> None:
    """A name that was nearly right comes first, then an attribute that carries the email, then the NameID."""
    assert judge(sent(attributes, name_id), "mail", known(ANNA), WHERE).advice.startswith(advice)


def test_a_friendly_name_does_not_count() -> None:
    """If the name that Sinch has is only the friendly one, the name that counts is shown."""
    oid = "urn:oid:0.9.2342.19200300.100.1.3"
    found = judge(sent({oid: (ANNA,)}, friendly="mail"), "mail", known(ANNA), WHERE)
    assert (found.verdict, found.carriers) == ("absent", (oid,))
    assert f"It is only the friendly name of {oid!r}" in found.message
    assert f"Give Sinch support the name {oid!r}" in found.advice


@pytest.mark.parametrize(
    ("origin", "case", "value", "advice"),
    [
        ("planned by team in R", "exact", ANNA, "Write the import files with emit"),
        ("delivered by team in R", "exact", ANNA, "Nothing to correct."),
        ("planned by team in R", "exact", ANNA.upper(), f"Make the Subject {ANNA.upper()!r} in the list and in the"),
        ("planned by team in R", "lower", ANNA.upper(), 'subject_case = "lower"'),
    ],
)
def test_the_next_step(origin: str, case: str, value: str, advice: str) -> None:
    """It depends on whether the certificate was delivered, and on the job's rule for case."""
    found = judge(sent({"mail": (value,)}), "mail", known(ANNA, case=case, origin=origin), WHERE)
    assert advice in found.advice


def test_a_subject_of_two_users_is_no_match() -> None:
    """Two logins with one Subject and Issuer are named, up to three, because Contact Pro cannot distinguish them."""
    two = judge(sent({"mail": (ANNA,)}), "mail", known(ANNA, ANNA), WHERE)
    assert (two.verdict, [holder.login for holder in two.holders]) == ("unknown", ["u1", "u2"])
    assert "the Subject of 2 users with the same Issuer: login 'u1' (planned by team in R), login 'u2'" in two.message
    assert two.advice.startswith("In System Configurator delete this certificate from each user but the one to")
    five = judge(sent({"mail": (ANNA,)}), "mail", known(*[ANNA] * 5), WHERE)
    assert "login 'u3' (planned by team in R) and 2 more." in five.message


def test_a_subject_in_two_tenants_is_a_match() -> None:
    """The same login with the Issuer of another tenant is another certificate; the sign-in names which is meant."""
    other = known(ANNA, origin="planned by other in R").table
    column = pa.array(["cc-other.auth.us-west-2.amazoncognito.com"])
    other = other.set_column(other.column_names.index("issuer"), "issuer", column)
    subjects = Subjects(pa.concat_tables([known(ANNA).table, other]))
    assert judge(sent({"mail": (ANNA,)}), "mail", subjects, WHERE).verdict == "match"
    meant = judge(sent({"mail": (ANNA,)}, audience="urn:amazon:cognito:sp:us-west-2_A"), "mail", subjects, WHERE)
    assert (meant.verdict, [each.origin for each in meant.holders]) == ("match", ["planned by other in R"])


def test_a_user_with_login_and_id_in_two_jobs_is_one() -> None:
    """Two jobs may know one user by different keys; one key in common is enough."""
    row = {"tenant": "acme", "subject": ANNA, "issuer": "i", "origin": "planned by a in R", "subject_case": "exact"}
    rows = [row | {"login": "u1", "external_id": "", "job": "a"}, row | {"login": "u1", "external_id": "7", "job": "b"}]
    subjects = Subjects(pa.table({name: [each[name] for each in rows] for name in COLUMNS}))
    assert judge(sent({"mail": (ANNA,)}), "mail", subjects, WHERE).verdict == "match"


@pytest.mark.parametrize(
    ("audience", "destination", "place"),
    [
        ("https://saml.example.com", "https://contoso.my.example.com?so=00D", "contoso.my.example.com"),
        ("", "https://contoso.my.example.com/", "contoso.my.example.com"),
        ("spn:crm", None, "spn:crm"),
        ("spn:crm", "https://amazoncognito.com.evil.example.com/saml2/idpresponse", "amazoncognito.com.evil."),
    ],
)
def test_a_sign_in_to_another_application(audience: str, destination: str | None, place: str) -> None:
    """It proves nothing, whatever its attributes are: each application has its own claims."""
    sign_in = sent({"mail": (ANNA,)}, audience=audience, destination=destination)
    for subjects in (known(ANNA), known(ANNA.upper()), known("bo@example.com"), known()):
        found = judge(sign_in, "mail", subjects, WHERE)
        assert found.verdict == "elsewhere"
        assert f"was sent to {place}" in found.message
        assert "sso urls" in found.advice


@pytest.mark.parametrize(
    ("audience", "destination", "verdict"),
    [
        ("", None, "match"),
        (POOL, None, "match"),
        (POOL, "https://sso.contoso-example.com/saml2/idpresponse", "match"),
        ("https://cc-acme.cc.sinch.com/", None, "match"),
        ("other", SERVICE, "match"),
        ("", SERVICE.replace("cc-acme", "cc-umbrella"), "elsewhere"),
        ("urn:amazon:cognito:sp:ap-southeast-2_Ab", None, "elsewhere"),
        ("urn:amazon:cognito:sp:ap-southeast-2_Ab", SERVICE, "elsewhere"),
    ],
)
def test_a_sign_in_to_amazon_cognito(audience: str, destination: str | None, verdict: str) -> None:
    """A pool may have a host of its own; a pool or host that is not that of the Issuer is another tenant's."""
    found = judge(sent({"mail": (ANNA,)}, audience=audience, destination=destination), "mail", known(ANNA), WHERE)
    assert found.verdict == verdict
    assert (f"and the Issuer beside this Subject is {HOST}" in found.message) == (verdict == "elsewhere")


@pytest.mark.parametrize("values", [("bo@fabrikam-example.com",), (), ("bo@example.com", "b@example.com")])
def test_another_attribute_carries_the_subject(values: tuple[str, ...]) -> None:
    """A claim that is filled from the wrong source: the attributes with a Subject are named, and what to change."""
    sign_in = sent({"mail": values, "upn": (ANNA,), "two": (ANNA, ANNA)}, ANNA)
    found = judge(sign_in, "mail", known(ANNA), WHERE)
    assert (found.verdict, found.carriers) == ("unknown", ("upn", "NameID"))
    if len(values) < 2:
        assert "A Subject, byte for byte, is the value of 'upn' and 'NameID'." in found.message
        assert "fill the attribute 'mail' from the same source as 'upn'" in found.advice


@pytest.mark.parametrize(
    ("value", "message", "advice"),
    [
        ("anna.berg", f"only the part before the @ of the Subject {ANNA!r}", "from the whole email"),
        ("ann", "which is not a Subject", "contactpro-sync explain JOB.toml ann"),
        ("a_fabrikam.com#EXT#@contoso.onmicrosoft.com", "user principal name of a guest account", "(user.mail)"),
    ],
)
def test_a_value_that_is_not_an_email_of_the_list(value: str, message: str, advice: str) -> None:
    """Half an email and the technical name of a guest are named for what they are."""
    found = judge(sent({"mail": (value,)}), "mail", known(ANNA), WHERE)
    assert found.verdict == "unknown"
    assert message in found.message
    assert advice in found.advice


def test_one_person_in_two_jobs_is_one() -> None:
    """The same certificate planned by one job and delivered by another is one row, a delivered one."""
    both = pa.concat_tables([known(ANNA).table, known(ANNA, origin="delivered by other in R").table])
    match = Subjects(both).find(ANNA)
    assert [holder.origin for holder in match.holders] == ["delivered by other in R"]


LETTERS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@settings(max_examples=200)
@given(value=LETTERS, others=st.lists(LETTERS, max_size=5, unique=True))
def test_only_the_same_bytes_are_a_match(value: str, others: list[str]) -> None:
    """Match if and only if the value is one of the Subjects, byte for byte."""
    found = judge(sent({"mail": (value,)}), "mail", known(*others), WHERE)
    assert (found.verdict == "match") == (value in others)
    assert (found.verdict == "case") <= (value.lower() in {each.lower() for each in others})
