"""Extension numbers: a person's own from before, else the next free one, and never one number for two."""

from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.errors import UsageProblem
from pipeline.model.fields import EXTENSION_COLUMNS
from pipeline.model.identity import no_extensions
from pipeline.plan.extension_numbers import ExtensionPool

NUMBERS = ("2000", "2001", "2002", "2003", "2004")


def people(texts: Sequence[str]) -> pa.Table:
    """Build rows of ``external_id login extension`` of tenant acme; a dash is an empty cell."""
    cells = [["acme", *("" if word == "-" else word for word in text.split())] for text in texts]
    return pa.table(
        {name: pa.array([row[at] for row in cells], pa.string()) for at, name in enumerate(EXTENSION_COLUMNS)}
    )


def changes(texts: Sequence[str]) -> pa.Table:
    """Build changes of ``kind external_id login``."""
    kinds = [text.split()[0] for text in texts]
    return people([f"{text.split(' ', 1)[1]} -" for text in texts]).add_column(0, "kind", pa.array(kinds, pa.string()))


@pytest.mark.parametrize(
    ("asked", "given_before", "users", "expected"),
    [
        (["create E1 anna", "create E2 ben"], [], [], ["2000", "2001"]),
        (["create E1 anna", "case E2 ben", "create E3 cleo"], [], [], ["2000", "", "2001"]),
        (["create E1 anna", "create E2 ben"], ["E2 ben 2000"], [], ["2001", "2000"]),
        (["create - anna", "create - ben"], ["- ANNA 2003"], [], ["2003", "2000"]),
        (["create E1 anna"], ["E9 zoe 2000", "E8 yan 2001"], [], ["2002"]),
        (["create E1 anna", "create E2 ben"], [], ["E1 - -"], ["", "2000"]),
        (["create E1 anna", "create - ben"], [], ["E7 BEN -"], ["2000", ""]),
        (["create E1 anna"], [], ["E7 zoe 2000", "E8 yan 2002"], ["2001"]),
        (["create E1 anna"], ["E1 anna 7777"], [], ["7777"]),
        ([], [], [], []),
    ],
    ids=[
        "the next free ones in order",
        "nothing for who is there",
        "their own from before",
        "a login without case",
        "not what others were given",
        "a user of that id is there",
        "a user of that login is there",
        "not what Contact Pro has in use",
        "their own, though the pool has moved on",
        "nobody",
    ],
)
def test_who_gets_which_number(
    asked: list[str], given_before: list[str], users: list[str], expected: list[str]
) -> None:
    """Only new users get a number, and it is their own if they had one."""
    numbered = ExtensionPool(NUMBERS, people(given_before), people(users)).numbered(changes(asked))
    assert numbered["extension"].to_pylist() == expected


def test_a_pool_that_is_too_small() -> None:
    """The sentence states how many numbers are wanted, how many there are, and how many to add."""
    with pytest.raises(UsageProblem, match=r"3 new users need an extension number, and users\.extensions has 2") as no:
        ExtensionPool(NUMBERS[:2], no_extensions(), no_extensions()).numbered(
            changes(["create E1 a", "create E2 b", "create E3 c"])
        )
    assert no.value.advice == "Widen users.extensions in the job file (numbers missing: 1)."


@settings(max_examples=100)
@given(nights=st.lists(st.sets(st.integers(0, 30)), max_size=5))
def test_a_number_has_one_owner_and_an_owner_one_number(nights: list[set[int]]) -> None:
    """Over any runs no one gets two numbers, and no number goes to two people."""
    pool = ExtensionPool(tuple(f"{number:04d}" for number in range(40)), no_extensions(), no_extensions())
    owners: dict[str, set[str]] = {}
    for night in nights:
        numbered = pool.numbered(changes([f"create E{who} login{who}" for who in sorted(night)]))
        pool = ExtensionPool(pool.numbers, pool.after(numbered), pool.users)
        for row in numbered.to_pylist():
            owners.setdefault(row["extension"], set()).add(row["external_id"])
    assert all(len(owner) == 1 for owner in owners.values())
    assert len(owners) == len(set().union(*nights)) == pool.given.num_rows
