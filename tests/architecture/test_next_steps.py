"""Every command that the program names in a sentence is one that the program itself understands."""

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from pipeline.cli.app import app
from pipeline.model.command_line import NAME, command, commands_in, kept_whole, quoted

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = [
    path for folder in ("pipeline", "connectors", "mappings") for path in sorted((PROJECT / folder).rglob("*.py"))
]
CLI = typer.main.get_command(app)
COMMANDS = "|".join(CLI.commands)
NAMED = re.compile(rf"{NAME} (?:{COMMANDS})\b")
MADE_BY = f"{NAME} schedule"
"""The origin of a file, not a next step."""

STARRED = {"*_words(given)": ["--encoding", "cp1252"]}
"""Arguments of ``command`` that are computed, by their text in the code, and what they may be."""


def understood(text: str) -> str:
    """Parse a command as the program does, without doing it, and return the sub-command; a wrong one raises."""
    words = shlex.split(text)[1:]
    context, inner = CLI.make_context(NAME, list(words)), CLI
    rest = [*context._protected_args, *context.args]
    while hasattr(inner, "resolve_command"):
        name, inner, rest = inner.resolve_command(context, rest)
        context = inner.make_context(name, rest, parent=context)
        rest = [*context._protected_args, *context.args]
    return str(context.command_path)


def words_of(call: ast.Call) -> list[object]:
    """Return the words of a call of ``command``; a value that is computed becomes a name."""
    words: list[object] = []
    for each in call.args:
        if isinstance(each, ast.Starred):
            constants = [node.value for node in ast.walk(each) if isinstance(node, ast.Constant) and node.value]
            words += STARRED.get(ast.unparse(each), constants)
        else:
            words.append(each.value if isinstance(each, ast.Constant) else "NAME")
    return words


def named_in(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of each command that a module builds or writes out; one in a docstring is none."""
    tree = ast.parse(path.read_text("utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    quoted_only = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "command":
            words = words_of(node)
            if words and words != ["approve"] and isinstance(words[0], str) and words[0] in CLI.commands:
                yield node.lineno, command(*words)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in quoted_only:
            for found in commands_in(node.value) if NAMED.search(node.value) else ():
                assert id(node) not in inside, f"{path}:{node.lineno}: build {found!r} with command()"
                if found != MADE_BY:
                    yield node.lineno, found


@pytest.mark.parametrize(
    "path",
    [each for each in SOURCES if "command(" in each.read_text() or NAMED.search(each.read_text())],
    ids=lambda path: path.relative_to(PROJECT).as_posix(),
)
def test_each_command_is_understood(path: Path) -> None:
    """A command in a sentence, a hint or an example exists, has its options, and lacks no argument."""
    for line, text in named_in(path):
        assert understood(text).startswith(NAME), (line, text)


def examples() -> Iterator[str]:
    """Yield the example of each command, as its help shows it."""
    groups = [CLI]
    for group in groups:
        groups += [each for each in group.commands.values() if hasattr(each, "commands")]
        yield from (each.epilog or "" for each in group.commands.values())


def test_examples_of_help_are_understood() -> None:
    """The example below the help of each command is one that can be typed."""
    for text in filter(None, examples()):
        (shown,) = commands_in(text.partition(" > ")[0])
        assert understood(shown).startswith(NAME), text


def test_translated_sentences_name_understood_commands() -> None:
    """A German sentence with a command names one that exists, as the English one does."""
    table = tomllib.loads((PROJECT / "pipeline/model/texts/sentences/de.toml").read_text("utf-8"))
    for english, german in table.items():
        both = [
            [understood(each) for each in commands_in(re.sub(r"\{\w+\}", "NAME", text)) if NAMED.match(each)]
            for text in (english, german)
        ]
        assert both[0] == both[1], english


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("show", Path("runs/nightly/latest")), "contactpro-sync show runs/nightly/latest"),
        (("check", Path("my list.csv")), "contactpro-sync check 'my list.csv'"),
        (("check", Path("-o.csv")), "contactpro-sync check ./-o.csv"),
        (("explain", "JOB.toml", "a; rm -rf ~"), "contactpro-sync explain JOB.toml 'a; rm -rf ~'"),
    ],
)
def test_words_are_quoted(words: tuple[object, ...], expected: str) -> None:
    """A path with a space is one word, and a name that a capture brought cannot be a command of its own."""
    assert command(*words) == expected


def test_folder_of_runs_is_named_unless_it_is_the_usual_one() -> None:
    """``--runs`` is in a command only if the folder is another one than ``runs``."""
    assert command("verify", "a.toml", runs=Path("runs")) == "contactpro-sync verify a.toml"
    assert (
        command("verify", "a.toml", runs=Path("/srv/my runs")) == "contactpro-sync verify a.toml --runs '/srv/my runs'"
    )


def test_windows_has_double_quotes() -> None:
    """On Windows a path with a space is in double quotes, and backslashes stay."""
    assert quoted(r"C:\lists\my agents.csv", "nt") == r'"C:\lists\my agents.csv"'
    assert quoted(r"C:\lists\agents.csv", "nt") == r"C:\lists\agents.csv"


def test_commands_end_before_punctuation() -> None:
    """Commands in a sentence are found without the punctuation behind them."""
    text = (
        "At: contactpro-sync show 'a. b/c'. Or (contactpro-sync approve x --hash ab), and: contactpro-sync init x -o ."
    )
    assert list(commands_in(text)) == [
        "contactpro-sync show 'a. b/c'",
        "contactpro-sync approve x --hash ab",
        "contactpro-sync init x -o .",
    ]
    assert kept_whole(text, "_").startswith("At: contactpro-sync_show_'a._b/c'. Or (contactpro-sync_approve_x")
