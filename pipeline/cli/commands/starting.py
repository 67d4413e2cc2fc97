"""The commands that help to begin: ``init``, ``template`` and ``schema``."""

import sys
from pathlib import Path
from typing import Any

from pipeline.cli import options, output
from pipeline.cli.output import saying_what_is_wrong


def init(
    roster: options.FirstList = None,
    folder: options.JobFolder = Path(),
    tenant: options.Tenant = None,
    region: options.RegionName = None,
    directory: options.DirectoryFile = None,
    sheet: options.Sheet = None,
    encoding: options.Encoding = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Write a first job file for a list of people, with a mapping if none knows its headers."""
    with saying_what_is_wrong("init", as_json=as_json):
        from pipeline.setup.init import command

        given: dict[str, dict[str, Any]] = {
            "tenant": {"name": tenant, "region": region},
            "roster": {"sheet": sheet, "encoding": encoding},
            "directory": {"path": directory},
        }
        ask = output.ask if sys.stdin.isatty() and not as_json else None
        output.show(command.write(roster, folder, given, lang, ask), as_json=as_json)


def template(
    target: options.TemplateFile,
    job: options.TemplateJob = None,
    layout: options.Layout = None,
    tenant: options.Tenants = None,
    region: options.RegionNames = None,
    team: options.Teams = None,
    lang: options.HeaderLang = None,
    as_json: options.AsJson = False,
) -> None:
    """Write a workbook to fill in: headers in your language, drop-downs, text cells, an example row."""
    with saying_what_is_wrong("template", as_json=as_json):
        from pipeline.setup.template import command

        output.show(command.write(target, job, lang, layout, tenant or [], region or [], team or []), as_json=as_json)


def completion(shell: options.Shell) -> None:
    """Print the completion script of a shell; its own documentation names the folder for such scripts."""
    with saying_what_is_wrong("completion", as_json=False):
        from typer.completion import get_completion_script  # type: ignore[attr-defined]  # not listed in __all__

        from pipeline.model.errors import UsageProblem
        from pipeline.model.printed import FileText

        if shell not in options.SHELLS:
            raise UsageProblem(
                f"There is no completion for {shell!r}.", advice=f"Use one of {', '.join(options.SHELLS)}."
            )
        name, variable = "contactpro-sync", "_CONTACTPRO_SYNC_COMPLETE"
        output.text([FileText(get_completion_script(prog_name=name, complete_var=variable, shell=shell))])


def schema(as_json: options.AsJson = False) -> None:  # noqa: ARG001 - every command takes --json, and this one is JSON
    """Print the JSON Schema of the job file, for editors that complete and check it."""
    with saying_what_is_wrong("schema", as_json=True):
        from pipeline.config.job_file.schema import job_schema

        output.document(job_schema())
