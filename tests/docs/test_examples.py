"""What the documents show is what the command prints: every ``console`` block is run again on ``sample_data``.

The commands of one block are run one after the other in one folder. An output that a document leaves out with a line of
``…`` is not compared: the command is there for those behind it.

Run as a program, this file writes the blocks anew: ``.venv/bin/python -m tests.docs.test_examples``.
"""

import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from tests.servers.graph import GraphServer, World

HOME = Path(__file__).parents[2]
DOCUMENTS = sorted([HOME / "README.md", *(HOME / "docs").glob("*.md")])
BLOCK = re.compile(r"(?<=^```console\n)\$ (?:(?!```).*\n)+", re.MULTILINE)
COMMAND = re.compile(r"^\$ (?P<command>.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
LEFT_OUT = "…\n"
LIVE = {"sample_data/sync.toml", "sample_data/onboarding-live.toml"}
NOW = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+00:00")
RUN = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{4}")
EXAMPLES = [(document, found) for document in DOCUMENTS for found in BLOCK.finditer(document.read_text("utf-8"))]


def lived(block: str, folder: Path) -> str:
    """Run the commands of a block beside a copy of the samples, and give the block as they print it."""
    shutil.copytree(HOME / "sample_data", folder / "sample_data")
    (folder / "sample_data" / "test-server-token").chmod(0o644)  # as a fresh clone has it
    found = [(each["command"], each["output"]) for each in COMMAND.finditer(block)]
    outputs = [(command, shown(command, folder), before) for command, before in found]
    return "".join(f"$ {each}\n{before if before == LEFT_OUT else now}" for each, now, before in outputs)


def shown(command: str, folder: Path) -> str:
    """Run a command in a folder, and put one name for every run's folder."""
    program = Path(sys.executable).with_name("contactpro-sync")
    name, *arguments = shlex.split(command)
    assert name == "contactpro-sync"
    with _directory(folder) if LIVE.intersection(arguments) else nullcontext():
        done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    said = RUN.sub("20261123T080000Z-7f3a", done.stdout + done.stderr).replace(str(folder), "/home/anna")
    said = NOW.sub("2026-11-23T08:00:00+00:00", said.replace(str(program), "/opt/contactpro-sync/bin/contactpro-sync"))
    return re.sub(r"\d+ s apart", "0 s apart", re.sub(r"\d+ GB free", "84 GB free", said))


@contextmanager
def _directory(folder: Path) -> Iterator[None]:
    """Serve the directory that the live samples ask, at any free port."""
    with GraphServer(World.from_export(HOME / "sample_data" / "exportUsers.csv"), token="not-a-secret") as server:  # noqa: S106
        for job in LIVE:
            text = (folder / job).read_text("utf-8")
            (folder / job).write_text(text.replace("http://127.0.0.1:8800", server.origin), "utf-8")
        yield


@pytest.mark.parametrize(
    ("document", "found"),
    EXAMPLES,
    ids=[f"{document.name}: {found[0][2:].partition(chr(10))[0][:60]}" for document, found in EXAMPLES],
)
def test_a_document_shows_what_the_command_prints(document: Path, found: re.Match[str], tmp_path: Path) -> None:
    """The output under each command in a document is what the command prints, word for word."""
    assert document.is_file()

    assert found[0] == lived(found[0], tmp_path)


def test_commands_of_one_block_share_a_folder(tmp_path: Path) -> None:
    """What one command writes the next one reads; an output that was left out stays left out."""
    block = (
        "$ contactpro-sync run sample_data/small-team.csv --tenant ACME --region eu\n…\n"
        "$ contactpro-sync history\nsomething else\n"
    )
    first, second = lived(block, tmp_path).split("$ ")[1:]
    assert first.endswith("--region eu\n…\n")
    assert "small-team  20261123T080000Z-7f3a  run   ok        5 create" in second


def test_the_documents_have_examples() -> None:
    """The pattern that finds examples finds some, in the README too."""
    assert {"README.md", "lists.md"} <= {document.name for document, _ in EXAMPLES}


def _written_anew(found: re.Match[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        return lived(found[0], Path(folder))


if __name__ == "__main__":
    for each in DOCUMENTS:
        each.write_text(BLOCK.sub(_written_anew, each.read_text("utf-8")), "utf-8")
