"""A column of tenants or regions that is empty in every row: one sentence, and the rows keep their reasons."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.reports.summary import next_step
from pipeline.result import RunResult

EMPTY = {name: f"the column {name!r} is empty in the one row." for name in ("Mandant", "Region")}
HEADERS = "Login,Email,Mandant,Region\n"


@pytest.mark.parametrize(
    ("rows", "place", "message", "advice", "codes"),
    [
        (
            "u1,a@x.com,,eu\nu2,b@x.com, ,na\n",
            {},
            "No tenant is named: the column 'Mandant' is empty in all 2 rows.",
            "Fill in the column, or give --tenant.",
            {"TENANT-INVALID": 2},
        ),
        (
            "u1,a@x.com,acme,\n,,,\n",
            {},
            "No region is named: the column 'Region' is empty in the one row.",
            "Fill in the column, or give --region.",
            {"REGION-UNKNOWN": 1},
        ),
        (
            "u1,a@x.com,,\n",
            {},
            f"No tenant is named: {EMPTY['Mandant']} No region is named: {EMPTY['Region']}",
            "Fill in both columns, or give --tenant and --region.",
            {"TENANT-INVALID": 1, "REGION-UNKNOWN": 1},
        ),
        ("u1,a@x.com,,eu\nu2,b@x.com,acme,eu\n", {}, "", "", {"TENANT-INVALID": 1}),
        ("u1,a@x.com,,eu\n", {"name": "acme", "region": "eu"}, "", "", {}),
    ],
)
def test_a_column_that_is_empty_in_every_row(
    rows: str,
    place: dict[str, str],
    message: str,
    advice: str,
    codes: dict[str, int],
    ran: Callable[..., RunResult],
    tmp_path: Path,
) -> None:
    """A run ends with 2 and names the column; one empty cell among others is a fault of its row."""
    result = ran(tmp_path, HEADERS + rows, tenant=place)
    assert (result.message, result.advice, result.end.name == "usage") == (message, advice, bool(message))
    found = result.issue_counts()
    assert {code: found[code] for code in ("TENANT-INVALID", "REGION-UNKNOWN") if code in found} == codes


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (f"{HEADERS}u1,a@x.com,,\n", " --tenant NAME --region NAME"),
        (f"{HEADERS}u1,a@x.com,,eu\n", " --tenant NAME"),
        (f"{HEADERS}u1,a@x.com,acme,eu\n", ""),
    ],
)
def test_a_check_names_what_the_run_needs(
    text: str, options: str, ran: Callable[..., RunResult], tmp_path: Path
) -> None:
    """The next step has an option for the tenant or the region that no row names, and for no other."""
    result = ran(tmp_path, text, command="check", tenant={})
    assert next_step(result).partition("agents.csv")[2].partition(" --runs")[0] == options
