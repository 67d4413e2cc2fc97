"""Roster against directory: who is meant, which character differs, and what is written."""

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.kernels import hashing
from pipeline.model.people import People

NO_ISSUE: set[str] = set()
DIRECTORY = {
    "mail": [
        "Jane.Smith@Example.com",
        "joe@example.com",
        "",
        "Off@example.com",
        "guest@partner.com",
        "ext@partner.com",
    ],
    "userPrincipalName": [
        "jsmith@corp.example.com",
        "joe@example.com",
        "nomail@example.com",
        "off@example.com",
        "guest@example.com",
        "ext_partner.com#EXT#@example.onmicrosoft.com",
    ],
    "id": ["id-1", "id-2", "id-3", "id-4", "id-5", "id-6"],
    "accountEnabled": ["True", "True", "True", "False", "True", "True"],
    "userType": ["Member", "", "Member", "Member", "Guest", ""],
    "proxyAddresses": [
        "SMTP:Jane.Smith@Example.com;smtp:js@example.com; sip:js@example.com ;smtp:Jane@Old.example.com",
        *[""] * 5,
    ],
}


@pytest.fixture(scope="module")
def directory(people: Callable[..., People]) -> People:
    """Return a directory of six accounts, as Entra exports them."""
    return people(DIRECTORY, "entra_export")


@pytest.mark.parametrize(
    ("email", "codes", "said"),
    [
        ("Jane.Smith@Example.com", NO_ISSUE, ""),
        ("jane.smith@example.com", {"EMAIL-CASE"}, "the list has [j]ane.[s]mith@[e]xample.com"),
        ("jane.smith@example.com", {"EMAIL-CASE"}, "the directory has [J]ane.[S]mith@[E]xample.com"),
        ("jane.smith@example.com", {"EMAIL-CASE"}, "Write 'Jane.Smith@Example.com'."),
        ("jsmith@corp.example.com", {"EMAIL-IS-UPN"}, "Write 'Jane.Smith@Example.com'."),
        ("JSmith@corp.example.com", {"EMAIL-IS-UPN"}, "'Jane.Smith@Example.com'"),
        ("js@example.com", {"EMAIL-IS-UPN"}, "'Jane.Smith@Example.com'"),
        ("jane@old.example.com", {"EMAIL-IS-UPN"}, "'Jane.Smith@Example.com'"),
        ("jane.smyth@example.com", {"EMAIL-UNKNOWN"}, "the nearest is 'Jane.Smith@Example.com'"),
        ("ane.smith@example.com", {"EMAIL-UNKNOWN"}, "If 'Jane.Smith@Example.com' is meant"),
        ("somebody.else@other.org", {"EMAIL-UNKNOWN"}, "no directory entry has this email | "),
        ("nomail@example.com", {"DIRECTORY-NO-EMAIL"}, "its email is empty"),
        ("Off@example.com", {"ACCOUNT-DISABLED"}, "disabled"),
        ("off@example.com", {"ACCOUNT-DISABLED", "EMAIL-CASE"}, ""),
        ("guest@partner.com", {"ACCOUNT-GUEST"}, "guest"),
        ("ext@partner.com", {"ACCOUNT-GUEST"}, "guest"),
    ],
)
def test_by_email(
    email: str,
    codes: set[str],
    said: str,
    directory: People,
    people: Callable[..., People],
    judged: Callable,
) -> None:
    """Each relation between a written email and the directory has its code and its sentence."""
    found = judged(people({"Email": [email]}), directory)
    assert found.codes == [codes]
    assert found.subject == [email]
    assert not said or any(said in found.said(code, 0) for code in codes)


@pytest.mark.parametrize(
    ("email", "identity", "codes"),
    [
        ("joe@example.com", "id-2", NO_ISSUE),
        ("joe@example.com", "9999", NO_ISSUE),
        ("Joe@example.com", "id-2", {"EMAIL-CASE"}),
        ("joe@example.com", "id-1", {"EMAIL-UNKNOWN"}),
        ("jsmith@corp.example.com", "id-1", {"EMAIL-IS-UPN"}),
        ("new.name@example.com", "id-1", {"EMAIL-UNKNOWN"}),
        ("old@example.com", "id-3", {"DIRECTORY-NO-EMAIL"}),
        ("Off@example.com", "id-4", {"ACCOUNT-DISABLED"}),
        ("joe@example.com", "id-4", {"EMAIL-UNKNOWN", "ACCOUNT-DISABLED"}),
    ],
)
def test_by_id(
    email: str,
    identity: str,
    codes: set[str],
    directory: People,
    people: Callable[..., People],
    judged: Callable,
) -> None:
    """An id that both sides have decides, whatever the email is; one that only the list has does not."""
    assert judged(people({"Email": [email], "External ID": [identity]}), directory).codes == [codes]


def test_the_email_of_the_id_is_named(directory: People, people: Callable[..., People], judged: Callable) -> None:
    """If id and email name two people, the sentence names which email the id has."""
    found = judged(people({"Email": ["joe@example.com"], "External ID": ["id-1"]}), directory)
    assert "'Jane.Smith@Example.com'" in found.said("EMAIL-UNKNOWN", 0)


TWO = {"mail": ["Ann@x.com", "ann@x.com"], "userPrincipalName": ["a1@x.com", "a2@x.com"], "id": ["1", "2"]}


@pytest.mark.parametrize(
    ("changes", "email", "codes"),
    [
        ({}, "Ann@x.com", NO_ISSUE),
        ({}, "ann@x.com", NO_ISSUE),
        ({}, "ANN@x.com", {"EMAIL-AMBIGUOUS"}),
        ({"mail": ["Ann@x.com", "Ann@x.com"]}, "Ann@x.com", {"EMAIL-AMBIGUOUS"}),
        ({"mail": ["Ann@x.com", "Ann@x.com"], "id": ["1", "1"]}, "Ann@x.com", NO_ISSUE),
        ({"mail": ["Ann@x.com"] * 2, "userPrincipalName": ["a1@x.com"] * 2, "id": ["", ""]}, "Ann@x.com", NO_ISSUE),
        ({"mail": ["Ann@x.com", "Ann@x.com"], "id": ["1", "1"]}, "ann@x.com", {"EMAIL-CASE"}),
    ],
)
@pytest.mark.parametrize("collided", [False, True])
def test_two_entries_of_one_folded_email(
    changes: dict[str, list[str]],
    email: str,
    codes: set[str],
    people: Callable[..., People],
    judged: Callable,
    monkeypatch: pytest.MonkeyPatch,
    *,
    collided: bool,
) -> None:
    """Equal bytes decide; else it is ambiguous; the same entry exported twice is one person; hashes decide nothing."""
    if collided:
        monkeypatch.setattr(hashing, "hash_texts", lambda texts, _=0: np.full(len(texts), 7, np.uint64))
    assert judged(people({"Email": [email]}), people(TWO | changes, "entra_export")).codes == [codes]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"accountEnabled": ["true", "false"]}, NO_ISSUE),
        ({"accountEnabled": ["false", "true"]}, NO_ISSUE),
        ({"userType": ["Guest", "Member"]}, NO_ISSUE),
        ({"accountEnabled": ["false", "false"]}, {"EMAIL-AMBIGUOUS"}),
        ({"accountEnabled": ["true", "true"]}, {"EMAIL-AMBIGUOUS"}),
        ({"accountEnabled": ["false", "true"], "id": ["1", "1"]}, NO_ISSUE),
    ],
)
def test_of_entries_spelled_alike_the_enabled_member_is_taken(
    changes: dict[str, list[str]], codes: set[str], people: Callable[..., People], judged: Callable
) -> None:
    """A disabled or guest account takes an email from no enabled member; the order of the directory does not matter."""
    entries = TWO | {"mail": ["Ann@x.com", "Ann@x.com"]} | changes
    for order in (slice(None), slice(None, None, -1)):
        truth = people({name: texts[order] for name, texts in entries.items()}, "entra_export")
        assert judged(people({"Email": ["Ann@x.com"]}), truth).codes == [codes]


def test_the_reason_of_an_ambiguity_is_the_true_one(people: Callable[..., People], judged: Callable) -> None:
    """Entries of the same spelling are not reported as others."""
    truth = people(TWO | {"mail": ["Ann@x.com", "Ann@x.com"]}, "entra_export")
    assert "have exactly this email" in judged(people({"Email": ["Ann@x.com"]}), truth).said("EMAIL-AMBIGUOUS", 0)
    assert "none is spelled so" in judged(people({"Email": ["ANN@x.com"]}), people(TWO, "entra_export")).said(
        "EMAIL-AMBIGUOUS", 0
    )


@pytest.mark.parametrize("identity", ["1", "2"])
def test_an_id_ends_the_ambiguity(identity: str, people: Callable[..., People], judged: Callable) -> None:
    """The id names which of two entries with the same email is meant."""
    truth = people(TWO | {"mail": ["Ann@x.com", "Ann@x.com"]}, "entra_export")
    assert judged(people({"Email": ["Ann@x.com"], "External ID": [identity]}), truth).codes == [NO_ISSUE]


def test_one_upn_of_two_accounts_is_ambiguous(people: Callable[..., People], judged: Callable) -> None:
    """An alias that two people carry must not be advised as the email of one of them."""
    truth = people(
        {
            "mail": ["ann@x.com", "ben@x.com"],
            "userPrincipalName": ["a1@x.com", "a2@x.com"],
            "proxyAddresses": ["smtp:team@x.com"] * 2,
        },
        "entra_export",
    )
    found = judged(people({"Email": ["team@x.com"]}), truth)
    assert found.codes == [{"EMAIL-AMBIGUOUS"}]


def test_use_directory_writes_its_spelling_and_says_so(
    directory: People, people: Callable[..., People], judged: Callable
) -> None:
    """Only case is corrected, each correction is reported; another email or a sign-in name never is."""
    listed = people({"Email": ["jane.smith@example.com", "joe@example.com", "jsmith@corp.example.com"]})
    found = judged(listed, directory, on_case_mismatch="use_directory")
    assert found.codes == [{"CASE-CORRECTED"}, NO_ISSUE, {"EMAIL-IS-UPN"}]
    assert found.subject == ["Jane.Smith@Example.com", "joe@example.com", "jsmith@corp.example.com"]
    assert "[J]ane.[S]mith@[E]xample.com" in found.said("CASE-CORRECTED", 0)


def test_lower_case_subjects_do_not_care_for_case(
    directory: People, people: Callable[..., People], judged: Callable
) -> None:
    """With ``subject_case = "lower"`` a difference in case is none, and the Subject is lower."""
    found = judged(people({"Email": ["JANE.smith@example.com"]}), directory, subject_case="lower")
    assert (found.codes, found.subject) == ([NO_ISSUE], ["jane.smith@example.com"])


@pytest.mark.parametrize(
    ("listed", "truth", "accepted"),
    [
        ("jos\u00e9@example.com", "jose\u0301@example.com", False),
        ("\u0130pek@example.com", "i\u0307pek@example.com", False),
        ("\u0130pek@example.com", "\u0130pek@example.com", True),
        ("\u039f\u0394\u039f\u03a3@example.com", "\u039f\u0394\u039f\u03a3@example.com", True),
        ("\u03bf\u03b4\u03bf\u03c3@example.com", "\u039f\u0394\u039f\u03a3@example.com", False),
    ],
)
@pytest.mark.parametrize("policy", ["reject", "use_directory"])
def test_spellings_of_different_length_stop_nobody_else(
    listed: str, truth: str, policy: str, people: Callable[..., People], judged: Callable, *, accepted: bool
) -> None:
    """A directory may hold decomposed accents; that row gets its verdict, and the run does not fall over."""
    roster, directory = people({"Email": [listed, "joe@x.com"]}), people({"Email": [truth, "joe@x.com"]})
    found = judged(roster, directory, on_case_mismatch=policy)
    assert found.codes[1] == NO_ISSUE
    assert (not found.codes[0]) == accepted


def test_a_damaged_spelling_of_the_directory_is_not_proposed(people: Callable[..., People], judged: Callable) -> None:
    """A letter that the directory's export lost is the directory's fault, and copying it would lock the person out."""
    listed, exported = people({"Email": ["goran.ek@x.com"]}), people({"Email": ["g\ufffdran.ek@x.com", "joe@x.com"]})
    found = judged(listed, exported)
    assert found.codes == [{"EMAIL-UNKNOWN"}]
    assert "Export the directory again as UTF-8." in found.said("EMAIL-UNKNOWN", 0)


def test_without_a_directory_nothing_is_proved(people: Callable[..., People], judged: Callable) -> None:
    """Emails that could not be verified are reported once, about the run; its own accounts are still checked."""
    found = judged(people({"Email": ["a@x.com", "b@x.com", "c@x.com"], "Enabled": ["yes", "no", "maybe"]}))
    assert found.whole == {"NO-DIRECTORY"}
    assert found.codes == [NO_ISSUE, {"ACCOUNT-DISABLED"}, {"STATUS-UNKNOWN"}]


def test_an_unreadable_email_is_not_compared(
    directory: People, people: Callable[..., People], judged: Callable
) -> None:
    """An email with a space is not also reported as unknown."""
    assert judged(people({"Email": ["joe@example.com ", ""]}), directory).codes == [{"EMAIL-SPACE"}, {"EMAIL-MISSING"}]


@pytest.mark.parametrize(
    ("email", "proposal"),
    [
        ("joe@example.com", []),
        ("JOE@example.com", [("EMAIL-CASE", "joe@example.com")]),
        ("js@example.com", [("EMAIL-IS-UPN", "Jane.Smith@Example.com")]),
        ("jo@example.com", [("EMAIL-UNKNOWN", "joe@example.com")]),
        ("somebody.else@other.org", [("EMAIL-UNKNOWN", "")]),
        (" joe@example.com", [("EMAIL-SPACE", "joe@example.com")]),
        ("Joe Doe <joe@example.com>", [("EMAIL-SYNTAX", "joe@example.com")]),
    ],
)
def test_a_finding_carries_the_value_to_write_instead(
    email: str, proposal: list[tuple[str, str]], people: Callable[..., People], directory: People, judged: Callable
) -> None:
    """The right spelling is a value of its own, not only a part of a sentence."""
    found = judged(people({"Email": [email]}), directory).findings
    proposals = [(each.code, each.proposal(0)) for each in found if each.severity == "error"]
    assert proposals == proposal
