"""The commands about the state of a job: ``state backup``, ``state restore``, ``state new``."""

from pathlib import Path

import typer

from pipeline.cli import options, output
from pipeline.cli.output import saying_what_is_wrong
from pipeline.model.command_line import command

state = typer.Typer(
    help="Back up, restore or reset the state of a job, or take back an undone run.", no_args_is_help=True
)


@state.command("backup", epilog="Example: contactpro-sync state backup nightly.toml nightly-state.db")
def backup(
    job: options.JobOrList, copy: options.Copy, runs: options.Runs = Path("runs"), as_json: options.AsJson = False
) -> None:
    """Copy the state of a job to a new file."""
    with saying_what_is_wrong("state", as_json=as_json):
        from pipeline.state import database

        database.back_up(_of(job, runs), copy)
        _report(f"Saved the state of {job.stem} to {copy}.", _of(job, runs), as_json=as_json)


@state.command("restore", epilog="Example: contactpro-sync state restore nightly.toml nightly-state.db")
def restore(
    job: options.JobOrList, copy: options.Copy, runs: options.Runs = Path("runs"), as_json: options.AsJson = False
) -> None:
    """Replace the state of a job by a copy."""
    with saying_what_is_wrong("state", as_json=as_json):
        from pipeline.state import approvals, database, lock, owner, records, run_folders

        if copy.exists():
            owner.refuse_foreign(copy, job, _of(job, runs))
        with lock.held(_of(job, runs).parent):
            database.restore(copy, _of(job, runs))
            approvals.lapse_approvals(_of(job, runs), "restore")
            missing = sum(
                records.run(_of(job, runs), folder.name) is None for folder in run_folders.delivered(runs / job.stem)
            )
        sentence = f"Restored the state of {job.stem} from {copy}."
        if missing:
            runs_since = "1 run that" if missing == 1 else f"{missing} runs that"
            sentence += (
                f" It is older than {runs_since} delivered something. Before the next run export the users and "
                f"compare: {command('verify', job, '--export', 'FILE', runs=runs)}"
            )
        _report(sentence, _of(job, runs), as_json=as_json)


@state.command("forget", epilog="Example: contactpro-sync state forget runs/nightly/latest-delivered")
def forget(run: options.RunFolder, as_json: options.AsJson = False) -> None:
    """Forget what an undone run delivered: the next run writes these people again."""
    with saying_what_is_wrong("state", as_json=as_json):
        from pipeline.plan import saved
        from pipeline.plan.earlier_runs import delivered
        from pipeline.state import lock

        found = saved.read(run)
        with lock.held(found.folder.parent):
            done = delivered.forget(found)
        back = f", {done.restored} from before it are known again" if done.restored else ""
        kept = (
            f"; not in the state any more: {done.replaced}, forgotten before or replaced by later runs"
            if done.replaced
            else ""
        )
        sentence = f"{done.taken_back} certificates of {found.folder.name} are forgotten{back}{kept}."
        _report(sentence, found.state, as_json=as_json)


@state.command("new", epilog="Example: contactpro-sync state new nightly.toml")
def new(job: options.JobOrList, runs: options.Runs = Path("runs"), as_json: options.AsJson = False) -> None:
    """Reset a job: the next run treats everyone as new."""
    with saying_what_is_wrong("state", as_json=as_json):
        from pipeline.model import errors
        from pipeline.state import lock, owner, records

        path = _of(job, runs)
        with lock.held(path.parent):
            if path.exists():
                raise errors.UsageProblem(
                    f"{job.stem} has a state: {path}.", advice="Move that file away if you want to start over."
                )
            records.own(path, owner.place_of(job, path))
        _report(f"{job.stem} was reset: the next run treats everyone as new.", path, as_json=as_json)


def _of(job: Path, runs: Path) -> Path:
    return runs / job.stem / "state.db"


def _report(sentence: str, path: Path, *, as_json: bool) -> None:
    document = {"command": "state", "outcome": "ok", "exit_code": 0, "state": str(path), "message": sentence}
    output.answer(lambda: document, lambda: [sentence], as_json=as_json)
