"""Waves: the same people tomorrow, each within the next larger one, and a pilot that shows whether case matters."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.plan.waves import split

LOGINS = st.lists(st.text("abcdef", min_size=1, max_size=6), unique=True, max_size=40)


def rows(logins: list[str], *, capital: str = "") -> pa.Table:
    """Build rows of people, one of them with a capital letter in the email."""
    emails = [f"{login.upper() if login == capital else login}@example.com" for login in logins]
    columns = {"tenant": ["acme"] * len(logins), "external_id": [""] * len(logins), "login": logins, "subject": emails}
    return pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()})


@settings(max_examples=60)
@given(logins=LOGINS)
def test_a_larger_wave_has_all_of_a_smaller_one(logins: list[str]) -> None:
    """Pilot, 10 %, 40 % and the rest grow; a wave and its others are everybody, once; somebody is always the pilot."""
    people = rows(logins, capital=logins[-1] if logins else "")
    before: set[str] = set()
    for wave in ("pilot", "10%", "40%", "100%", "rest"):
        now, later = (set(part["login"].to_pylist()) for part in split(people, wave))
        assert now | later == set(logins)
        assert not now & later
        assert before <= now
        assert now or not logins
        before = now
    assert before == set(logins)


@pytest.mark.parametrize("capital", ["anna", "ben", "cleo", "dora"])
def test_a_pilot_has_a_mixed_case_email(capital: str) -> None:
    """Whoever is the only one with a capital letter is in the pilot: nobody else can show whether case matters."""
    people = rows(["anna", "ben", "cleo", "dora", *(f"user{number}" for number in range(30))], capital=capital)
    assert capital in split(people, "pilot")[0]["login"].to_pylist()


def test_one_capital_letter_is_enough() -> None:
    """Of many people with capital letters one more is taken, not all of them."""
    logins = [f"user{number}" for number in range(50)]
    people = rows(logins).set_column(3, "subject", pa.array([f"{login.title()}@example.com" for login in logins]))
    assert split(people, "pilot")[0].num_rows == 1
