"""The summary that ``--json`` prints and the manifest that stays in the run's folder (design §6, §7)."""

import importlib.metadata
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config.option_keys import repeated
from pipeline.config.tenant import issuer as issuer_of
from pipeline.emit.write import Written
from pipeline.kernels.columns import distinct_rows
from pipeline.model import fields
from pipeline.model.command_line import command
from pipeline.model.fields import CERTIFICATE
from pipeline.plan import seal, taken
from pipeline.plan.build import Plan
from pipeline.plan.saved import PlanHeader, PlanSource
from pipeline.result import RunResult

UNDO_NOTE = (
    "These files hold what was there before the run. That an import with empty cells takes a certificate away is not "
    "confirmed: after the import, export the users and look. Then: "
)

NOTHING_TO_DO = "Nothing to do."


def summary(run: RunResult) -> dict[str, Any]:
    """Return the JSON document of a run: what was done, what was found, and what to do next."""
    tenant, region, issuer = _place(run)
    return {
        "command": run.request.command,
        "outcome": run.end.name,
        "exit_code": run.end.code,
        "run": str(run.folder),
        "tenant": tenant,
        "region": region,
        "issuer": issuer,
        "counts": run.counts(),
        "issues": run.issue_counts(),
        "files": [
            {"path": file.path, "rows": file.rows, "sha256": file.sha256}
            for file in run.written
            if file.kind != "inverse"
        ],
        "mappings": {name: people.binding.mapping.name for name, people in run.sources.items()},
        "notes": run.notes(),
        "message": run.message,
        "next": next_step(run),
    }


def manifest(run: RunResult) -> dict[str, Any]:
    """Return what went in and what came out, with the digests that prove it."""
    document = summary(run)
    undoing = [file.path for file in run.written if file.kind == "inverse"]
    return {
        "version": importlib.metadata.version("contactpro-sync"),
        "job": run.request.name,
        "who": run.request.who,
        "when": run.started.isoformat(timespec="seconds"),
        **{key: document[key] for key in ("command", "outcome", "exit_code", "tenant", "region", "issuer")},
        "hashes": run.hashes()
        | {"plan": plan_header(run, run.plan).digest() if run.plan is not None else None}
        | {"outputs": {file.path: file.sha256 for file in run.written}},
        **{key: document[key] for key in ("counts", "issues", "notes", "message", "next")},
        "trace": list(run.trace),
        "undo": {"files": undoing, "note": UNDO_NOTE + command("state", "forget", run.folder)} if undoing else None,
    }


def plan_header(run: RunResult, made: Plan) -> PlanHeader:
    """Return the head of plan.json: whose plan it is, its counts, its seal, and what went in."""
    request = run.request
    options = {table: dict(keys) for table, keys in request.options.items()}
    return PlanHeader(
        job=request.name,
        tenant=request.tenant or None,
        layout=request.layout.name,
        layout_path=request.job.output.layout,
        policy=request.job.policy.model_dump(),
        counts=made.counts,
        sha256=made.seal,
        layout_shape=seal.shape(request.layout),
        rows_per_file=request.job.output.rows_per_file,
        hashes=run.hashes(),
        source=PlanSource(str(request.source.absolute()), options, request.wave),
        stale=_once(pa.concat_tables([made.stale.select(CERTIFICATE), made.earlier])),
        gone=made.gone.select(CERTIFICATE).to_pylist(),
        taken=made.taken.to_pylist(),
    )


def _once(certificates: pa.Table) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = distinct_rows(certificates).to_pylist()
    return rows


def next_step(run: RunResult) -> str:
    """Return what to do now, in one sentence."""
    if run.advice or run.end.code not in {0, 3, 10}:
        return run.advice or "Correct what the message names and run again."
    if run.request.command == "plan" and run.plan is not None and run.plan.changes.num_rows:
        return f"Look at it: {command('show', run.folder)}. Write its import files: {command('emit', run.folder)}"
    rejected = run.counts()["rejected"]
    if run.people is not None and not any(run.people.has(field) for field in fields.IDENTITY):
        return "Add a Login (or ExternalId) column to the list and run again."
    correct = _correction(run, rejected) if rejected else ""
    if importing := _importing(run) if run.request.job.deliver is None else _delivering(run):
        between = " " if importing.endswith(".") else ". "
        return f"{importing}{between}Then {correct[0].lower()}{correct[1:]}" if correct else importing
    return correct or (NOTHING_TO_DO if run.request.plans else _ready(run))


def _importing(run: RunResult) -> str:
    """Return which files are imported and how many people they contain; "" if none was written."""
    imports = [file for file in run.written if file.kind != "inverse"]
    if not imports:
        return ""
    deletes = [file for file in imports if file.kind == "deletes"]
    others = [file for file in imports if file.kind != "deletes"]
    people, gone = (sum(file.rows for file in files) for files in (others, deletes))
    holds = _count(people, "person", "people")
    if not deletes:
        return f"Import {others[0].path if len(others) == 1 else f'the {len(others)} files below out/'} ({holds})."
    wanted = f"{_named(others)} ({holds})"
    removing = f"{_named(deletes)} ({_count(gone, 'delete', 'deletes')})"
    return f"Import {removing} first, then {wanted}." if others else f"Import {removing}."


def _delivering(run: RunResult) -> str:
    """Return how the files are sent through RCI; "" if that follows by itself, or there is nothing to send."""
    deliver = run.request.job.deliver
    if deliver is None or deliver.after_run or not _importing(run):
        return ""
    return f"Deliver it: {command('deliver', run.request.source, runs=run.request.runs)}"


def _named(written: list[Written]) -> str:
    """Name one file, or the pattern of several."""
    if len(written) == 1:
        return written[0].path
    folders = {file.path.rpartition("/")[0] for file in written}
    below = folders.pop() if len(folders) == 1 else "out"
    kinds = sorted({file.kind for file in written})
    return f"the {len(written)} files {' and '.join(f'{kind}-*.txt' for kind in kinds)} below {below}/"


def _count(number: int, one: str, many: str) -> str:
    return f"1 {one}" if number == 1 else f"{number} {many}"


def _ready(run: RunResult) -> str:
    """Return how a run is started after a check without a finding; a job file names its tenant itself."""
    request = run.request
    if request.uploads is not None:
        return "The list is ready: choose its tenant and region."
    of_list = [field for field in (fields.TENANT, fields.REGION) if not _is_in_every_row(run, field)]
    needed = of_list if request.config_sha256 is None else ()
    return f"The list is ready: {repeated('run', request.source, request.options, request.runs, needed=needed)}"


def _is_in_every_row(run: RunResult, field: str) -> bool:
    if run.people is None or not run.people.has(field):
        return False
    return bool(pc.all(pc.not_equal(run.people.texts(field).filter(run.accepted).unique(), "")).as_py())


def _correction(run: RunResult, rejected: int) -> str:
    """Return the place in which rejected rows are corrected: the list, the directory, or Contact Pro."""
    others = [finding for finding in run.findings if finding.severity == "error" and finding.code != taken.CODE]
    wrong = int(run.ids.marked(others, severity="error").sum())
    freeing = f"Remove the certificates that are in the way of {_count(rejected - wrong, 'person', 'people')}"
    if wrong == rejected:
        return f"{_wrong_rows(run, wrong)} and run again."
    if not wrong:
        return f"{freeing}, as rejects.csv shows, and run again."
    return f"{_wrong_rows(run, wrong)}. {freeing}, as rejects.csv shows, and run again."


def _wrong_rows(run: RunResult, rejected: int) -> str:
    if run.people is not None and run.people.extract.origin.rows is None:
        return f"Have {_count(rejected, 'account', 'accounts')} corrected in the directory (rejects.csv lists them)"
    rows, roster = _count(rejected, "row", "rows"), run.request.job.roster.title
    where = "marked in annotated.xlsx" if run.workbook is not None else "listed in rejects.csv"
    return f"Correct {rows} of {roster}, {where},"


def _place(run: RunResult) -> tuple[str | None, str | None, str | None]:
    """Name the one tenant of the run; None if there is none, or several (then each file's folder names its own).

    If no row was read it is the job's own tenant: a monitor of many jobs must know whose run has failed.
    """
    if run.people is None or not (run.people.has(fields.ISSUER) and (~run.dropped).any()):
        tenant, region = run.request.tenant, run.request.region
        return (
            tenant or None,
            run.request.region_key or None,
            issuer_of(tenant, region) if tenant and region else None,
        )
    one = [_only(run, field) for field in (fields.TENANT, fields.REGION, fields.ISSUER)]
    return one[0], one[1], one[2]


def _only(run: RunResult, field: str) -> str | None:
    words = (
        run.people.texts(field).filter(run.accepted if run.accepted.any() else ~run.dropped).unique().to_pylist()
        if run.people
        else []
    )
    return words[0] if len(words) == 1 and words[0] else None
