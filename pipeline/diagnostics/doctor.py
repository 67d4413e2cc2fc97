"""Check that a job can run, and return the next step for everything that would stop it.

It reads what the job would read, asks the directories a few questions, and changes nothing.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from connectors import extras
from connectors.base import Check, ChoiceNeeded, Directory, SourceError, Status, clock_check
from connectors.contact_pro_export.connector import Settings as ContactProExport
from connectors.contact_pro_rci import names as property_names
from connectors.contact_pro_rci import reading
from connectors.contact_pro_rci.client import RciClient
from connectors.extras import ExtraMissing
from connectors.settings import SourceSettings
from mappings.model import MappingError
from pipeline import transform
from pipeline.config import request
from pipeline.config.job_file.sources import NoSource, RciBaseline
from pipeline.config.request import RunRequest
from pipeline.config.secrets import references, resolve, secrets_of
from pipeline.extract import read
from pipeline.extract.open_source import mappings_for, open_source
from pipeline.extract.read import BoundExtract
from pipeline.kernels import hashing
from pipeline.model import errors
from pipeline.model.checks import CheckReport, concluded, failed
from pipeline.model.command_line import quoted
from pipeline.model.errors import Problem
from pipeline.model.exit_codes import DIFFERS, SOURCE, USAGE, ExitCode
from pipeline.model.people import People
from pipeline.plan import baseline
from pipeline.sso.saml import attribute_check
from pipeline.sso.saml.metadata import offered
from pipeline.state import owner, records
from pipeline.users_export import live
from pipeline.validate.whole_source import saml_attribute, unseen_columns

LITTLE_SPACE, NO_SPACE = 1_000_000_000, 100_000_000
"""Free bytes: a run of a million people leaves some 300 MB."""

OTHERS_MAY_READ = 0o077
KEYS = {"email": "email from", "external_id": "ExternalId from", "login": "Login from"}


def examine(job: Path, runs: Path, metadata: Path | None = None) -> CheckReport:
    """Check everything that a run of this job needs; an error becomes a line with its next step."""
    found: list[tuple[Check, ExitCode]] = []
    try:
        given = request.from_options("doctor", job, {}, runs)
    except (Problem, MappingError) as problem:
        return concluded("doctor", [(failed("configuration", problem), USAGE)])
    found.append((_configuration(given), USAGE))
    secrets = [*_secrets(given), *_notices(given)]
    found += [(check, USAGE) for check in secrets]
    of_sources = {f"secret {part}.{key}" for part, settings in _parts(given) for key in references(settings)}
    if all(check.status != "failed" for check in secrets if check.name in of_sources):
        found += _sources(given)
    of_rci = ("secret baseline.", "secret deliver.")
    if not any(check.status == "failed" for check in secrets if check.name.startswith(of_rci)):
        found += _baseline(given)
    found.append(_claim(given, metadata))
    found += [(check, USAGE) for check in (_disk(given), _state(given), *_unverified(given))]
    return concluded("doctor", [(_in_words_of(given, check), end) for check, end in found])


def _in_words_of(given: RunRequest, check: Check) -> Check:
    return replace(check, detail=given.named(check.detail), next=given.named(check.next))


def _configuration(given: RunRequest) -> Check:
    job = given.job
    place = f"tenant {given.tenant or 'by row'}, region {given.region_key or 'by row'}"
    directory = f", directory {job.directory.kind}" if job.directory else ""
    return Check("configuration", "ok", f"{place}, roster {job.roster.kind}{directory}, layout {given.layout.name}")


def _parts(given: RunRequest) -> Iterator[tuple[str, SourceSettings]]:
    yield "roster", given.job.roster
    if given.job.directory is not None and not isinstance(given.job.directory, NoSource):
        yield "directory", given.job.directory


def _references(given: RunRequest) -> Iterator[tuple[str, str]]:
    """Yield the name and the reference of every secret of the job: of its sources, of RCI, and of [notify]."""
    for part, settings in (*_parts(given), ("baseline", given.job.baseline), ("deliver", given.job.deliver)):
        yield from ((f"secret {part}.{key}", reference) for key, reference in references(settings).items())
    if (notify := given.job.notify) is not None:
        yield from ((f"secret notify.urls {place}", reference) for place, reference in enumerate(notify.urls, start=1))
        if notify.ping:
            yield "secret notify.ping", notify.ping


def _secrets(given: RunRequest) -> Iterator[Check]:
    for name, reference in _references(given):
        try:
            resolve(reference)
        except Problem as problem:
            yield failed(name, problem)
            continue
        kind, _, place = reference.partition(":")
        if kind == "file" and os.name == "posix" and Path(place).stat().st_mode & OTHERS_MAY_READ:
            yield Check(name, "warning", f"{place} may be read by others", f"chmod 600 {quoted(place)}")
        else:
            yield Check(name, "ok", f"found in {reference}")


def _notices(given: RunRequest) -> Iterator[Check]:
    if given.job.notify is not None and given.job.notify.urls:
        try:
            extras.require("notify", "[notify] urls")
        except ExtraMissing as missing:
            yield Check("notices", "warning", f"{missing} Only webhooks (https://) are notified.", missing.advice)


def _sources(given: RunRequest) -> Iterator[tuple[Check, ExitCode]]:
    lists: dict[str, People] = {}
    for part, settings in _parts(given):
        try:
            source = open_source(settings, lambda *_: None)
            if not isinstance(source, Directory):
                bound = read.read(settings, given, part, lambda *_: None, hashing.random_key())
                lists[part] = transform.to_people(bound)
                yield _list(part, bound), SOURCE
                yield from ((Check(part, "warning", note), SOURCE) for note in bound.extract.notes)
                continue
            yield _fields(part, settings), SOURCE
            for check in source.examine():
                yield Check(f"{part}: {check.name}", check.status, check.detail, check.next), SOURCE
        except (SourceError, ChoiceNeeded, MappingError, Problem) as error:
            yield failed(part, error), errors.exit_of(error)
    if (people := lists.get("roster")) is not None:
        for note in unseen_columns.notes(people, lists.get("directory")):
            yield Check("columns", "warning", note), SOURCE


def _fields(part: str, settings: SourceSettings) -> Check:
    """Return the attributes of a directory from which email, ExternalId and Login are read."""
    mapping = mappings_for(settings)[0]
    names = {name: rule.names[0] for name, rule in mapping.fields.items() if rule.names}
    if settings.email_attribute:
        names["email"] = settings.email_attribute
    keys = [f"{words} {names[name]}" for name, words in KEYS.items() if name in names]
    return Check(f"{part}: mapping", "ok", f"{mapping.name}: {', '.join(keys)}")


def _baseline(given: RunRequest) -> Iterator[tuple[Check, ExitCode]]:
    """Read the export that the plan will be compared with; the state is looked at by ``_state``."""
    if given.job.deliver is not None or isinstance(given.job.baseline, RciBaseline):
        yield from _rci(given)
    if not isinstance(given.job.baseline, ContactProExport):
        return
    try:
        export = baseline.exported(given, given.job.baseline)
    except (SourceError, ChoiceNeeded, Problem) as error:
        yield failed("baseline", error), errors.exit_of(error)
        return
    certificates = export.certificates(given.tenant).num_rows
    detail = f"{export.extract.origin.source}: {certificates} certificates of {export.user_count} users"
    yield Check("baseline", "ok", detail), SOURCE


def _rci(given: RunRequest) -> Iterator[tuple[Check, ExitCode]]:
    """Check an RCI: read its users and one list of certificates, and compare clocks; nothing is changed."""
    try:
        table = live.connection(given)
        names = property_names.load(table.names or Path())
        yield Check("RCI: names", "ok", f"{names.subject} and {names.issuer}, from {table.names}"), USAGE
        with RciClient(table, secrets_of(table)) as client:
            people = reading.users(client)
            yield Check("RCI: users", "ok", f"{client.host}: read to the end, {len(people)} in all"), SOURCE
            if people:
                number = len(client.certificates(people[0].id, names))
                yield Check("RCI: certificates", "ok", f"{number} of the first user can be read"), SOURCE
            yield clock_check(client.ahead), SOURCE
    except (SourceError, ChoiceNeeded, Problem) as error:
        yield failed("RCI", error), errors.exit_of(error)


def _list(part: str, bound: BoundExtract) -> Check:
    origin = bound.extract.origin
    sheet = f", sheet {origin.sheet}" if origin.sheet else ""
    number = bound.extract.frame.num_rows
    rows = "1 row" if number == 1 else f"{number} rows"
    if origin.rows is not None:
        rows += f" below the headers in row {bound.extract.header_row}"
    encoding = f" in {bound.extract.encoding}" if bound.extract.encoding else ""
    return Check(part, "ok", f"{origin.source}{sheet}: {rows}{encoding}, read as {bound.binding.mapping.name!r}")


def _claim(given: RunRequest, metadata: Path | None) -> tuple[Check, ExitCode]:
    """Compare the attribute name with the metadata, or with the usual names if there is none."""
    provider = given.job.directory or given.job.roster
    written = provider.saml_attribute
    if written is None:
        advice = "Write saml_attribute into the job, exactly as the identity provider sends it."
        detail = "the job does not name the SAML attribute of the email"
        return Check("claim", "warning", detail, advice), DIFFERS
    if (path := metadata or provider.saml_metadata) is None:
        return saml_attribute.usualness("claim", written, "--metadata FILE"), DIFFERS
    try:
        names = offered(path)
    except SourceError as error:
        return failed("claim", error), SOURCE
    return attribute_check.check("claim", written, names, path.name, usual=saml_attribute.usual_names()), DIFFERS


def _disk(given: RunRequest) -> Check:
    home = next(each for each in (given.runs.absolute(), *given.runs.absolute().parents) if each.exists())
    free = shutil.disk_usage(home).free
    if not os.access(home, os.W_OK):
        return Check("disk", "failed", f"{home} may not be written", "Give write access, or name another folder.")
    status: Status = "failed" if free < NO_SPACE else "warning" if free < LITTLE_SPACE else "ok"
    advice = "" if status == "ok" else "Make room, or name another folder with --runs."
    return Check("disk", status, f"{free // 1_000_000_000} GB free for {given.runs}", advice)


def _state(given: RunRequest) -> Check:
    if given.job.baseline.kind == "none":
        return Check("state", "ok", "the job compares with nothing, and needs none")
    try:
        owner.prove(given)
        records.recall(given.state, "directory")
    except Problem as problem:
        return failed("state", problem)
    if not given.state.exists():
        return Check("state", "ok", "none yet: the next run is the first")
    return Check("state", "ok", f"{given.state} can be read")


def _unverified(given: RunRequest) -> Iterator[Check]:
    advice = "Import one pilot user first and let them sign in."
    if not given.layout.verified:
        yield Check(
            "layout", "warning", f"{given.layout.name!r}: no import with this layout has been confirmed yet", advice
        )
    region = given.region
    if region is not None and not region.verified and region.aws_region not in given.layout.regions:
        yield Check("region", "warning", f"{region.title}: host and issuer are inferred", advice)
