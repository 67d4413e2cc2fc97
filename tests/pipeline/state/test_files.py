"""The only writer of files: private, complete or missing, never through a link."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from pipeline.state import files

NOW = datetime(2026, 1, 31, 8, 30, 0, tzinfo=timezone(timedelta(hours=1)))


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Run a test under several umasks."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    """Return the permission bits of a path."""
    return path.stat().st_mode & 0o777


@pytest.mark.usefixtures("umask")
def test_files_and_folders_are_private(tmp_path: Path) -> None:
    """Whatever the umask, a run is its owner's only (T83)."""
    folder = files.new_run_folder(tmp_path / "runs", "agents", NOW)
    files.write(folder / "a.txt", [b"a"])
    with files.appearing_together(folder / "out") as out:
        files.write(files.make_folder(out / "acme") / "b.txt", [b"b"])
    assert mode(folder) == mode(folder.parent) == mode(folder / "out") == mode(folder / "out/acme") == 0o700
    assert mode(folder / "a.txt") == mode(folder / "out/acme/b.txt") == 0o600


def test_pieces_become_one_file_and_replace_an_older_one(tmp_path: Path) -> None:
    """Bytes and views are joined; an older, readable file gives way to a private one."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"a much longer older text")
    path.chmod(0o644)
    files.write(path, [b"one ", memoryview(b"two"), b""])
    assert (path.read_bytes(), mode(path)) == (b"one two", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_replaced_and_its_victim_untouched(tmp_path: Path) -> None:
    """Neither a link nor a second name of a file leads our bytes into another file (T84, T85)."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    soft, hard = tmp_path / "soft", tmp_path / "hard"
    soft.symlink_to(victim)
    hard.hardlink_to(victim)
    files.write(soft, [b"new"])
    files.write(hard, [b"new"])
    assert victim.read_bytes() == b"precious"
    assert (soft.is_symlink(), soft.read_bytes(), hard.read_bytes()) == (False, b"new", b"new")


def test_a_folder_at_the_target_is_an_error_and_stays(tmp_path: Path) -> None:
    """A folder is not replaced, and no temporary file remains."""
    target = tmp_path / "a.txt"
    target.mkdir()
    with pytest.raises(OSError, match=r"a\.txt"):
        files.write(target, [b"a"])
    assert list(tmp_path.iterdir()) == [target]


def test_a_failing_source_of_bytes_leaves_the_old_file(tmp_path: Path) -> None:
    """If the bytes end in an error, the old file is complete and nothing else is there."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")

    def pieces() -> Iterator[bytes]:
        yield b"new"
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        files.write(path, pieces())
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"old", [path])


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from pipeline.state import files
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
folder = Path(sys.argv[1])
for together in (False, True):
    try:
        if together:
            with files.appearing_together(folder / "out") as out:
                files.write(out / "small.txt", [b"x"])
                files.write(out / "a.txt", [b"x" * 10000])
        else:
            files.write(folder / "a.txt", [b"x" * 10000])
    except OSError as error:
        print("refused", error.errno)
"""


def test_a_full_disk_is_an_error_that_leaves_nothing_behind(tmp_path: Path) -> None:
    """Half a file is never left under its name, nor under any other (T14)."""
    (tmp_path / "a.txt").write_bytes(b"old")
    ended = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert (ended.stdout.split("\n")[:2], ended.returncode) == (["refused 27", "refused 27"], 0), ended.stderr
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.txt", b"old")]


def test_the_name_of_a_run_tells_when_it_began(tmp_path: Path) -> None:
    """The second in UTC, and its fraction in hexadecimal; a name that is taken gives way to the next one."""
    now = datetime(2026, 1, 31, 8, 30, 0, 500_000, tzinfo=timezone(timedelta(hours=1)))
    names = [files.new_run_folder(tmp_path, "agents", now).name for _ in range(2)]
    assert names == ["20260131T073000Z-8000", "20260131T073000Z-8001"]
    last = datetime(2026, 1, 31, 7, 30, 0, 999_999, tzinfo=UTC)
    names = [files.new_run_folder(tmp_path, "agents", last).name for _ in range(2)]
    assert names == ["20260131T073000Z-ffff", "20260131T073001Z-0000"]


def test_the_names_of_runs_stand_in_the_order_of_their_beginnings(tmp_path: Path) -> None:
    """Runs that begin in one second do not meet, and the later one has the later name."""
    now = datetime(2026, 1, 31, 7, 30, tzinfo=UTC)
    names = [files.new_run_folder(tmp_path, "agents", now + timedelta(milliseconds=each)).name for each in range(50)]
    assert names == sorted(set(names))


def test_files_appear_together(tmp_path: Path) -> None:
    """Until the end of the block nothing has the name; then everything has."""
    with files.appearing_together(tmp_path / "out") as out:
        files.write(files.make_folder(out / "a") / "1.txt", [b"1"])
        files.write(files.make_folder(out / "b") / "2.txt", [b"2"])
        assert not (tmp_path / "out").exists()
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.txt"))
    assert found == ["out/a/1.txt", "out/b/2.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_or_not_at_all(tmp_path: Path, error: type[BaseException]) -> None:
    """Whatever ends the block early, also Ctrl-C, nothing of it remains; a link inside is not followed."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/kept.txt").write_bytes(b"kept")

    def broken() -> None:
        with files.appearing_together(tmp_path / "out") as out:
            files.write(files.make_folder(out / "a") / "1.txt", [b"1"])
            raise error

    with pytest.raises(error):
        broken()
    assert [path.name for path in tmp_path.iterdir()] == ["elsewhere"]


def test_a_folder_that_is_there_already_is_kept(tmp_path: Path) -> None:
    """Output that exists is never overwritten, and the refused output leaves nothing behind."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out/old.txt").write_bytes(b"old")

    def again() -> None:
        with files.appearing_together(tmp_path / "out") as out:
            files.write(out / "new.txt", [b"new"])

    with pytest.raises(OSError, match="out"):
        again()
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == ["out", "out/old.txt"]


def test_a_new_file_is_never_written_over_another(tmp_path: Path) -> None:
    """A new file is private and complete; an existing file or link stays."""
    files.write_new(tmp_path / "new.json", [b"a", b"b"])
    assert (tmp_path / "new.json").read_bytes() == b"ab"
    assert mode(tmp_path / "new.json") == 0o600
    (tmp_path / "link.json").symlink_to(tmp_path / "nowhere")
    for name in ("new.json", "link.json"):
        with pytest.raises(FileExistsError):
            files.write_new(tmp_path / name, [b"c"])
    assert (tmp_path / "new.json").read_bytes() == b"ab"
    assert (tmp_path / "link.json").is_symlink()
    assert not (tmp_path / "nowhere").exists()


def test_a_new_file_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Neither half a file nor an empty one remains."""

    def pieces() -> Iterator[bytes]:
        yield b"a"
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        files.write_new(tmp_path / "new.json", pieces())
    assert not list(tmp_path.iterdir())


def held_by_another(monkeypatch: pytest.MonkeyPatch, times: int) -> list[Path]:
    """Let renaming fail so many times, as while a virus scanner of Windows has the file open; collect the tries."""
    tried: list[Path] = []
    replace = Path.replace

    def refused(path: Path, name: Path) -> Path:
        tried.append(path)
        if len(tried) <= times:
            raise PermissionError(13, "The process cannot access the file because it is being used by another process")
        return replace(path, name)

    monkeypatch.setattr(Path, "replace", refused)
    monkeypatch.setattr(files, "PAUSES", (0.0,) * 3)
    return tried


def test_a_file_that_another_program_holds_for_a_moment_is_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Renaming is tried again on Windows; a file and a folder get their names in the end."""
    tried = held_by_another(monkeypatch, 3)
    files.write(tmp_path / "a.txt", [b"a"])
    assert len(tried) == 4
    tried.clear()
    with files.appearing_together(tmp_path / "out") as out:
        files.write_staged(out / "b.txt", [b"b"])
    assert len(tried) == 4
    assert (tmp_path / "a.txt").read_bytes() + (tmp_path / "out" / "b.txt").read_bytes() == b"ab"


def test_a_file_that_another_program_keeps_is_an_error_that_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the last try the error is that of the system, and the temporary file is gone."""
    held_by_another(monkeypatch, 4)
    with pytest.raises(PermissionError, match="used by another process"):
        files.write(tmp_path / "a.txt", [b"a"])
    assert list(tmp_path.iterdir()) == []


def test_only_windows_is_asked_again() -> None:
    """Elsewhere a refusal is final, and no run waits for it."""
    assert (len(files.PAUSES) > 0) == (os.name == "nt")


def test_a_full_disk_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system names no file then, so the error would be taken for one of stdout; the temporary file is removed."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as caught:
        files.write(tmp_path / "result.json", [b"{}"])
    assert (caught.value.filename, [*tmp_path.iterdir()]) == (str(tmp_path / "result.json"), [])
