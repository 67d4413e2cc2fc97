"""How commands end: never with a traceback, with one document if ``--json`` asks for it, and no trace of a typo."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.command_server import COMMAND
from tests.end_to_end.conftest import Done, call
from tests.job_texts import NO_DIRECTORY, job_text

Sync = Callable[..., Done]
FULL = Path("/dev/full")
URLS = ("sso", "urls", "--tenant", "acme", "--region", "eu")


@pytest.mark.skipif(not FULL.exists(), reason="a device that is always full")
@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], URLS, [*URLS, "--json"]])
def test_an_output_that_cannot_be_printed(words: list[str], tmp_path: Path) -> None:
    """A full disk behind stdout is one sentence on stderr and exit code 2, also for help."""
    done = call(tmp_path, *words, screen=str(FULL))
    assert (done.code, is_unprintable(done.stderr)) == (2, True)


@pytest.mark.skipif(not FULL.exists(), reason="a device that is always full")
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_run_that_cannot_be_printed_is_done_to_its_end(more: list[str], tmp_path: Path) -> None:
    """The second job is run too, and the output that was lost is the only failure."""
    (tmp_path / "agents.csv").write_text("Login,Email\nanna,Anna.Berg@example.com\n")
    for name in ("day.toml", "night.toml"):
        (tmp_path / name).write_text(job_text(NO_DIRECTORY, ""))
    done = call(tmp_path, "run", "day.toml", "night.toml", *more, screen=str(FULL))
    assert (done.code, is_unprintable(done.stderr)) == (2, True)
    assert len([*tmp_path.glob("runs/*/*/out/acme/certificates-001.txt")]) == 2


@pytest.mark.skipif(not FULL.exists(), reason="a device that is always full")
def test_an_output_that_cannot_be_printed_at_the_end_of_python(tmp_path: Path) -> None:
    """Python's own clean-up, which prints what is left, changes neither the sentence nor the exit code."""
    with FULL.open("w") as full:
        command = [COMMAND, "--version"]
        done = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, is_unprintable(done.stderr)) == (2, True)


def is_unprintable(said: str) -> bool:
    """Check the sentence about an output that cannot be printed."""
    assert "Traceback" not in said
    start = "The output cannot be printed: No space left on device. The run folder has "
    return said.startswith(start) and "Stopped: usage (exit code 2)" in said


DEFECT = """
from pipeline.cli import app
def broken(*_, **__): raise KeyError("Anna.Berg@example.com")
import pipeline.diagnostics.doctor, pipeline.diagnostics.census.command, pipeline.diagnostics.explain
import pipeline.state.history, pipeline.config.request
pipeline.diagnostics.doctor.examine = pipeline.diagnostics.explain.explain = broken
pipeline.state.history.read_history = broken
pipeline.diagnostics.census.command.survey = pipeline.config.request.from_options = broken
app.main()
"""


@pytest.mark.parametrize(
    "words", [["doctor", "a.csv"], ["census", "a.csv"], ["explain", "a.csv", "x"], ["history"], ["check", "a.csv"]]
)
def test_a_defect_of_ours_is_one_document(words: list[str], tmp_path: Path) -> None:
    """An unexpected error ends with 1, as a sentence or as the one document, and shows no data."""
    (tmp_path / "a.csv").write_text("Login,Email\nanna,Anna.Berg@example.com\n")
    for more in ([], ["--json"]):
        done = call(tmp_path, *words, *more, program=DEFECT)
        assert done.code == 1, done.stderr
        assert "Anna.Berg" not in done.stdout + done.stderr
        said = json.loads(done.stdout) if more else {"message": done.stderr}
        assert "An unexpected failure (KeyError) in broken" in said["message"]
    assert (said["command"], said["outcome"], said["exit_code"]) == (words[0], "failed", 1)
    assert said["trace"]


@pytest.mark.parametrize(
    ("words", "code", "message", "step"),
    [
        (["chek", "a.csv"], 2, "No such command 'chek'. Did you mean 'check'", "Run: contactpro-sync --help"),
        (["sso", "urls", "--tennant"], 2, "--tennant", "Run: contactpro-sync sso urls --help"),
        (["state", "backup"], 2, "Missing argument", "Run: contactpro-sync state backup --help"),
        (["layout", "show", "certs"], 2, 'Did you mean "certificates"?', "Use one of the names in the message."),
        (["run", "gone.csv", "--tenant", "a"], 5, "gone.csv: there is no such file.", "Check the path and run again."),
        (
            ["check", "a.csv", "--directory", "d.csv"],
            5,
            "d.csv: there is no such file.",
            "Check the path and run again.",
        ),
        (["check", "a.csv", "--mapping", "excel"], 2, 'no mapping "excel"', "Use one of the names in the message."),
        (
            ["check", "a.csv", "--sheet", "X"],
            2,
            "`--sheet` does not belong to kind 'csv'",
            "Correct the option and run again.",
        ),
    ],
)
def test_a_typo_leaves_no_run_folder(
    words: list[str], code: int, message: str, step: str, tmp_path: Path, sync: Sync
) -> None:
    """A slip on the command line is named with the help or the choice that puts it right, and nothing is made."""
    (tmp_path / "a.csv").write_text("Login,Email\nanna,anna@example.com\n")
    done = sync(tmp_path, *words, "--json")
    assert (done.code, done.document["next"]) == (code, step)
    assert message in done.document["message"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["explain", "a.csv", "nowhere@example.com"], None),
        (["history"], "There is no folder runs."),
        (["history", "--runs", "elsewhere"], "There is no folder elsewhere."),
    ],
)
def test_what_is_not_there_is_not_ok(words: list[str], message: str | None, tmp_path: Path, sync: Sync) -> None:
    """A person whom nothing names, and a folder that is not there, end with 2: mostly it is a typo."""
    (tmp_path / "a.csv").write_text("Login,Email\nanna,anna@example.com\n")
    done = sync(tmp_path, *words, "--json")
    assert (done.code, done.document["exit_code"], done.document.get("message")) == (2, 2, message)


def test_doctor_resolves_the_secrets_of_notices(tmp_path: Path, sync: Sync) -> None:
    """A notice whose address is missing is found before the run that needs it; the sources are still read."""
    (tmp_path / "agents.csv").write_text("Login,Email\nanna,anna@example.com\n")
    (tmp_path / "there").write_text("https://example.com/ping/1\n")
    (tmp_path / "there").chmod(0o600)
    notify = '[notify]\nurls = ["env:NO_SUCH_NOTICE"]\nping = "file:there"\n'
    (tmp_path / "job.toml").write_text(job_text(NO_DIRECTORY, notify))
    done = sync(tmp_path, "doctor", "job.toml", "--json")
    status = {each["name"]: each["status"] for each in done.document["checks"]}
    assert (done.code, status["secret notify.urls 1"], status["secret notify.ping"]) == (2, "failed", "ok")
    assert status["roster"] == "ok"


def test_two_lists_one_of_them_missing(tmp_path: Path, sync: Sync) -> None:
    """The list that is there is done, the other one is reported to be missing; the exit code is the worse of both."""
    (tmp_path / "a.csv").write_text("Login,Email\nanna,anna@example.com\n")
    done = sync(tmp_path, "check", "gone.csv", "a.csv", "--json")
    assert [each["exit_code"] for each in done.document["runs"]] == [5, 0]
    assert done.code == 5


def test_the_environment_has_the_options_of_a_list(tmp_path: Path) -> None:
    """CONTACTPRO_TENANT stands for --tenant; an option of the line comes first, and a job file is left alone.

    What a list of this kind does not have is left out of the defaults; on the command line it is refused.
    """
    (tmp_path / "a.csv").write_text("Login,Email\nanna,anna@example.com\n")
    (tmp_path / "agents.csv").write_text("Login,Email\nanna,anna@example.com\n")
    (tmp_path / "job.toml").write_text(job_text(NO_DIRECTORY, tenant="fourth"))
    environment = os.environ | {
        "CONTACTPRO_TENANT": "first",
        "CONTACTPRO_REGION": "na",
        "CONTACTPRO_RUNS": "here",
        "CONTACTPRO_JSON": "1",
        "CONTACTPRO_SHEET": "Agents",
        "CONTACTPRO_PASSWORD": "env:NO_SUCH_NAME",
        "CONTACTPRO_FORMAT": "xlsx",
        "CONTACTPRO_EMAIL_ATTRIBUTE": "mail",
    }
    for words, tenant, region in (
        (["a.csv"], "first", "na"),
        (["a.csv", "--tenant", "second"], "second", "na"),
        (["job.toml"], "fourth", "eu"),
    ):
        told = call(tmp_path, "run", *words, environment=environment).document
        assert (told["tenant"], told["region"], told["run"].split("/")[0]) == (tenant, region, "here")
    assert call(tmp_path, "run", "a.csv", "--sheet", "Agents", environment=environment).code == 2
    kept = environment | {"CONTACTPRO_JSON": "0", "CONTACTPRO_QUIET": "1", "CONTACTPRO_OUTPUT": "kept.json"}
    assert call(tmp_path, "run", "a.csv", environment=kept).stdout == ""
    assert json.loads((tmp_path / "kept.json").read_bytes())["tenant"] == "first"
