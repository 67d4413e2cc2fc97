r"""Quote a name for readers to which ``%``, ``$``, quotes or ``\`` mean something: shell, cron, systemd, Windows, YAML.

Every function gives text that its format reads back as the name itself. A name that a format cannot carry is refused
with what to do about it, never bent.
"""

import hashlib
import json
import re
import shlex
import unicodedata
from collections.abc import Sequence
from pathlib import PurePath
from subprocess import list2cmdline

from pipeline.model.errors import UsageProblem

Word = PurePath | str

LONGEST_CRON_COMMAND = 999
"""Bytes; cron of Debian drops what is beyond without a word (its MAX_COMMAND is 1000)."""

_DIGEST = 8
_NO_TEXT = frozenset({"Cc", "Cn", "Cs", "Zl", "Zp"})
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EXPANDED_BY_WINDOWS = re.compile(r'%[^%\\/:"]+%')


def text(name: str) -> str:
    """Return a name back that every format accepts.

    Raises:
        UsageProblem: it has a line break, another control character, or bytes that are not text.
    """
    strange = next((character for character in name if unicodedata.category(character) in _NO_TEXT), None)
    if strange is not None:
        raise UsageProblem(
            f"{name!r} has a character that no scheduler can be given (U+{ord(strange):04X}).",
            advice="Rename it, or move it elsewhere.",
        )
    return name


def variable(name: str) -> str:
    """Return the name of an environment variable back.

    Raises:
        UsageProblem: not every scheduler can set a variable of that name.
    """
    if not _VARIABLE.fullmatch(name):
        raise UsageProblem(
            f"env:{name} is no name of a variable that every scheduler can set.",
            advice="Use letters, digits and underscores only, in the job file too.",
        )
    return name


def label(name: str, longest: int) -> str:
    """Build a label of a-z, 0-9 and ``-``, which is a name everywhere; a digest separates changed names."""
    folded = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")
    if plain == name and len(plain) <= longest:
        return plain
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]
    return f"{plain[: longest - _DIGEST - 1].rstrip('-')}-{digest}".lstrip("-")


def shell(*words: Word) -> str:
    """Write a command line for a POSIX shell."""
    return shlex.join(map(str, words))


def cron(command: str) -> str:
    r"""Write a shell command as the end of a crontab line, in which a bare ``%`` would end it (man: crontab(5)).

    Raises:
        UsageProblem: the line is longer than cron reads.
    """
    escaped = command.replace("%", r"\%")
    if len(escaped.encode()) > LONGEST_CRON_COMMAND:
        raise UsageProblem(
            f"The line for cron would have {len(escaped.encode())} bytes, and cron reads {LONGEST_CRON_COMMAND} of it.",
            advice="Shorten the paths, or use another scheduler.",
        )
    return escaped


def without_backslash(path: PurePath) -> PurePath:
    r"""Return a path back that every cron leaves as it is: Debian's takes one of two backslashes away, cronie none.

    Raises:
        UsageProblem: there is a backslash in it.
    """
    if "\\" in str(path):
        raise UsageProblem(
            f"{path}: what becomes of a backslash depends on whose cron it is.",
            advice="Rename it, or move it elsewhere.",
        )
    return path


def jinja(command: str) -> str:
    """Write a shell command that is a Jinja template too: empty quotes are nothing to a shell, and part ``{{``.

    ``command`` is what ``shell`` made, in which every ``{`` is in single quotes.
    """
    return command.replace("{", "{''")


def systemd(word: Word) -> str:
    r"""Quote for a unit file: ``\`` before ``\`` and ``"``, ``%`` doubled (man: systemd.syntax(7), systemd.unit(5))."""
    return '"' + str(word).replace("\\", r"\\").replace('"', r"\"").replace("%", "%%") + '"'


def systemd_argument(word: Word) -> str:
    """Quote an argument of ExecStart, in which ``$`` begins a variable (man: systemd.service(5))."""
    return systemd(word).replace("$", "$$")


def systemd_program(word: Word) -> str:
    """Quote the program of ExecStart, in which ``$`` is not a variable.

    Raises:
        UsageProblem: systemd starts no program whose path has a quote or a backslash.
    """
    if set(str(word)) & set("\"'\\"):
        raise UsageProblem(
            f"systemd starts no program with a quote or a backslash in its path, as {word} has.",
            advice="Install contactpro-sync elsewhere.",
        )
    return systemd(word)


def windows(words: Sequence[Word]) -> str:
    """Write arguments as a C program on Windows takes them apart again.

    Raises:
        UsageProblem: the Task Scheduler would put the value of a variable into one; it knows no escape for that.
    """
    for word in map(str, words):
        if _EXPANDED_BY_WINDOWS.search(word):
            raise UsageProblem(
                f"In {word} the Task Scheduler would take what stands between % and % for a variable.",
                advice="Rename it, or move it elsewhere.",
            )
    return list2cmdline(list(map(str, words)))


def yaml(word: Word) -> str:
    """Write a double-quoted YAML scalar; a JSON string whose characters are not escaped is one."""
    return json.dumps(str(word), ensure_ascii=False)


def kubernetes(word: Word) -> str:
    """Write an argument of a container as YAML, in which ``$(NAME)`` is a variable and ``$$`` is a ``$``."""
    return yaml(str(word).replace("$", "$$"))
