"""Words that keep newcomers out: counted in docstrings and comments, and the counts may only go down."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
CODE, TESTS = ("pipeline", "connectors", "mappings"), ("tests", "benchmarks", "sample_data")

PERSONS = r"\b(?:nobody|whoever|everybody|somebody|anybody|everyone)\b"
TELLING = r"\b(?:say|says|said|saying|tell|tells|told|telling)\b"
WHERE = r"\bwhere\b"
OPENERS = r"^(?:Give|Say|Tell|Look|Hold)\b"
STANDS = r"\bstands?\b(?! for)"
IS_NO = r"(?<!there )\b(?:is|are) no\s(?!longer|more|other|one)"
SHALL = r"\bshall\b"

MOST = {
    ("code", PERSONS): 1,
    ("code", TELLING): 0,
    ("code", WHERE): 6,
    ("code", OPENERS): 0,
    ("code", STANDS): 0,
    ("code", IS_NO): 0,
    ("code", SHALL): 0,
    ("tests", PERSONS): 2,
    ("tests", TELLING): 1,
    ("tests", WHERE): 1,
    ("tests", OPENERS): 4,
    ("tests", STANDS): 0,
    ("tests", IS_NO): 1,
    ("tests", SHALL): 0,
}
"""The counts of today. Lower them with every file that is reworded; never raise one."""


def texts(path: Path) -> Iterator[str]:
    """Yield the docstrings, the texts below constants and the comments of a module."""
    source = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


@cache
def texts_below(folders: tuple[str, ...]) -> list[str]:
    """Return the texts of all modules below some folders; this module names the words and is left out."""
    paths = (path for folder in folders for path in sorted((PROJECT / folder).rglob("*.py")))
    return [text for path in paths if path.name != "test_wording.py" for text in texts(path)]


def count(folders: tuple[str, ...], pattern: str) -> int:
    """Count a pattern in all modules below some folders."""
    return sum(len(re.findall(pattern, text, re.IGNORECASE)) for text in texts_below(folders))


@pytest.mark.parametrize(("where", "pattern"), MOST)
def test_mannered_words_become_fewer(where: str, pattern: str) -> None:
    """No change adds such a word; one that takes some away lowers the number here."""
    assert count(CODE if where == "code" else TESTS, pattern) <= MOST[where, pattern]


def test_the_counter_sees_docstrings_constants_and_comments(tmp_path: Path) -> None:
    """It reads what people read, and no code."""
    module = tmp_path / "a.py"
    module.write_text('"""Nobody."""\nX = 1\n"""Nobody."""\n\n\ndef nobody():\n    """Say nobody."""\n    # nobody\n')
    assert sum(len(re.findall(PERSONS, text, re.IGNORECASE)) for text in texts(module)) == 4
