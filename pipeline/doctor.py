"""An examination, told from top to bottom: would this job run, and if not, what is the next step?

It reads what the job would read, asks the directories a few questions, and changes nothing.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.base import Check, ChoiceNeeded, SourceError, Status
from mappings.model import MappingError
from pipeline import attribute, connect, errors, extract, ledger, order
from pipeline.config.secrets import resolve
from pipeline.config.sources import FileSource, Live, NoSource, references
from pipeline.errors import Exit, Problem
from pipeline.order import Order
from pipeline.saml.metadata import offered
from pipeline.saml.names import standing

LITTLE_SPACE, NO_SPACE = 1_000_000_000, 100_000_000
"""Free bytes: a run of a million people leaves some 300 MB."""

OTHERS_MAY_READ = 0o077


@dataclass(frozen=True, slots=True)
class Examination:
    """Every line of an examination, and how the command ends: by the worst that failed (design §7)."""

    checks: tuple[Check, ...]
    end: Exit

    def document(self) -> dict[str, Any]:
        """Give what ``--json`` prints."""
        lines = [{"name": c.name, "status": c.status, "detail": c.detail, "next": c.next} for c in self.checks]
        return {"command": "doctor", "outcome": self.end.name, "exit_code": self.end.code, "checks": lines}

    def lines(self) -> Iterator[str]:
        """Tell it to a person, a line for each check and its next step below."""
        width = max(len(check.name) for check in self.checks)
        for check in self.checks:
            yield f"{check.status:>7}  {check.name:<{width}}  {check.detail}"
            if check.next:
                yield f"{'':>7}  {'':<{width}}  next: {check.next}"
        yield f"\nend: {self.end.name} (exit code {self.end.code})"


def examine(job: Path, runs: Path, metadata: Path | None = None) -> Examination:
    """Look at everything that a run of this job needs; never raises what it can say in a line instead."""
    found: list[tuple[Check, Exit]] = []
    try:
        given = order.of("doctor", job, {}, runs)
    except (Problem, MappingError) as problem:
        return _concluded([(_failed("configuration", problem), errors.USAGE)])
    found.append((_configuration(given), errors.USAGE))
    secrets = list(_secrets(given))
    found += [(check, errors.USAGE) for check in secrets]
    if all(check.status != "failed" for check in secrets):
        found += [(check, errors.SOURCE) for check in _sources(given)]
    found.append((_claim(given, metadata), errors.DIFFERS))
    found += [(check, errors.USAGE) for check in (_disk(given), _state(given), *_unverified(given))]
    return _concluded(found)


def _concluded(found: list[tuple[Check, Exit]]) -> Examination:
    failed = {end.code: end for check, end in found if check.status == "failed"}
    worst = failed.get(errors.worst(list(failed)), errors.OK)
    return Examination(tuple(check for check, _ in found), worst)


def _configuration(given: Order) -> Check:
    job = given.job
    place = f"tenant {given.tenant or 'by row'}, region {given.region_key or 'by row'}"
    directory = f", directory {job.directory.kind}" if job.directory else ""
    return Check("configuration", "ok", f"{place}, roster {job.roster.kind}{directory}, layout {given.layout.name}")


def _parts(given: Order) -> Iterator[tuple[str, FileSource | Live]]:
    yield "roster", given.job.roster
    if given.job.directory is not None and not isinstance(given.job.directory, NoSource):
        yield "directory", given.job.directory


def _secrets(given: Order) -> Iterator[Check]:
    for part, settings in _parts(given):
        for key, reference in references(settings).items():
            name = f"secret {part}.{key}"
            try:
                resolve(reference)
            except Problem as problem:
                yield _failed(name, problem)
                continue
            kind, _, place = reference.partition(":")
            if kind == "file" and os.name == "posix" and Path(place).stat().st_mode & OTHERS_MAY_READ:
                yield Check(name, "warning", f"{place} may be read by others", f"chmod 600 {place}")
            else:
                yield Check(name, "ok", f"found in {reference}")


def _sources(given: Order) -> Iterator[Check]:
    for part, settings in _parts(given):
        try:
            if isinstance(settings, FileSource):
                yield _list(given, part, settings)
                continue
            for check in connect.live_connector(settings, lambda *_: None).examine():
                yield Check(f"{part}: {check.name}", check.status, check.detail, check.next)
        except (SourceError, ChoiceNeeded, MappingError, Problem) as error:
            yield _failed(part, error)


def _list(given: Order, part: str, settings: FileSource) -> Check:
    bound = extract.read(settings, given, part, lambda *_: None)
    origin = bound.extract.origin
    sheet = f", sheet {origin.sheet}" if origin.sheet else ""
    read = f"{bound.extract.frame.num_rows} rows below the headers in row {bound.extract.header_row}"
    return Check(part, "ok", f"{origin.source}{sheet}: {read}, read as {bound.binding.mapping.name!r}")


def _claim(given: Order, metadata: Path | None) -> Check:
    """Hold the attribute name against the metadata, or against the usual names where there is none."""
    provider = given.job.directory or given.job.roster
    written = provider.saml_attribute
    if written is None:
        advice = "Write saml_attribute into the job, exactly as the identity provider sends it."
        return Check("claim", "warning", "the job does not say which SAML attribute carries the email", advice)
    if (path := metadata or provider.saml_metadata) is None:
        found = attribute.findings(given.job)
        if not found:
            return Check("claim", "ok", f"{written} is a usual name; with --metadata FILE it can be compared")
        status: Status = "failed" if found[0].code == "ATTRIBUTE-CASE" else "warning"
        return Check("claim", status, found[0].message(0), found[0].fix(0))
    try:
        stands = standing(written, offered(path))
    except SourceError as error:
        return _failed("claim", error)
    match stands.verdict:
        case "exact":
            return Check("claim", "ok", f"{written} is listed exactly so in {path.name}")
        case "near":
            near = " and ".join(repr(name) for name in stands.near)
            detail = f"saml_attribute is {written!r}; {path.name} spells it {near}"
            return Check("claim", "failed", detail, f"Write {stands.near[0]!r}.")
        case "not listed":
            detail = f"{written} is not among the names in {path.name}; Entra never lists custom claims there"
            return Check("claim", "warning", detail, "Compare it with a captured SAML response.")
    detail = f"{path.name} lists no attribute names, so it cannot tell"
    return Check("claim", "warning", detail, "Compare it with a captured SAML response.")


def _disk(given: Order) -> Check:
    home = next(each for each in (given.runs.absolute(), *given.runs.absolute().parents) if each.exists())
    free = shutil.disk_usage(home).free
    if not os.access(home, os.W_OK):
        return Check("disk", "failed", f"{home} may not be written", "Give write access, or name another folder.")
    status: Status = "failed" if free < NO_SPACE else "warning" if free < LITTLE_SPACE else "ok"
    advice = "" if status == "ok" else "Make room, or name another folder with --runs."
    return Check("disk", status, f"{free // 1_000_000_000} GB free for {given.runs}", advice)


def _state(given: Order) -> Check:
    if not given.state.exists():
        return Check("state", "ok", "none yet: the next run is the first")
    try:
        ledger.recall(given.state, "directory")
    except Problem as problem:
        return _failed("state", problem)
    return Check("state", "ok", f"{given.state} can be read")


def _unverified(given: Order) -> Iterator[Check]:
    advice = "Import one pilot user first and let them sign in."
    if not given.layout.verified:
        yield Check("layout", "warning", f"{given.layout.name!r} has not been seen to be accepted yet", advice)
    region = given.region
    if region is not None and not region.verified and region.aws_region not in given.layout.regions:
        yield Check("region", "warning", f"{region.title}: host and issuer are inferred", advice)


def _failed(name: str, error: Exception) -> Check:
    return Check(name, "failed", str(error), errors.advice_for(error))
