"""Budgets and guards: the limit itself passes, one more is stopped, and the sentence carries the numbers (T02, T05)."""

import pyarrow as pa
import pytest

from pipeline.config.job_file.job import Job
from pipeline.model.fields import CERTIFICATE
from pipeline.plan import guard
from pipeline.plan.build import Plan
from pipeline.state.records import RosterSize

NOT_FOUND = pa.table({name: pa.array([], pa.string()) for name in ("kind", *CERTIFICATE)})


def job(**tables: object) -> Job:
    """Build a job with some tables of its own."""
    return Job.model_validate({"version": 1, "roster": {"kind": "csv", "path": "a.csv"}, **tables})


def planned(known: int, **kinds: int) -> Plan:
    """Build a plan of so many changes of each kind, against a baseline of so many people."""
    changes = numbered([kind for kind, number in kinds.items() for _ in range(number)])
    return Plan(changes, NOT_FOUND, NOT_FOUND, NOT_FOUND, 0, known, "", "", earlier=NOT_FOUND)


def numbered(kinds: list[str]) -> pa.Table:
    """Build a change of each kind, each of a person of its own."""
    texts = {name: [f"{name}{number}" for number in range(len(kinds))] for name in CERTIFICATE}
    return pa.table({name: pa.array(column, pa.string()) for name, column in ({"kind": kinds} | texts).items()})


def over(plan: Plan, **budgets: object) -> list[str]:
    """Compare a plan with budgets; those that are not given do not count."""
    free: dict[str, object] = {name: {} for name in ("create", "change", "case_change", "delete")}
    return list(guard.over_budget(plan, job(budgets=free | budgets)))


KINDS = [("create", "create"), ("change", "subject"), ("case_change", "case"), ("delete", "delete")]


@pytest.mark.parametrize(("budget", "kind"), KINDS)
@pytest.mark.parametrize(
    ("limits", "known", "passes"),
    [
        ({"max": 0}, 100, 0),
        ({"max": 7}, 100, 7),
        ({"max": 7}, 0, 7),
        ({"percent": 10}, 100, 10),
        ({"percent": 10}, 109, 10),
        ({"percent": 12.5}, 40, 5),
        ({"percent": 0}, 1, 0),
        ({"percent": 100}, 3, 3),
        ({"percent": 10, "min_population": 40}, 40, 4),
        ({"percent": 50, "max": 3}, 100, 3),
        ({"percent": 2, "max": 30}, 100, 2),
    ],
)
def test_the_limit_passes_and_one_more_does_not(
    limits: dict[str, float], known: int, passes: int, budget: str, kind: str
) -> None:
    """Each of the four budgets, by number and by percent of the people in the baseline (T02)."""
    assert over(planned(known, **{kind: passes}), **{budget: limits}) == []
    stopped = over(planned(known, **{kind: passes + 1}), **{budget: limits})
    assert len(stopped) == 1
    assert stopped[0].startswith(f"{passes + 1} to {'change by' if budget == 'case_change' else budget}")
    assert f"budgets.{budget}." in stopped[0]


@pytest.mark.parametrize("known", [0, 9])
def test_a_percentage_sleeps_and_a_maximum_does_not(known: int) -> None:
    """Below its population a percentage has no meaning, while the absolute limit beside it still does (T05)."""
    plan = planned(known, delete=3)
    assert over(plan, delete={"percent": 10, "min_population": 10}) == []
    assert over(plan, delete={"percent": 10, "min_population": 10, "max": 2}) == [
        "3 to delete, and budgets.delete.max allows 2"
    ]


def test_a_certificate_that_another_one_replaces_is_no_delete() -> None:
    """Of five deletes two take away what a new certificate replaces: three people lose what they have."""
    changes = numbered(["delete"] * 5)
    plan = Plan(changes, NOT_FOUND, changes.slice(0, 2), NOT_FOUND, 0, 100, "", "", earlier=NOT_FOUND)
    assert over(plan, delete={"max": 3}) == []
    assert over(plan, delete={"max": 2}) == ["3 to delete, and budgets.delete.max allows 2"]


def test_changes_of_case_only_are_changes_and_said() -> None:
    """When only case changes the change budget stops it all the same, and the sentence names what it is (T06)."""
    plan = planned(100, case=40)
    assert over(plan, change={"percent": 30}) == [
        "40 to change (40 of them by upper and lower case only), and budgets.change.percent allows 30 % of 100"
    ]
    assert over(plan, case_change={"max": 10}) == [
        "40 to change by upper and lower case only, and budgets.case_change.max allows 10"
    ]
    assert over(plan) == []


def test_every_limit_that_is_broken_is_named() -> None:
    """All exceeded limits are reported at once."""
    stopped = over(planned(10, create=9, case=4), create={"max": 1, "percent": 50}, case_change={"max": 3})
    assert [line.split("budgets.")[1] for line in stopped] == [
        "create.max allows 1",
        "create.percent allows 50 % of 10",
        "case_change.max allows 3",
    ]


@pytest.mark.parametrize(
    ("known", "kinds", "stopped"),
    [
        (0, {"create": 5000}, 0),
        (9, {"create": 5000, "subject": 9}, 0),
        (10, {"create": 6}, 1),
        (1000, {"subject": 50}, 0),
        (1000, {"subject": 30, "case": 21}, 1),
        (20, {"case": 7}, 1),
        (1000, {"delete": 1}, 1),
    ],
)
def test_the_defaults(known: int, kinds: dict[str, int], stopped: int) -> None:
    """What a job without budgets allows (design §8); a first run passes."""
    assert len(list(guard.over_budget(planned(known, **kinds), job()))) == stopped


def shape(people: int, domains: dict[str, int] | None = None, sites: dict[str, int] | None = None) -> RosterSize:
    """Build the shape of a roster."""
    return RosterSize(people, domains or {}, sites or {})


@pytest.mark.parametrize(
    ("before", "now", "allowed", "stopped"),
    [
        (100, 80, 20, False),
        (100, 79, 20, True),
        (10, 8, 20, False),
        (10, 7, 20, True),
        (9, 1, 20, False),
        (1000, 1000, 0, False),
        (1000, 999, 0, True),
        (1000, 0, 100, False),
        (100, 300, 0, False),
        (40, 35, 12.5, False),
        (40, 34, 12.5, True),
    ],
)
def test_how_far_a_roster_may_shrink(before: int, now: int, allowed: float, stopped: bool) -> None:  # noqa: FBT001 - a row
    """The limit itself passes, from ten people on (T02)."""
    said = list(guard.shrunk(shape(now), shape(before), job(guards={"max_shrink_percent": allowed})))
    assert len(said) == stopped
    assert all(str(before) in line and str(now) in line for line in said)


@pytest.mark.parametrize("part", ["domains", "sites"])
def test_a_part_that_vanishes_whole(part: str) -> None:
    """A domain or site of three that no one has any more stops the run; one of two, one spelled anew, no."""
    before = shape(20, **{part: {"gone": 3, "kept": 15, "small": 2}})
    now = shape(17, **{part: {"Kept": 1, "new": 16}})
    assert list(guard.shrunk(now, before, job())) == [
        f"no one of the {part.removesuffix('s')} 'gone' is listed any more, the last good run had 3"
    ]


def test_a_short_list_may_lose_a_whole_domain() -> None:
    """Below ten people the comparison with the last good run sleeps (T05)."""
    assert list(guard.shrunk(shape(6), shape(9, {"gone": 3, "kept": 6}), job())) == []


def test_nothing_before_is_no_shrinking() -> None:
    """The first run has nothing to be compared with."""
    assert list(guard.shrunk(shape(1), None, job())) == []
