"""When a schedule runs, by a parser of cron expressions that is not ours: croniter, beside systemd-analyze."""

import re
import shutil
import subprocess
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import PurePosixPath, PureWindowsPath

import pytest
import yaml
from croniter import croniter
from defusedxml.ElementTree import fromstring

from pipeline.schedule import units

TIMES = ["00:00", "04:15", "09:05", "12:30", "23:59"]
BEFORE = datetime(2026, 2, 27, 23, 59, 30)  # noqa: DTZ001 - a wall clock in no zone, as cron has it; a leap day is not ahead
PLACES = {"job": "/srv/cp/nightly.toml", "runs": "/srv/cp/runs", "program": "/opt/contactpro-sync/bin/contactpro-sync"}


def made(target: units.Target, at: str) -> str:
    """Write the main file of a scheduler, or the timer of systemd."""
    kind = PureWindowsPath if target == "windows" else PurePosixPath
    found = units.units(target, **{name: kind(place) for name, place in PLACES.items()}, at=at)
    return next((unit.text for unit in found if unit.name.endswith(".timer")), found[0].text)


def expression(target: units.Target, at: str) -> str:
    """Return the five fields of a target's cron expression."""
    text = made(target, at)
    if target == "cron":
        [line] = [line for line in text.splitlines() if line and not line.startswith("#")]
        return " ".join(line.split(None, 5)[:5])
    if target == "kubernetes":
        [job] = [each for each in yaml.safe_load_all(text) if each["kind"] == "CronJob"]
        return job["spec"]["schedule"]
    return re.search(r'schedule="([^"]*)"', text)[1]


@pytest.mark.parametrize("at", TIMES)
@pytest.mark.parametrize("target", ["cron", "kubernetes", "airflow"])
def test_a_cron_expression_is_once_a_day_at_that_time(target: units.Target, at: str) -> None:
    """The next four runs are on four days, over the end of a month, each at the time that was asked for."""
    fields = expression(target, at)
    assert croniter.is_valid(fields)
    runs = croniter(fields, BEFORE)
    found = [runs.get_next(datetime) for _ in range(4)]
    assert [each.strftime("%H:%M:%S") for each in found] == [f"{at}:00"] * 4
    assert [late - early for early, late in pairwise(found)] == [timedelta(days=1)] * 3
    assert found[0].date() == datetime(2026, 2, 28).date()  # noqa: DTZ001 - as above


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("at", TIMES)
def test_systemd_begins_each_day_at_that_time(at: str) -> None:
    """The calendar of the timer is what systemd takes for every day at that time."""
    calendar = re.search(r"^OnCalendar=(.*)$", made("systemd", at), re.MULTILINE)[1]
    command = ["systemd-analyze", "calendar", "--base-time=2026-02-27 23:59:30", "--iterations=2", calendar]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"}
    )
    assert f"Normalized form: *-*-* {at}:00" in done.stdout
    found = re.findall(r"(?:Next elapse|Iteration #2|Iter\. #2): \w+ (\S+ \S+) UTC", done.stdout)
    assert found == [f"2026-02-28 {at}:00", f"2026-03-01 {at}:00"]


@pytest.mark.parametrize("at", TIMES)
def test_the_task_of_windows_begins_at_that_time_every_day(at: str) -> None:
    """Start and interval of the trigger are a day and that time, read by the standard library's parser of dates."""
    name = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    trigger = fromstring(made("windows", at)).find(f"{name}Triggers/{name}CalendarTrigger")
    begins = datetime.fromisoformat(trigger.findtext(f"{name}StartBoundary"))
    assert begins.strftime("%H:%M") == at
    assert trigger.findtext(f"{name}ScheduleByDay/{name}DaysInterval") == "1"
