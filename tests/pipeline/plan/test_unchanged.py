"""Rows that equal their entries of the baseline: found at once, and with the same result as one by one."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.kernels import hashing
from pipeline.model.fields import CERTIFICATE
from pipeline.plan import diff
from pipeline.plan.earlier_runs import unchanged

KEY = hashing.random_key()
ANNA = ("acme", "E1", "anna", "anna@example.com", "cc-acme")
BEN = ("acme", "E2", "ben", "ben@example.com", "cc-acme")
ZOE = ("acme", "", "zoe", "zoe@example.com", "cc-acme")

Row = tuple[str, ...]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["acme", "zeta"]),
        st.sampled_from(["", "E1", "E2", "E3"]),
        st.sampled_from(["", "anna", "Anna", "ben", "zoë"]),
        st.sampled_from(["a@x.com", "A@x.com", "b@x.com", "c@x.com"]),
        st.sampled_from(["cc-acme", "cc-zeta"]),
    ),
    max_size=6,
)


def table(*rows: Row) -> pa.Table:
    """Build a table of certificates."""
    return pa.table(
        {name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(CERTIFICATE)},
    )


def test_a_row_finds_the_entry_that_equals_it() -> None:
    """The entry counts wherever it is in the baseline."""
    assert unchanged.entries(table(ANNA, BEN, ZOE), table(ZOE, ANNA, BEN), KEY).tolist() == [1, 2, 0]


@pytest.mark.parametrize("at", range(len(CERTIFICATE)))
def test_one_other_cell_is_another_row(at: int) -> None:
    """A row equals an entry only if every column does."""
    other = (*BEN[:at], "other", *BEN[at + 1 :])
    assert unchanged.entries(table(ANNA, other), table(ANNA, BEN), KEY).tolist() == [0, -1]


def test_a_baseline_without_entries_equals_nothing() -> None:
    """So it is in a first run."""
    assert unchanged.entries(table(ANNA, BEN), table(), KEY).tolist() == [-1, -1]


def test_a_certificate_may_be_elsewhere_if_an_entry_without_a_row_has_it() -> None:
    """The row that equals its entry is looked at only because of the other entry; a changed row always is."""
    rows, known = table(ANNA, BEN, (*ZOE[:3], "new@example.com", ZOE[4])), table(ANNA, BEN, ZOE)
    same = unchanged.entries(rows, known, KEY)
    left = pa.concat_tables([known, table(("acme", "E9", "carl", "ben@example.com", "cc-acme"))])
    assert unchanged.may_meet_others(rows, same, known).tolist() == [False, False, True]
    assert unchanged.may_meet_others(rows, same, left).tolist() == [False, True, True]


@settings(max_examples=300, deadline=None)
@given(wanted=ROWS, kept=ROWS, known=ROWS, again=st.booleans())
def test_a_row_that_equals_its_entry_gets_what_a_lookup_of_its_keys_finds(
    wanted: list[Row], kept: list[Row], known: list[Row], *, again: bool
) -> None:
    """Whatever the keys of the others are, the difference is the same."""
    rows, entries = table(*wanted, *(known if again else [])), table(*known)
    found = diff.difference(rows, table(*kept), entries, KEY)
    looked_up = diff.difference(rows, table(*kept), entries, KEY, same=np.full(rows.num_rows, -1, np.int64))
    for name in ("kinds", "known", "gone", "stale"):
        assert getattr(found, name).tolist() == getattr(looked_up, name).tolist()
    assert found.people == looked_up.people


@pytest.mark.parametrize("name", ["external_id", "login", "subject"])
def test_few_rows_find_among_many_entries_what_many_rows_find(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many entries only those that have a key of a row are hashed, whatever its case."""
    known = table(*(("acme", f"E{each}", f"Ärna{each}", f"p{each}@example.com", "cc-acme") for each in range(40)))
    own = dict(zip(CERTIFICATE, ("acme", "E7", "äRNA7", "P7@example.com", "cc-acme"), strict=True))
    row = tuple(own[each] if each in {name, "tenant", "issuer"} else "" for each in CERTIFICATE)
    few = diff.difference(table(row), table(), known, KEY)
    monkeypatch.setattr(diff, "FEW", 0)
    many = diff.difference(table(row), table(), known, KEY)
    assert (few.known.tolist(), many.known.tolist()) == ([7], [7])
