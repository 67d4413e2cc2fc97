"""The program: its commands, and how every mistake ends."""

import atexit
import os
import sys
import warnings

import typer

from pipeline.cli import jobs, layouts, looks, memory, plans, printing, stops
from pipeline.cli import sso as single_sign_on
from pipeline.cli.stops import ENDS, INTERRUPTED, TERMINATED

app = typer.Typer(
    name="contactpro-sync",
    help="Prove every letter of every email, then write System Configurator's certificate import files.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for command, example in (
    (jobs.run, "run agents.xlsx --tenant ACME --region eu --directory exportUsers.csv"),
    (jobs.check, "check agents.xlsx --directory exportUsers.csv"),
    (jobs.plan, "plan nightly.toml"),
    (plans.show, "show runs/nightly/latest --only case"),
    (plans.approve, "approve runs/nightly/latest --hash 5d41402a…"),
    (plans.emit, "emit runs/nightly/latest"),
    (plans.verify, "verify runs/nightly/latest --export users.txt"),
    (memory.explain, "explain nightly.toml anna.berg@example.com"),
    (memory.history, "history nightly"),
    (memory.schedule, "schedule nightly.toml --for systemd"),
    (looks.census, "census nightly.toml"),
    (looks.doctor, "doctor nightly.toml --metadata federationmetadata.xml"),
):
    app.command(epilog=f"Example: contactpro-sync {example}")(command)


app.add_typer(layouts.layout, name="layout")
app.add_typer(memory.state, name="state")
app.add_typer(single_sign_on.sso, name="sso")


@app.callback()
def _contactpro_sync() -> None:
    """Prove every letter of every email, then write System Configurator's certificate import files."""


def _command() -> str:
    return next((word for word in sys.argv[1:] if not word.startswith("-")), "")


def main() -> None:
    """Start the command line; a wrong option ends as every other mistake does, in a sentence or in one document."""
    if not sys.warnoptions:  # what libraries tell their programmers, nobody who runs a job can act upon
        warnings.simplefilter("ignore")
    ended: list[int] = []
    atexit.register(_leave, ended)  # the first to register is the last to be called
    try:
        stops.obey()
        code = app(standalone_mode=False)
    except SystemExit as stop:
        code = stop.code
    except typer.TyperException as wrong:
        from pipeline import order
        from pipeline.errors import UsageProblem

        command = _command()
        advice = f"See contactpro-sync {command} --help.".replace("  ", " ")
        refused = order.refused(command, UsageProblem(wrong.format_message(), advice=advice))
        if "--json" in sys.argv:
            printing.document(refused)
        else:
            printing.refusal(refused)
        code = refused["exit_code"]
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    if code in {INTERRUPTED, TERMINATED}:
        printing.stopped(
            {"command": _command(), "outcome": ENDS[code], "exit_code": code}, as_json="--json" in sys.argv
        )
        os._exit(code)  # a thread that still waits for a server would keep the process alive until it answers
    ended.append(code or 0)
    sys.exit(code)


def _leave(ended: list[int]) -> None:
    """End the process when Python has tidied up, before its libraries do.

    Arrow stops its threads while the process goes away. Now and then one of them has only just begun, the process is
    aborted, and a run that went well seems to have failed.
    """
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):  # nobody listens, or the disk is full: Python's own end says so
        return
    if ended:
        os._exit(ended[0])
