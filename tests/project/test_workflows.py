"""The workflows of GitHub and the hooks of pre-commit: of the right shape, pinned, and true of this project.

No runner is here, so nothing of them was tried on GitHub. Two linters read them: check-jsonschema (the schema of
workflows) and zizmor (permissions, injections, pins); what only this project can know is checked below.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: (?P<action>[\w.-]+/[\w.-]+)@(?P<commit>[0-9a-f]{40})  # v\d+\.\d+\.\d+$")
WRONG = """name: x
on: pull_request_target
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v6
      - run: echo ${{ github.event.pull_request.title }}
"""


def load(path: Path) -> dict[Any, Any]:
    """Read a workflow; YAML takes the key ``on`` for True."""
    return yaml.safe_load(path.read_text("utf-8"))


def linted(program: str, *arguments: object) -> tuple[int, str]:
    """Return how a linter ended and what it printed."""
    command = [Path(sys.executable).with_name(program), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def commands(path: Path) -> list[str]:
    """Return what the steps of a workflow run."""
    return [step["run"] for job in load(path)["jobs"].values() for step in job["steps"] if "run" in step]


def test_there_are_two() -> None:
    """One workflow tests, one makes a release."""
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "release.yml"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_the_schema_of_workflows_is_kept(path: Path, tmp_path: Path) -> None:
    """The file has the shape that GitHub reads; a job without a runner has not."""
    schema = ("--builtin-schema", "vendor.github-workflows")
    assert linted("check-jsonschema", *schema, path)[0] == 0
    (tmp_path / "wrong.yml").write_text("on: push\njobs:\n  a:\n    steps: []\n")
    assert linted("check-jsonschema", *schema, tmp_path / "wrong.yml")[0] == 1


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_zizmor_finds_nothing(path: Path, tmp_path: Path) -> None:
    """No permission too many, no value that becomes a script, no credential that stays; a wrong file has all three."""
    code, text = linted("zizmor", "--offline", "--no-progress", path)
    assert code == 0, text
    (tmp_path / "wrong.yml").write_text(WRONG)
    code, text = linted("zizmor", "--offline", "--no-progress", tmp_path / "wrong.yml")
    assert code != 0
    assert {"template-injection", "dangerous-triggers", "excessive-permissions"} <= set(
        re.findall(r"\[([a-z-]+)\]", text)
    )


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_and_say_their_version(path: Path) -> None:
    """A tag can be moved, a commit cannot; the comment names its version, the same everywhere."""
    uses = [line.strip().removeprefix("- ") for line in path.read_text("utf-8").splitlines() if "uses:" in line]
    found = [PINNED.fullmatch(line) for line in uses]
    assert uses
    assert None not in found


def test_one_action_has_one_commit() -> None:
    """Both workflows use the same version of an action."""
    lines = {line.strip().removeprefix("- ") for path in WORKFLOWS for line in path.read_text("utf-8").splitlines()}
    pins = [match for line in lines if (match := PINNED.fullmatch(line))]
    assert len({match["action"] for match in pins}) == len(pins)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_jobs_end_and_may_no_more_than_they_need(path: Path) -> None:
    """A workflow grants nothing; each job names its rights and has a time limit and a runner with a version."""
    workflow = load(path)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 90
        assert job["permissions"]
        runners = job.get("strategy", {}).get("matrix", {}).get("os", [job["runs-on"]])
        assert all(re.fullmatch(r"(ubuntu|macos|windows)-[0-9.]+", runner) for runner in runners)


def test_only_the_release_may_write() -> None:
    """CI reads; the release signs in one job and writes the draft in another, which runs no code of the project."""
    ci, release = map(load, WORKFLOWS)
    assert {tuple(job["permissions"].items()) for job in ci["jobs"].values()} == {(("contents", "read"),)}
    assert release["jobs"]["build"]["permissions"] == {
        "contents": "read",
        "id-token": "write",
        "attestations": "write",
    }
    assert release["jobs"]["publish"]["permissions"] == {"contents": "write"}
    assert [step.get("uses", "").partition("@")[0] for step in release["jobs"]["publish"]["steps"]] == [
        "actions/download-artifact",
        "",
    ]


def test_every_system_and_python_is_tested() -> None:
    """Linux, macOS and Windows on each Python from the oldest that pyproject.toml allows."""
    matrix = load(WORKFLOWS[0])["jobs"]["test"]["strategy"]["matrix"]
    oldest = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    assert [runner.partition("-")[0] for runner in matrix["os"]] == ["ubuntu", "macos", "windows"]
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert oldest == f">={matrix['python'][0]}"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_steps_name_what_exists(path: Path) -> None:
    """Each target of make, lock file and sample that a step names is in the project, and pip wants hashes."""
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))
    text = "\n".join(commands(path))
    assert {name for line in re.findall(r"^make (.*)$", text, re.MULTILINE) for name in line.split()} <= targets
    for name in re.findall(r"requirements/[a-z]+\.txt", text):
        assert (PROJECT / name).is_file()
    for name in re.findall(r"sample_data/\w[\w.-]*", text):
        assert (PROJECT / name).exists()
    installs = [line for line in text.splitlines() if "pip" in line and " install " in line]
    assert installs
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)


def test_a_release_is_listed_signed_and_never_uploaded_to_an_index() -> None:
    """Build, list (CycloneDX), digests, two attestations; the draft of a release is made last."""
    build = load(WORKFLOWS[1])["jobs"]["build"]["steps"]
    order = [step.get("name") or step.get("uses", step.get("run", "")).partition("@")[0] for step in build]
    assert order == [
        "actions/checkout",
        "actions/setup-python",
        "make check test audit",
        "the tag names the version",
        "build",
        "list what is installed with it",
        "digests",
        "actions/attest-build-provenance",
        "actions/attest-sbom",
        "actions/upload-artifact",
    ]
    assert not re.search(r"twine|pypi-publish|uv publish|hatch publish", WORKFLOWS[1].read_text("utf-8"))


def test_hooks_are_the_tools_that_are_pinned() -> None:
    """Every hook is local and starts a program of .venv, whose version requirements/dev.txt pins."""
    config = load(PROJECT / ".pre-commit-config.yaml")
    pinned = (PROJECT / "requirements" / "dev.txt").read_text("utf-8")
    packages = {"ruff": "ruff", "mypy": "mypy", "lint-imports": "import-linter", "check-jsonschema": "check-jsonschema"}
    [local] = config["repos"]
    assert local["repo"] == "local"
    for hook in local["hooks"]:
        assert hook["language"] == "system"
        program = hook["entry"].split()[0]
        assert program.startswith(".venv/bin/")
        assert f"\n{packages[program.removeprefix('.venv/bin/')]}==" in pinned
