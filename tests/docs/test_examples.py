"""What the documents show is what the command prints: every ``console`` block is run again on ``sample_data``.

Run as a program, this file writes the blocks anew: ``.venv/bin/python -m tests.docs.test_examples``.
"""

import re
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
BLOCK = re.compile(r"(?<=^```console\n)\$ (?P<command>.*)\n(?P<output>(?:(?!```).*\n)*)", re.MULTILINE)
LIVE = {"sample_data/sync.toml", "sample_data/onboarding-live.toml"}
RUN = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{4}")
EXAMPLES = [(document, found) for document in DOCUMENTS for found in BLOCK.finditer(document.read_text("utf-8"))]


def shown(command: str, folder: Path) -> str:
    """Run a command beside a copy of the samples, and put one name for every run's folder."""
    shutil.copytree(HOME / "sample_data", folder / "sample_data")
    (folder / "sample_data" / "test-server-token").chmod(0o644)  # as a fresh clone has it
    program = Path(sys.executable).with_name("contactpro-sync")
    name, *arguments = command.split()
    assert name == "contactpro-sync"
    with _directory(folder) if LIVE.intersection(arguments) else nullcontext():
        done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    said = RUN.sub("20261123T080000Z-7f3a", done.stdout + done.stderr).replace(str(folder), "/home/anna")
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
    ("document", "found"), EXAMPLES, ids=[f"{document.name}: {found['command'][:60]}" for document, found in EXAMPLES]
)
def test_a_document_shows_what_the_command_prints(document: Path, found: re.Match[str], tmp_path: Path) -> None:
    """The output under a command in a document is what the command prints, word for word."""
    assert document.is_file()

    assert found["output"] == shown(found["command"], tmp_path)


def test_the_documents_have_examples() -> None:
    """The pattern that finds examples finds some, in the README too."""
    assert {"README.md", "lists.md"} <= {document.name for document, _ in EXAMPLES}


def _written_anew(found: re.Match[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        return f"$ {found['command']}\n{shown(found['command'], Path(folder))}"


if __name__ == "__main__":
    for each in DOCUMENTS:
        each.write_text(BLOCK.sub(_written_anew, each.read_text("utf-8")), "utf-8")
