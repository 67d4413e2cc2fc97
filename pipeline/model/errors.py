"""The error family, and the one table from an error to the exit code of the process (design §5)."""

import errno
import os
import traceback
from pathlib import Path

from connectors import base as sources
from mappings import model as mappings
from pipeline.model.command_line import quoted
from pipeline.model.exit_codes import FAILED, GUARDED, LOCKED, SOURCE, STATE, USAGE, ExitCode


class Problem(Exception):
    """A stop that the user can understand: the message is what, where and why; ``advice`` is what to do next."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        """Keep the sentence and the next step apart, so that a report can show both."""
        super().__init__(message)
        self.advice = advice


class UsageProblem(Problem):
    """The command line or the job file asks for something that cannot be, or leaves a choice open."""


class GuardProblem(Problem):
    """A guard refused the run; the message carries the numbers."""


class LockProblem(Problem):
    """Another run of the same job is at work."""


class StateProblem(Problem):
    """The job's state is damaged, or newer than this version: never a first run."""


class FileProblem(Problem):
    """A file or folder of ours cannot be written or read: no space, or no permission. This is not a defect."""


class OutputRefused(Problem):
    """A value that would break the import file reached the writer: a defect of ours, stopped before it does harm."""


DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""Errors of a disk, at whatever file they come."""

_MAKE_ROOM = "Free disk space or give access there, then run again."
_EXITS: tuple[tuple[type[BaseException], ExitCode, str], ...] = (
    (UsageProblem, USAGE, "Correct what the message names and run again."),
    (GuardProblem, GUARDED, "Check that the list is whole."),
    (LockProblem, LOCKED, "Wait until it is done and run again."),
    (StateProblem, STATE, "Restore the state from a backup."),
    (OutputRefused, FAILED, "Please report this: no value should have come so far."),
    # The file's own headers are at fault, not the mapping.
    (mappings.HeadersUnknown, SOURCE, "Rename the headers of the list, or name a mapping with --mapping."),
    (mappings.UnknownName, USAGE, "Use one of the names in the message."),
    (mappings.MappingError, USAGE, "Correct the mapping or the headers that the message names."),
    (sources.ChoiceNeeded, USAGE, "Choose one of them."),
    (sources.SourceMissing, SOURCE, "Check the path and run again."),
    (sources.SourceEmpty, SOURCE, "Check that this is the right file."),
    (sources.SourceUnreachable, SOURCE, "Run again later."),
    (sources.SourceRefused, SOURCE, "Correct the credential, or grant the permission, and run again."),
    (sources.SourceIncomplete, SOURCE, "Run again; nothing of this reading was used."),
    (sources.ColumnsUnknown, SOURCE, "Rename the headers of the list, or name a mapping with --mapping."),
    (sources.SourceError, SOURCE, "Repair or replace the file and run again."),
    (FileProblem, USAGE, _MAKE_ROOM),
    (OSError, USAGE, _MAKE_ROOM),
)


def exit_of(error: BaseException) -> ExitCode:
    """Find how the process ends after this error; anything not in the table is a defect of ours."""
    return next((end for kind, end, _ in _EXITS if isinstance(error, kind)), FAILED)


def advice_for(error: BaseException) -> str:
    """Return what to do next: the error's own advice, else the usual one of its kind, else nothing."""
    usual = next((advice for kind, _, advice in _EXITS if isinstance(error, kind)), "")
    return getattr(error, "advice", "") or usual


def file_problem(error: OSError) -> FileProblem:
    """Build the problem of a file that cannot be written, or that another account has written and keeps to itself."""
    name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
    reason = error.strerror or str(error)
    if isinstance(error, PermissionError) and (closed := _closed(name)):
        folder = closed if Path(closed).is_dir() else _folder(closed)
        return FileProblem(
            f"{closed} cannot be read: it belongs to another account.",
            advice="Run as the account that wrote it, or give this account access: "
            f'sudo chown -R "$(id -un)" {quoted(folder)}',
        )
    if isinstance(error, FileNotFoundError) and name and not Path(name).parent.exists():
        folder = _folder(name)
        return FileProblem(
            f"There is no folder {folder}.", advice=f"Make it, or name another one: mkdir -p {quoted(folder)}"
        )
    if not name and error.errno not in DISK_FULL:
        return FileProblem(f"The system refused what the command needs: {reason}.", advice=_MAKE_ROOM)
    return FileProblem(f"{name or 'A file of the run'} cannot be written: {reason}.", advice=_MAKE_ROOM)


def _closed(name: str) -> str:
    """Return the file, or the first folder above it, that this account may not read; "" if there is none."""
    path = Path(name)
    for each in [*reversed(path.parents), path] if name else []:
        if not os.path.lexists(each):
            break
        if not os.access(each, os.R_OK | os.X_OK if each.is_dir() else os.R_OK):
            return str(each)  # nothing below it can be asked for
    return ""


def _folder(name: str) -> str:
    return str(Path(name).parent)


def defect_of(error: BaseException) -> tuple[str, tuple[str, ...]]:
    """Return the sentence about a defect of ours and the places in the code; never the data that it met."""
    frames = traceback.extract_tb(error.__traceback__)
    trace = tuple(f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in frames)
    return f"An unexpected failure ({type(error).__name__}) in {trace[-1] if trace else 'the command line'}.", trace
