"""What is to be done: from a job file, or from a list and its options."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from mappings.model import MappingError
from pipeline.config import request
from pipeline.model import errors, exit_codes
from pipeline.model.errors import UsageProblem
from pipeline.model.exit_codes import USAGE
from pipeline.reports import refusal
from tests.job_texts import job_text

NOTHING: dict[str, dict[str, Any]] = {
    "tenant": {"name": None, "region": None},
    "roster": {"sheet": None, "encoding": None, "mapping": None},
    "directory": {"path": None, "email_attribute": None},
    "output": {"layout": None, "rows_per_file": None},
    "policy": {"on_reject": None, "on_case_mismatch": None},
}
JOB = job_text(tenant="ACME", region="Sydney")


def given(**tables: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the options of a command line on which only these were written."""
    return {table: keys | tables.get(table, {}) for table, keys in NOTHING.items()}


def test_a_job_file_is_an_order(tmp_path: Path) -> None:
    """The name is the file's stem, the tenant is lower, the region found, the digest that of the file."""
    path = tmp_path / "night.toml"
    path.write_text(JOB)
    made = request.from_options("run", path, NOTHING, tmp_path / "runs")
    assert (made.command, made.name, made.tenant, made.runs) == ("run", "night", "acme", tmp_path / "runs")
    assert made.region is not None
    assert (made.region.key, made.layout.name, made.emits) == ("au", "certificates", True)
    assert made.config_sha256 == hashlib.sha256(JOB.encode()).hexdigest()
    assert made.job.roster.path == tmp_path / "agents.csv"


@pytest.mark.parametrize(
    ("tables", "named"),
    [
        ({"tenant": {"name": "ACME"}}, "tenant.name"),
        ({"output": {"rows_per_file": 7}}, "output.rows_per_file"),
        ({"directory": {"path": Path("d.csv")}}, "directory.path"),
        ({"policy": {"on_reject": "stop"}, "roster": {"sheet": "A"}}, "roster.sheet, policy.on_reject"),
    ],
)
def test_options_beside_a_job_file_are_refused(tables: dict[str, dict[str, Any]], named: str, tmp_path: Path) -> None:
    """A job file alone names what is done; what was given beside it is named."""
    path = tmp_path / "night.TOML"
    path.write_text(JOB)
    with pytest.raises(UsageProblem, match=named):
        request.from_options("run", path, given(**tables), tmp_path)


def test_a_list_with_options_is_an_order(tmp_path: Path) -> None:
    """The kinds come from the endings; there is no job file whose digest could be reported."""
    tables = given(
        tenant={"name": "Acme", "region": "eu"},
        directory={"path": Path("d.xlsx"), "email_attribute": "mail"},
        output={"rows_per_file": 7},
    )
    made = request.from_options("run", Path("lists/agents.csv"), tables, tmp_path)
    assert (made.name, made.tenant, made.config_sha256) == ("agents", "acme", None)
    assert (made.job.roster.kind, made.job.roster.path) == ("csv", Path("lists/agents.csv"))
    assert made.job.directory is not None
    assert (made.job.directory.kind, made.job.output.rows_per_file) == ("excel", 7)


@pytest.mark.parametrize(
    ("tenant", "found"),
    [
        ({}, ("", None)),
        ({"name": "a"}, ("a", None)),
        ({"region": "eu"}, ("", "eu")),
        ({"name": "A", "region": "US"}, ("a", "na")),
    ],
)
def test_tenant_and_region_may_be_left_to_the_rows(
    tenant: dict[str, str], found: tuple[str, str | None], tmp_path: Path
) -> None:
    """Each of the two may be named by the job or by the rows."""
    made = request.from_options("run", Path("a.csv"), given(tenant=tenant), tmp_path)
    assert (made.tenant, made.region.key if made.region else None) == found


@pytest.mark.parametrize(
    ("source", "tables", "error", "said"),
    [
        ("a.csv", {"tenant": {"name": "no tenant"}}, UsageProblem, "1 to 60"),
        ("a.csv", {"tenant": {"region": "moon"}}, MappingError, 'no region "moon"'),
        ("a.csv", {"output": {"layout": "certifcates"}}, MappingError, "certificates"),
        ("a.csv", {"directory": {"email_attribute": "mail"}}, UsageProblem, "there is no --directory"),
        ("a.csv", {"roster": {"sheet": "A"}}, UsageProblem, "`--sheet` does not belong to kind 'csv', only to 'excel'"),
        ("a.pdf", {}, UsageProblem, "its ending does not show"),
        (".", {}, UsageProblem, "is a folder, not a file"),
        ("a.numbers", {}, UsageProblem, "it is an Apple Numbers document"),
        ("a.csv", {"directory": {"path": Path("d.pdf")}}, UsageProblem, "its ending does not show"),
        ("none.toml", {}, UsageProblem, "no such job file"),
    ],
)
def test_what_cannot_be_done_is_refused(
    source: str, tables: dict[str, dict[str, Any]], error: type[Exception], said: str, tmp_path: Path
) -> None:
    """Every wrong option is a usage error before anything is read."""
    with pytest.raises(error, match=said) as problem:
        request.from_options("run", tmp_path / source, given(**tables), tmp_path)
    assert errors.exit_of(problem.value) == USAGE


def test_a_check_emits_nothing() -> None:
    """A check stops before anything is laid out."""
    assert not request.from_options("check", Path("a.csv"), NOTHING, Path("runs")).emits


def test_a_refused_job_has_a_summary_too() -> None:
    """Scripts find the same keys whether or not a job began."""
    told = refusal.summary_of("run", UsageProblem("no", advice="Do this."))
    assert (told["outcome"], told["exit_code"], told["message"], told["next"]) == ("usage", 2, "no", "Do this.")
    assert set(told["counts"].values()) == {0}
    assert refusal.summary_of("run", MappingError("no"))["exit_code"] == 2
    assert refusal.summary_of("run", OSError("disk"))["next"]


@pytest.mark.parametrize(
    ("codes", "worst"),
    [
        ([], 0),
        ([0], 0),
        ([0, 3], 3),
        ([3, 7], 7),
        ([7, 2], 2),
        ([2, 6], 6),
        ([6, 4], 4),
        ([4, 5], 5),
        ([5, 8, 1], 1),
        ([0, 8, 3], 8),
    ],
)
def test_the_worst_of_several_jobs(codes: list[int], worst: int) -> None:
    """The order is that of the design: 1, 8, 5, 4, 6, 2, 7, 3, 0."""
    assert exit_codes.worst(codes) == worst


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('field = "subject"', 'constant = "x"', "an import file needs columns for subject and issuer"),
        ('encoding = "utf-8"', 'encoding = "cp1252"', "import files are written in UTF-8 without quoting"),
        ('quoting = "none"', 'quoting = "all"', "import files are written in UTF-8 without quoting"),
    ],
)
def test_a_layout_that_cannot_be_written_is_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    """A user's own layout is held to what an import file is, before anything is read."""
    packaged = (Path(__file__).parents[3] / "mappings" / "layouts" / "certificates.toml").read_text("utf-8")
    assert old in packaged
    layout = tmp_path / "own.toml"
    layout.write_text(packaged.replace(old, new), "utf-8")

    with pytest.raises(UsageProblem, match=said):
        request.from_options("run", tmp_path / "agents.csv", {"output": {"layout": str(layout)}}, tmp_path / "runs")


@pytest.mark.parametrize(
    ("wave", "known"),
    [
        *((text, True) for text in ("pilot", "rest", "1%", "05%", "10%", "99%", "100%")),
        *((text, False) for text in ("0%", "000%", "101%", "1000%", "-1%", "1.5%", "%", "10", "", "Pilot", "१%")),
    ],
)
def test_which_waves_there_are(wave: str, known: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a column of the table
    """A wave is the pilot, one to a hundred per cent, or the rest; nothing else is taken for one."""
    (tmp_path / "team.csv").write_text("Login,Email\nanna,anna@example.com\n")
    place = {"tenant": {"name": "acme", "region": "eu"}}
    if known:
        assert request.from_options("plan", tmp_path / "team.csv", place, tmp_path / "runs", wave=wave).wave == wave
    else:
        with pytest.raises(UsageProblem, match="there is no such wave"):
            request.from_options("plan", tmp_path / "team.csv", place, tmp_path / "runs", wave=wave)


def test_an_option_is_named_as_the_key_of_the_job_file(tmp_path: Path) -> None:
    """Beside a job file options are refused, so a message names the key; a list and a command keep their options."""
    job = tmp_path / "nightly.toml"
    job.write_text(job_text(tenant=None))
    asked = request.from_options("check", job, {}, tmp_path)
    message = "name the one to read with --sheet, or give --email-attribute"
    assert asked.named(message) == (
        "name the one to read with sheet in [roster] of nightly.toml, or give email_attribute in [directory] of "
        "nightly.toml"
    )
    assert asked.named("contactpro-sync run a.csv --sheet A") == "contactpro-sync run a.csv --sheet A"
    of_list = request.from_options("check", tmp_path / "a.csv", {}, tmp_path)
    assert of_list.named(message) == message


def test_a_wave_of_a_file_keeps_its_values(tmp_path: Path) -> None:
    """Each line is a value, the header and blank lines are none; the request has the values and not the file."""
    (tmp_path / "pilots.txt").write_text("Login\r\nada\r\n\r\nbo \r\nada\r\n", "utf-8-sig", newline="")
    asked = request.from_options("plan", tmp_path / "a.csv", {}, tmp_path, wave=f"login=@{tmp_path / 'pilots.txt'}")
    assert asked.wave == "login=ada,bo"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "the file cannot be read: No such file or directory"),
        (b"J\xf6rg\n", "the file cannot be read: it is not UTF-8 text"),
        (b"Login\n\n", "it has no value"),
        (b"ada;bo\n", "a line has several values"),
    ],
)
def test_a_wave_of_an_unfit_file_is_refused(content: bytes | None, reason: str, tmp_path: Path) -> None:
    """A file that is missing, unreadable, empty or a table is a usage error, which names it."""
    if content is not None:
        (tmp_path / "pilots.txt").write_bytes(content)
    with pytest.raises(UsageProblem, match=reason):
        request.from_options("plan", tmp_path / "a.csv", {}, tmp_path, wave=f"login=@{tmp_path / 'pilots.txt'}")
