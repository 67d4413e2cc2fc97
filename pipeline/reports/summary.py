"""The summary that ``--json`` prints and the manifest that stays in the run's folder (design §6, §7)."""

import importlib.metadata
from typing import Any

from pipeline.config.operator import who
from pipeline.config.tenant import issuer as issuer_of
from pipeline.model import fields
from pipeline.model.fields import CERTIFICATE
from pipeline.plan import seal
from pipeline.plan.build import Plan
from pipeline.plan.saved import PlanHeader, PlanSource
from pipeline.result import RunResult


def summary(run: RunResult) -> dict[str, Any]:
    """Say in one JSON document what was done, what was found, and what to do next."""
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
    told = summary(run)
    return {
        "version": importlib.metadata.version("contactpro-sync"),
        "job": run.request.name,
        "who": who(),
        "when": run.started.isoformat(timespec="seconds"),
        **{key: told[key] for key in ("command", "outcome", "exit_code", "tenant", "region", "issuer")},
        "hashes": run.hashes()
        | {"plan": plan_header(run, run.plan).digest() if run.plan is not None else None}
        | {"outputs": {file.path: file.sha256 for file in run.written}},
        **{key: told[key] for key in ("counts", "issues", "notes", "message", "next")},
        "trace": list(run.trace),
    }


def plan_header(run: RunResult, made: Plan) -> PlanHeader:
    """Return what plan.json says above the changes: whose plan it is, its counts, its seal, and what went in."""
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
        stale=made.stale.select(CERTIFICATE).to_pylist(),
        gone=made.gone.select(CERTIFICATE).to_pylist(),
    )


def next_step(run: RunResult) -> str:
    """Return what to do now, in one sentence."""
    if run.advice or run.end.code not in {0, 3, 10}:
        return run.advice or "Correct what the message names and run again."
    if run.request.command == "plan" and run.plan is not None and run.plan.changes.num_rows:
        return f"Look at it: show {run.folder}. Write its import files: emit {run.folder}."
    rejected = run.counts()["rejected"]
    if run.people is not None and not any(run.people.has(field) for field in fields.IDENTITY):
        return "Add a Login (or ExternalId) column to the list and run again."
    correct = _correction(run, rejected) if rejected else ""
    if importing := _importing(run):
        return f"{importing} Then {correct[0].lower()}{correct[1:]}" if correct else importing
    return correct or ("Nothing to do." if run.request.plans else _ready(run))


def _importing(run: RunResult) -> str:
    """Return which files are imported and how many people they hold; "" if none was written."""
    imports = [file for file in run.written if file.kind != "inverse"]
    if not imports:
        return ""
    deletes = sum(file.rows for file in imports if file.kind == "deletes")
    people = sum(file.rows for file in imports) - deletes
    holds = [_count(people, "person", "people")] if people else []
    holds += [_count(deletes, "delete", "deletes")] if deletes else []
    if len(imports) == 1:
        return f"Import {imports[0].path} ({', '.join(holds)})."
    undo = "; not what would undo them" if any(file.kind == "inverse" for file in run.written) else ""
    return f"Import the {len(imports)} files below out/ ({', '.join(holds)}{undo})."


def _count(number: int, one: str, many: str) -> str:
    return f"1 {one}" if number == 1 else f"{number} {many}"


def _ready(run: RunResult) -> str:
    """Say after a check without a finding how the run is started; a job file names its tenant itself."""
    if run.request.config_sha256 is not None:
        return f"The list is ready: run {run.request.source}."
    return "The list is ready: run it with --tenant and --region."


def _correction(run: RunResult, rejected: int) -> str:
    """Return where the rejected rows are put right: in the list, or in the directory that listed them."""
    if run.people is not None and run.people.extract.origin.rows is None:
        accounts = _count(rejected, "account", "accounts")
        return f"Have {accounts} corrected in the directory (rejects.csv lists them) and run again."
    rows, roster = _count(rejected, "row", "rows"), run.request.job.roster.title
    marked = "marked in annotated.xlsx" if run.workbook is not None else "listed in rejects.csv"
    return f"Correct {rows} of {roster}, {marked}, and run again."


def _place(run: RunResult) -> tuple[str | None, str | None, str | None]:
    """Name the one tenant of the run; None where there is none, or several (then each file's folder names its own).

    Where nobody was read the job's own stands: what watches many jobs wants to know whose run has failed.
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
