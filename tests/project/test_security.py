"""SECURITY.md is true: its numbers are those of the code, and the versions those of the project."""

import re
import tomllib
from pathlib import Path

from connectors.excel.container import preflight
from connectors.excel.process import child, limits
from pipeline.web.protection import UPLOAD_LIMIT

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "SECURITY.md").read_text("utf-8")


def test_the_limits_of_a_workbook_are_those_of_the_code() -> None:
    """Each row of the table is the constant that is in force."""
    assert f"| memory | {limits.MEMORY_LIMIT >> 20} MB |" in TEXT
    assert f"| processor time | {limits.CPU_SECONDS} s |" in TEXT
    assert f"| time | {child.WALL_SECONDS:.0f} s |" in TEXT
    members = f"{preflight.MAX_MEMBERS:,}".replace(",", " ")
    assert f"| {members} members, {preflight.MAX_UNPACKED >> 20} MB |" in TEXT
    assert f"{UPLOAD_LIMIT // 1_000_000} MB a request" in TEXT


def test_the_pythons_are_those_that_are_tested() -> None:
    """The first is what pyproject.toml asks for, the last what CI runs."""
    oldest = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    pythons = re.findall(r'"(3\.\d+)"', (PROJECT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    newest = max(pythons, key=lambda python: int(python.partition(".")[2]))
    assert f"Python {oldest.removeprefix('>=')} to {newest}." in TEXT


def test_the_workflow_of_a_release_is_there() -> None:
    """The files that are named exist."""
    assert "`.github/workflows/release.yml`" in TEXT
    assert (PROJECT / ".github" / "workflows" / "release.yml").is_file()
