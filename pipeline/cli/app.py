"""The program: its commands, and how every mistake ends."""

import sys

import typer

from pipeline.cli import jobs, looks, printing

INTERRUPTED = 130
"""What shells report for a program that was stopped with Ctrl-C."""

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
    (looks.census, "census nightly.toml"),
    (looks.doctor, "doctor nightly.toml --metadata federationmetadata.xml"),
):
    app.command(epilog=f"Example: contactpro-sync {example}")(command)


@app.callback()
def _contactpro_sync() -> None:
    """Prove every letter of every email, then write System Configurator's certificate import files."""


def main() -> None:
    """Start the command line; a wrong option ends as every other mistake does, in a sentence or in one document."""
    try:
        code = app(standalone_mode=False)
    except typer.TyperException as wrong:
        from pipeline import order
        from pipeline.errors import UsageProblem

        command = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
        advice = f"See contactpro-sync {command} --help.".replace("  ", " ")
        refused = order.refused(command, UsageProblem(wrong.format_message(), advice=advice))
        if "--json" in sys.argv:
            printing.document(refused)
        else:
            printing.refusal(refused)
        code = refused["exit_code"]
    except typer.Abort:
        code = INTERRUPTED
    sys.exit(code)
