"""Sessions: uploads in folders of their own, and room for the newest."""

from pathlib import Path

import pytest

from pipeline.model.errors import UsageProblem
from pipeline.web import sessions
from pipeline.web.sessions import Sessions, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("agents.xlsx", "agents.xlsx"),
        ("Mitarbeiter März (2).XLSX", "Mitarbeiter März (2).xlsx"),
        ("/etc/passwd.csv", "passwd.csv"),
        ("..\\..\\x.csv", "x.csv"),
        ("a/b\\c.csv", "c.csv"),
        ("....csv", "list.csv"),
        ("\x00\x1b[31m.csv", "-31m.csv"),
        ("con:stream.csv", "con-stream.csv"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    """Folders, control characters and characters that file systems treat specially are left out."""
    assert safe_name(name).removeprefix("-") == safe.removeprefix("-")


@pytest.mark.parametrize("name", ["", ".csv", "agents", "agents.pdf", "agents.csv.exe", "agents.toml"])
def test_another_ending_is_refused(name: str) -> None:
    """Only the endings of lists are taken; a job file is not one."""
    with pytest.raises(UsageProblem, match="its ending does not show"):
        safe_name(name)


def test_the_oldest_list_makes_room(tmp_path: Path) -> None:
    """A session keeps its newest lists, and the folder of one that was left out is gone."""
    found = Sessions(tmp_path, "en")
    session = found.new("en")
    keys = [found.add(session, f"{number}.csv", [b"x"]).key for number in range(sessions.MOST_LISTS + 1)]
    assert list(session.lists) == keys[1:]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(keys[1:])


def test_a_list_that_cannot_be_kept_leaves_nothing(tmp_path: Path) -> None:
    """A refused upload leaves no folder."""
    found = Sessions(tmp_path, "en")
    with pytest.raises(UsageProblem):
        found.add(found.new("en"), "agents.pdf", [b"x"])
    assert list(tmp_path.iterdir()) == []


def test_an_idle_session_makes_room_first(tmp_path: Path) -> None:
    """A browser that only looked does not push out one that has a list."""
    found = Sessions(tmp_path, "en")
    working = found.new("en")
    found.add(working, "agents.csv", [b"x"])
    for _ in range(sessions.MOST_SESSIONS):
        found.new("en")
    assert found.get(working.key) is working
