"""The summary for a person: the verdict, the counts, the findings with one example each, the files, the next step."""

from collections.abc import Callable, Iterator
from itertools import groupby

from pipeline.config.request import PILOT
from pipeline.model import fields
from pipeline.model import texts as catalogue
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.issues import Finding
from pipeline.model.masking import masked, plainly
from pipeline.model.printed import Line
from pipeline.model.texts.translation import translated
from pipeline.reports.page.sentences import headline
from pipeline.reports.rows.issue_list import of_finding
from pipeline.reports.summary import next_step, summary
from pipeline.result import RunResult

_OF_NO_PERSON = frozenset({fields.TENANT, fields.REGION})
_ORDER = {"error": 0, "warning": 1, "dropped": 2}
_STYLES = {"error": "red", "warning": "yellow", "dropped": "dim"}
MOST_FILES = 12
"""Files of one folder that get a line each; of more of them only the folder is named."""

_REPORTS = ("annotated.xlsx", "report.html", "issues.jsonl", "manifest.json")


def lines(run: RunResult, *, unmasked: bool = False, pilot_unmasked: bool = False) -> Iterator[Line]:
    """Yield the summary of a run.

    Emails are masked, because a screen is seen by others and logs are kept (design rule 10), unless ``unmasked``; the
    one person of a pilot unless ``pilot_unmasked``.
    """
    counts = run.counts()
    yield Line(headline(run, catalogue.get(run.request.language)), _verdict_style(run))
    yield from _facts(run, counts)
    yield from _pilot(run, plainly if pilot_unmasked else masked)
    yield from _findings(run, unmasked=unmasked)
    if run.message:
        yield Line(f"\n{run.message}")
    yield Line("")
    yield from _files(run, counts)
    yield Line(f"\n{_ending(run, counts)}", _verdict_style(run))
    yield Line(f"next: {next_step(run)}", "bold", 6)


def _facts(run: RunResult, counts: dict[str, int]) -> Iterator[Line]:
    document = summary(run)
    if run.people is not None:
        origin = run.people.extract.origin
        sums = f"{counts['accepted']} accepted + {counts['rejected']} rejected + {counts['dropped']} dropped"
        yield Line(f"{origin.source}: {_counted(counts['read'], run)} read = {sums}", "", 2)
        yield from (Line(f"  {name} read as {mapping!r}") for name, mapping in document["mappings"].items())
    if run.plan is not None:
        yield Line(f"  plan: {_planned(counts)}", "", 4)
    if document["issuer"] and run.request.emits and run.people is not None:
        yield Line(f"  issuer {document['issuer']}")
    yield from (Line(f"  note: {note}", "", 8) for note in document["notes"])


def _pilot(run: RunResult, shown: Callable[[str], str]) -> Iterator[Line]:
    """Name the one person of a pilot, who is to sign in first."""
    if run.request.wave != PILOT or run.plan is None:
        return
    rows = run.plan.written.to_pylist()
    if not rows:
        yield Line("  pilot: has the certificate already", "", 4)
    for row in rows:
        yield Line(f"  pilot: {shown(row['subject'])}, login {shown(row['login'])}", "", 4)


def _counted(number: int, run: RunResult) -> str:
    one = "row" if run.people and run.people.extract.origin.rows is not None else "user"
    return f"{number} {one}{'' if number == 1 else 's'}"


def _planned(counts: dict[str, int]) -> str:
    names = ("create", "change", "case_change", "delete", "unchanged", "gone")
    return ", ".join(f"{counts[name]} {name.replace('_', ' ')}" for name in names if counts[name]) or "no changes"


def _findings(run: RunResult, *, unmasked: bool) -> Iterator[Line]:
    """Yield the findings by code, with an example and the advice; rows that are not people take one line a code."""
    by_code, language = run.issue_counts(), run.request.language
    for code in sorted(by_code, key=lambda code: (_ORDER[CATALOGUE[code].severity], -by_code[code], code)):
        kind = CATALOGUE[code]
        blank = "" if kind.severity == "dropped" else "\n"
        yield Line(f"{blank}{by_code[code]:>7}  {code}  {translated(kind.title, language)}", _STYLES[kind.severity], 9)
        if kind.severity == "dropped":
            continue
        finding = next(finding for finding in run.findings if finding.code == code)
        yield Line(f"{'':>9}{_example(run, finding, unmasked=unmasked)}", "", 11)
        fix = finding.fixes if isinstance(finding.fixes, str) and finding.fixes else kind.advice
        yield Line(f"{'':>9}{translated(fix, language)}", "", 9)


def _example(run: RunResult, finding: Finding, *, unmasked: bool) -> str:
    example = next(of_finding(run, finding, most=1))
    if example.row is None and example.key is None:
        return example.message
    plain = unmasked or (finding.field in _OF_NO_PERSON and "@" not in example.value)
    shown = plainly if plain else masked
    sheet = f" [{example.sheet}]" if example.sheet else ""
    cell = f' "{example.column}": {shown(example.value)}' if example.column else ""
    place = f"row {example.row}" if example.key is None else f"account {example.key}"
    return f"for example {example.source}{sheet} {place}{cell}"


def _files(run: RunResult, counts: dict[str, int]) -> Iterator[Line]:
    for top, written in groupby(run.written, key=lambda file: file.path.partition("/")[0]):
        files = list(written)
        if len(files) > MOST_FILES:
            yield Line(f"{sum(file.rows for file in files):>7} rows  {run.folder / top} ({len(files)} files)")
            continue
        for file in files:
            yield Line(f"{file.rows:>7} {'row ' if file.rows == 1 else 'rows'}  {run.folder / file.path}")
    if counts["rejected"] and (run.folder / "rejects.csv").exists():
        rows = "row " if counts["rejected"] == 1 else "rows"
        yield Line(f"{counts['rejected']:>7} {rows}  {run.folder / 'rejects.csv'}")
    for name in _REPORTS:
        if (run.folder / name).exists():  # on a full disk some are not
            yield Line(f"{'':>12}  {run.folder / name}")


def _ending(run: RunResult, counts: dict[str, int]) -> str:
    """Return how the run ended, with the counts again: on a long screen the first ones are out of sight."""
    if run.end.is_stop:
        return f"Stopped: {run.end.name} (exit code {run.end.code})"
    written = sum(file.rows for file in run.written if file.kind != "inverse")
    if not run.request.emits:
        return f"Finished: nothing written, {counts['rejected']} rejected (exit code {run.end.code})"
    return f"Finished: {written} written, {counts['rejected']} rejected (exit code {run.end.code})"


def _verdict_style(run: RunResult) -> str:
    if run.end.is_stop:
        return "bold red"
    return "bold yellow" if run.rejected.any() else "bold green"
