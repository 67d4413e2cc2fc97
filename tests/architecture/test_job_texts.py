"""Tests get the text of a job file from one builder."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
HEADS = re.compile(r"^\s*\[(?:tenant|roster)\]\s*$", re.MULTILINE)
THE_TEXT_IS_THE_POINT = {
    "job_texts.py": "the builder",
    "architecture/test_job_texts.py": "texts that this test must find",
    "pipeline/config/test_load.py": "the reader of job files: broken, partial and complete texts",
}


def own_texts(source: str) -> list[str]:
    """Return the texts of a module in which a line is the head of the table of a tenant or a roster."""
    constants = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    texts = (value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in constants)
    return [text for text in texts if isinstance(text, str) and HEADS.search(text)]


def test_a_job_text_comes_from_the_builder() -> None:
    """Only the tests of the reader write a job text out; every other test calls job_text."""
    modules = {path.relative_to(TESTS).as_posix(): path.read_text("utf-8") for path in TESTS.rglob("*.py")}
    found = {name for name, source in modules.items() if own_texts(source)}
    assert found == set(THE_TEXT_IS_THE_POINT), "build it with tests.job_texts.job_text"


@pytest.mark.parametrize(
    "source",
    [
        'JOB = """version = 1\n[tenant]\nname = "ACME"\n"""',
        "JOB = 'version = 1\\n[roster]\\nkind = \"csv\"\\n'",
        "JOB = b'[tenant]\\nname = 1'",
        "def job(path):\n    return f'[roster]\\npath = \"{path}\"'",
    ],
    ids=["lines", "escaped", "bytes", "filled in"],
)
def test_a_job_text_of_its_own_is_found(source: str) -> None:
    """Written over lines, in one line, as bytes or with gaps."""
    assert own_texts(source)


def test_a_sentence_about_a_table_is_not_a_job_text() -> None:
    """A message may name the table in a line with other words."""
    assert own_texts('SAID = "give sheet in [roster] of nightly.toml"') == []
