"""The commands about the shape of import files: ``layout show`` and ``layout learn``."""

from typing import Any

import typer

from pipeline.cli import options, printing
from pipeline.cli.printing import saying_what_is_wrong

layout = typer.Typer(help="Show the layouts of import files, or learn one from an export.", no_args_is_help=True)

HEAD: dict[str, Any] = {"command": "layout", "outcome": "ok", "exit_code": 0}


@layout.command("show", epilog="Example: contactpro-sync layout show certificates")
def show(which: options.AnyLayout = None, as_json: options.AsJson = False) -> None:
    """Show one layout, column by column; without a name list the packaged ones."""
    with saying_what_is_wrong("layout", as_json=as_json):
        from mappings.load import load_layout, packaged_layouts
        from pipeline.exports import told

        if which is not None:
            shown = load_layout(which)
            printing.document(HEAD | {"layout": told.document(shown)}) if as_json else printing.text(told.lines(shown))
            return
        packaged = packaged_layouts()
        listed = [{"name": each.name, "title": each.title, "verified": each.verified} for each in packaged]
        printing.document(HEAD | {"layouts": listed}) if as_json else printing.text(told.table(packaged))


@layout.command("learn", epilog="Example: contactpro-sync layout learn users.txt -o our-layout.toml")
def learn(
    export: options.ExportFile,
    output: options.LayoutFile = None,
    purpose: options.Purpose = "certificates",
    column: options.Columns = None,
    encoding: options.Encoding = None,
    sheet: options.Sheet = None,
    as_json: options.AsJson = False,
) -> None:
    """Learn a layout from a users export of System Configurator; without -o print it."""
    with saying_what_is_wrong("layout", as_json=as_json):
        from pipeline.exports import lesson as telling
        from pipeline.exports import new_layout

        lesson = new_layout.learned(export, output, purpose, column or [], encoding=encoding, sheet=sheet)
        file = str(output) if output is not None else None
        if as_json:
            printing.document(telling.document(lesson, file))
        elif file is None:
            printing.text([telling.toml(lesson).removesuffix("\n")])
        else:
            printing.text(telling.lines(lesson, file))
