"""What the documents show is what the command prints: every ``console`` block is run again on ``sample_data``.

The commands of one block are run one after the other in one folder, and a block ``console continued`` goes on in the
folder of the one before it. An output that a document leaves out with a line of ``…`` is not compared: the command is
there for those behind it.

Run as a program, this file writes the blocks anew: ``.venv/bin/python -m tests.docs.test_examples``.
"""

import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from tests.end_to_end.command_server import COMMAND as PROGRAM
from tests.end_to_end.command_server import nursery
from tests.servers.graph import GraphServer, World

HOME = Path(__file__).parents[2]
DOCUMENTS = sorted([HOME / "README.md", *(HOME / "docs").glob("*.md")])
BLOCK = re.compile(r"(?P<head>^```console(?P<continued> continued)?\n)(?P<commands>\$ (?:(?!```).*\n)+)", re.MULTILINE)
COMMAND = re.compile(r"^\$ (?P<command>.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
LEFT_OUT = "…\n"
LIVE = {"sample_data/sync.toml", "sample_data/onboarding-live.toml"}
NOW = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+00:00")
RUN = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{4}")


def chains(text: str) -> list[list[str]]:
    """Return the blocks of a document, those that go on in one folder together."""
    found: list[list[str]] = []
    for block in BLOCK.finditer(text):
        if block["continued"] and found:
            found[-1].append(block["commands"])
        else:
            found.append([block["commands"]])
    return found


EXAMPLES = [(document, chain) for document in DOCUMENTS for chain in chains(document.read_text("utf-8"))]


def lived(block: str, folder: Path) -> str:
    """Run the commands of a block beside a copy of the samples, and give the block as they print it."""
    if not (folder / "sample_data").exists():
        shutil.copytree(HOME / "sample_data", folder / "sample_data")
        (folder / "sample_data" / "test-server-token").chmod(0o644)  # as a fresh clone has it
    found = [(each["command"], each["output"]) for each in COMMAND.finditer(block)]
    outputs = [(command, shown(command, folder), before) for command, before in found]
    return "".join(f"$ {each}\n{before if before == LEFT_OUT else now}" for each, now, before in outputs)


def shown(command: str, folder: Path) -> str:
    """Run a command in a folder, and put one name for every run's folder."""
    name, *arguments = shlex.split(command)
    assert name == "contactpro-sync"
    with _directory(folder) if LIVE.intersection(arguments) else nullcontext():
        done = nursery().run(folder, *arguments)
    said = RUN.sub("20261123T080000Z-7f3a", done["stdout"] + done["stderr"]).replace(str(folder), "/home/anna")
    said = NOW.sub("2026-11-23T08:00:00+00:00", said.replace(str(PROGRAM), "/opt/contactpro-sync/bin/contactpro-sync"))
    return re.sub(r"\d+ s apart", "0 s apart", re.sub(r"\d+ GB free", "84 GB free", said))


@contextmanager
def _directory(folder: Path) -> Iterator[None]:
    """Serve the directory that the live samples ask, at any free port."""
    with GraphServer(World.from_export(HOME / "sample_data" / "exportUsers.csv"), token="not-a-secret") as server:  # noqa: S106 - of the test server
        for job in LIVE:
            text = (folder / job).read_text("utf-8")
            (folder / job).write_text(text.replace("http://127.0.0.1:8800", server.origin), "utf-8")
        yield


@pytest.mark.parametrize(
    ("document", "chain"),
    EXAMPLES,
    ids=[f"{document.name}: {chain[0][2:].partition(chr(10))[0][:60]}" for document, chain in EXAMPLES],
)
def test_a_document_shows_what_the_command_prints(document: Path, chain: list[str], tmp_path: Path) -> None:
    """The output under each command in a document is what the command prints, word for word."""
    assert document.is_file()

    assert chain == [lived(block, tmp_path) for block in chain]


def test_commands_of_one_block_share_a_folder(tmp_path: Path) -> None:
    """What one command writes the next one reads; an output that was left out stays left out."""
    block = (
        "$ contactpro-sync run sample_data/small-team.csv --tenant ACME --region eu\n…\n"
        "$ contactpro-sync history\nsomething else\n"
    )
    first, second = lived(block, tmp_path).split("$ ")[1:]
    assert first.endswith("--region eu\n…\n")
    assert re.search(r"small-team +20261123T080000Z-7f3a +run +ok +5 +- +0 +0\n", second)


def test_a_continued_block_goes_on_in_the_same_folder() -> None:
    """Blocks are alone unless they are marked as continued; writing them anew keeps everything around them."""
    text = "```console\n$ a\n```\nthen\n```console continued\n$ b\n1\n```\n```console\n$ c\n```\n```sh\n$ d\n```\n"
    assert chains(text) == [["$ a\n", "$ b\n1\n"], ["$ c\n"]]
    command = "$ contactpro-sync history\n"
    page = f"# A\n```console\n{command}```\nB\n```console continued\n{command}x\n```\nC\n"
    told = (
        f"{command}There is no folder runs.\n\nnext: Run a job first, or name the folder of its runs with --runs DIR.\n"
        "Stopped: usage (exit code 2)\n"
    )
    assert anew(page) == f"# A\n```console\n{told}```\nB\n```console continued\n{told}```\nC\n"


def test_the_documents_have_examples() -> None:
    """The pattern that finds examples finds some, in the README too."""
    assert {"README.md", "input-files.md"} <= {document.name for document, _ in EXAMPLES}


def anew(text: str) -> str:
    """Write the blocks of a document as the commands print them now."""
    folders: list[Path] = []

    def told(block: re.Match[str]) -> str:
        if not (block["continued"] and folders):
            folders.append(Path(tempfile.mkdtemp(dir=home)))
        return block["head"] + lived(block["commands"], folders[-1])

    with tempfile.TemporaryDirectory() as home:
        return BLOCK.sub(told, text)


if __name__ == "__main__":
    for each in DOCUMENTS:
        each.write_text(anew(each.read_text("utf-8")), "utf-8")
