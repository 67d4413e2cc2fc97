"""What a terminal shows: tables that fit its width, colours, German; plain text for a file and with NO_COLOR."""

import fcntl
import os
import pty
import re
import struct
import termios
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.cli import wording
from pipeline.cli.terminal import fitted
from pipeline.model.printed import FileText
from tests.end_to_end.command_server import nursery
from tests.end_to_end.conftest import call

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
PEOPLE = "Login,Email\n" + "".join(f"agent{n},First{n}.Last{n}@contoso-example.com\n" for n in range(3))
OPTIONS = ("--tenant", "ACME", "--region", "eu")


def on_a_terminal(folder: Path, *words: str, columns: int = 80, **environment: str) -> str:
    """Run the command on a terminal of a width, and return what it has printed there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    given = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}}
    environment |= {"TERM": "xterm", "LC_ALL": "C.UTF-8"}
    with ThreadPoolExecutor(1) as reading:
        printed = reading.submit(all_of, ours)
        nursery().run(folder, *words, screen=os.ttyname(theirs), environment=given | environment)
        os.close(theirs)
        return printed.result().decode().replace("\r\n", "\n")


def all_of(ours: int) -> bytes:
    """Read what is printed on a terminal until its other end is closed."""
    printed = b""
    while True:
        try:
            piece = os.read(ours, 65_536)
        except OSError:  # the other end is closed, and everything was read
            break
        if not piece:
            break
        printed += piece
    os.close(ours)
    return printed


@pytest.fixture
def plan(tmp_path: Path) -> str:
    """Plan three new people, and return the run folder."""
    (tmp_path / "agents.csv").write_text(PEOPLE)
    return call(tmp_path, "plan", "agents.csv", *OPTIONS, "--json").document["run"]


def cells_of(table: str, head: str) -> list[str]:
    """Put the pieces of a folded column together again, a row a line that begins with a kind of change."""
    lines = table.split("\n")
    top = next(line for line in lines if head in line)
    start = top.index(head)
    following = re.search(r"\S", top[start + len(head) :])
    end = start + len(head) + following.start() if following else None
    rows: list[str] = []
    for line in lines[lines.index(top) + 1 :]:
        if not line.startswith("  "):
            break
        if line.startswith("  create"):
            rows.append("")
        rows[-1] += line[start:end].strip()
    return rows


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_a_plan_fits_the_width_of_the_terminal(tmp_path: Path, plan: str, columns: int) -> None:
    """No line of the table is longer than the screen is wide, and no letter of a Subject is lost."""
    shown = COLOUR.sub("", on_a_terminal(tmp_path, "show", plan, columns=columns))
    table = shown[shown.index("  kind") :]
    assert max(map(len, table.split("\n"))) <= columns
    assert cells_of(table, "Subject") == [f"'First{n}.Last{n}@contoso-example.com'" for n in range(3)]


def test_a_terminal_is_coloured_unless_it_is_not_wanted(tmp_path: Path, plan: str) -> None:
    """Colours are for a terminal; NO_COLOR takes them away, and a file never has any."""
    assert "\x1b[32mcreate" in on_a_terminal(tmp_path, "show", plan)
    assert "\x1b" not in on_a_terminal(tmp_path, "show", plan, NO_COLOR="1")
    assert "\x1b[31mfailed" in on_a_terminal(tmp_path, "doctor", "no-such-job.toml")
    piped = call(tmp_path, "show", plan).stdout
    assert "\x1b" not in piped
    assert re.search(r"^  create  acme    ", piped, re.MULTILINE)


def test_a_table_has_its_heads_in_the_language_of_the_command(tmp_path: Path, plan: str) -> None:
    """The heads of the history are German with --lang de; the rows below are data and stay."""
    assert plan
    told = COLOUR.sub("", on_a_terminal(tmp_path, "history", "--lang", "de", columns=160))
    assert re.match(r"begonnen +Auftrag +Lauf +Befehl +Ergebnis +geschrieben +geprüft +unverändert +abgelehnt\n", told)
    assert re.search(r"  plan +changes|  plan +ok", told)


def test_the_text_of_a_file_is_not_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script or a layout that a German command prints is the same as an English one's."""
    monkeypatch.setattr(wording, "_ASKED", ["de"])
    assert list(fitted([FileText("today"), "today"])) == ["today", "heute"]
