"""The summary for a person: what was counted, what was found (grouped, with one example each), where the files are."""

from collections.abc import Iterator

from pipeline.model import fields
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.masking import masked, plainly
from pipeline.reports.issue_list import of_finding
from pipeline.reports.summary import next_step, summary
from pipeline.result import RunResult
from pipeline.texts.translation import translated

_NOBODYS = frozenset({fields.TENANT, fields.REGION})
_ORDER = {"error": 0, "warning": 1, "dropped": 2}


def lines(run: RunResult) -> Iterator[str]:
    """Tell a run in a few lines; emails are masked, for a screen is seen by others (design §1, rule 10)."""
    told = summary(run)
    counts = told["counts"]
    if run.people is not None:
        yield f"{run.people.extract.origin.source}: {counts['read']} {_counted(run)} read" + _judged(counts)
        yield from (f"  {name} read as {mapping!r}" for name, mapping in told["mappings"].items())
    if run.plan is not None:
        yield f"  plan {_planned(counts)}"
    if told["issuer"] and run.request.emits and run.people is not None:
        yield f"  issuer {told['issuer']}"
    yield from (f"  note: {note}" for note in told["notes"])
    yield from _found(run)
    if run.message:
        yield f"\n{run.message}"
    yield ""
    yield from (f"{file.rows:>7} rows  {run.folder / file.path}" for file in run.written)
    if counts["rejected"]:
        yield f"{counts['rejected']:>7} rows  {run.folder / 'rejects.csv'}"
    if run.workbook is not None:
        yield f"{'':>12}  {run.folder / 'annotated.xlsx'}"
    yield f"{'':>12}  {run.folder / 'issues.jsonl'}"
    yield f"{'':>12}  {run.folder / 'manifest.json'}"
    yield f"\nnext: {next_step(run)}"
    yield f"end: {run.end.name} (exit code {run.end.code})"


def _counted(run: RunResult) -> str:
    return "rows" if run.people and run.people.extract.origin.rows is not None else "users"


def _judged(counts: dict[str, int]) -> str:
    return f" = {counts['accepted']} accepted + {counts['rejected']} rejected + {counts['dropped']} dropped"


def _planned(counts: dict[str, int]) -> str:
    """Name the changes that there are."""
    names = ("create", "change", "case_change", "delete", "unchanged", "gone")
    said = [f"{counts[name]} {name.replace('_', ' ')}" for name in names if counts[name]]
    return ", ".join(said) or "nothing"


def _found(run: RunResult) -> Iterator[str]:
    """Group the findings by code: how many, what, one example, what to do."""
    by_code, language = run.issue_counts(), run.request.language
    for code in sorted(by_code, key=lambda code: (_ORDER[CATALOGUE[code].severity], -by_code[code], code)):
        kind = CATALOGUE[code]
        yield f"\n{by_code[code]:>7}  {code}  {translated(kind.title, language)}"
        finding = next(finding for finding in run.findings if finding.code == code)
        example = next(of_finding(run, finding, most=1))
        if example.row is not None or example.key is not None:
            shown = plainly if finding.field in _NOBODYS and "@" not in example.value else masked
            sheet = f" [{example.sheet}]" if example.sheet else ""
            cell = f' "{example.column}": {shown(example.value)}' if example.column else ""
            place = f"row {example.row}" if example.key is None else f"account {example.key}"
            yield f"{'':>9}for example {example.source}{sheet} {place}{cell}"
        else:
            yield f"{'':>9}{example.message}"
        fix = finding.fixes if isinstance(finding.fixes, str) and finding.fixes else kind.advice
        yield f"{'':>9}{translated(fix, language)}"
