"""The only writer of files: private, atomic, never through a link, never over a run that exists."""

import errno
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
STAGING = ".staging"
TICK = timedelta(microseconds=16)
FLUSHES_AT_ONCE = 8
PAUSES = (0.05,) * 20 if os.name == "nt" else ()
"""Seconds before each further try to rename: on Windows a virus scanner holds a new file or its folder for moments."""

_UNFINISHED = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{8}(-journal|-wal|-shm)?")
"""Name of a file until it is complete; SQLite writes files of its own beside it."""


def new_run_folder(runs: Path, job: str, now: datetime) -> Path:
    """Build ``<runs>/<job>/<yyyymmddThhmmssZ>-<id>`` (0700); a name that is taken is never used again.

    The id is the fraction of the second in 65536ths, so that the names of runs sort in the order of their starts.

    Raises:
        OSError: the folder cannot be made there.
    """
    parent, moment = make_folders(runs / job), now.astimezone(UTC)
    while True:
        folder = parent / f"{moment:%Y%m%dT%H%M%SZ}-{moment.microsecond * 65536 // 1_000_000:04x}"
        try:
            folder.mkdir(mode=PRIVATE_FOLDER)
        except FileExistsError:
            moment += TICK
            continue
        return folder


def write(
    path: Path, pieces: Iterable[bytes | memoryview], *, by: Path | None = None, mode: int = PRIVATE_FILE
) -> None:
    """Write a file completely or not at all: private temporary file beside it, flushed to disk, then renamed.

    A link or an older file at ``path`` is replaced, never followed (facts: reliability §4.5). ``by`` is the folder of
    the temporary file, if it must not be the file's own; ``mode`` is its mode below the umask.

    Raises:
        OSError: the disk is full or the folder is not writable; nothing is left behind.
    """
    temporary = (by or path.parent) / f".{path.name}.{secrets.token_hex(4)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(temporary, flags, mode), "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        _renamed(temporary, path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno:
            error.filename = str(path)  # a full disk names no file, and the temporary one is not what the user named
        raise
    _flush(path.parent)


def write_staged(path: Path, pieces: Iterable[bytes | memoryview]) -> None:
    """Write a private file in the folder of ``appearing_together``, under its own name; ``flushes`` flushes it to disk.

    Raises:
        OSError: the disk is full or the folder is not writable.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, PRIVATE_FILE), "wb") as file:
        file.writelines(pieces)


@contextmanager
def flushes() -> Iterator[Callable[[Path], None]]:
    """Return a function that flushes a file or folder to disk in the background; all of it is done when the block ends.

    A disk takes the time of one flush for several that it gets at once: 80 files and their folders a tenth of 0.4 s.

    Raises:
        OSError: at the end of the block, if something could not be flushed.
    """
    with ThreadPoolExecutor(max_workers=FLUSHES_AT_ONCE, thread_name_prefix="flush") as threads:
        begun: list[Future[None]] = []
        yield lambda path: begun.append(threads.submit(_flush, path))
        for each in begun:
            each.result()


def write_new(path: Path, pieces: Iterable[bytes | memoryview], *, executable: bool = False) -> None:
    """Write a new private file completely or not at all, if there is none yet; ``executable`` for its owner.

    Raises:
        FileExistsError: there is something of that name, if only a link.
        OSError: the disk is full or the folder is not writable; nothing is left behind.
    """
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), PRIVATE_FILE))
    try:
        write(path, pieces)  # the name is ours now, so what is replaced is our own empty file
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if executable:
        path.chmod(PRIVATE_FOLDER)


@contextmanager
def growing(path: Path) -> Iterator[Callable[[bytes], None]]:
    """Return a private file at whose end pieces are added, each of them at once; what was there before stays.

    Raises:
        OSError: the disk is full or the folder is not writable, now or at a later piece.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, PRIVATE_FILE)

    def add(piece: bytes) -> None:
        if os.write(handle, piece) < len(piece):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    try:
        yield add
    finally:
        os.close(handle)


@contextmanager
def becoming(path: Path) -> Iterator[Path]:
    """Return a private empty file for another writer to fill, which gets its name at the end of the block.

    Raises:
        OSError: the folder is not writable; nothing is left behind.
    """
    unnamed = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    os.close(os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), PRIVATE_FILE))
    try:
        yield unnamed
        _renamed(unnamed, path)
    except BaseException:
        unnamed.unlink(missing_ok=True)
        raise
    _flush(path.parent)


@contextmanager
def appearing_together(folder: Path) -> Iterator[Path]:
    """Return a staging folder whose files all become ``folder`` at the end of the block, or vanish if it fails."""
    staging = folder.with_name(STAGING)
    try:
        staging.mkdir(mode=PRIVATE_FOLDER)  # in here, because a signal may come at any time
        yield staging
        with flushes() as flush:
            for each in (*(path for path in staging.iterdir() if path.is_dir()), staging):
                flush(each)
        _renamed(staging, folder)
    except BaseException:
        if staging.exists():
            remove_folder(staging)
        raise
    _flush(folder.parent)


def tidy(folder: Path, *names: str) -> None:
    """Remove what a writer that was killed left unfinished directly in a folder: a staging folder, temporary files.

    Only for those who know that no writer is at work in it. With ``names``, only what would have got one of them.
    """
    for path in sorted(folder.iterdir()):
        unfinished = _UNFINISHED.fullmatch(path.name)
        if path.is_symlink() or not (unfinished or path.name == STAGING):
            continue
        if names and not (unfinished and unfinished["name"] in names):
            continue
        remove_folder(path) if path.is_dir() else remove(path)


def remove(*paths: Path) -> None:
    """Remove files that may or may not be there."""
    for path in paths:
        path.unlink(missing_ok=True)


def remove_folder(path: Path) -> None:
    """Remove a folder with everything in it; links in it are removed, never followed."""
    for each in sorted(path.rglob("*"), reverse=True):
        each.rmdir() if each.is_dir() and not each.is_symlink() else each.unlink()
    path.rmdir()


def make_folders(path: Path) -> Path:
    """Build a private folder and those above it, if they are not there yet."""
    for missing in reversed([each for each in (path, *path.parents) if not each.exists()]):
        missing.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    return path


def make_folder(path: Path) -> Path:
    """Build one private folder below an existing one, if it is not there yet."""
    path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    return path


def _renamed(path: Path, name: Path) -> None:
    """Rename a file or a folder.

    Raises:
        OSError: it is not possible; on Windows also because another program has it open, after a second.
    """
    for pause in PAUSES:
        try:
            path.replace(name)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    path.replace(name)


def _flush(path: Path) -> None:
    """Flush a file or folder to disk: of a folder the names in it, so that a rename survives a power cut.

    Systems that cannot open a folder keep their own promise; Windows flushes only what may be written.
    """
    if path.is_dir() and not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0) if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
