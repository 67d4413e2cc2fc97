"""The text of a notice of how a run ended, and when one is sent.

A notice leaves the organisation, so it contains codes and counts, and nothing that a run read or a person wrote.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.model.command_line import command, commands_in
from pipeline.model.exit_codes import DIFFERS, EXIT_CODES, FAILED, GUARDED, REJECTED, ExitCode
from pipeline.model.fields import NO_DELIVERY
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.texts import DEFAULT
from pipeline.model.texts.translation import translated

ROWS = ("read", "accepted", "rejected", "dropped")
CHANGES = ("create", "change", "case_change", "delete", "gone", "unchanged")

_RUN = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]+")
_APPROVE = command("approve")
_FILE = re.compile(r"out/[A-Za-z0-9-]+/[a-z]+-[0-9]+\.(txt|csv)")


@dataclass(frozen=True, slots=True)
class Notice:
    """The text of a notice and its severity: a stop is a failure, rows to be looked at are a warning."""

    title: str
    body: str
    grave: Literal["success", "warning", "failure"] = "success"


def wanted(on: Literal["failure", "guard", "change", "always"], exit_code: int, changes: int) -> bool:
    """Return True if a notice of a run is sent; ``changes`` counts the rows that it wrote.

    "failure" is every stop, "guard" is a stop by a guard, "change" is a stop or something written.
    """
    stopped = _end(exit_code).is_stop
    return {
        "failure": stopped,
        "guard": exit_code == GUARDED.code,
        "change": stopped or changes > 0,
        "always": True,
    }[on]


def notice(summary: Mapping[str, Any], job: str, host: str, language: str = DEFAULT) -> Notice:
    """Build a notice of a run's summary (design §7), in the language of the run.

    Taken over are numbers, codes of the catalogue, and names that we gave ourselves: a message, a note, an advice or
    any other path may contain an address of a person.
    """
    code = summary["exit_code"]
    end = _end(code)
    return Notice(
        translated(f"contactpro-sync {job} on {host}: {end.name} (exit code {code})", language),
        "\n".join(translated(line, language) for line in (_opening(summary, end), *_lines(summary))),
        "failure" if end.is_stop else "warning" if end in (REJECTED, DIFFERS) else "success",
    )


def _opening(summary: Mapping[str, Any], end: ExitCode) -> str:
    """Return the first sentence: what the exit code means, or what it means if only the delivery ended so."""
    delivery = summary.get("delivery")
    if delivery and _end(delivery["exit_code"]).is_stop:
        return "The run is done, and its delivery stopped."
    if delivery and end is REJECTED and not summary["counts"].get("rejected"):
        return "Not every person was delivered."
    return end.meaning


def _steps(summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield what to do next, as sentences."""
    delivery, end = summary.get("delivery"), _end(summary["exit_code"])
    if summary["files"] and not delivery:
        yield "Import the files in System Configurator."
    if delivery and _end(delivery["exit_code"]) is REJECTED:
        yield "Look at the delivery's file of people in the folder of the run, then deliver again."
    elif delivery and _end(delivery["exit_code"]).is_stop:
        yield f"Examine the job: {command('doctor', 'JOB.toml')}. Then deliver again."
    if end.advice and (not delivery or summary["counts"].get("rejected")):
        yield end.advice


def _lines(summary: Mapping[str, Any]) -> Iterator[str]:
    counts, files, run = summary["counts"], summary["files"], str(summary["run"] or "")
    if any(counts.get(name) for name in ROWS):
        yield "Rows: " + ", ".join(f"{counts.get(name, 0):d} {name}" for name in ROWS)
    if changes := [f"{counts[name]:d} {name.replace('_', ' ')}" for name in CHANGES if counts.get(name)]:
        yield "Changes: " + ", ".join(changes)
    if delivery := summary.get("delivery"):
        sent = [f"{delivery['counts'].get(name, 0):d} {name}" for name in NO_DELIVERY]
        yield "Delivery: " + ", ".join(sent)
    known = {code: count for code, count in summary["issues"].items() if code in CATALOGUE}
    yield from (f"{code}: {count:d} ({CATALOGUE[code].title})" for code, count in known.items())
    for file in files:
        rows = "1 row" if file["rows"] == 1 else f"{file['rows']:d} rows"
        yield f"{file['path'] if _FILE.fullmatch(file['path']) else 'An import file'}: {rows}"
    if _RUN.fullmatch(folder := run.replace("\\", "/").rpartition("/")[2]):
        yield f"Folder of the run: {folder}"
    if summary["exit_code"] == GUARDED.code:
        yield from _stopped(summary)
    if steps := list(_steps(summary)):
        yield "Next: " + " ".join(steps).rstrip()


def _stopped(summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield the numbers that stopped a run, and the command that approves it; no line that may have an address."""
    reasons = [line for line in str(summary.get("message")).splitlines() if line.startswith("  - ")]
    approving = [each for each in commands_in(str(summary.get("next"))) if each.startswith(_APPROVE)]
    lines = [*reasons, *(f"If the plan is right: {command}" for command in approving)]
    yield from (line for line in lines if "@" not in line)


def _end(code: int) -> ExitCode:
    return EXIT_CODES.get(code, FAILED)
