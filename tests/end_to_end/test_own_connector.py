"""A kind of connector of one's own: one file and one mapping, and a job runs; no other file is touched."""

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.job_texts import job_text

HOME = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("contactpro-sync")

OKTA = '''"""Kind "okta": people of an invented service, which a file stands in for."""

import json
from typing import Literal

from connectors.base import DeltaState, Extract, Origin, SourceRefused
from connectors.settings import FilePath, HttpsUrl, SecretReference, SourceSettings


class Settings(SourceSettings):
    """The address, a token, and the file that the service answers with."""

    kind: Literal["okta"]
    url: HttpsUrl
    token: SecretReference
    answer: FilePath
    group: str | None = None

    @property
    def wants_delta_state(self):
        return self.group == "changes"


class OktaSource:
    def __init__(self, settings, token, attributes, progress, state):
        self.settings, self.token, self.attributes, self.progress, self.state = (
            settings, token, attributes, progress, state)

    def read(self, recognise):
        import pyarrow as pa

        if self.token() != "a-good-token":
            raise SourceRefused("The service does not accept the token; correct it.")
        people = json.loads(self.settings.answer.read_text())
        self.progress(len(people), len(people))
        columns = {name: [each.get(name, "") for each in people] for name in self.attributes}
        frame = pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
        notes = (f"{self.state.readings} readings before",) if self.state else ()
        state = DeltaState("place", frame, "scope", (self.state.readings if self.state else 0) + 1)
        return Extract(frame, Origin("Okta", None, None, "id"), complete=True, notes=notes,
                       delta_state=state if self.settings.wants_delta_state else None)


def open(settings, *, secrets, attributes, progress, delta_state):
    return OktaSource(settings, secrets["token"], attributes, progress, delta_state)
'''
MAPPING = """title = "Users of Okta"
kinds = ["okta"]
saml_attributes = ["oktaEmail"]
[fields.email]
attributes = ["profile_email"]
required = true
[fields.external_id]
attributes = ["id"]
[fields.login]
attributes = ["profile_login"]
"""
JOB = job_text(
    roster="""kind = "okta"
url = "https://acme.example.com"
token = "file:token"
answer = "people.json"
"""
)
PEOPLE = [
    {"id": "00u1", "profile_login": "ida", "profile_email": "Ida.Holm@example.com"},
    {"id": "00u2", "profile_login": "max", "profile_email": "max@example.com"},
]


def on_disk(folder: Path) -> Path:
    """Copy the two packages, and put the two files into them."""
    for name in ("connectors", "mappings"):
        shutil.copytree(HOME / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "connectors" / "okta.py").write_text(OKTA)
    (folder / "mappings" / "sources" / "okta.toml").write_text(MAPPING)
    return folder


def installed(folder: Path) -> Path:
    """Install a foreign package that has the two files, and offers its module by the entry-point group."""
    (folder / "acme_okta").mkdir(parents=True)
    (folder / "acme_okta" / "__init__.py").write_text(OKTA)
    (folder / "acme_okta" / "okta.toml").write_text(MAPPING)
    about = folder / "acme_okta-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-okta\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[contactpro_sync.connectors]\nokta = acme_okta\n")
    return folder


def run(cwd: Path, packages: Path, *words: str) -> tuple[int, dict[str, object]]:
    """Run the command with a folder of packages that comes before all others."""
    done = subprocess.run(
        [COMMAND, *words, "--json"],
        cwd=cwd,
        env={"PYTHONPATH": str(packages), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, msgspec.json.decode(done.stdout)


def lay(folder: Path, more: str = "", token: str = "a-good-token") -> Path:  # noqa: S107 - invented
    """Write the job, its token and the people."""
    work = folder / "work"
    work.mkdir()
    (work / "job.toml").write_text(JOB + more)
    (work / "token").write_text(token)
    (work / "people.json").write_bytes(msgspec.json.encode(PEOPLE))
    return work


@pytest.mark.parametrize("place", [on_disk, installed])
def test_a_connector_of_ones_own_runs(place: object, tmp_path: Path) -> None:
    """One file and one mapping: its keys, paths and secret are found, and the import file is written."""
    packages = place(tmp_path / "packages")
    work = lay(tmp_path, 'saml_attribute = "oktaemail"')
    code, told = run(work, packages, "run", "job.toml")
    assert (code, told["outcome"], told["mappings"]) == (0, "ok", {"roster": "okta"})
    assert told["issues"]["ATTRIBUTE-CASE"] == 1
    assert "NO-DIRECTORY" not in told["issues"]
    (file,) = told["files"]
    rows = (work / told["run"] / file["path"]).read_bytes().decode("utf-8-sig").split("\r\n")
    assert [row.split("\t")[:3] for row in rows[1:3]] == [
        ["ida", "00u1", "Ida.Holm@example.com"],
        ["max", "00u2", "max@example.com"],
    ]


def test_its_mistakes_and_its_secret(tmp_path: Path) -> None:
    """An unknown key, a token in the open and a refusal end as they do with every kind."""
    packages = installed(tmp_path / "packages")
    work = lay(tmp_path, 'grup = "x"', token="an-ended-token")  # noqa: S106 - invented
    code, told = run(work, packages, "run", "job.toml")
    assert (code, "Did you mean `group`?" in told["message"]) == (2, True)
    (work / "job.toml").write_text(JOB.replace("file:token", "an-ended-token"))
    code, told = run(work, packages, "run", "job.toml")
    assert (code, "by reference only" in told["message"], "an-ended-token" in str(told)) == (2, True, False)
    (work / "job.toml").write_text(JOB)
    code, told = run(work, packages, "run", "job.toml")
    assert (code, told["outcome"], "an-ended-token" in str(told)) == (5, "source", False)


def test_its_delta_state_is_kept_between_runs(tmp_path: Path) -> None:
    """A kind that wants the state of its last reading gets it at the next run."""
    packages = installed(tmp_path / "packages")
    work = lay(tmp_path, 'group = "changes"')
    assert run(work, packages, "run", "job.toml")[0] == 0
    code, told = run(work, packages, "run", "job.toml")
    assert (code, told["counts"]["unchanged"]) == (0, 2)
    assert "1 readings before" in told["notes"]


def test_doctor_examines_it(tmp_path: Path) -> None:
    """A kind without an examination of its own is examined by being read."""
    code, told = run(lay(tmp_path), installed(tmp_path / "packages"), "doctor", "job.toml")
    checks = {each["name"]: (each["status"], each["detail"]) for each in told["checks"]}
    assert checks["roster"] == ("ok", "Okta: 2 rows, read as 'okta'")
    assert checks["secret roster.token"][0] in {"ok", "warning"}
    assert code in {0, 7}


def test_a_broken_package_stops_only_its_own_job(tmp_path: Path) -> None:
    """A connector that cannot be imported is named in a job of its kind, and no other job sees it."""
    packages = installed(tmp_path / "packages")
    (packages / "acme_okta" / "__init__.py").write_text("import no_such_module_anywhere\n")
    work = lay(tmp_path)
    code, told = run(work, packages, "run", "job.toml")
    assert (code, "acme_okta cannot be imported (ModuleNotFoundError" in told["message"]) == (2, True)
    (work / "a.csv").write_text("Login,Email\nida,ida@example.com\n")
    assert run(work, packages, "check", "a.csv")[0] == 0
