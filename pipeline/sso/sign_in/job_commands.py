"""The commands that a verdict names: about the job that has the Subject, or about any if several jobs were compared."""

from collections.abc import Sequence
from pathlib import Path

from pipeline.config.option_keys import from_here
from pipeline.config.request import JOB_FILE
from pipeline.model.command_line import command
from pipeline.plan.saved import SavedRun
from pipeline.sso.subjects import SubjectRecord, Subjects
from pipeline.sso.wording import plain

ANY_JOB = "JOB.toml"


def verify(holders: Sequence[SubjectRecord], subjects: Subjects) -> str:
    """Return the command that compares an export with the job of the first holder."""
    plan = subjects.plans.get(holders[0].job)
    return command("verify", _source(plan), "--export", "FILE", runs=plan.runs if plan else None)


def explain(who: str, subjects: Subjects) -> str:
    """Return the command that shows what is known of a person."""
    plan = _only(subjects)
    return command("explain", _source(plan), plain(who), runs=plan.runs if plan else None)


def addresses(subjects: Subjects) -> str:
    """Return the command that shows the addresses of the tenant."""
    plan = _only(subjects)
    if plan is not None and Path(plan.plan.source.path).suffix.lower() == JOB_FILE:
        return command("sso", "urls", _source(plan))
    place = plan.plan.source.options.get("tenant", {}) if plan is not None else {}
    return command("sso", "urls", "--tenant", place.get("name", "NAME"), "--region", place.get("region", "NAME"))


def _only(subjects: Subjects) -> SavedRun | None:
    plans = list(subjects.plans.values())
    return plans[0] if len(plans) == 1 else None


def _source(plan: SavedRun | None) -> Path | str:
    return from_here(Path(plan.plan.source.path)) if plan is not None else ANY_JOB
