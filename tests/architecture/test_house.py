"""Rules that no type checker sees: late imports, one writer, one printer, small modules."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.registry import registry
from pipeline.model.issue_types import CATALOGUE

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = [path for folder in ("pipeline", "connectors", "mappings") for path in sorted((PROJECT / folder).rglob("*.py"))]
PACKAGES = [path.parent.relative_to(PROJECT).as_posix() for path in ROOMS if path.name == "__init__.py"]

ERRORS = [
    "EMAIL-MISSING",
    "EMAIL-SYNTAX",
    "EMAIL-SPACE",
    "EMAIL-INVISIBLE",
    "EMAIL-LOOKALIKE",
    "EMAIL-NOT-NFC",
    "EMAIL-CASE",
    "EMAIL-UNKNOWN",
    "EMAIL-AMBIGUOUS",
    "EMAIL-TWIN",
    "EMAIL-CASE-TWIN",
    "EMAIL-IS-UPN",
    "DIRECTORY-NO-EMAIL",
    "ACCOUNT-DISABLED",
    "ID-MISSING",
    "ID-TWIN",
    "LOGIN-TWIN",
    "LOGIN-CHARACTERS",
    "NAME-MISSING",
    "GROUP-MISSING",
    "REGION-UNKNOWN",
    "REGION-CONFLICT",
    "TENANT-INVALID",
    "CELL-CONTROL",
    "CELL-TOO-LONG",
    "CELL-NUMBER",
    "CELL-FORMULA-ERROR",
    "ROW-RAGGED",
]
WARNINGS = [
    "ACCOUNT-GUEST",
    "ROW-HIDDEN",
    "CASE-CORRECTED",
    "PROPOSAL-ACCEPTED",
    "NO-DIRECTORY",
    "LAYOUT-UNVERIFIED",
    "REGION-UNVERIFIED",
    "ATTRIBUTE-CASE",
    "ATTRIBUTE-UNKNOWN",
]
DROPPED = ["ROW-BLANK", "ROW-EXAMPLE", "ROW-TOTAL", "ROW-HEADER"]

DRIVER = """
import sys
sys.argv = ["contactpro-sync", *sys.argv[1:]]
from pipeline.cli import main
try:
    main()
except SystemExit as end:
    code = end.code
heavy = {"pandas", "pandera", "pyarrow.compute", "pyarrow.csv", "pyarrow.dataset", "pyarrow.parquet"} & set(sys.modules)
print("\\nEND", code or 0, *sorted(heavy))
"""

RECORDS = """
import sys
from dataclasses import fields, is_dataclass
import pipeline.cli.app, pipeline.reports.console, pipeline.run
own = [name for name in sys.modules if name.startswith(("pipeline.", "connectors.", "mappings."))]
records = [each for name in own for each in vars(sys.modules[name]).values() if isinstance(each, type)]
for each in filter(is_dataclass, records):
    if each.__module__ in own and each.__dataclass_params__.frozen:
        if all(field.init and field.repr for field in fields(each)):
            print(each.__module__, each.__name__)
"""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], "0"),
        (["sso", "assertion", "--help"], "0"),
        (["run", "--help"], "0"),
        (["--version"], "0"),
        (["check", "-h"], "0"),
        (["check", "--help"], "0"),
        (["layout", "learn", "--help"], "0"),
        (["layout", "show", "nothing"], "2"),
        (["run", "a.csv", "--tenant", "ACME", "--region", "atlantis"], "2"),
        (["run", "a.csv", "--no-such-option"], "2"),
        (["run", "bad.toml"], "2"),
        (["run", "a.csv", "--tenant", "AC ME", "--region", "eu"], "2"),
        (["sso", "urls", "--tenant", "ACME", "--region", "eu"], "0"),
        (["sso", "metadata", "--help"], "0"),
        (["sso", "ticket"], "2"),
    ],
)
def test_help_and_usage_errors_import_nothing_heavy(tmp_path: Path, arguments: list[str], code: str) -> None:
    """Help and a usage error wait for neither pandas nor pandera nor the heavy parts of pyarrow."""
    (tmp_path / "a.csv").write_text("Login,Email\nanna,anna@example.com\n")
    (tmp_path / "bad.toml").write_text("version = 1\n[rooster]\nkind = 'csv'\n")
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1].split() == ["END", code]


def test_the_frozen_records_of_a_run_are_structs() -> None:
    """A run defines no frozen dataclass that hides no field: a hundred of them take a twentieth of a second."""
    done = subprocess.run([sys.executable, "-c", RECORDS], capture_output=True, text=True, check=True)
    assert not done.stdout


@pytest.mark.parametrize("code", [*ERRORS, *WARNINGS, *DROPPED])
def test_catalogue_has_every_code(code: str) -> None:
    """Every code of design §9 is in the catalogue, with its severity, a title and advice."""
    kind = CATALOGUE[code]
    assert kind.code == code
    assert kind.severity == ("error" if code in ERRORS else "warning" if code in WARNINGS else "dropped")
    assert kind.title.strip()
    assert kind.advice.strip()


def test_imports_point_one_way() -> None:
    """The contracts of import-linter hold."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_pipeline_imports_no_private_name_of_a_connector() -> None:
    """Contract C, the part that import-linter does not see: no module and no name that begins with an underscore."""
    private = [
        f"{path.relative_to(PROJECT)}:{node.lineno} {node.module}.{name.name}"
        for path in ROOMS
        if path.is_relative_to(PROJECT / "pipeline")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("connectors")
        for name in node.names
        if any(part.startswith("_") for part in (*(node.module or "").split("."), name.name))
    ]
    assert private == []


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """Return the dotted name and line of every call in a module; a call on an expression keeps its last name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            text = ast.unparse(node.func)
            yield (text if text.replace(".", "").isidentifier() else f"?.{text.rpartition('.')[2]}"), node.lineno


def places(names: set[str], *, last: bool = False, within: str = "") -> set[str]:
    """Return the modules that call one of these names (or any method of that last name)."""
    found = set()
    for path in ROOMS:
        room = path.relative_to(PROJECT).as_posix()
        if room.startswith(within):
            found |= {room for name, _ in calls(path) if (name.rpartition(".")[2] if last else name) in names}
    return found


def test_only_the_command_line_prints() -> None:
    """No module prints; only the command line does, by typer.echo."""
    assert places({"print"}) == set()
    assert places({"typer.echo", "typer.secho"}) <= {"pipeline/cli/output.py"}
    assert places({"sys.stdout.write", "sys.stderr.write"}, within="pipeline") == set()


def test_only_files_writes_files() -> None:
    """Within the pipeline only files.py opens, writes, makes, moves or removes anything."""
    methods = {"write_bytes", "write_text", "mkdir", "touch", "unlink", "rmdir", "rename", "symlink_to", "chmod"}
    assert places(methods, last=True, within="pipeline") <= {"pipeline/state/files.py"}
    assert places({"open", "os.open", "os.fdopen", "os.replace"}, within="pipeline") <= {"pipeline/state/files.py"}


def test_only_config_reads_the_environment() -> None:
    """Only the modules of config read the environment, or write into it."""
    readers = {
        path.relative_to(PROJECT).as_posix()
        for path in ROOMS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv", "os.environb"}
    }
    assert readers == {
        "connectors/excel/process/child.py",  # what Windows needs to start a child
        "connectors/http/environment.py",
        "pipeline/config/secrets.py",
        "pipeline/config/allocator.py",
        "pipeline/config/environment.py",
        "pipeline/config/language.py",
        "pipeline/config/job_file/sign_in.py",
    }


@pytest.mark.parametrize("room", [path.relative_to(PROJECT).as_posix() for path in ROOMS])
def test_rooms_are_small_and_introduced(room: str) -> None:
    """A module has at most 250 lines and a docstring."""
    text = (PROJECT / room).read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 250


def test_no_check_is_silenced_without_a_reason() -> None:
    """A silenced check has its reason on the same line; mypy's are silenced only if mypy looks."""
    bare = re.compile(r"# (?:noqa(?:: [A-Z0-9, ]+)?|type: ignore(?:\[[a-z, -]+\])?)\s*$")
    silent = [
        f"{path.relative_to(PROJECT)}:{number}"
        for folder in ("pipeline", "connectors", "mappings", "tests", "benchmarks", "sample_data")
        for path in sorted((PROJECT / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if bare.search(line) or ("# type: " + "ignore" in line and path not in ROOMS)
    ]
    assert silent == []


@pytest.mark.parametrize("folder", PACKAGES)
def test_a_folder_is_read_at_a_glance(folder: str) -> None:
    """A package has at most 14 entries, ``pipeline`` 24, ``mappings`` 16, ``connectors`` 8 beside its kinds."""
    kinds = {each.settings.__module__.split(".")[1] for each in registry().connectors.values()}
    entries = {each.stem for each in (PROJECT / folder).iterdir() if each.name != "__pycache__"}
    most = {"pipeline": 24, "mappings": 16, "connectors": 8}.get(folder, 14)
    assert len(entries - kinds if folder == "connectors" else entries) <= most
