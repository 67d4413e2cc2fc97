"""Duplicates: which row is accepted, which is rejected, and what is not a duplicate."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import ReaderIssue
from pipeline.kernels import hashing
from pipeline.model.people import People

OK: set[str] = set()
TWIN, CASE = {"EMAIL-TWIN"}, {"EMAIL-CASE-TWIN"}


@pytest.mark.parametrize(
    ("emails", "codes"),
    [
        (["a@x.com", "b@x.com"], [OK, OK]),
        (["a@x.com", "a@x.com"], [TWIN, TWIN]),
        (["a@x.com", "b@x.com", "a@x.com", "a@x.com"], [TWIN, OK, TWIN, TWIN]),
        (["a@x.com", "A@x.com"], [CASE, CASE]),
        (["a@x.com", "a@X.com", "A@x.com"], [CASE, CASE, CASE]),
        (["", ""], [{"EMAIL-MISSING"}, {"EMAIL-MISSING"}]),
        (["Jos\u00e9@x.com", "jos\u00e9@x.com"], [CASE, CASE]),
    ],
)
@pytest.mark.parametrize("collided", [False, True])
def test_emails_without_a_directory(
    emails: list[str],
    codes: list[set[str]],
    people: Callable[..., People],
    judged: Callable,
    monkeypatch: pytest.MonkeyPatch,
    *,
    collided: bool,
) -> None:
    """Without a directory nothing decides between several people: none of them keeps the email."""
    if collided:
        monkeypatch.setattr(hashing, "hash_texts", lambda texts, _=0: np.full(len(texts), 7, np.uint64))
    assert judged(people({"Email": emails})).codes == codes


def test_equal_bytes_and_other_case_together(people: Callable[..., People], judged: Callable) -> None:
    """Of three, two alike and one of another case, none is accepted."""
    found = judged(people({"Email": ["a@x.com", "A@x.com", "a@x.com"]}))
    assert all(codes & (TWIN | CASE) for codes in found.codes)


@pytest.mark.parametrize(
    ("emails", "directory", "accepted"),
    [
        (["Ann@x.com", "ann@x.com"], ["Ann@x.com"], [0]),
        (["ann@x.com", "Ann@x.com"], ["Ann@x.com"], [1]),
        (["ann@x.com", "ANN@x.com"], ["Ann@x.com"], []),
        (["ann@x.com", "Ann@x.com"], ["Ann@x.com", "ann@x.com"], []),
        (["ann@x.com", "Ann@x.com", "Ann@x.com"], ["Ann@x.com"], []),
        (["Ann@x.com", "Ann@x.com"], ["Ann@x.com"], []),
    ],
)
@pytest.mark.parametrize("policy", ["reject", "use_directory"])
def test_the_directory_decides_between_spellings(
    emails: list[str],
    directory: list[str],
    accepted: list[int],
    policy: str,
    people: Callable[..., People],
    judged: Callable,
) -> None:
    """The spelling that the directory has is accepted, if it knows exactly one of them; one Subject is written once."""
    found = judged(people({"Email": emails}), people({"Email": directory}), on_case_mismatch=policy)
    assert [row for row, codes in enumerate(found.codes) if not codes] == accepted
    assert all(codes & (TWIN | CASE) for codes in found.codes if codes)


def test_the_other_row_is_named_as_excel_numbers_it(people: Callable[..., People], judged: Callable) -> None:
    """The sentence names the row that the person sees."""
    found = judged(people({"Email": ["a@x.com", "b@x.com", "a@x.com"]}, rows=[5, 7, 11]))
    assert "rows 5, 11" in found.said("EMAIL-TWIN", 2)
    found = judged(people({"Email": ["a@x.com", "A@x.com"]}, rows=[5, 7]))
    assert "5, 7" in found.said("EMAIL-CASE-TWIN", 0)


@pytest.mark.parametrize(
    ("columns", "codes"),
    [
        ({"Login": ["jane", "joe"]}, [OK, OK]),
        ({"Login": ["jane", "jane"]}, [{"LOGIN-TWIN"}] * 2),
        ({"Login": ["jane", "Jane"]}, [{"LOGIN-TWIN"}] * 2),
        ({"External ID": ["1", "1"]}, [{"ID-TWIN"}] * 2),
        ({"External ID": ["a1", "A1"]}, [OK, OK]),
        ({"External ID": ["01", "1"]}, [OK, OK]),
        ({"External ID": ["", ""], "Login": ["jane", "joe"]}, [OK, OK]),
        ({"External ID": ["1", "1"], "Login": ["jane", "jane"]}, [{"ID-TWIN", "LOGIN-TWIN"}] * 2),
    ],
)
def test_one_key_of_two_people(
    columns: dict[str, list[str]], codes: list[set[str]], people: Callable[..., People], judged: Callable
) -> None:
    """A key of two people is ambiguous; Logins are compared without case, ids byte for byte, empty cells not at all."""
    assert judged(people({"Email": ["a@x.com", "b@x.com"], **columns})).codes == codes


def test_the_same_person_twice_does_not_lose_the_first_row(people: Callable[..., People], judged: Callable) -> None:
    """Email, id and login again: it is one person written twice, so the first row is accepted."""
    columns = {"Email": ["a@x.com"] * 2, "Login": ["jane"] * 2, "External ID": ["1"] * 2}
    assert judged(people(columns)).codes == [OK, TWIN]


def test_a_blank_or_example_row_is_nobodys_twin(people: Callable[..., People], judged: Callable) -> None:
    """A template's example with the same address does not reject the person."""
    columns = {"Display name": ["Example: Ann", "Ann"], "Email": ["a@x.com"] * 2, "Login": ["jane"] * 2}
    codes = judged(people(columns)).codes
    assert codes[1] == OK
    assert codes[0] == {"ROW-EXAMPLE"}


@pytest.mark.parametrize("coded", [False, True])
def test_one_person_in_two_tenants_is_no_twin(people: Callable[..., People], judged: Callable, *, coded: bool) -> None:
    """Within a tenant keys are unique; across tenants the same person may be repeated."""
    columns = {
        "Email": ["a@x.com", "a@x.com", "A@x.com", "a@x.com"],
        "Login": ["jane", "jane", "jack", "jim"],
        "Tenant": ["acme", "beta", "gamma", "ACME"],
    }
    found = judged(people(columns, coded=coded), region="eu")
    assert found.codes == [TWIN, OK, OK, TWIN]


def test_a_separator_inside_a_cell_joins_nobody(people: Callable[..., People], judged: Callable) -> None:
    """Email and tenant are distinguished even if a cell holds the separator."""
    columns = {"Email": ["a@x.com", "b@x.com"], "External ID": ["1", "1\x1facme"], "Tenant": ["acme", "b"]}
    found = judged(people(columns), region="eu")
    assert all("ID-TWIN" not in codes for codes in found.codes)


@settings(max_examples=40)
@given(
    emails=st.lists(st.sampled_from(["a@x.com", "A@x.com", "b@x.com", "B@X.com", "c@x.com"]), min_size=1, max_size=9)
)
def test_no_two_accepted_rows_share_a_folded_email(
    emails: list[str], people: Callable[..., People], judged: Callable
) -> None:
    """Whatever the list, each email is accepted once, and a unique email is accepted."""
    found = judged(people({"Email": emails}))
    accepted = [email.lower() for email, codes in zip(emails, found.codes, strict=True) if not codes]
    assert len(accepted) == len(set(accepted))
    alone = [email for email in emails if [each.lower() for each in emails].count(email.lower()) == 1]
    assert {email.lower() for email in alone} <= set(accepted)


@pytest.mark.parametrize(("header", "code"), [("ExternalId", "ID-TWIN"), ("Login", "LOGIN-TWIN")])
def test_one_key_for_a_hundred_thousand_people(
    header: str, code: str, people: Callable[..., People], judged: Callable
) -> None:
    """A column that was filled down with one key is refused row by row (in seconds: it took many minutes once)."""
    emails = [f"u{number}@x.com" for number in range(100_000)]
    assert judged(people({"Email": emails, header: ["same"] * 100_000})).codes == [{code}] * 100_000


PAIR = {"Email": ["ann@x.com", "ann@x.com"], "Name": ["Ann Lee", "Bo Ray"]}
LEE = {"mail": ["ann@x.com"], "displayName": ["Lee, Ann"], "id": ["7"], "accountEnabled": ["true"]}


@pytest.mark.parametrize(
    ("columns", "directory", "accepted"),
    [
        (PAIR, LEE, [0]),
        (PAIR, LEE | {"displayName": ["Ray, Bo"]}, [1]),
        (PAIR, LEE | {"displayName": ["Kim Poe"]}, []),
        (PAIR | {"Name": ["Ann Lee", "Ann Lee"]}, LEE, []),
        (PAIR | {"Name": ["Bo Lee", "Ann Lee"]}, LEE, [1]),
        (PAIR | {"Name": ["Bo Lee", "Cy Lee"]}, LEE, []),
        (
            PAIR | {"Name": ["J\u00fcrgen Mueller", "Hans M\u00fcller"]},
            LEE | {"displayName": ["M\u00fcller, J\u00fcrgen"]},
            [0],
        ),
        (PAIR | {"External ID": ["8", "7"], "Name": ["", ""]}, LEE, [1]),
        (PAIR | {"External ID": ["8", "7"]}, LEE | {"displayName": ["Lee, Ann"]}, [1]),
        (PAIR | {"Active": ["no", "yes"]}, LEE | {"displayName": [""]}, [1]),
        (PAIR | {"Login": ["ann", "b o"]}, LEE | {"displayName": [""]}, [0]),
        (PAIR | {"Login": ["a nn", "bo"]}, LEE, []),
        (PAIR | {"Login": ["a nn", "bo"]}, LEE | {"displayName": [""]}, [1]),
        (PAIR | {"Active": ["no", "yes"], "Name": ["Ann Lee", "Ann Lee-Poe"]}, LEE, [1]),
    ],
    ids=[
        "name",
        "other name",
        "no name",
        "both names",
        "a relative",
        "two relatives",
        "spelled out",
        "id",
        "id before name",
        "a disabled twin",
        "a wrong Login",
        "a copy beside its owner's wrong Login",
        "a wrong Login and no name",
        "a disabled twin of one name",
    ],
)
def test_a_rejected_row_takes_nothing_from_another(
    columns: dict[str, list[str]],
    directory: dict[str, list[str]],
    accepted: list[int],
    people: Callable[..., People],
    judged: Callable,
) -> None:
    """Of equal emails the row without other errors is accepted whose id, else name, fits the directory (design §9)."""
    found = judged(people(columns), people(directory, "azure_ad"))
    assert [row for row, codes in enumerate(found.codes) if not codes - {"NAME-DIFFERS"}] == accepted


def test_a_number_whose_text_is_not_certain_is_no_key_of_another_row(
    people: Callable[..., People], judged: Callable
) -> None:
    """A 12 that Excel shows as EMP-012 does not reject the person whose id is 12."""
    remark = ReaderIssue("CELL-NUMBER", 0, 0, "12", "the cell is a number shown in a format")
    ids = {"Employee ID": ["12", "12"], "Email": ["a@example.com", "b@example.com"]}
    assert judged(people(ids, remarks=[remark])).codes == [{"CELL-NUMBER"}, set()]


@pytest.mark.parametrize("kinds", [["Guest", "Member"], ["Member", "Guest"]])
def test_a_guest_account_takes_no_email_from_a_member(
    people: Callable[..., People], judged: Callable, kinds: list[str]
) -> None:
    """A guest alone is a warning; beside the account of a member it is the duplicate, in whatever order they come."""
    found = judged(people({"Email": ["a@example.com"] * 2, "User type": kinds})).codes
    assert [codes & TWIN for codes in found] == [TWIN if kind == "Guest" else OK for kind in kinds]
