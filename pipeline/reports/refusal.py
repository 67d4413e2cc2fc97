"""The summary of a command that could not begin (design §7); it imports nothing heavy, so a usage error is quick."""

from typing import Any

from pipeline.model import errors
from pipeline.model.fields import NO_COUNTS, NO_DELIVERY


def summary_of(command: str, problem: Exception) -> dict[str, Any]:
    """Return the summary of a command that a problem stopped; a defect of ours has its places in the code, no data."""
    if isinstance(problem, OSError):
        problem = errors.file_problem(problem)
    end, message, advice = errors.exit_of(problem), str(problem), errors.advice_for(problem)
    more: dict[str, Any] = {}
    if not advice:
        message, trace = errors.defect_of(problem)
        advice, more = "This is a defect of contactpro-sync: please report this message.", {"trace": list(trace)}
    if command == "deliver":
        more |= {"counts": NO_DELIVERY, "people": None}
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
        "message": message,
        "next": advice,
    } | more
