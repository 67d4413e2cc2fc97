"""The commands about the shape of import files: ``layout show`` and ``layout learn``."""

from typing import Any

import typer

from pipeline.cli import options, output
from pipeline.cli.output import saying_what_is_wrong

layout = typer.Typer(help="Show the layouts of import files, or learn one from an export.", no_args_is_help=True)

HEAD: dict[str, Any] = {"command": "layout", "outcome": "ok", "exit_code": 0}


@layout.command("show", epilog="Example: contactpro-sync layout show certificates")
def show(which: options.AnyLayout = None, as_json: options.AsJson = False) -> None:
    """Show one layout, column by column; without a name list the packaged ones."""
    with saying_what_is_wrong("layout", as_json=as_json):
        from mappings.load import load_layout, packaged_layouts
        from pipeline.layouts import describe

        if which is not None:
            shown = load_layout(which)
            output.document(HEAD | {"layout": describe.document(shown)}) if as_json else output.text(
                describe.lines(shown)
            )
            return
        packaged = packaged_layouts()
        listed = [{"name": each.name, "title": each.title, "verified": each.verified} for each in packaged]
        output.document(HEAD | {"layouts": listed}) if as_json else output.text(describe.table(packaged))


@layout.command("learn", epilog="Example: contactpro-sync layout learn users.txt -o our-layout.toml")
def learn(
    export: options.ExportFile,
    target: options.LayoutFile = None,
    purpose: options.Purpose = "certificates",
    column: options.Columns = None,
    encoding: options.Encoding = None,
    sheet: options.Sheet = None,
    as_json: options.AsJson = False,
) -> None:
    """Learn a layout from a users export of System Configurator; without -o print it."""
    with saying_what_is_wrong("layout", as_json=as_json):
        from pipeline.layouts import render as telling
        from pipeline.layouts import save

        lesson = save.learned(export, target, purpose, column or [], encoding=encoding, sheet=sheet)
        file = str(target) if target is not None else None
        if as_json:
            output.document(telling.document(lesson, file))
        elif file is None:
            output.text([telling.toml(lesson).removesuffix("\n")])
        else:
            output.text(telling.lines(lesson, file))
