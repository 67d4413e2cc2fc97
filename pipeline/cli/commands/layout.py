"""The commands about the shape of import files: ``layout show`` and ``layout learn``."""

from pathlib import Path
from typing import Any

import typer

from pipeline.cli import options, output
from pipeline.cli.output import saying_what_is_wrong
from pipeline.model.command_line import command
from pipeline.model.printed import FileText

layout = typer.Typer(help="Show the layouts of import files, or learn one from an export.", no_args_is_help=True)

HEAD: dict[str, Any] = {"command": "layout", "outcome": "ok", "exit_code": 0}


@layout.command("show", epilog="Example: contactpro-sync layout show certificates")
def show(which: options.AnyLayout = None, as_json: options.AsJson = False) -> None:
    """Show one layout, column by column; without a name list the packaged ones."""
    with saying_what_is_wrong("layout", as_json=as_json):
        from mappings.load import load_layout, packaged_layouts
        from pipeline.setup.layouts import describe

        if which is not None:
            shown = load_layout(which)
            document = HEAD | {"layout": describe.document(shown)}
            output.answer(lambda: document, lambda: describe.lines(shown), as_json=as_json)
            return
        packaged = packaged_layouts()
        listed = [{"name": each.name, "title": each.title, "verified": each.verified} for each in packaged]
        output.answer(lambda: HEAD | {"layouts": listed}, lambda: describe.table(packaged), as_json=as_json)


@layout.command("learn", epilog="Example: contactpro-sync layout learn users.txt -o our-layout.toml")
def learn(
    export: options.ExportFile = None,
    target: options.LayoutFile = None,
    purpose: options.Purpose = "certificates",
    column: options.Columns = None,
    encoding: options.Encoding = None,
    sheet: options.Sheet = None,
    rci: options.RciJob = None,
    user: options.RciUser = None,
    as_json: options.AsJson = False,
) -> None:
    """Learn a layout from a users export, or with --rci the property names of an RCI; without -o print it."""
    with saying_what_is_wrong("layout", as_json=as_json):
        if rci is not None or export is None:
            _of_rci(export, rci, user, target, as_json=as_json)
            return
        from pipeline.setup.layouts import render, save

        lesson = save.learned(export, target, purpose, column or [], encoding=encoding, sheet=sheet)
        file = str(target) if target is not None else None
        if as_json:
            output.document(render.document(lesson, file))
        elif file is None:
            output.text([FileText(render.toml(lesson).removesuffix("\n"))])
        else:
            output.text(render.lines(lesson, file))


def _of_rci(export: Path | None, job: Path | None, user: str | None, target: Path | None, *, as_json: bool) -> None:
    from pipeline.model.errors import UsageProblem
    from pipeline.setup.layouts import rci_names

    if job is None or user is None or export is not None:
        raise UsageProblem(
            "A layout is learned from an export, or property names from --rci JOB with --user LOGIN.",
            advice=f"Run: {command('layout', 'learn', 'EXPORT', '-o', 'FILE.toml')}, "
            f"or: {command('layout', 'learn', '--rci', 'JOB.toml', '--user', 'LOGIN', '-o', 'FILE.toml')}",
        )
    lesson = rci_names.learned(job, user, target)
    output.show(lesson, as_json=as_json)
