"""The text of a first job file: what was answered, and everything else as a comment with its default."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from mappings.load import region_keys
from pipeline.model.texts import Texts

SCHEMA = "contactpro-sync.schema.json"


@dataclass(frozen=True, slots=True)
class Answers:
    """The values of a job file; paths are relative to it (``/`` between folders). "" if nothing was chosen."""

    tenant: str
    region: str
    kind: str
    path: str
    sheet: str
    encoding: str
    mapping: str
    mapping_is_new: bool
    directory_kind: str
    directory: str


def render(answers: Answers, label: Texts) -> Iterator[str]:
    """Return the lines of the job file."""
    yield f"#:schema {SCHEMA}"
    yield f"# {label['init.head']}"
    yield "version = 1"
    yield from ("", f"# {label('init.tenant', regions=region_keys())}")
    mark = "" if answers.tenant and answers.region else "# "
    yield f"{mark}[tenant]"
    yield f"{mark}name = {_quoted(answers.tenant or 'acme')}"
    yield f"{mark}region = {_quoted(answers.region or 'eu')}"
    yield from ("", f"# {label['init.roster']}", "[roster]")
    yield from _pairs(kind=answers.kind, path=answers.path, sheet=answers.sheet, encoding=answers.encoding)
    yield f"# {label['init.mapping_made' if answers.mapping_is_new else 'init.mapping_known']}"
    yield from _pairs(mapping=answers.mapping)
    if answers.directory:
        yield from ("", f"# {label['init.directory']}", "[directory]")
        yield from _pairs(kind=answers.directory_kind, path=answers.directory)
    else:
        yield from ("", "[directory]", 'kind = "none"', f"# {label['init.no_directory']}")
        yield from ('# kind = "csv"', '# path = "exportUsers.csv"')
    yield from ("", f"# {label['init.baseline']}", "[baseline]", 'kind = "state"')
    yield from ("", f"# {label['init.policy']}", "[policy]")
    yield from ('# on_reject = "skip"  # stop', '# on_case_mismatch = "reject"  # use_directory')
    yield from ('# subject_case = "exact"  # lower', '# delete = "never"  # certificate, user')
    yield from ("", f"# {label['init.budgets']}", "[budgets]")
    yield from ("# create = { percent = 50, min_population = 10 }", "# delete = { max = 0 }")
    yield "# change = { max = 50, percent = 30, min_population = 10 }"
    yield from ("", f"# {label['init.output']}", "[output]", 'layout = "certificates"', "rows_per_file = 500")
    yield from ("", f"# {label['init.notify']}", "# [notify]", '# on = "failure"', '# urls = ["env:CONTACTPRO_NOTIFY"]')


def _pairs(**pairs: str) -> Iterator[str]:
    return (f"{key} = {_quoted(value)}" for key, value in pairs.items() if value)


def _quoted(text: str) -> str:
    """Write a text as TOML does; JSON's escapes are a part of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
