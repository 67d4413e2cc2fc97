"""The summary of a command that could not begin (design §7); it imports nothing heavy, so a usage error is quick."""

import errno
from typing import Any

from pipeline.model import errors
from pipeline.model.exit_codes import USAGE
from pipeline.model.fields import NO_COUNTS

DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""Errors of a disk that no choice of the user has caused."""


def summary_of(command: str, problem: Exception) -> dict[str, Any]:
    """Return the summary of a command that a problem stopped before it began."""
    chosen = isinstance(problem, OSError) and problem.errno not in DISK_ERRORS  # nothing has begun: a wrong --runs
    end = USAGE if chosen else errors.exit_of(problem)
    return {
        "command": command,
        "outcome": end.name,
        "exit_code": end.code,
        "run": None,
        "tenant": None,
        "region": None,
        "issuer": None,
        "counts": NO_COUNTS,
        "issues": {},
        "files": [],
        "mappings": {},
        "notes": [],
        "message": _message(problem),
        "next": errors.advice_for(problem),
    }


def _message(problem: Exception) -> str:
    if isinstance(problem, OSError):
        return f"The folder of the run cannot be made or written: {problem.strerror or problem} ({problem.filename})."
    return str(problem)
