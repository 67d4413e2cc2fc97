"""The command ``template``: what was asked for, or what a job file has, as a new workbook."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mappings.languages import languages
from mappings.load import load_layout, load_regions, load_source_mapping
from mappings.regions import find_region
from pipeline.config import language as language_choice
from pipeline.config.load import load_job
from pipeline.config.tenant import own_tenant
from pipeline.model import texts
from pipeline.model.command_line import command
from pipeline.model.errors import UsageProblem
from pipeline.setup.template import columns as template_columns
from pipeline.setup.template.columns import Column
from pipeline.state import files

ENDING = ".xlsx"


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was written."""

    path: Path
    language: str
    columns: tuple[Column, ...]

    @property
    def next(self) -> str:
        """Return what to do with it."""
        return f"Fill it in, then run: {command('check', self.path)}"

    def document(self) -> dict[str, Any]:
        """Return it as the JSON document of the command."""
        named = [{"field": column.field, "header": column.header} for column in self.columns]
        head = {"command": "template", "outcome": "ok", "exit_code": 0}
        return head | {"file": str(self.path), "lang": self.language, "columns": named, "next": self.next}

    def lines(self) -> Iterator[str]:
        """Return it as text."""
        yield f"{self.path}: {', '.join(column.header for column in self.columns)}"
        yield f"next: {self.next}"


def write(
    target: Path,
    job: Path | None,
    lang: str | None,
    layout: str | None,
    tenants: Sequence[str],
    regions: Sequence[str],
    teams: Sequence[str],
) -> Template:
    """Write a new template. What is not asked for is taken from the job file, if there is one.

    Raises:
        UsageProblem: the language, tenant or job file is wrong, or the target exists or cannot be written.
        MappingError: there is no layout or region of that name.
    """
    from pipeline.setup.template import workbook  # noqa: PLC0415 - a wrong option does not wait for openpyxl

    _refuse_old(target)
    language = language_choice.chosen(lang, languages())
    settings = load_job(job) if job is not None else None
    if settings is not None:
        layout = layout or settings.output.layout
        tenants = tenants or ([settings.tenant.name] if settings.tenant else [])
        regions = regions or ([settings.tenant.region] if settings.tenant else [])
        teams = teams or [*(settings.users.groups if settings.users else ())]
    known = load_regions()
    places = tuple(find_region(known, region) for region in regions) or known
    shape = load_layout(layout or "certificates")
    label = texts.get(language)
    made = template_columns.columns(
        shape, language, label, [own_tenant(each) for each in tenants if each], list(dict.fromkeys(places)), teams
    )
    data = workbook.draw(made, _example_word(language), label)
    try:
        files.write_new(target, [data])
    except OSError as error:
        raise UsageProblem(
            f"{target}: cannot be written ({error.strerror}).", advice="Name a file that can be written."
        ) from None
    return Template(target, language, made)


def _example_word(language: str) -> str:
    """Return the words that begin an example row in a language: in the mapping's list they have its order."""
    words = {
        "en": "Example:", "de": "Beispiel:", "fr": "Exemple :", "es": "Ejemplo:", "fi": "Esimerkki:", "sv": "Exempel:",
        "pt": "Exemplo:", "ja": "例:",
    }  # fmt: skip
    known = load_source_mapping("spreadsheet").example_prefixes
    return words[language] if words.get(language) in known else known[0]


def _refuse_old(target: Path) -> None:
    if target.suffix.lower() != ENDING:
        raise UsageProblem(f"{target}: a template is an .xlsx workbook.", advice=f"Name it {target.stem}{ENDING}.")
    if target.exists() or target.is_symlink():
        raise UsageProblem(f"{target}: exists already and is not replaced.", advice="Name another file.")
    if not target.parent.is_dir():
        raise UsageProblem(f"{target}: there is no folder {target.parent}.", advice="Make the folder first.")
