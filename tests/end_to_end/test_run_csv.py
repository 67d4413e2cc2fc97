"""From a CSV list and a directory export to a run folder: every field, file, mode and byte that the contract names."""

import csv
import hashlib
import io
import json
import re
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.job_texts import job_text

Done = Any
"""What the command left behind: conftest's Done, which a test file cannot import."""


LIST = (
    "Login,External ID,Email,First name,Last name\n"
    "jdoe,1001,Jane.Doe@contoso-example.com,Jane,Doe\n"
    "0012,0012,bob@contoso-example.com,Bob,NA\n"
    "kmuller,1003,karl.muller@contoso-example.com,Karl,=1+1\n"
    "\n"
    "nobody,1004,no.body@contoso-example.com,No,Body\n"
    'broken,1005,broken.contoso-example.com,"Bro, Ken",null\n'
    "o-neil,1E5,o'neil+cc@Contoso-Example.com,Pat,O'Neil\n"
)
TRUTH = (
    "Jane.Doe@contoso-example.com",
    "bob@contoso-example.com",
    "Karl.Muller@contoso-example.com",
    "o'neil+cc@Contoso-Example.com",
)
ISSUER = "cc-acme.auth.eu-central-1.amazoncognito.com"
EXPECTED = (
    b"\xef\xbb\xbfLogin\tExternalId\tCertificateSubject\tCertificateIssuer\r\n"
    b"0012\t0012\tbob@contoso-example.com\tcc-acme.auth.eu-central-1.amazoncognito.com\r\n"
    b"jdoe\t1001\tJane.Doe@contoso-example.com\tcc-acme.auth.eu-central-1.amazoncognito.com\r\n"
    b"o-neil\t1E5\to'neil+cc@Contoso-Example.com\tcc-acme.auth.eu-central-1.amazoncognito.com\r\n"
)
ORDER = ("--tenant", "ACME", "--region", "eu", "--directory", "exportUsers.csv", "--runs", "kept", "--json")


def sha256(data: bytes) -> str:
    """Hash as the manifest does."""
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, sync: Callable[..., Done], entra: Callable[..., str]) -> Done:
    """Run the list once under umask 000, once more, and once shuffled."""
    folder = tmp_path_factory.mktemp("story")
    (folder / "agents.csv").write_text(LIST)
    (folder / "exportUsers.csv").write_text(entra(*TRUTH))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    first = sync(folder, "run", "agents.csv", *ORDER, umask=0)
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    names = sorted(path.name for path in folder.iterdir())
    second = sync(folder, "run", "agents.csv", *ORDER)
    header, *rows = LIST.splitlines()
    (folder / "agents.csv").write_text("\n".join([header, *reversed(rows)]) + "\n")
    (folder / "exportUsers.csv").write_text(entra(*reversed(TRUTH)))
    third = sync(folder, "run", "agents.csv", *ORDER)
    return SimpleNamespace(first=first, second=second, third=third, before=before, after=after, names=names)


def test_summary_has_every_field(story: Done) -> None:
    """The JSON document has the fields of design §7."""
    document = story.first.document
    assert story.first.code == 3
    assert document["command"] == "run"
    assert document["outcome"] == "rejected"
    assert document["exit_code"] == 3
    assert document["tenant"] == "acme"
    assert document["region"] == "eu"
    assert document["issuer"] == ISSUER
    counts = {"read": 7, "accepted": 3, "rejected": 3, "dropped": 1, "create": 3}
    assert document["counts"] == {**counts, "change": 0, "case_change": 0, "unchanged": 0, "delete": 0, "gone": 0}
    assert document["issues"] == {
        "NAME-DIFFERS": 3,
        "EMAIL-CASE": 1,
        "EMAIL-UNKNOWN": 1,
        "EMAIL-SYNTAX": 1,
        "ROW-BLANK": 1,
        "LAYOUT-UNVERIFIED": 1,
    }
    assert document["files"] == [{"path": "out/acme/certificates-001.txt", "rows": 3, "sha256": sha256(EXPECTED)}]
    assert document["next"] == (
        "Import out/acme/certificates-001.txt (3 people). "
        "Then correct 3 rows of agents.csv, marked in annotated.xlsx, and run again."
    )


def test_streams(story: Done) -> None:
    """Stdout is one JSON document and nothing else; stderr is quiet without a terminal."""
    assert json.loads(story.first.stdout)
    assert story.first.stderr == ""


def test_run_folder_name(story: Done) -> None:
    """The run folder is named by job, UTC time and an id, and ``latest`` holds its name."""
    run = Path(story.first.document["run"])
    assert re.fullmatch(r"kept/agents/\d{8}T\d{6}Z-[0-9a-f]+", run.as_posix())
    latest = (story.first.cwd / "kept" / "agents" / "latest").read_text().strip()
    assert latest == Path(story.third.document["run"]).name
    assert len({each.document["run"] for each in (story.first, story.second, story.third)}) == 3


def test_everything_is_private_under_umask_000(story: Done) -> None:
    """Folders are 0700 and files 0600 whatever the umask is."""
    run = story.first.folder.path
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [run, *run.rglob("*")]}
    assert {path.name: oct(mode) for path, mode in modes.items() if path.is_dir() and mode != 0o700} == {}
    assert {path.name: oct(mode) for path, mode in modes.items() if path.is_file() and mode != 0o600} == {}
    above = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in (run.parent, run.parent.parent)}
    assert above == {"agents": "0o700", "kept": "0o700"}
    assert stat.S_IMODE((run.parent / "latest").stat().st_mode) == 0o600


def test_only_the_runs_folder_changes(story: Done) -> None:
    """The inputs are as they were and nothing else appears beside them."""
    assert story.after == story.before
    assert story.names == ["agents.csv", "exportUsers.csv", "kept"]
    left = {path.name for path in story.first.folder.path.rglob("*")}
    assert not {name for name in left if name.startswith(".")}
    assert {"manifest.json", "issues.jsonl", "rejects.csv", "out", "acme", "certificates-001.txt"} <= left


def test_import_file_byte_for_byte(story: Done) -> None:
    """The import file is BOM, header, sorted rows, CRLF, no quotes, no character changed."""
    assert story.first.folder.outputs == {"out/acme/certificates-001.txt": EXPECTED}


def test_same_people_same_bytes(story: Done) -> None:
    """A second run, and one over shuffled sources, writes the same bytes."""
    assert story.second.folder.outputs == story.first.folder.outputs
    assert story.third.folder.outputs == story.first.folder.outputs
    assert story.third.document["files"] == story.first.document["files"]


def test_manifest(story: Done) -> None:
    """The manifest has who did what when, and its hashes are those of the files."""
    manifest, run = story.first.folder.manifest, story.first.folder.path
    named = {key: manifest[key] for key in ("job", "tenant", "region", "outcome", "exit_code")}
    assert named == {"job": "agents", "tenant": "acme", "region": "eu", "outcome": "rejected", "exit_code": 3}
    assert manifest["version"]
    assert manifest["who"]
    assert datetime.fromisoformat(manifest["when"]).utcoffset() is not None
    assert manifest["counts"] == story.first.document["counts"]
    hashes = manifest["hashes"]
    assert sorted(hashes["inputs"].values()) == sorted(sha256(data) for data in story.before.values())
    assert hashes["outputs"] == {"out/acme/certificates-001.txt": sha256(EXPECTED)}
    project = Path(__file__).resolve().parents[2]
    assert hashes["layout"] == sha256((project / "mappings/layouts/certificates.toml").read_bytes())
    sources = project / "mappings/sources"
    assert hashes["mappings"] == {
        "spreadsheet": sha256((sources / "spreadsheet.toml").read_bytes()),
        "entra_export": sha256((sources / "entra_export.toml").read_bytes()),
    }
    assert "config" in hashes
    assert (run / "manifest.json").read_bytes().endswith(b"\n")


def test_issues(story: Done) -> None:
    """Each issue has every field of design §6, and the row that the person sees."""
    issues = story.first.folder.issues
    fields = {"code", "severity", "source", "sheet", "row", "column", "value", "message", "fix"}
    assert {frozenset(issue) for issue in issues} == {frozenset(fields)}
    assert story.first.folder.found("error", "dropped") == {
        ("EMAIL-CASE", 4),
        ("ROW-BLANK", 5),
        ("EMAIL-UNKNOWN", 6),
        ("EMAIL-SYNTAX", 7),
    }
    case = next(issue for issue in issues if issue["code"] == "EMAIL-CASE")
    assert case["severity"] == "error"
    assert Path(case["source"]).name == "agents.csv"
    assert case["sheet"] is None
    assert case["column"] == "Email"
    assert case["value"] == "karl.muller@contoso-example.com"
    assert "[K]arl.[M]uller@contoso-example.com" in case["message"]
    assert "Karl.Muller@contoso-example.com" in case["fix"]


def test_rejects(story: Done) -> None:
    """rejects.csv has the rejected rows in the input's columns, then code and reason, and no cell is a formula."""
    data = (story.first.folder.path / "rejects.csv").read_bytes()
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    assert header == ["row", "Login", "External ID", "Email", "First name", "Last name", "code", "reason", "fix"]
    assert [row[1:7] for row in rows] == [
        ["kmuller", "1003", "karl.muller@contoso-example.com", "Karl", "'=1+1", "EMAIL-CASE"],
        ["nobody", "1004", "no.body@contoso-example.com", "No", "Body", "EMAIL-UNKNOWN"],
        ["broken", "1005", "broken.contoso-example.com", "Bro, Ken", "null", "EMAIL-SYNTAX"],
    ]
    assert all(row[0].isdigit() and row[7] and row[8] for row in rows)


PLACES = (
    "Login,Email,Tenant,Region\n"
    "a,anna@contoso-example.com,ACME,Frankfurt\n"
    "b,ben@contoso-example.com,acme,eu-central-1\n"
    "c,cora@contoso-example.com,Globex,North America\n"
    "d,dan@contoso-example.com,initech,Sydney\n"
    "e,eva@contoso-example.com,umbrella-1,af\n"
    "f,fay@contoso-example.com,,\n"
)


def test_tenants_and_regions_of_rows(
    tmp_path: Path, sync: Callable[..., Done], rows_of: Callable[[bytes], list[str]]
) -> None:
    """Rows with their own tenant and region go to a folder each, with the Issuer of all four regions."""
    (tmp_path / "agents.csv").write_text(PLACES)
    done = sync(tmp_path, "run", "agents.csv", "--tenant", "Fallback", "--region", "eu-central-1", "--json")
    assert done.code == 0
    written = {path: rows_of(data)[1:] for path, data in done.folder.outputs.items()}
    assert written == {
        "out/acme/certificates-001.txt": [
            "a\t\tanna@contoso-example.com\tcc-acme.auth.eu-central-1.amazoncognito.com",
            "b\t\tben@contoso-example.com\tcc-acme.auth.eu-central-1.amazoncognito.com",
        ],
        "out/fallback/certificates-001.txt": [
            "f\t\tfay@contoso-example.com\tcc-fallback.auth.eu-central-1.amazoncognito.com"
        ],
        "out/globex/certificates-001.txt": [
            "c\t\tcora@contoso-example.com\tcc-globex.auth.us-west-2.amazoncognito.com"
        ],
        "out/initech/certificates-001.txt": [
            "d\t\tdan@contoso-example.com\tcc-initech.auth.ap-southeast-2.amazoncognito.com"
        ],
        "out/umbrella-1/certificates-001.txt": [
            "e\t\teva@contoso-example.com\tcc-umbrella-1.auth.af-south-1.amazoncognito.com"
        ],
    }
    assert done.document["issues"]["REGION-UNVERIFIED"] == 1
    assert done.document["issues"]["NO-DIRECTORY"] == 1
    assert sorted(each["path"] for each in done.document["files"]) == sorted(written)


JOB = job_text('[directory]\nkind = "csv"\npath = "exportUsers.csv"\n', tenant="ACME")


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory, sync: Callable[..., Done], entra: Callable[..., str]) -> Done:
    """Run one job for each policy, all in one command."""
    folder = tmp_path_factory.mktemp("policies")
    (folder / "agents.csv").write_text(LIST)
    (folder / "exportUsers.csv").write_text(entra(*TRUTH))
    (folder / "stop.toml").write_text(JOB + '[policy]\non_reject = "stop"\n')
    (folder / "directory.toml").write_text(JOB + '[policy]\non_case_mismatch = "use_directory"\n')
    (folder / "lower.toml").write_text(JOB + '[policy]\nsubject_case = "lower"\n')
    (folder / "batches.toml").write_text(JOB + "[output]\nrows_per_file = 2\n")
    return sync(folder, "run", "stop.toml", "directory.toml", "lower.toml", "batches.toml", "--json")


def test_on_reject_stop_writes_nothing(policies: Done) -> None:
    """With ``on_reject = "stop"`` a bad row stops every file; the exit code is still 3 and the rejects are listed."""
    folder = policies.latest("stop")
    assert folder.outputs == {}
    assert folder.manifest["exit_code"] == 3
    assert folder.manifest["outcome"] == "rejected"
    assert (folder.path / "rejects.csv").is_file()
    assert folder.manifest["counts"]["create"] == 0


def test_use_directory_writes_its_spelling(policies: Done) -> None:
    """With ``use_directory`` the directory's characters are written, and each such row is reported."""
    folder = policies.latest("directory")
    assert sorted(folder.subjects) == [
        "Jane.Doe@contoso-example.com",
        "Karl.Muller@contoso-example.com",
        "bob@contoso-example.com",
        "o'neil+cc@Contoso-Example.com",
    ]
    assert ("CASE-CORRECTED", 4) in folder.found("warning")
    assert folder.found("error") == {("EMAIL-UNKNOWN", 6), ("EMAIL-SYNTAX", 7)}


def test_subject_case_lower(policies: Done) -> None:
    """With ``subject_case = "lower"`` every Subject is in lower case and case alone rejects no one."""
    folder = policies.latest("lower")
    assert sorted(folder.subjects) == [
        "bob@contoso-example.com",
        "jane.doe@contoso-example.com",
        "karl.muller@contoso-example.com",
        "o'neil+cc@contoso-example.com",
    ]


def test_rows_per_file(policies: Done) -> None:
    """Batches hold at most the asked rows, each with BOM and header, and are numbered from 001."""
    head, *rows = EXPECTED.split(b"\r\n")[:-1]
    assert policies.latest("batches").outputs == {
        "out/acme/certificates-001.txt": b"\r\n".join([head, rows[0], rows[1]]) + b"\r\n",
        "out/acme/certificates-002.txt": b"\r\n".join([head, rows[2]]) + b"\r\n",
    }


def test_config_hash_of_a_job(policies: Done) -> None:
    """A job's manifest carries the hash of its file and the job's name."""
    manifest = policies.latest("stop").manifest
    assert manifest["job"] == "stop"
    assert manifest["hashes"]["config"] == sha256((policies.cwd / "stop.toml").read_bytes())


def test_console_summary(tmp_path: Path, sync: Callable[..., Done], entra: Callable[..., str]) -> None:
    """Without ``--json`` a person sees counts, codes with an example, every file's path, and no unmasked address."""
    (tmp_path / "agents.csv").write_text(LIST)
    (tmp_path / "exportUsers.csv").write_text(entra(*TRUTH))
    done = sync(tmp_path, "run", "agents.csv", *ORDER[:-1])
    assert done.code == 3
    run = next((tmp_path / "kept" / "agents").glob("2*"))
    for name in ("out/acme/certificates-001.txt", "rejects.csv", "issues.jsonl", "manifest.json"):
        assert str(Path("kept/agents") / run.name / name) in done.stdout.replace(f"{tmp_path}/", "")
    for code in ("EMAIL-CASE", "EMAIL-UNKNOWN", "EMAIL-SYNTAX", "LAYOUT-UNVERIFIED"):
        assert code in done.stdout
    assert "karl.muller" not in done.stdout
    assert "no.body" not in done.stdout
