"""A run in sentences: the outcome, who could not sign in, what changes, what was verified."""

from collections.abc import Iterator, Mapping

import msgspec

from pipeline.model.exit_codes import CHANGES, GUARDED, OK, REJECTED
from pipeline.model.texts import Texts
from pipeline.reports.page.groups import Group
from pipeline.result import RunResult

MOST_GROUPS = 5
"""Groups of the forecast that get a sentence; the chart has more of them."""

KINDS = ("create", "change", "case_change", "delete", "gone", "unchanged")


class Verified(msgspec.Struct, frozen=True):
    """One thing that was verified, or was not."""

    text: str
    done: bool


def number(count: int, texts: Texts) -> str:
    """Write a count with the language's mark between groups of three digits."""
    return f"{count:,}".replace(",", texts["report.thousands"])


def counted(key: str, count: int, texts: Texts, **values: int | str) -> str:
    """Return a text for a count; it and the numbers of ``values`` are written with marks between groups of digits."""
    shown = {name: value if isinstance(value, str) else number(value, texts) for name, value in values.items()}
    return texts(key, count=count, number=number(count, texts), **shown)


def headline(run: RunResult, texts: Texts) -> str:
    """Return the outcome in one sentence."""
    if run.end is GUARDED:
        return texts["report.headline.guarded"]
    counts = run.counts()
    people, rejected, accepted = counts["accepted"] + counts["rejected"], counts["rejected"], counts["accepted"]
    if run.end not in {OK, REJECTED, CHANGES} or not people:
        return texts["report.headline.stopped"]
    if not accepted:
        return counted("report.headline.none_ready", people, texts)
    others = _others(run)
    here = accepted - sum(others.values())
    rest = [counted(f"report.headline.{key}", count, texts) for key, count in others.items() if count]
    if rejected:
        ready = "; ".join([counted("report.headline.ready", here, texts), *rest])
        return counted("report.headline.some_rejected", rejected, texts, people=people, ready=ready)
    if run.plan is None:
        return counted("report.headline.all_checked", people, texts)
    delivers = run.request.job.deliver is not None
    if rest:
        ready = "some_delivered" if delivers else "some_ready"
        key = ready if run.plan.changes.num_rows else "some_right"
        found = [counted(f"report.headline.{key}", here, texts)] if here else []
        sentence = "; ".join([*found, *rest])
        return f"{sentence[0].upper()}{sentence[1:]}."
    if not run.plan.changes.num_rows:
        return counted("report.headline.nothing_to_do", people, texts)
    key = "report.headline.all_delivered" if delivers else "report.headline.all_ready"
    return counted(key, people, texts)


def _others(run: RunResult) -> dict[str, int]:
    """Count the accepted people for whom this run writes nothing: those of a later wave, and the protected ones."""
    later = run.plan.later if run.plan is not None else 0
    return {"later": later, "protected": run.issue_counts().get("PROTECTED", 0)}


def forecast(run: RunResult, groups: Mapping[str, list[Group]], texts: Texts) -> list[str]:
    """Return one sentence a group whose people could not sign in, for the first field that divides the people."""
    field, found = next(iter(groups.items()), ("", []))
    sentences = [
        texts(
            "report.forecast_group" if group.name else "report.forecast_unnamed",
            rejected=number(group.rejected, texts),
            people=number(group.people, texts),
            name=group_name(group, field, texts),
        )
        for group in found
        if group.rejected and group.name is not None
    ]
    corrected = run.issue_counts().get("CASE-CORRECTED", 0)
    more = [counted("report.changes.corrected", corrected, texts)] if corrected else []
    return sentences[:MOST_GROUPS] + more


def group_name(group: Group, field: str, texts: Texts) -> str:
    """Name a group; people without a team, and all the smaller groups, have no name of their own."""
    if group.name is None:
        return texts["report.smaller_groups"]
    return group.name or texts("report.no_group", field=texts[f"report.{field}"])


def changes(run: RunResult, texts: Texts) -> list[str]:
    """Return the plan in words, one sentence a kind of change."""
    counts = run.plan.counts if run.plan is not None else {}
    return [counted(f"report.changes.{kind}", counts[kind], texts) for kind in KINDS if counts.get(kind)]


def verified(run: RunResult, texts: Texts) -> Iterator[Verified]:
    """Return what was verified and what was not; nothing if no list was read."""
    if run.people is None:
        return
    found = run.issue_counts()
    if run.directory is not None:
        entries = number(len(run.directory), texts)
        yield Verified(
            texts("report.compared", directory=run.directory.extract.origin.source, count=entries), done=True
        )
    elif run.request.job.roster.is_identity_provider:
        yield Verified(texts["report.compared_itself"], done=True)
    else:
        yield Verified(texts["report.not_compared"], done=False)
    yield Verified(texts["report.no_duplicates"], done=True)
    if run.written:
        yield Verified(counted("report.changes.read_back", len(run.written), texts), done=True)
    if run.request.plans:
        layout = run.request.layout
        key = "report.layout_verified" if layout.verified else "report.layout_unverified"
        yield Verified(texts(key, layout=layout.name), done=layout.verified)
    if "REGION-UNVERIFIED" in found:
        yield Verified(texts["report.region_unverified"], done=False)
