"""Commands of ours inside sentences: quoted as a shell reads them, so that each can be pasted in the current folder.

Every sentence that holds a command gets it from ``command``; a test parses each of them as the program itself does.
In a sentence a command ends at its last word: punctuation follows, or nothing.
"""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

NAME = "contactpro-sync"
USUAL_RUNS = "runs"
"""The folder of runs that a command uses without ``--runs``."""

_WORD = re.compile(r""" ((?:'[^']*'|"[^"]*"|[^\s'"])+)""")
_PUNCTUATION = ".,:;)"
_PLAIN_ON_WINDOWS = re.compile(r"[\w@+=:,./\\-]+")


def command(*words: object, runs: Path | None = None) -> str:
    """Return a command as it is typed.

    Args:
        words: the sub-command, its arguments and options; a word in capitals is to be replaced.
        runs: the folder of runs, which is named unless it is the usual one.
    """
    given = [NAME, *words]
    if runs is not None and runs.as_posix() != USUAL_RUNS:
        given += ["--runs", runs]
    return " ".join(map(quoted, given))


def quoted(word: object, platform: str = os.name) -> str:
    """Return a word as the shell of a system reads it: a path with a space stays one word, and none is an option."""
    text = str(word)
    if isinstance(word, Path) and text.startswith("-"):
        text = os.path.join(".", text)  # noqa: PTH118 - a path drops its leading dot
    if platform == "nt":
        return text if _PLAIN_ON_WINDOWS.fullmatch(text) else f'"{text}"'
    return shlex.quote(text)


def commands_in(text: str) -> Iterator[str]:
    """Yield the commands in a text, each without the punctuation behind it."""
    begin = text.find(f"{NAME} ")
    while begin >= 0:
        end = begin + len(NAME)
        while word := _WORD.match(text, end):
            bare = word[1].rstrip(_PUNCTUATION) or word[1]  # a lone dot is a folder
            end = word.start() + 1 + len(bare)
            if bare != word[1]:
                break
        yield text[begin:end]
        begin = text.find(f"{NAME} ", end)


def kept_whole(text: str, space: str) -> str:
    """Return a text with another character for the spaces of its commands, so that none is broken between lines."""
    for each in dict.fromkeys(commands_in(text)):
        text = text.replace(each, each.replace(" ", space))
    return text
