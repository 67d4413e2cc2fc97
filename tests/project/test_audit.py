"""The audit of packages believes no empty answer: pip-audit is a script here that answers as the real one would."""

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

AUDIT = Path(__file__).parents[2] / ".ci" / "audit.py"
FLAW = {"id": "PYSEC-2014-8", "fix_versions": ["2.7.2"], "aliases": [], "description": ""}
PROGRAM = """#!{python}
import json, pathlib, sys
answers = json.loads(pathlib.Path({answers!r}).read_text())
asked = pathlib.Path(sys.argv[sys.argv.index("--requirement") + 1]).read_text().split()
database = sys.argv[sys.argv.index("--vulnerability-service") + 1]
known = answers[database]
if known == "unreachable":
    print("requests.exceptions.ConnectionError: no way to the host", file=sys.stderr)
    sys.exit(1)
skipped = [{{"name": pin.partition("==")[0], "skip_reason": "not found"}} for pin in asked if pin not in known]
found = [dict(zip(["name", "version"], pin.split("=="))) | {{"vulns": known[pin]}} for pin in asked if pin in known]
print(json.dumps({{"dependencies": found + skipped, "fixes": []}}))
"""
KNOWN = {"jinja2==2.4.1": [FLAW], "httpx==0.28.1": [], "pyyaml==6.0.3": [], "pyyaml==6.0.4": []}


def audited(folder: Path, **answers: object) -> subprocess.CompletedProcess[str]:
    """Audit two lock files, with these answers of the two databases."""
    (folder / "answers.json").write_text(json.dumps({"pypi": KNOWN, "osv": KNOWN, **answers}))
    (folder / "run.txt").write_text(
        "httpx==0.28.1 ; sys_platform == 'win32' \\\n    --hash=sha256:00\nPyYAML==6.0.3 \\\n    --hash=sha256:01\n"
    )
    (folder / "web.txt").write_text("pyyaml==6.0.4 \\\n    --hash=sha256:02\n")
    program = folder / "pip-audit"
    program.write_text(PROGRAM.format(python=sys.executable, answers=str(folder / "answers.json")))
    program.chmod(0o755)
    driver = "import sys, runpy; from pathlib import Path as P; "
    driver += "sys.exit(runpy.run_path(sys.argv[1])['main']([P(each) for each in sys.argv[3:]], P(sys.argv[2])))"
    command = [sys.executable, "-c", driver, AUDIT, program, folder / "run.txt", folder / "web.txt"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_clean_answer_of_both_databases_is_a_0(tmp_path: Path) -> None:
    """Every pin of every lock file, for any platform and in each version, is asked for and counted."""
    done = audited(tmp_path)
    assert done.stdout == "audit: 0 known vulnerabilities in 3 pinned packages (pypi, osv)\n"
    assert done.returncode == 0


def test_a_known_vulnerability_is_a_1(tmp_path: Path) -> None:
    """A vulnerability that one database alone knows is named with the release that mends it."""
    done = audited(tmp_path, osv={**KNOWN, "pyyaml==6.0.3": [{**FLAW, "id": "GHSA-x", "fix_versions": ["6.0.4"]}]})
    assert done.stdout.splitlines()[0] == "pyyaml 6.0.3: GHSA-x, fixed in 6.0.4"
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"pypi": {}}, "pypi: no answer for 1 of 1 packages: jinja2 2.4.1"),
        ({"osv": {pin: [] for pin in KNOWN}}, "osv: knows no vulnerability of jinja2 2.4.1, which has several"),
        ({"pypi": {"jinja2==2.4.1": [FLAW], "httpx==0.28.1": []}}, "pypi: no answer for 1 of 2 packages: pyyaml 6.0.4"),
        (
            {"osv": "unreachable"},
            "osv: pip-audit ended with 1: requests.exceptions.ConnectionError: no way to the host",
        ),
    ],
    ids=["knows no package", "knows no vulnerability", "leaves one out", "is not there"],
)
def test_an_answer_that_cannot_be_believed_is_a_2(answers: dict[str, object], reason: str, tmp_path: Path) -> None:
    """Neither a database that is empty or silent nor one that leaves a package out makes an ok."""
    done = audited(tmp_path, **answers)
    assert done.stderr.splitlines()[0] == f"audit: no answer that can be believed. {reason}"
    assert (done.stdout, done.returncode) == ("", 2)


def test_no_lock_file_is_a_2() -> None:
    """An audit of nothing is refused."""
    done = subprocess.run([sys.executable, AUDIT], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 2)


def test_every_line_of_the_lock_files_is_a_pin() -> None:
    """The audit sees each package that a lock file installs, whatever platforms the line is for."""
    pins = runpy.run_path(str(AUDIT))["pins"]
    for path in sorted((AUDIT.parents[1] / "requirements").glob("*.txt")):
        text = path.read_text("utf-8")
        assert len(pins(text)) == len(re.findall(r"^[^\s#].*\\$", text, re.MULTILINE)) > 0
