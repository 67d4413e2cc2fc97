"""The program: its commands, and how every mistake ends."""

import atexit
import os
import sys
import warnings
from copy import copy
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import output, signals
from pipeline.cli.commands import deliver, diagnostics, history, layout, plans, run, schedule, starting, state, web
from pipeline.cli.commands import sso as single_sign_on
from pipeline.cli.common_options import with_common
from pipeline.cli.signals import ENDS, INTERRUPTED, TERMINATED
from pipeline.config import allocator

NAME = "contactpro-sync"

app = typer.Typer(
    name=NAME,
    help="Check every character of every email, then write System Configurator's certificate import files.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for command, example in (
    (starting.init, "init agents.xlsx --tenant ACME --region eu --directory exportUsers.csv"),
    (starting.template, "template -o agents.xlsx --lang de"),
    (run.run, "run agents.xlsx --tenant ACME --region eu --directory exportUsers.csv"),
    (run.check, "check agents.xlsx --directory exportUsers.csv"),
    (run.plan, "plan nightly.toml"),
    (plans.show, "show runs/nightly/latest --only case"),
    (plans.approve, "approve runs/nightly/latest --hash 5d41402a…"),
    (plans.emit, "emit runs/nightly/latest"),
    (deliver.deliver, "deliver nightly.toml --dry-run"),
    (plans.verify, "verify runs/nightly/latest --export users.txt"),
    (history.explain, "explain nightly.toml anna.berg@example.com"),
    (history.history, "history nightly"),
    (schedule.schedule, "schedule nightly.toml --for systemd"),
    (diagnostics.census, "census nightly.toml"),
    (diagnostics.doctor, "doctor nightly.toml --metadata federationmetadata.xml"),
    (starting.schema, "schema > job.schema.json"),
    (starting.completion, "completion bash > contactpro-sync.bash"),
    (web.web, "web"),
):
    app.command(epilog=f"Example: contactpro-sync {example}")(with_common(command))

for name, group in (("layout", layout.layout), ("state", state.state), ("sso", single_sign_on.sso)):
    for registered in group.registered_commands:
        if registered.callback is not None:
            registered.callback = with_common(registered.callback)
    app.add_typer(group, name=name)


def _tell_version(wanted: bool) -> None:  # noqa: FBT001 - as the option's callback is called
    if wanted:
        from importlib.metadata import version

        output.text([f"contactpro-sync {version('contactpro-sync')}"])
        raise typer.Exit


@app.callback()
def _contactpro_sync(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_tell_version)
    ] = False,
) -> None:
    """Check every character of every email, then write System Configurator's certificate import files."""


def main() -> None:
    """Start the command line; a wrong option ends as every other mistake does, in a sentence or in one document."""
    if not sys.warnoptions:  # warnings of libraries are for their programmers
        warnings.simplefilter("ignore")
    allocator.choose()
    output.begin()
    ended: list[int] = []
    atexit.register(_leave, ended)  # the first to register is the last to be called
    try:
        signals.obey()
        code = _undecodable_name() or _with_what_is_called()(standalone_mode=False, prog_name=NAME)
        code = output.end(code or 0)
        output.flush()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except typer.TyperException as wrong:
        code = _refuse(wrong.format_message(), f"Run: {_place(wrong)} --help")
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except OSError as error:
        code = output.unprintable(error) if output.is_of_stdout(error) else output.refuse(_command(), error)
    except Exception as defect:  # noqa: BLE001 - the last door: no command ends with a traceback
        code = output.refuse(_command(), defect)
    if code in {INTERRUPTED, TERMINATED}:
        output.stopped({"command": _command(), "outcome": ENDS[code], "exit_code": code}, as_json=output.wants_json())
        os._exit(code)  # a thread that still waits for a server would keep the process alive until it answers
    ended.append(code or 0)
    sys.exit(code)


def _with_what_is_called() -> typer.Typer:
    """Return the program with only the command that is called: typer builds every option of each, 0.03 s in all."""
    word, called = _command(), copy(app)
    commands = [each for each in app.registered_commands if each.callback and word == each.callback.__name__]
    groups = [each for each in app.registered_groups if word == each.name]
    if commands or groups:
        called.registered_commands, called.registered_groups = commands, groups
    return called


def _leave(ended: list[int]) -> None:
    """End the process after Python's own clean-up and before that of its libraries.

    Arrow stops its threads while the process goes away. Now and then one of them has only just begun, the process is
    aborted, and a run that went well seems to have failed.
    """
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):  # no reader, or a full disk: Python's own end reports it
        return
    if ended:
        os._exit(ended[0])


def _place(wrong: typer.TyperException) -> str:
    """Return the command whose help explains a wrong option: the innermost one that was understood."""
    context = getattr(wrong, "ctx", None)
    return context.command_path if context is not None else NAME


def _undecodable_name() -> int:
    """Refuse a file or folder whose name is not valid text: no document, log or manifest could name it.

    Unix takes any bytes for a name; a name from an old archive often has those of another encoding.
    """
    for word in () if "--help" in sys.argv else (*sys.argv[1:], _here()):
        try:
            word.encode()
        except UnicodeEncodeError:
            shown = os.fsencode(word).decode("ascii", "backslashreplace")
            return _refuse(
                f"{shown}: the name is no text in the encoding of this system ({sys.getfilesystemencoding()}).",
                "Rename the file or folder, or set a locale that has its letters, such as LC_ALL=C.UTF-8.",
            )
    return 0


def _here() -> str:
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        return ""


def _command() -> str:
    return next((word for word in sys.argv[1:] if not word.startswith("-")), "")


def _refuse(message: str, advice: str) -> int:
    """Print why a command cannot begin, as a sentence or as one document, and return its exit code."""
    from pipeline.model.errors import UsageProblem

    return output.refuse(_command(), UsageProblem(message, advice=advice))
