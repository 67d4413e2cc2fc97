"""The wheel: one name in site-packages, which foreign packages do not break, and extras that may be missing."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.end_to_end.test_own_connector import JOB, PEOPLE, installed
from tests.job_texts import job_text

HOME = Path(__file__).resolve().parents[3]
BLOCKED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocked())
"""
OPTIONAL = ("msgraph", "azure", "kiota_abstractions", "apprise", "keyring", "signxml", "lxml", "msal", "starlette",
            "uvicorn", "python_multipart", "msoffcrypto")  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it, as an installation does."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=HOME, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def start(cwd: Path, *before: Path, words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Start Python with folders that come before all others on its import path."""
    environment = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(map(str, before))}
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def foreign(folder: Path) -> Path:
    """Make foreign packages that have the names of ours."""
    for name in ("pipeline", "connectors", "mappings"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("raise RuntimeError('the wrong package')\n")
    return folder


def test_it_owns_one_name(site: Path) -> None:
    """The packages of the source tree are below it; it is typed, and no test is in it."""
    names = {path.name for path in site.iterdir()}
    assert names == {"contactpro_sync", "contactpro_sync-0.1.0.dist-info"}
    inside = {path.name for path in (site / "contactpro_sync").iterdir()}
    assert inside == {
        "__init__.py", "__main__.py", "api.py", "connectors", "mappings", "pipeline", "py.typed", "schemas.py",
    }  # fmt: skip
    assert not (site / "contactpro_sync/pipeline/distribution").exists()


def test_foreign_packages_of_our_names_break_nothing(site: Path, tmp_path: Path) -> None:
    """A folder ``pipeline/`` on the path is passed over, also by the child process that reads a workbook."""
    words = ("run", str(HOME / "sample_data/agents.xlsx"), "--tenant", "ACME", "--region", "eu")
    done = start(tmp_path, foreign(tmp_path / "foreign"), site, words=("-m", "contactpro_sync", *words))
    assert (done.returncode, done.stderr) == (3, "")
    assert "agents.xlsx: " in done.stdout


def test_a_foreign_package_that_is_imported_already_is_named(site: Path, tmp_path: Path) -> None:
    """The API refuses with a sentence, and does not mix two packages."""
    (tmp_path / "pipeline").mkdir()
    (tmp_path / "pipeline/__init__.py").write_text("")
    program = "import pipeline\ntry:\n    import contactpro_sync\nexcept ImportError as error:\n    print(error)"
    done = start(tmp_path, site, words=("-c", program))
    assert done.stdout == (
        f"contactpro_sync has a package 'pipeline' of its own, and {tmp_path}/pipeline was imported under that name "
        "before. Rename that folder, or start the command contactpro-sync in a process of its own.\n"
    )


def test_every_extra_is_offered(site: Path) -> None:
    """The names are those that the error messages give."""
    about = (site / "contactpro_sync-0.1.0.dist-info/METADATA").read_text("utf-8").splitlines()
    assert [line.removeprefix("Provides-Extra: ") for line in about if line.startswith("Provides-Extra: ")] == [
        "all", "entra", "keyring", "keyvault", "notify", "passwords", "saml", "web",
    ]  # fmt: skip


@pytest.fixture
def lean(tmp_path: Path) -> Path:
    """Return a folder that hides every optional package from Python, as if none was installed."""
    (tmp_path / "lean").mkdir()
    (tmp_path / "lean/sitecustomize.py").write_text(BLOCKED.format(names=set(OPTIONAL)))
    return tmp_path / "lean"


def test_without_extras_a_workbook_becomes_import_files(site: Path, lean: Path, tmp_path: Path) -> None:
    """The main job needs none of them."""
    words = ("run", str(HOME / "sample_data/onboarding.toml"), "--runs", "runs")
    done = start(tmp_path, lean, site, words=("-m", "contactpro_sync", *words))
    assert (done.returncode, done.stderr) == (3, "")
    assert len(list(tmp_path.glob("runs/onboarding/*/out/*/certificates-001.txt"))) == 1


@pytest.mark.parametrize(
    ("words", "needs", "extra", "code"),
    [
        (("run", "entra.toml"), 'kind = "azure_ad"', "entra", 2),
        (("doctor", "entra.toml"), 'kind = "azure_ad"', "entra", 2),
        (("run", "ring.toml"), "keyring:contactpro/graph", "keyring", 2),
        (("doctor", "ring.toml"), "keyring:contactpro/graph", "keyring", 2),
        (("doctor", "notices.toml"), "[notify] urls", "notify", 0),
        (("run", "notices.toml"), "it", "notify", 0),
        (("web", "--no-browser"), "The page", "web", 2),
    ],
)
def test_a_missing_extra_is_one_sentence(
    words: tuple[str, ...], needs: str, extra: str, code: int, site: Path, lean: Path, tmp_path: Path
) -> None:
    """It names what needs the extra, and gives the command that installs it."""
    live = job_text(roster='kind = "azure_ad"\nall = true\ncredential = "token"\n')
    (tmp_path / "entra.toml").write_text(f'{live}token = "env:PATH"\n')
    (tmp_path / "ring.toml").write_text(f'{live}token = "keyring:contactpro/graph"\n')
    (tmp_path / "agents.csv").write_text("Login,Email\nanna,Anna@example.com\n")
    (tmp_path / "notices.toml").write_text(job_text('[notify]\non = "always"\nurls = ["env:PATH"]\n'))
    done = start(tmp_path, lean, site, words=("-m", "contactpro_sync", *words))
    shown = " ".join((done.stdout + done.stderr).split())
    assert f"{needs} needs the extra {extra}, which is not installed" in shown
    assert f'pip install "contactpro-sync[{extra}]"' in shown
    assert (done.returncode, "Traceback" in shown) == (code, False)


def test_a_connector_of_another_package_is_found(site: Path, tmp_path: Path) -> None:
    """A package that offers a module by the entry-point group works with the wheel as with the source tree."""
    packages = installed(tmp_path / "packages")
    (tmp_path / "people.json").write_text(str(PEOPLE).replace("'", '"'))
    (tmp_path / "token").write_text("a-good-token")
    (tmp_path / "okta.toml").write_text(JOB)
    done = start(tmp_path, packages, site, words=("-m", "contactpro_sync", "run", "okta.toml"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 users read = 2 accepted" in done.stdout
