"""The Containerfile fits the project: what it copies is what the wheel is made of, what it names is what runs it.

No engine is needed. hadolint, which knows mistakes in such files, reads it if it is installed.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest
import yaml

from pipeline.schedule import units

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "Containerfile").read_text("utf-8")
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
HADOLINT = shutil.which("hadolint", path=Path(sys.executable).parent)


class Step(NamedTuple):
    """An instruction of the file and what follows it."""

    word: str
    rest: str


def stages() -> list[list[Step]]:
    """Return the steps of each stage, without comments; ARG before the first FROM is a stage of its own."""
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^\s*#.*\n", "", TEXT, flags=re.MULTILINE))
    found: list[list[Step]] = [[]]
    for line in filter(None, joined.splitlines()):
        step = Step(*line.split(None, 1))
        if step.word == "FROM":
            found.append([])
        found[-1].append(step)
    return found


_, BUILD, FINAL = stages()


def rest(steps: list[Step], word: str) -> list[str]:
    """Return what follows each of these instructions."""
    return [step.rest for step in steps if step.word == word]


def cronjob() -> dict[str, object]:
    """Return the pod of the CronJob that `schedule --for kubernetes` writes if no image is named."""
    places = {"job": "/srv/nightly.toml", "runs": "/srv/runs", "program": "/opt/contactpro-sync"}
    made = units.units("kubernetes", **{key: PurePosixPath(place) for key, place in places.items()})
    _, job = yaml.safe_load_all(made[0].text)
    return job["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def test_the_image_has_the_name_that_a_schedule_gives_it() -> None:
    """The command in the first line builds the image of the CronJob."""
    [container] = cronjob()["containers"]
    assert f"docker build -f Containerfile -t {container['image']} ." in TEXT.splitlines()[0]


def test_the_image_runs_as_the_account_of_the_cronjob() -> None:
    """The account is a number, not root, and that of the pod; the runs are on its volume."""
    pod = cronjob()
    [container] = pod["containers"]
    account = pod["securityContext"]["runAsUser"]
    assert rest(FINAL, "USER") == [f"{account}:{pod['securityContext']['runAsGroup']}"] == ["10001:10001"]
    [volumes] = rest(FINAL, "VOLUME")
    written = [mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")]
    assert json.loads(volumes) == written
    assert written[0] == "/var/lib/contactpro-sync" == rest(FINAL, "WORKDIR")[0]


def test_the_command_is_on_the_path() -> None:
    """Entry point and health command are the script that the project installs, in the folder that PATH begins with."""
    script = next(iter(PYPROJECT["project"]["scripts"]))
    assert rest(FINAL, "ENTRYPOINT") == [f'["{script}"]']
    assert rest(FINAL, "HEALTHCHECK") == [f'--interval=60s --timeout=10s --retries=3 CMD ["{script}", "--version"]']
    [environment] = [dict(pair.split("=", 1) for pair in shlex.split(each)) for each in rest(FINAL, "ENV")]
    [copied] = rest(FINAL, "COPY")
    assert copied == "--from=build /opt/contactpro-sync /opt/contactpro-sync"
    assert environment["PATH"] == "/opt/contactpro-sync/bin:$PATH"
    assert any("/opt/contactpro-sync/bin/pip install --no-deps --no-index" in run for run in rest(BUILD, "RUN"))


def test_what_is_copied_is_what_the_wheel_is_made_of() -> None:
    """The folders of the wheel, and the files that pyproject.toml itself names, are copied and not ignored."""
    copied = {source.rstrip("/") for each in rest(BUILD, "COPY") for source in each.split()[:-1]}
    project = PYPROJECT["project"]
    packages = {path.parent.name for path in PROJECT.glob("*/__init__.py")}
    assert copied == packages | {project["readme"], *project["license-files"], "pyproject.toml", "requirements"}
    kept = {line[1:].removesuffix("/*.txt") for line in ignored() if line.startswith("!")}
    assert kept == copied


def ignored() -> list[str]:
    """Return the lines of the file that lists what is not sent to the engine."""
    return (PROJECT / ".dockerignore").read_text("utf-8").splitlines()


def test_every_package_is_installed_by_its_hash() -> None:
    """Each install takes a lock file with hashes, or the wheel just built and nothing from elsewhere."""
    installs = re.findall(r"pip install (?P<how>\S+) (?P<more>\S+) (?P<what>\S+)", " ".join(rest(BUILD, "RUN")))
    assert installs == [
        ("--require-hashes", "-r", '"requirements/${REQUIREMENTS}.txt"'),
        ("--require-hashes", "-r", "requirements/build.txt"),
        ("--no-deps", "--no-index", "/tmp/wheel/*.whl"),  # noqa: S108 - in the image
    ]
    for name in ("run", "lean", "build"):
        assert "--hash=sha256:" in (PROJECT / "requirements" / f"{name}.txt").read_text("utf-8")
    assert "hatchling==" in (PROJECT / "requirements" / "build.txt").read_text("utf-8")


def test_the_base_is_one_release_of_a_python_that_the_project_supports() -> None:
    """Both stages begin with the same base, whose tag names a release with its patch number."""
    assert rest(BUILD, "FROM") == ["${BASE} AS build"]
    assert rest(FINAL, "FROM") == ["${BASE}"]
    base = re.search(r"^ARG BASE=python:(?P<major>\d+)\.(?P<minor>\d+)\.\d+-slim-\w+$", TEXT, re.MULTILINE)
    assert base is not None
    assert (int(base["major"]), int(base["minor"])) >= (3, 11)
    assert PYPROJECT["project"]["requires-python"] == ">=3.11"


@pytest.mark.skipif(HADOLINT is None, reason="hadolint has no package for this platform")
def test_hadolint_finds_nothing() -> None:
    """Hadolint, which also reads the shell in RUN, finds nothing here, and the mistake in another file."""
    command = [HADOLINT, "--no-color", "-"]
    done = subprocess.run(command, input=TEXT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)
    wrong = "FROM python:latest\nRUN cd /tmp && pip install x\n"
    done = subprocess.run(command, input=wrong, capture_output=True, text=True, check=False)
    assert "DL3007" in done.stdout
    assert done.returncode == 1
