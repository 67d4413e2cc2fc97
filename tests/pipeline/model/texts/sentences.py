"""The sentences of the code, read from its source: every text of three words or more, its values left open."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

HOME = Path(__file__).parents[4]
OPEN = "\0"
"""Stands for a value of a text."""

FOREIGN = (  # the words of a help page, of a program or of a file, which have one language
    "pipeline/cli/app.py",
    "pipeline/cli/common_options.py",
    "pipeline/cli/options.py",
    "pipeline/distribution/",
    "pipeline/kernels/",
    "pipeline/model/texts/",
    "pipeline/schedule/comment.py",
    "pipeline/schedule/delivery.py",
    "pipeline/schedule/from_job.py",
    "pipeline/schedule/units.py",
    "pipeline/setup/init/job_file.py",
    "pipeline/setup/layouts/render.py",
    "pipeline/sso/ticket.py",  # the ticket is for Sinch, and English; what it refuses is translated, as a test shows
    "pipeline/state/approvals.py",
    "pipeline/state/database.py",
    "pipeline/state/records.py",
    "pipeline/validate/schemas.py",
)

_CODE = re.compile(
    r"INSERT |UPDATE |# |%|h:mm|\\^|.*==|Example: |kind = |rows_per_file = |if errorlevel|contactpro-sync layout"
)
"""How a text begins that is SQL, a pattern, a comment of a file, or a command."""

_BETWEEN = re.compile(r"[\0\n]|[.,;:()?!]+(?:\s|$)")


class Text(NamedTuple):
    """A text of the code and its place."""

    file: str
    line: int
    text: str


@cache
def every_text() -> tuple[Text, ...]:
    """Return every text of the code but its docstrings, in the order of the files."""
    files = (path for part in ("pipeline", "connectors", "mappings") for path in sorted((HOME / part).rglob("*.py")))
    return tuple(text for path in files for text in _of_file(path, path.relative_to(HOME).as_posix()))


def texts_of_code() -> list[Text]:
    """Return the texts that a person may read."""
    return [each for each in every_text() if not each.file.startswith(FOREIGN) and not _CODE.match(each.text)]


def clauses(text: str) -> list[str]:
    """Return the clauses of a text between its values and punctuation, in lower case."""
    return [clause for part in _BETWEEN.split(text) if (clause := part.strip(' -()"').lower())]


def words(text: str) -> list[str]:
    """Return the words of a text."""
    return [word for word in text.split() if word.strip("'`").replace("-", "").isalpha()]


def _of_file(path: Path, name: str) -> Iterator[Text]:
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    yield from (Text(name, line, text) for line, text in _inside(tree, docstrings))


def _inside(node: ast.AST, without: set[int]) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.keyword) and node.arg in {"help", "epilog"}:
        return  # of a help page
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in without:
        yield node.lineno, node.value
    elif isinstance(node, ast.JoinedStr):
        yield node.lineno, "".join(each.value if isinstance(each, ast.Constant) else OPEN for each in node.values)
        for each in node.values:
            if isinstance(each, ast.FormattedValue):
                yield from _inside(each.value, without)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _inside(child, without)
