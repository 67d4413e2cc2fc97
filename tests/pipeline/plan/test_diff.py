"""Compare the roster with the baseline: each kind of change, its people, and the laws of a plan."""

from functools import partial
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.kernels import hashing
from pipeline.model.fields import CERTIFICATE
from pipeline.plan import diff
from pipeline.plan.diff import Difference, untouched

EU = "cc-acme.auth.eu-central-1.amazoncognito.com"
NA = "cc-acme.auth.us-west-2.amazoncognito.com"
difference = partial(diff.difference, key=hashing.random_key())


def table(*rows: str) -> pa.Table:
    """Build rows of ``external_id login subject [issuer]``; a dash is an empty cell, every row is of tenant acme."""
    cells = [["acme", *("" if word == "-" else word for word in row.split(" "))] for row in rows]
    full = [row if len(row) == len(CERTIFICATE) else [*row, EU] for row in cells]
    return pa.table({name: pa.array([row[at] for row in full], pa.string()) for at, name in enumerate(CERTIFICATE)})


ANNA = "E1 anna Anna@example.com"


@pytest.mark.parametrize(
    ("known", "wanted", "kinds", "gone", "stale"),
    [
        ([], [ANNA], ["create"], [], []),
        ([ANNA], [ANNA], [""], [], []),
        ([ANNA], [], [], [0], []),
        ([ANNA], ["E1 anna anna@example.com"], ["case"], [], [0]),
        ([ANNA], ["E1 anna Anna.Berg@example.com"], ["subject"], [], [0]),
        ([ANNA], [f"{ANNA} {NA}"], ["issuer"], [], [0]),
        ([ANNA], [f"E1 anna anna@example.com {NA}"], ["case"], [], [0]),
        ([ANNA], ["E1 anna.berg Anna@example.com"], ["rename"], [], []),
        ([ANNA], ["E1 ANNA Anna@example.com"], [""], [], []),
        ([ANNA], ["- anna Anna@example.com"], [""], [], []),
        ([ANNA], ["- berg Anna@example.com"], ["rename"], [], []),
        (["- anna Anna@example.com"], ["- berg Anna@example.com"], ["create"], [0], []),
        (["- anna Anna@example.com"], [ANNA], [""], [], []),
        ([ANNA], ["E2 anna Ben@example.com"], ["subject"], [], [0]),
        ([ANNA], ["E2 ANNA Anna@example.com"], ["rename"], [], []),
        ([ANNA], ["E2 berg Anna@example.com"], ["create"], [0], []),
        ([ANNA], ["E1 berg Anna@example.com", "E2 anna Ben@example.com"], ["rename", "create"], [], []),
        ([ANNA, "E2 ben b@example.com"], ["E2 anna b@example.com"], ["rename"], [0], []),
        ([ANNA, f"E1 anna old@example.com {NA}"], [ANNA], [""], [], [1]),
        ([f"E1 anna old@example.com {NA}", ANNA], ["E1 anna anna@example.com"], ["case"], [], [0, 1]),
        ([ANNA], ["E1 anna Anna@example.com", "E9 zoe z@example.com"], ["", "create"], [], []),
    ],
)
def test_kinds_of_change(
    known: list[str], wanted: list[str], kinds: list[str], gone: list[int], stale: list[int]
) -> None:
    """Each row names what it is; a person is found by id, then login, then email."""
    found = difference(table(*wanted), table(), table(*known))
    assert found.kinds.tolist() == kinds
    assert found.gone.tolist() == gone
    assert found.stale.tolist() == stale


@pytest.mark.parametrize("row", [ANNA, "E1 - -", "- anna -", "- - anna@EXAMPLE.com", "E1 other x@example.com"])
def test_a_rejected_person_is_kept(row: str) -> None:
    """A person who is listed, even wrongly, is not gone."""
    assert difference(table(), table(row), table(ANNA)).gone.tolist() == []


def test_a_login_leads_to_nobody_who_is_listed_elsewhere() -> None:
    """A person whose id is in a rejected row keeps what she has, even if another person has her login."""
    found = difference(table("E2 anna Ben@example.com"), table("E1 berg -"), table(ANNA))
    assert (found.kinds.tolist(), found.known.tolist(), found.gone.tolist()) == (["create"], [-1], [])


@pytest.mark.parametrize(
    "rows",
    [
        [ANNA, "E2 ben b@example.com", "- zoe z@example.com"],
        [ANNA, f"E1 anna old@example.com {NA}", "E2 ben b@example.com"],
        [ANNA, "E2 anna b@example.com", "E3 carl c@example.com"],
    ],
)
def test_a_list_in_the_order_of_the_baseline_gives_what_any_order_gives(rows: list[str]) -> None:
    """If the wanted rows are the known ones, comparing columns finds the same difference as looking up each key."""
    kept = table("E2 ben other@example.com", "E7 new n@example.com")
    straight, turned = (difference(table(*rows), kept, table(*known)) for known in (rows, rows[::-1]))
    assert straight.kinds.tolist() == turned.kinds.tolist()
    assert straight.people == turned.people
    for name in ("known", "gone", "stale"):
        positions = sorted(len(rows) - 1 - at for at in getattr(turned, name).tolist())
        assert sorted(getattr(straight, name).tolist()) == positions


def test_tenants_are_apart() -> None:
    """The same id and login in another tenant is another person."""
    other = table(ANNA).set_column(0, "tenant", pa.array(["zeta"]))
    found = difference(other, table(), table(ANNA))
    assert found.kinds.tolist() == ["create"]
    assert found.gone.tolist() == [0]


PERSON = st.fixed_dictionaries(
    {
        "external_id": st.sampled_from(["", "E1", "E2", "E3", "E4"]),
        "login": st.sampled_from(["", "anna", "ben", "zoë", "Dora"]),
        "subject": st.sampled_from(["a@x.com", "A@x.com", "b@x.com", "zoë@x.com", "ZOË@x.com"]),
        "issuer": st.sampled_from([EU, NA]),
    }
).filter(lambda person: bool(person["external_id"] or person["login"]))


def people(rows: list[dict[str, Any]]) -> pa.Table:
    """Build a table of acme's people that validation would let through: no key and no email twice."""
    kept: list[dict[str, Any]] = []
    for row in rows:
        if not any(
            row[key] and row[key].lower() == other[key].lower()
            for other in kept
            for key in ("external_id", "login", "subject")
        ):
            kept.append(row)
    columns = {name: [row.get(name, "acme") for row in kept] for name in CERTIFICATE}
    return pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()})


def as_set(rows: pa.Table) -> set[tuple[str, ...]]:
    """Return the rows without their order."""
    return {tuple(row.values()) for row in rows.to_pylist()}


LISTS = st.lists(PERSON, max_size=5).map(people)


def applied(known: pa.Table, wanted: pa.Table, found: Difference, *, delete: bool) -> pa.Table:
    """Return what is known once the difference has been carried out: the wanted people, and those left alone."""
    left = known.select(CERTIFICATE).take(pa.array(untouched(known, found, delete=delete)))
    return pa.concat_tables([left, wanted.select(CERTIFICATE)]).combine_chunks()


@settings(max_examples=300)
@given(known=LISTS)
def test_nothing_changes_between_a_thing_and_itself(known: pa.Table) -> None:
    """difference(x, x) is empty."""
    found = difference(known, table(), known)
    assert set(found.kinds.tolist()) <= {""}
    assert (len(found.gone), len(found.stale)) == (0, 0)


@settings(max_examples=500)
@given(known=LISTS, wanted=LISTS)
def test_the_difference_applied_gives_the_wanted(known: pa.Table, wanted: pa.Table) -> None:
    """Carrying out difference(a, b) on a, deletes included, gives b; no one is changed twice."""
    found: Difference = difference(wanted, table(), known)
    assert as_set(applied(known, wanted, found, delete=True)) == as_set(wanted)
    changed = found.known[found.known >= 0].tolist()
    assert len(changed) == len(set(changed))
    assert set(changed).isdisjoint(found.gone.tolist())


@settings(max_examples=300)
@given(known=LISTS, wanted=LISTS)
def test_there_and_back(known: pa.Table, wanted: pa.Table) -> None:
    """The difference back, applied to the result, gives what was there before."""
    after = applied(known, wanted, difference(wanted, table(), known), delete=True)
    back = difference(known, table(), after)
    assert as_set(applied(after, known, back, delete=True)) == as_set(known)
