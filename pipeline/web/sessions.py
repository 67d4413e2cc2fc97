"""Sessions: what one browser has uploaded, each list in a folder of its own, found only by the session that made it."""

import re
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import TemporaryDirectory
from typing import Any

import anyio

from pipeline.config.job_file.sources import kind_of
from pipeline.config.request import Correction
from pipeline.result import RunResult
from pipeline.state import files

MOST_SESSIONS, MOST_LISTS = 200, 20
"""The oldest session, first of all one without a list, and the oldest list of a session are dropped for a new one."""

_NOT_IN_A_NAME = re.compile(r"[^\w .()+-]+")
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a list could not be read or run, what to do, and what can be chosen if there is a choice."""

    message: str
    advice: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """The headers of a list with some of their cells, and the header of each field.

    ``mapping`` is the name of the mapping that was recognised, "" if none was: then the user chooses every column.
    ``filled`` are the headers with a cell below them that is neither empty nor a template's example.
    """

    headers: tuple[str, ...]
    samples: Mapping[str, list[str]]
    chosen: Mapping[str, str]
    filled: frozenset[str]
    rows: int
    sheet: str
    mapping: str


@dataclass(slots=True)
class UploadedList:
    """One list, what was chosen for it, and its last run.

    ``writes`` is True if import files are wanted, False for a check. ``version`` counts its runs: a form of an older
    version is refused, so that two tabs do not undo each other.
    ``columns`` are those of ``sheet`` and ``mapping``, once they were read. ``lock`` is held while it changes.
    """

    key: str
    folder: Path
    path: Path
    directory: Path | str | None
    sheet: str | None = None
    tenant: str = ""
    region: str = ""
    writes: bool = False
    case_policy: str = "reject"
    mapping: Path | None = None
    columns: Columns | None = None
    corrections: dict[tuple[int, int], Correction] = field(default_factory=dict)
    version: int = 0
    running: bool = False
    step: str = ""
    people: int = 0
    result: RunResult | None = None
    stop: Stop | None = None
    lock: anyio.Lock = field(default_factory=anyio.Lock)


@dataclass(slots=True)
class Session:
    """One browser: its language, its lists, and who signed in if sign-in is configured."""

    key: str
    language: str
    user: str = ""
    lists: dict[str, UploadedList] = field(default_factory=dict)
    sign_in: dict[str, Any] = field(default_factory=dict)


class Sessions:
    """Every session of the server, and the temporary folder of their uploads."""

    def __init__(self, folder: Path, language: str) -> None:
        """Keep uploads below ``folder``; ``language`` is that of a session whose browser prefers none."""
        self._folder, self.language = folder, language
        self._by_key: dict[str, Session] = {}
        self._lock = threading.Lock()

    def get(self, key: str | None) -> Session | None:
        """Return the session of a cookie, None if there is none."""
        return self._by_key.get(key or "")

    def new(self, language: str) -> Session:
        """Begin a session."""
        session = Session(secrets.token_urlsafe(24), language)
        with self._lock:
            while len(self._by_key) >= MOST_SESSIONS:
                idle = next((each.key for each in self._by_key.values() if not each.lists), next(iter(self._by_key)))
                self._forget(self._by_key.pop(idle).lists.values())
            self._by_key[session.key] = session
        return session

    def rekey(self, session: Session) -> None:
        """Replace the key of a session; the old one leads nowhere."""
        with self._lock:
            self._by_key.pop(session.key, None)
            session.key = secrets.token_urlsafe(24)
            self._by_key[session.key] = session

    def add(self, session: Session, name: str, pieces: Iterable[bytes]) -> UploadedList:
        """Keep an uploaded list in a new folder.

        Raises:
            UsageProblem: its ending is not that of a list.
            OSError: the disk is full.
        """
        key = secrets.token_urlsafe(12)
        folder = files.make_folders(self._folder / key)
        try:
            path = keep(folder / "list", name, pieces)
        except BaseException:
            files.remove_folder(folder)
            raise
        made = UploadedList(key, folder, path, None)
        with self._lock:
            idle = [each.key for each in session.lists.values() if not each.running]
            if len(session.lists) >= MOST_LISTS and idle:
                self._forget([session.lists.pop(idle[0])])
            session.lists[key] = made
        return made

    def _forget(self, lists: Iterable[UploadedList]) -> None:
        for each in lists:
            if not each.running:
                with suppress(OSError):
                    files.remove_folder(each.folder)


@contextmanager
def temporary(language: str) -> Iterator[tuple[Sessions, Path]]:
    """Yield the sessions of a server and their temporary folder, which is removed at the end."""
    with TemporaryDirectory(prefix="contactpro-sync-", ignore_cleanup_errors=True) as folder:
        yield Sessions(Path(folder), language), Path(folder)


def keep(folder: Path, name: str, pieces: Iterable[bytes]) -> Path:
    """Write an upload under a safe form of the name that the browser gave; no part of it names a folder.

    Raises:
        UsageProblem: its ending is not that of a list.
        OSError: the disk is full.
    """
    path = files.make_folders(folder) / safe_name(name)
    files.write(path, pieces)
    return path


def safe_name(name: str) -> str:
    """Return the last part of a file name from a browser, without characters that a file system treats specially.

    Raises:
        UsageProblem: its ending is not that of a list.
    """
    last = PureWindowsPath(PurePosixPath(name.replace("\x00", "")).name).name
    suffix = PurePosixPath(last).suffix.lower()
    kind_of(Path(last[-LONGEST_NAME:]))
    stem = _NOT_IN_A_NAME.sub("-", last[: -len(suffix)])[:LONGEST_NAME].strip(" .-") or "list"
    return f"{stem}{suffix}"
