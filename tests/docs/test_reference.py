"""The reference pages name everything that there is."""

from pathlib import Path

import pytest

from pipeline.model.issue_types import CATALOGUE

HOME = Path(__file__).parents[2]


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_issue_code_is_explained(code: str) -> None:
    """docs/issues.md has a line for each code, with its title and its advice."""
    kind = CATALOGUE[code]

    assert f"| `{code}` | {kind.title} | {kind.advice} |" in (HOME / "docs" / "issues.md").read_text("utf-8")


def test_every_mapping_is_listed() -> None:
    """docs/input-files.md names every mapping of files that is on disk."""
    page = (HOME / "docs" / "input-files.md").read_text("utf-8")
    names = {path.stem for path in (HOME / "mappings" / "sources").glob("*.toml")}

    assert {name for name in names if f"`{name}`" in page} == names
