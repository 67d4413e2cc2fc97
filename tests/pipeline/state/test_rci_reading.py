"""What a reading through RCI has so far: found again within the hour, by the same kind of reading only."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from pipeline.state.rci import reading as rci_reading

SAME = ("baseline", "https://api.example.com/p", "env:RCI_USER")
ADA = [("C1", "Ada@example.com", "cc-acme.auth.eu-central-1.amazoncognito.com")]


def interrupted(state: Path, at: float = 0.0, user: str = "0001", certificates: rci_reading.Certificates = ADA) -> None:
    """Keep one user, and fail."""
    with suppress(ZeroDivisionError), rci_reading.resumed(state, SAME, lambda: at) as (_, keep):
        keep(user, certificates)
        raise ZeroDivisionError


def found(state: Path, at: float = 0.0, same: Sequence[str] = SAME) -> dict[str, rci_reading.Certificates]:
    """Return what a reading that is interrupted at once was given."""
    with suppress(ZeroDivisionError), rci_reading.resumed(state, same, lambda: at) as (known, _):
        raise ZeroDivisionError
    return dict(known)


def test_an_interrupted_reading_is_found_again(tmp_path: Path) -> None:
    """The user with every certificate, in a file that only its owner may read."""
    interrupted(tmp_path / "job/state.db")
    assert (tmp_path / "job" / rci_reading.NAME).stat().st_mode & 0o777 == 0o600
    assert found(tmp_path / "job/state.db") == {"0001": ADA}


@pytest.mark.parametrize(("at", "users"), [(3599.0, 1), (3600.0, 0), (-1.0, 0)])
def test_what_is_older_than_an_hour_is_read_again(at: float, users: int, tmp_path: Path) -> None:
    """The hour counts from each user's own line; a line from the future does not count."""
    interrupted(tmp_path / "state.db")
    assert len(found(tmp_path / "state.db", at)) == users


def test_a_cut_line_does_not_count(tmp_path: Path) -> None:
    """The last line was cut by a kill: the ones before and after it are found."""
    interrupted(tmp_path / "state.db")
    path = tmp_path / rci_reading.NAME
    path.write_bytes(path.read_bytes() + b'\n{"at": 0.0, "source"')
    interrupted(tmp_path / "state.db", 1.0, "0002", ())
    assert found(tmp_path / "state.db") == {"0001": ADA}
    assert found(tmp_path / "state.db", 1.0) == {"0001": ADA, "0002": []}


def test_another_kind_of_reading_begins_anew(tmp_path: Path) -> None:
    """Another purpose, address or account finds nothing."""
    interrupted(tmp_path / "state.db")
    assert found(tmp_path / "state.db", same=("verify", *SAME[1:])) == {}


def test_a_complete_reading_leaves_nothing(tmp_path: Path) -> None:
    """The file is gone when the block ends well, and when it is forgotten."""
    with rci_reading.resumed(tmp_path / "state.db", SAME) as (_, keep):
        keep("0001", ADA)
    assert not (tmp_path / rci_reading.NAME).exists()
    interrupted(tmp_path / "state.db")
    rci_reading.forget(tmp_path / "state.db")
    assert not (tmp_path / rci_reading.NAME).exists()
