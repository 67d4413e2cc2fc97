"""What every command takes: a list from standard input, quiet and verbose, a document in a file, a language."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Done, call
from tests.end_to_end.nightly import NAMES, lay
from tests.end_to_end.test_live import TOKEN, asks
from tests.end_to_end.test_live import lay as lay_live
from tests.servers.graph import GraphServer, World
from tests.servers.loopback import Fault

Sync = Callable[..., Done]
BASH = shutil.which("bash")
COMMAND = Path(sys.executable).with_name("contactpro-sync")
GOOD = "Login,Email\nanna,anna@example.com\nben,ben@example.com\n"
BAD = "Login,Email\nanna,anna@example.com\nben,ben@@example.com\n"


def piped(folder: Path, given: bytes, *words: str) -> Done:
    """Run the command with bytes on its standard input."""
    return call(folder, *words, given=given.decode("latin-1"))


def test_a_list_from_standard_input_is_read_as_a_file_is(tmp_path: Path) -> None:
    """A CSV list that is piped in has the same counts and rejected rows as the file."""
    (tmp_path / "agents.csv").write_text(BAD)
    of_file = piped(tmp_path, b"", "check", "agents.csv", "--json").document
    done = piped(tmp_path, BAD.encode(), "check", "-", "--format", "csv", "--json")
    assert (done.code, done.document["counts"]) == (3, of_file["counts"])
    assert done.folder.found("error") == {("EMAIL-SYNTAX", 3)}


def test_a_workbook_from_standard_input(tmp_path: Path) -> None:
    """A workbook is piped in as its bytes; its annotated copy is written as for a file."""
    book = (Path(__file__).parents[2] / "sample_data" / "agents.xlsx").read_bytes()
    done = piped(tmp_path, book, "check", "-", "--format", "xlsx", "--json")
    assert (done.code, done.document["counts"]["read"]) == (3, 205)
    assert (done.folder.path / "annotated.xlsx").exists()


def test_a_plan_of_a_piped_list_can_be_emitted(tmp_path: Path) -> None:
    """The list is kept below the folder of runs, so a plan finds it again."""
    options = ("--tenant", "ACME", "--region", "eu", "--json")
    planned = piped(tmp_path, GOOD.encode(), "plan", "-", "--format", "csv", *options)
    assert planned.document["counts"]["create"] == 2
    emitted = piped(tmp_path, b"", "emit", planned.document["run"], "--json")
    assert (emitted.code, emitted.folder.subjects) == (0, ["anna@example.com", "ben@example.com"])
    assert (tmp_path / "runs/stdin/stdin.csv").stat().st_mode & 0o777 == 0o600


def test_the_statistics_of_a_piped_directory(tmp_path: Path, entra: Callable[..., str]) -> None:
    """Census takes a list from standard input too."""
    done = piped(
        tmp_path, entra("Anna@Example.com", "ben@example.com").encode(), "census", "-", "--format", "csv", "--json"
    )
    assert (done.code, done.document["email"]["mixed"], done.document["email"]["lower"]) == (0, 1, 1)


@pytest.mark.parametrize(
    ("words", "sentence", "advice"),
    [
        (["check", "-"], "has no file name to show its format", "Add --format csv or --format xlsx."),
        (["check", "-", "--format", "pdf"], "cannot be 'pdf'", "Add --format csv or --format xlsx."),
        (["check", "agents.csv", "--format", "csv"], "--format is for a list from standard input", "Leave it out"),
        (["check", "-", "-", "--format", "csv"], "Standard input is one list", "Write - once."),
    ],
)
def test_a_piped_list_that_cannot_be_read(words: list[str], sentence: str, advice: str, tmp_path: Path) -> None:
    """What is missing is named, and no folder is left behind."""
    done = piped(tmp_path, GOOD.encode(), *words)
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert sentence in done.stderr
    assert advice in done.stderr


def test_an_empty_standard_input_is_an_empty_list(tmp_path: Path) -> None:
    """Empty input is not a list: exit code 5, as for an empty file."""
    assert piped(tmp_path, b"", "check", "-", "--format", "csv").code == 5


def test_quiet_prints_only_what_is_wrong(tmp_path: Path, sync: Sync) -> None:
    """``-q`` prints nothing if all is well, and everything if it is not."""
    (tmp_path / "good.csv").write_text(GOOD)
    (tmp_path / "bad.csv").write_text(BAD)
    good, bad = (sync(tmp_path, "check", name, "-q") for name in ("good.csv", "bad.csv"))
    assert (good.code, good.stdout, good.stderr) == (0, "", "")
    assert bad.code == 3
    assert "EMAIL-SYNTAX" in bad.stdout


def test_a_document_in_a_file_beside_the_text(tmp_path: Path, sync: Sync) -> None:
    """``-o`` writes the document of ``--json``, private, and the text is printed all the same."""
    (tmp_path / "bad.csv").write_text(BAD)
    done = sync(tmp_path, "check", "bad.csv", "-o", "result.json")
    document = json.loads((tmp_path / "result.json").read_bytes())
    assert (done.code, document["exit_code"], document["issues"]) == (3, 3, {"EMAIL-SYNTAX": 1, "NO-DIRECTORY": 1})
    assert "EMAIL-SYNTAX" in done.stdout
    assert (tmp_path / "result.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("words", [["run", "missing.csv"], ["show", "runs/x"], ["doctor", "missing.toml"]])
def test_a_refusal_is_a_document_too(words: list[str], tmp_path: Path, sync: Sync) -> None:
    """A command that cannot begin writes why into the file of ``-o``."""
    done = sync(tmp_path, *words, "-o", "result.json")
    assert json.loads((tmp_path / "result.json").read_bytes())["exit_code"] == done.code != 0


@pytest.mark.parametrize("command", ["schedule", "sso ticket", "template", "init"])
def test_an_own_output_takes_the_place_of_the_common_one(command: str, tmp_path: Path, sync: Sync) -> None:
    """A command whose ``-o`` is a file or folder of its own has that option once in its help."""
    assert sync(tmp_path, *command.split(), "--help").stdout.count("-o, --output") == 1


def test_a_document_that_cannot_be_written(tmp_path: Path, sync: Sync) -> None:
    """A folder that is not there is named; the exit code is that of a usage error."""
    (tmp_path / "good.csv").write_text(GOOD)
    done = sync(tmp_path, "check", "good.csv", "-o", "no/such/folder.json")
    assert done.code == 2
    assert "There is no folder no/such." in done.stderr
    assert "mkdir -p no/such" in done.stderr


def test_verbose_shows_requests_and_no_address(tmp_path: Path, sync: Sync) -> None:
    """``-v`` prints method, path, status and time of each request, and retries; nothing that names a person."""
    with GraphServer(World.invented(40), token=TOKEN) as graph:
        graph.faults.append(Fault("status", r"/users\?", status=503, headers={"Retry-After": "0"}))
        job = lay_live(tmp_path, "live", asks(graph, "all = true"))
        done = sync(tmp_path, "check", job, "-v", "--json")
    assert done.code == 3
    assert "GET 127.0.0.1/v1.0/users 503" in done.stderr
    assert "GET 127.0.0.1/v1.0/users 200" in done.stderr
    assert "attempt 1 failed, the next in" in done.stderr
    assert "@" not in done.stderr
    assert TOKEN not in done.stderr
    assert json.loads(done.stdout)["exit_code"] == 3


def test_the_language_of_every_command(tmp_path: Path, sync: Sync) -> None:
    """``--lang de`` is understood by commands that only show, and one without texts is refused."""
    job = lay(tmp_path, NAMES[:3])
    run = sync(tmp_path, "run", job, "--lang", "de")
    assert "Fertig: 3 geschrieben, 0 abgelehnt (Exit-Code 0)" in run.stdout
    assert "weiter: out/acme/certificates-001.txt importieren (3 Personen)." in run.stdout
    shown = sync(tmp_path, "show", "runs/nightly/latest", "--only", "delete", "--lang", "de")
    assert "nichts dieser Art" in shown.stdout
    refused = sync(tmp_path, "show", "runs/nightly/latest", "--lang", "fr")
    assert (refused.code, "there are no texts in 'fr'" in refused.stderr) == (2, True)


@pytest.mark.skipif(BASH is None, reason="there is no bash here")
def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    """The script of ``completion bash`` completes in a real bash."""
    (tmp_path / "completion.bash").write_text(call(tmp_path, "completion", "bash").stdout)
    words = (
        "source completion.bash; "
        'complete_it() { _contactpro_sync_completion contactpro-sync; echo "${COMPREPLY[@]}"; }; '
        "COMP_WORDS=(contactpro-sync ver); COMP_CWORD=1; complete_it; "
        "COMP_WORDS=(contactpro-sync run --rows); COMP_CWORD=2; complete_it; "
        "COMP_WORDS=(contactpro-sync run --layout c); COMP_CWORD=3; complete_it"
    )
    path = {"PATH": f"{COMMAND.parent}:/usr/bin:/bin"}
    done = subprocess.run([str(BASH), "-c", words], cwd=tmp_path, env=path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["verify", "--rows-per-file", "certificates"]


@pytest.mark.parametrize("shell", ["zsh", "fish", "powershell"])
def test_every_shell_has_a_script(shell: str, tmp_path: Path, sync: Sync) -> None:
    """The other scripts name the command and its variable."""
    done = sync(tmp_path, "completion", shell)
    assert (done.code, "_CONTACTPRO_SYNC_COMPLETE" in done.stdout) == (0, True)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("run --layout c", ["certificates"]),
        ("plan --mapping e", ["entra_bulk_template", "entra_export"]),
        ("show run --lang d", ["de"]),
        ("check --format x", ["xlsx"]),
        ("hist", ["history"]),
    ],
)
def test_values_are_completed_in_every_shell(
    typed: str, values: list[str], shell: str, tmp_path: Path, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What each shell asks the command, as its script does, is answered with the values that begin so."""
    assert completed(typed, shell, tmp_path, sync, monkeypatch) == values


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("run --region e", ["eu"]),
        ("schedule job.toml --for k", ["kubernetes"]),
        ("template --lang s", ["sv"]),
        ("run --on-case-mismatch u", ["use_directory"]),
        ("run --on-reject s", ["skip", "stop"]),
        ("run --wave p", ["pilot"]),
        ("layout show u", ["users"]),
        ("show run --only c", ["create", "case"]),
        ("completion po", ["powershell"]),
        ("run --sheet S", []),
    ],
)
def test_every_option_with_words_is_completed(
    typed: str, values: list[str], tmp_path: Path, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An option that takes words has them; one that takes a name of the user's own has none."""
    assert completed(typed, "fish", tmp_path, sync, monkeypatch) == values


def completed(typed: str, shell: str, folder: Path, sync: Sync, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ask the command as the script of a shell does, and return the values of its answer."""
    line = f"contactpro-sync {typed}"
    asked = {
        "_CONTACTPRO_SYNC_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_WORD_TO_COMPLETE": line.rsplit(maxsplit=1)[-1],
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split()) - 1),
    }
    for name, value in asked.items():
        monkeypatch.setenv(name, value)
    printed = sync(folder).stdout
    if shell == "zsh":
        return re.findall(r'[(\n]"([a-z_]+)', printed)
    return [re.split(r":::|\t", each)[0] for each in printed.splitlines() if each]


def test_a_document_in_a_file_and_on_stdout(tmp_path: Path, sync: Sync) -> None:
    """With ``--json`` the document is printed as well, and both are the same."""
    (tmp_path / "good.csv").write_text(GOOD)
    done = sync(tmp_path, "check", "good.csv", "--json", "-o", "result.json")
    assert done.document == json.loads((tmp_path / "result.json").read_bytes())


def test_an_advice_in_german(tmp_path: Path, sync: Sync) -> None:
    """The usual advice of an error is German too."""
    done = sync(tmp_path, "check", "missing.csv", "--lang", "de")
    assert "missing.csv: Diese Datei gibt es nicht." in done.stderr
    assert "weiter: Den Pfad prüfen und noch einmal starten." in done.stderr


def test_doctor_and_explain_speak_german(tmp_path: Path, sync: Sync) -> None:
    """With ``--lang de`` what they find is German; names of files, values and codes stay as they are."""
    lay(tmp_path, ["u01", "u02"], u02="no address")
    examined = sync(tmp_path, "doctor", "nightly.toml", "--lang", "de").stdout
    assert "ok       Zustand        noch keiner: der nächste Lauf ist der erste\n" in examined
    assert "weiter: Zuerst einen Testbenutzer importieren und sich anmelden lassen.\n" in examined
    explained = sync(tmp_path, "explain", "nightly.toml", "u02", "--lang", "de").stdout
    assert "Zeile 3: abgelehnt, gelesen als 'spreadsheet', E-Mail-Adresse" in explained
    assert "EMAIL-SYNTAX: zwischen Name und Domäne fehlt das @\n" in explained
