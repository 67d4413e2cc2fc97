"""docs/python.md, its notebook and its DAG run as they are, beside a copy of the samples."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.job_texts import job_text

HOME = Path(__file__).parents[2]
EXAMPLES = HOME / "docs" / "examples"
AIRFLOW = """
import runpy, sys, types

def decorator(*_, **told):
    def around(function):
        def call(*arguments):
            print("task" if "start_date" not in told else "dag", function.__name__)
            return function(*arguments)
        return call
    return around

package, module = types.ModuleType("airflow"), types.ModuleType(sys.argv[2])
module.dag = module.task = decorator
sys.modules |= {"airflow": package, sys.argv[2]: module}
made = runpy.run_path(sys.argv[1])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a copy of the samples."""
    shutil.copytree(HOME / "sample_data", tmp_path / "sample_data")
    return tmp_path


def python(folder: Path, *words: str) -> str:
    """Run Python in a folder, warnings are errors; return what it prints."""
    done = subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_blocks_of_the_page_run_in_their_order(folder: Path) -> None:
    """Every assertion on the page holds; only its own print prints."""
    blocks = re.findall(
        r"^```python\n(.*?)^```", (HOME / "docs/python.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(blocks) == 5
    assert python(folder, "-c", "\n".join(blocks)) == (
        "Import out/acme/certificates-001.txt (2 people). "
        "Then correct 3 rows of small-team.csv, marked in annotated.xlsx, and run again.\n"
    )


def test_the_notebook_runs(folder: Path) -> None:
    """The code cells run in their order, and count what the samples are made of."""
    cells = json.loads((EXAMPLES / "check-a-list.ipynb").read_text("utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    printed = python(folder, "-c", f"{code}\nprint(result.counts['rejected'], len(wrong) >= 38, len(ready))")
    assert printed == "38 True 165\n"


@pytest.mark.parametrize("module", ["airflow.sdk", "airflow.decorators"])
def test_the_dag_runs(module: str, folder: Path) -> None:
    """Both tasks run with the decorators of Airflow 3 and 2; the second prints the next step."""
    dag = (EXAMPLES / "onboarding_dag.py").read_text("utf-8").replace("/srv/contactpro/onboarding.toml", "job.toml")
    (folder / "dag.py").write_text(dag.replace("/srv/contactpro/runs", "runs"), "utf-8")
    directory = '[directory]\nkind = "csv"\npath = "sample_data/exportUsers.csv"\n'
    (folder / "job.toml").write_text(job_text(directory, path="sample_data/small-team.csv"))
    lines = python(folder, "-c", AIRFLOW, "dag.py", module).splitlines()
    assert [line for line in lines if line.startswith(("dag", "task"))] == [
        "dag contactpro_onboarding",
        "task check_list",
        "task write_import_files",
    ]
    assert "small-team.csv 5 EMAIL-CASE" in "\n".join(lines)
    assert lines[-1].startswith("3 people cannot sign in yet. Import out/acme/certificates-001.txt (2 people).")
