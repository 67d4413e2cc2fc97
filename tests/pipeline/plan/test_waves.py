"""Waves: the same people tomorrow, each within the next larger one, and one pilot who shows whether case matters."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import request
from pipeline.extract import read
from pipeline.model.errors import UsageProblem
from pipeline.model.people import People
from pipeline.plan.waves.members import members
from pipeline.result import RunResult
from pipeline.transform import to_people

LOGINS = st.lists(st.text("abcdef", min_size=1, max_size=6), unique=True, max_size=12)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one folder for the lists of all tests."""
    return tmp_path_factory.mktemp("waves")


def listed(folder: Path, text: str) -> People:
    """Read a list."""
    (folder / "agents.csv").write_text(text)
    given = request.from_options(
        "check", folder / "agents.csv", {"tenant": {"name": "acme", "region": "eu"}}, folder / "runs"
    )
    with read.reading(given) as reading:
        return to_people(reading.roster())


def of_logins(folder: Path, logins: Sequence[str]) -> People:
    """Read a list of people with these logins."""
    return listed(
        folder, "Login,Email\nx9,x9@example.com\n" + "".join(f"{each},{each}@example.com\n" for each in logins)
    )


def chosen(people: People, wave: str | None, *, capitals: Sequence[str] = (), rejected: Sequence[str] = ()) -> set[str]:
    """Return the logins of a wave; some have a capital in the Subject, some are rejected."""
    logins = people.texts("login").to_pylist()
    subject = pa.array([f"{each.upper() if each in capitals else each}@example.com" for each in logins], pa.string())
    accepted = np.array([login not in rejected for login in logins], np.bool_)
    mask = members(wave, people, subject, accepted)
    return {login for login, is_member in zip(logins, mask.tolist(), strict=True) if is_member}


@settings(max_examples=20, derandomize=True, deadline=None)
@given(logins=LOGINS)
def test_a_larger_wave_has_all_of_a_smaller_one(folder: Path, logins: list[str]) -> None:
    """Pilot, 10 %, 40 % and the rest grow up to all people, and the pilot is one person."""
    people = of_logins(folder, logins)
    before: set[str] = set()
    for wave in ("pilot", "10%", "40%", "100%", "rest"):
        now = chosen(people, wave, capitals=logins[-1:])
        assert before <= now
        assert len(now) == 1 or wave != "pilot"
        before = now
    assert before == {"x9", *logins}
    assert before == chosen(people, None)


@pytest.mark.parametrize("capital", ["anna", "ben", "cleo", "dora"])
def test_the_pilot_has_a_mixed_case_email(capital: str, folder: Path) -> None:
    """The only person with a capital is the pilot: no one else can show whether case matters."""
    people = of_logins(folder, ["anna", "ben", "cleo", "dora", *(f"user{number}" for number in range(30))])
    assert chosen(people, "pilot", capitals=[capital]) == {capital}
    assert capital in chosen(people, "1%", capitals=[capital])
    assert len(chosen(people, "pilot", capitals=["anna", "ben", "dora"])) == 1
    assert len(chosen(people, "pilot")) == 1


LIST = """Login,Email,Standort,Cost centre,Welle
anna,anna@example.com,Berlin,100,1
ben,ben@example.com,"Bonn, Beuel",200,1
cleo,cleo@example.com,BERLIN,,2
dora,dora@example.com, Oslo ,100,
"""


@pytest.mark.parametrize(
    ("wave", "logins"),
    [
        ("site=Berlin", {"anna", "cleo"}),
        ("site=berlin,oslo", {"anna", "cleo", "dora"}),
        ("site=Bonn, Beuel", {"ben"}),
        ("Standort=Oslo", {"dora"}),
        ("cost centre=100", {"anna", "dora"}),
        ("wave=1", {"anna", "ben"}),
        ("Welle=2", {"cleo"}),
        ("login=DORA, ben", {"ben", "dora"}),
        ("email=anna@example.com", {"anna"}),
    ],
)
def test_a_wave_by_column(wave: str, logins: set[str], folder: Path) -> None:
    """A canonical field or one of the list's own headers, compared without case and outer spaces."""
    people = listed(folder, LIST)
    assert chosen(people, wave) == logins
    assert chosen(people, wave, rejected=["anna"]) == logins - {"anna"}


@pytest.mark.parametrize(
    ("wave", "said"),
    [
        ("site=Paris", "no row has 'paris'"),
        ("site=Berlin,Paris,Rom", "no row has 'paris' or 'rom'"),
        ("building=7", "the list has no column 'building'"),
        ("team=Sales", "the list has no column 'team'"),
    ],
)
def test_a_wave_of_nobody_is_refused(wave: str, said: str, folder: Path) -> None:
    """A column or a value that the list does not have is a mistake, never a wave without people."""
    with pytest.raises(UsageProblem, match=said):
        chosen(listed(folder, LIST), wave)


@pytest.mark.parametrize(
    ("wave", "baseline", "said"),
    [("rest", "none", True), ("rest", "state", False), ("pilot", "none", False)],
)
def test_the_rest_of_a_list_without_a_memory(
    wave: str,
    baseline: str,
    said: bool,  # noqa: FBT001 - a column
    ran: Callable[..., RunResult],
    tmp_path: Path,
) -> None:
    """Without earlier runs the people of the waves before are written again, which is a note with the way out."""
    result = ran(tmp_path, LIST, baseline={"kind": baseline}, wave=wave)
    assert any("people of earlier waves are in its files again" in note for note in result.notes()) is said
