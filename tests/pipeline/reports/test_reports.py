"""What a run leaves behind: findings with their places, safe rejects, a manifest that proves the files."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.emit import import_files
from pipeline.model.masking import masked
from pipeline.reports import console
from pipeline.reports.summary import summary
from pipeline.result import RunResult
from pipeline.validate import roster

LIST = (
    "\ufeffLogin,E-Mail-Adresse,External ID,Initial Password,Note\r\n"
    'u1,ann@x.com,0012,s3cret-a,"two\r\nlines"\r\n'
    "\r\n"
    "u2,bad,=1+1,s3cret-b,=cmd()\r\n"
    "u3,=1+1@x.com,@x,s3cret-c,\r\n"
    "u2,joe@x.com,7,s3cret-d,-1\r\n"
)
FIELDS = ["code", "severity", "source", "sheet", "row", "column", "value", "message", "fix"]


def issues(run: RunResult) -> list[dict[str, object]]:
    """Read the issues of a run from its folder."""
    return [json.loads(line) for line in (run.folder / "issues.jsonl").read_bytes().split(b"\n") if line]


def rejects(run: RunResult, delimiter: str = ",") -> list[list[str]]:
    """Read the rejects of a run."""
    data = (run.folder / "rejects.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_issues_say_where(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """Each line has the fields of the design in their order, and the row that Excel shows (T70)."""
    found = issues(ran(tmp_path, LIST))
    assert [list(issue) for issue in found] == [FIELDS] * len(found)
    placed = [(issue["code"], issue["row"], issue["column"], issue["value"]) for issue in found]
    assert [place for place in placed if place[1] is None] == placed[:2]
    assert {place[0] for place in placed[:2]} == {"NO-DIRECTORY", "LAYOUT-UNVERIFIED"}
    assert placed[2:] == [
        ("ROW-BLANK", 3, None, ""),
        ("EMAIL-SYNTAX", 4, "E-Mail-Adresse", "bad"),
        ("LOGIN-TWIN", 4, "Login", "u2"),
        ("LOGIN-TWIN", 6, "Login", "u2"),
    ]
    assert found[3]["source"] == "agents.csv"
    assert (found[3]["severity"], found[3]["sheet"]) == ("error", None)
    assert all(issue["message"] and issue["fix"] for issue in found)


def test_an_issue_is_one_line_for_every_reader(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """A value with U+0085, U+2028 or U+2029, at which many readers end a line, stays on one line, and stays itself."""
    run = ran(tmp_path, "Login,External ID,Email\nu1,a\u2028b\u2029c\x85d,ann@x.com\n")
    lines = (run.folder / "issues.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["value"] for line in lines][2:] == ["a\u2028b\u2029c\x85d"]


def test_a_dropped_row_shows_what_gave_it_away(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """The words by which a row was taken for an example or a total are its issue's value (design 1, rule 2)."""
    found = issues(ran(tmp_path, "Login,Email\nExample: jdoe,jdoe@x.com\nu1,ann@x.com\nTotal: 1,\n"))
    dropped = [(issue["code"], issue["row"], issue["value"]) for issue in found if issue["severity"] == "dropped"]
    assert dropped == [("ROW-EXAMPLE", 2, "Example: jdoe"), ("ROW-TOTAL", 4, "Total: 1")]


def test_rejects_are_the_inputs_own_columns_made_safe(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """Rejected rows come back as they were, with code and reason; formulas are disarmed and passwords not kept."""
    head, *rows = rejects(ran(tmp_path, LIST))
    own = ["Login", "E-Mail-Adresse", "External ID", "Initial Password", "Note"]
    assert head == ["row", *own, "code", "reason", "fix"]
    assert [row[1:7] for row in rows] == [
        ["u2", "bad", "'=1+1", "(not kept)", "'=cmd()", "EMAIL-SYNTAX LOGIN-TWIN"],
        ["u2", "joe@x.com", "7", "(not kept)", "'-1", "LOGIN-TWIN"],
    ]
    assert all(row[0].isdigit() and row[7] and row[8] for row in rows)


def test_the_import_file_is_raw(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """The bytes are the Subject: nothing is put before an equals sign in the machine file."""
    run = ran(tmp_path, LIST)
    lines = (run.folder / "out/acme/certificates-001.txt").read_bytes().split(b"\r\n")
    issuer = b"cc-acme.auth.eu-central-1.amazoncognito.com"
    assert lines[1:] == [b"u1\t0012\tann@x.com\t" + issuer, b"u3\t@x\t=1+1@x.com\t" + issuer, b""]


def test_no_password_is_kept_anywhere(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """No file of the run holds a value of the password column."""
    run = ran(tmp_path, LIST)
    files = [path for path in run.folder.parent.rglob("*") if path.is_file()]
    assert len(files) >= 5
    assert [path.name for path in files if b"s3cret" in path.read_bytes()] == []
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_what_a_spreadsheet_would_calculate_is_text(sign: str, ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """Cells and headers that begin like a formula get an apostrophe (T86)."""
    text = f'Login,Email,"{sign} Head"\nu1,bad,"{sign}1+1"\n'
    head, row = rejects(ran(tmp_path, text))
    assert row[3] == f"'{sign}1+1"
    assert head[3].lstrip("'").strip() == f"{sign} Head".strip()
    assert head[3].startswith("'") or sign == "\t"


def test_rejects_keep_delimiter_and_texts(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """A German list comes back as a German list, with quotes, zeros and line breaks as they were."""
    text = 'Login;E-Mail-Adresse;Personalnummer;Notiz\nu1;bad;00007;"a ""b""; c\nd"\nu2;bad2;NA;\n'
    _, *rows = rejects(ran(tmp_path, text), ";")
    assert [row[1:5] for row in rows] == [["u1", "bad", "00007", 'a "b"; c\nd'], ["u2", "bad2", "NA", ""]]


def test_rejects_can_be_corrected_and_run_again(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """The file that we ask people to correct is one that we read."""
    (tmp_path / "again").mkdir()
    data = (ran(tmp_path, LIST).folder / "rejects.csv").read_bytes().replace(b'"bad"', b'"bea@x.com"')
    run = ran(tmp_path / "again", data.replace(b'"u2","joe', b'"u4","joe'))
    assert run.counts()["read"] == run.counts()["accepted"] == 2


@pytest.mark.parametrize("key", ["+4611", "-8", "=9", "'=9", "@home", "0012", "'"])
def test_rejects_fed_back_are_the_list_again(key: str, ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """Exactly the apostrophe that we wrote goes again; no added column is doubled, and no key changes."""
    table = "Login,Email,External ID,Note\n" + f'u1,bad,"{key}",=1+1\n'
    first = ran(tmp_path, table).folder / "rejects.csv"
    (tmp_path / "again").mkdir()
    again = ran(tmp_path / "again", first.read_bytes())
    head, row = rejects(again)
    assert head == ["row", "Login", "Email", "External ID", "Note", "code", "reason", "fix"]
    assert again.people is not None
    assert again.people.raw("external_id", 0) == key
    assert row[3:5] == next(csv.reader([first.read_text("utf-8-sig").splitlines()[1]]))[3:5]


def test_a_ragged_row_keeps_its_cells_and_stays_rejected(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """No cell is lost in rejects.csv, and none slips into another column when it is read again."""
    table = "Email,Name,Login\nmia@x.com,Lang,Mia,mlang\nbo@x.com,Bo,blind\n"
    first = ran(tmp_path, table).folder / "rejects.csv"
    assert "mia@x.com,Lang,Mia,mlang" in first.read_text("utf-8-sig")
    (tmp_path / "again").mkdir()
    assert ran(tmp_path / "again", first.read_bytes()).counts()["accepted"] == 0


SUMMARY = {"command", "outcome", "exit_code", "run", "tenant", "region", "issuer", "counts", "issues", "files", "next"}
COUNTS = {"read", "accepted", "rejected", "dropped", "create", "change", "case_change", "unchanged", "delete", "gone"}


def test_the_summary_has_the_keys_of_the_design(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """Scripts rely on these keys and values; others may be beside them."""
    run = ran(tmp_path, LIST)
    told = json.loads(json.dumps(summary(run)))
    assert set(told) >= SUMMARY
    assert set(told["counts"]) == COUNTS
    assert [told["counts"][key] for key in ("read", "accepted", "rejected", "dropped", "create")] == [5, 2, 2, 1, 2]
    assert (told["command"], told["outcome"], told["exit_code"]) == ("run", "rejected", 3)
    assert (told["tenant"], told["region"]) == ("acme", "eu")
    assert told["issuer"] == "cc-acme.auth.eu-central-1.amazoncognito.com"
    counted = {code: [issue["code"] for issue in issues(run)].count(code) for code in told["issues"]}
    assert told["issues"] == counted
    importing = "Import out/acme/certificates-001.txt (2 people)."
    assert told["next"] == f"{importing} Then correct 2 rows of agents.csv, marked in annotated.xlsx, and run again."
    (file,) = told["files"]
    data = (run.folder / file["path"]).read_bytes()
    assert (file["rows"], file["sha256"]) == (2, hashlib.sha256(data).hexdigest())


def test_the_manifest_proves_the_files(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """Every digest is that of the file, on both sides; latest names the run."""
    run = ran(tmp_path, LIST, "Email,Login\nann@x.com,u1\n=1+1@x.com,u3\n")
    manifest = json.loads((run.folder / "manifest.json").read_bytes())
    hashes = manifest["hashes"]
    for name in ("agents.csv", "directory.csv"):
        assert hashes["inputs"][name] == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    assert len(hashes["outputs"]) == 1
    for name, digest in hashes["outputs"].items():
        assert hashlib.sha256((run.folder / name).read_bytes()).hexdigest() == digest
    wanted = {"version", "job", "tenant", "region", "who", "when", "counts", "outcome", "exit_code"}
    assert wanted <= set(manifest)
    assert set(hashes) >= {"inputs", "config", "mappings", "layout", "outputs"}
    assert (run.folder.parent / "latest").read_text() == run.folder.name


def test_two_inputs_of_one_name_have_two_digests(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """A list and a directory that are called alike are both proved by the manifest."""
    other = tmp_path / "idp/agents.csv"
    other.parent.mkdir()
    other.write_text("Email\nann@x.com\n")
    run = ran(tmp_path, LIST, directory_file=other)
    manifest = json.loads((run.folder / "manifest.json").read_bytes())
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "agents.csv", other)}
    assert set(manifest["hashes"]["inputs"].values()) == digests


@pytest.mark.parametrize("policy", ["skip", "stop"])
def test_on_reject(policy: str, ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """Skip: the good rows go out. Stop: nothing does, and the summary reports it."""
    run = ran(tmp_path, LIST, policy={"on_reject": policy})
    assert (run.end.code, (run.folder / "out").exists()) == (3, policy == "skip")
    assert ("on_reject" in run.message) == (policy == "stop")


def test_a_check_writes_no_import_file(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """A check needs no tenant and has the same findings."""
    run = ran(tmp_path, LIST, command="check", tenant={})
    assert (run.end.code, (run.folder / "out").exists(), summary(run)["issuer"]) == (3, False, None)
    assert run.counts()["rejected"] == 2


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_correction_is_claimed_only_if_it_was_used(
    command: str, ran: Callable[..., RunResult], tmp_path: Path
) -> None:
    """A row that a twin rejects, and a protected one, keep what they have: no word that they were corrected."""
    people = "u1,Ann@x.com\nu2,Ben@x.com\nu2,Joe@x.com\nu4,Kim@x.com\nu4,LIV@x.com\nu6,Max@x.com\n"
    directory = "Email\n" + "".join(f"{name}@x.com\n" for name in ("ann", "ben", "joe", "kim", "liv", "max"))
    policy = {"on_case_mismatch": "use_directory"}
    protect = {"login": ["u6"]}
    run = ran(tmp_path, f"Login,Email\n{people}", directory, command=command, policy=policy, protect=protect)
    placed = [(issue["code"], issue["row"]) for issue in issues(run) if issue["row"] is not None]
    twins = [("LOGIN-TWIN", row) for row in (3, 4, 5, 6)]
    assert sorted(placed) == sorted([("CASE-CORRECTED", 2), ("PROTECTED", 7), *twins])
    assert "CASE-CORRECTED" not in (run.folder / "rejects.csv").read_text()


class Panic(BaseException):
    """What a panic of a Rust library looks like: no Exception."""


@pytest.mark.parametrize("error", [RuntimeError, Panic])
@pytest.mark.parametrize("room", [(roster, "check"), (import_files, "certificates")])
def test_a_defect_of_ours_ends_with_a_report_without_data(
    error: type[BaseException],
    room: tuple[object, str],
    ran: Callable[..., RunResult],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever breaks, the folder has the place, and no data of the run (T95)."""

    def broken(*_: object) -> None:
        raise error("ann@x.com")

    monkeypatch.setattr(*room, broken)
    run = ran(tmp_path, LIST)
    manifest = (run.folder / "manifest.json").read_text()
    assert (run.end.code, json.loads(manifest)["exit_code"], (run.folder / "out").exists()) == (1, 1, False)
    assert "ann@x.com" not in manifest
    assert json.loads(manifest)["trace"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("jane.smith@example.com", "'j…h@example.com'"),
        ("ab@example.com", "'…@example.com'"),
        ("abc@example.com", "'a…c@example.com'"),
        ("00012", "'0…2'"),
        ("7", "'…'"),
    ],
)
def test_masked(value: str, shown: str) -> None:
    """Enough to find it, not enough to learn it."""
    assert masked(value) == shown


def test_an_empty_value_hides_nothing() -> None:
    """An empty cell is not shown as a masked one."""
    assert "…" not in masked("")


@pytest.mark.parametrize("value", ["a.b@x.com; bob.smith@x.com", "a.b@x.com, bob.smith@x.com", "a@b@bob.smith@x.com"])
def test_a_second_address_in_the_cell_is_masked_too(value: str) -> None:
    """A list in one cell shows no complete address."""
    assert "bob.smith" not in masked(value)


@pytest.mark.parametrize("value", ["ann@exa\x1b[31mmple.com", "ann@x.com\nend: ok", "ann@x.com\u202e", "\x1b@x.com"])
def test_a_masked_value_is_one_harmless_line(value: str) -> None:
    """What a cell holds cannot move the cursor, colour the terminal or write a line of its own."""
    assert masked(value).isprintable()


def test_the_console_masks_an_email_in_a_column_of_tenants(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """Tenants and regions are not personal and shown unmasked; an email that slipped into their column is masked."""
    text = "Login,Email,Tenant,Region\nu1,ann@x.com,amy.brown@x.com,Frankfrut\n"
    told = "\n".join(line.text for line in console.lines(ran(tmp_path, text)))
    assert "amy.brown" not in told
    assert "'a…n@x.com'" in told
    assert "'Frankfrut'" in told


def test_the_console_shows_no_whole_email(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """On a screen there are counts, codes, places and masked examples."""
    text = "Login,Email\nu1,bob.smith@x.com;joe.miller@x.com\nu2,Amy.Brown@x.com\nu3,tim.wood@x.com\n"
    told = "\n".join(line.text for line in console.lines(ran(tmp_path, text, "Email\namy.brown@x.com\n")))
    assert "EMAIL-CASE" in told
    for name in ("bob.smith", "joe.miller", "amy.brown", "tim.wood"):
        assert name not in told.lower()


@pytest.mark.parametrize(("tenants", "expected"), [(12, 12), (13, 1)])
def test_the_console_names_a_folder_of_many_files(
    tenants: int, expected: int, ran: Callable[..., RunResult], tmp_path: Path
) -> None:
    """Up to twelve import files get a line each; of more of them the folder gets one, with their rows and number."""
    rows = "".join(f"u{number},u{number}@example.com,tenant-{number},eu\n" for number in range(tenants))
    run = ran(tmp_path, f"Login,Email,Tenant,Region\n{rows}")
    lines = [line.text for line in console.lines(run) if "/out" in line.text.replace("\\", "/")]
    assert len(lines) == expected
    if expected == 1:
        assert lines == [f"     13 rows  {run.folder / 'out'} (13 files)"]
