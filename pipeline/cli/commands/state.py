"""The commands about the state of a job: ``state backup``, ``state restore``, ``state new``."""

from pathlib import Path

import typer

from pipeline.cli import options, output
from pipeline.cli.output import saying_what_is_wrong

state = typer.Typer(help="Back up the memory of a job, or restore it.", no_args_is_help=True)


@state.command("backup", epilog="Example: contactpro-sync state backup nightly.toml nightly-state.db")
def backup(
    job: options.JobOrList, copy: options.Copy, runs: options.Runs = Path("runs"), as_json: options.AsJson = False
) -> None:
    """Copy the memory of a job to a new file."""
    with saying_what_is_wrong("state", as_json=as_json):
        from pipeline.state import database as memory

        memory.back_up(_of(job, runs), copy)
        _say(f"The memory of {job.stem} is in {copy}.", _of(job, runs), as_json=as_json)


@state.command("restore", epilog="Example: contactpro-sync state restore nightly.toml nightly-state.db")
def restore(
    job: options.JobOrList, copy: options.Copy, runs: options.Runs = Path("runs"), as_json: options.AsJson = False
) -> None:
    """Put a copy in the place of a job's memory."""
    with saying_what_is_wrong("state", as_json=as_json):
        from pipeline.state import approvals, lock, records, run_folders
        from pipeline.state import database as memory

        with lock.held(_of(job, runs).parent):
            memory.restore(copy, _of(job, runs))
            approvals.lapse_approvals(_of(job, runs), "restore")
            missing = sum(
                records.run(_of(job, runs), folder.name) is None for folder in run_folders.delivered(runs / job.stem)
            )
        told = f"The memory of {job.stem} is that of {copy}."
        if missing:
            told += (
                f" It is older than {missing} runs that delivered something: export the users, and compare with "
                f"contactpro-sync verify {job} --export FILE before the next run."
            )
        _say(told, _of(job, runs), as_json=as_json)


@state.command("forget", epilog="Example: contactpro-sync state forget runs/nightly/latest-delivered")
def forget(run: options.RunFolder, as_json: options.AsJson = False) -> None:
    """Take back what a job remembers of a run that was undone: its next run writes these people again."""
    with saying_what_is_wrong("state", as_json=as_json):
        from pipeline.plan import saved
        from pipeline.plan.earlier_runs import delivered
        from pipeline.state import lock

        found = saved.read(run)
        with lock.held(found.folder.parent):
            done = delivered.forget(found)
        back = f", {done.restored} from before it are known again" if done.restored else ""
        kept = f"; {done.replaced} stay, because later runs replaced them" if done.replaced else ""
        sentence = f"{done.taken_back} certificates of {found.folder.name} are forgotten{back}{kept}."
        _say(sentence, found.state, as_json=as_json)


@state.command("new", epilog="Example: contactpro-sync state new nightly.toml")
def new(job: options.JobOrList, runs: options.Runs = Path("runs"), as_json: options.AsJson = False) -> None:
    """Begin anew where a job's memory is gone: everybody is new at its next run."""
    with saying_what_is_wrong("state", as_json=as_json):
        from pipeline.model import errors
        from pipeline.state import lock, owner, records

        memory = _of(job, runs)
        with lock.held(memory.parent):
            if memory.exists():
                raise errors.UsageProblem(
                    f"{job.stem} has a memory: {memory}.", advice="Move it away first, if it shall be forgotten."
                )
            records.own(memory, owner.place_of(job, memory))
        _say(f"{job.stem} begins anew: everybody is new at its next run.", memory, as_json=as_json)


def _of(job: Path, runs: Path) -> Path:
    return runs / job.stem / "state.db"


def _say(sentence: str, memory: Path, *, as_json: bool) -> None:
    told = {"command": "state", "outcome": "ok", "exit_code": 0, "state": str(memory), "message": sentence}
    output.document(told) if as_json else output.text([sentence])
