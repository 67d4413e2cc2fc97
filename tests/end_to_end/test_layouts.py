"""From an export of System Configurator to a layout, to import files in its shape, and back to an export."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.job_texts import NO_DIRECTORY, job_text

Done = Any
Sync = Callable[..., Done]
HOME = Path(__file__).parents[2]
SAMPLES = HOME / "sample_data"
ISSUER = "cc-acme.auth.eu-central-1.amazoncognito.com"
LABELS = ["Id", "Logon Name", "User group", "Certificate Issuer", "Certificate Subject", "External id"]


def export(path: Path, *users: tuple[str, str, str, str], issuer: str = ISSUER) -> None:
    """Write an export whose labels are none of ours; a user is Login, Subject, ExternalId and group."""
    rows = [LABELS, *([f"A{n}", u[0], u[3], issuer if u[1] else "", u[1], u[2]] for n, u in enumerate(users))]
    path.write_text("".join("\t".join(row) + "\n" for row in rows), "utf-8-sig", newline="")


ANNA = ("anna", "Anna.Berg@example.com", "0012", "Sales")
SECOND = ("anna", "anna@old.example.com", "0012", "Sales")
BO = ("bo", "bo@example.com", "", "Sales")


def people(folder: Path, *rows: str) -> None:
    """Write the list of people."""
    (folder / "agents.csv").write_text("\n".join(["Login,External ID,Email", *rows, ""]), "utf-8")


def test_from_an_export_to_import_files_in_its_shape(tmp_path: Path, sync: Sync) -> None:
    """The learned layout gives the labels, order and line ends of the export, and is not called unverified."""
    export(tmp_path / "users.txt", ANNA, SECOND, BO)
    people(tmp_path, "anna,0012,Anna.Berg@example.com", "zoe,0099,zoe@example.com")
    learned = sync(tmp_path, "layout", "learn", "users.txt", "-o", "acme.toml", "--json")
    assert (learned.code, learned.document["file"]) == (0, "acme.toml")
    assert learned.document["layout"]["verified"] is True
    done = sync(tmp_path, "run", "agents.csv", "--tenant", "ACME", "--region", "eu", "--layout", "acme.toml", "--json")
    assert (done.code, "LAYOUT-UNVERIFIED" in done.document["issues"]) == (0, False)
    assert list(done.folder.outputs.values()) == [
        b"\xef\xbb\xbfLogon Name\tCertificate Issuer\tCertificate Subject\tExternal id\n"
        + f"anna\t{ISSUER}\tAnna.Berg@example.com\t0012\n".encode()
        + f"zoe\t{ISSUER}\tzoe@example.com\t0099\n".encode()
    ]
    export(tmp_path / "after.txt", ANNA, BO, ("zoe", "Zoe@example.com", "0099", "Sales"))
    verified = sync(tmp_path, "verify", done.document["run"], "--export", "after.txt", "--json")
    counts = {"landed": 1, "missing": 0, "wrong_case": 1, "wrong_issuer": 0, "stale": 0}
    assert (verified.code, verified.document["counts"], verified.document["notes"]) == (7, counts, [])


def test_an_export_needs_no_learned_layout_to_verify(tmp_path: Path, sync: Sync) -> None:
    """The packaged layout's labels are not in the export, and its columns are recognised all the same."""
    export(tmp_path / "users.txt", ANNA, SECOND)
    people(tmp_path, "anna,0012,Anna.Berg@example.com")
    run = sync(tmp_path, "run", "agents.csv", "--tenant", "ACME", "--region", "eu", "--json").document["run"]
    verified = sync(tmp_path, "verify", run, "--export", "users.txt", "--json")
    assert verified.document["counts"]["landed"] == 1
    assert verified.document["counts"]["stale"] == 1
    export(tmp_path / "beta.txt", ANNA, issuer=ISSUER.replace("acme", "beta"))
    verified = sync(tmp_path, "verify", run, "--export", "beta.txt", "--json")
    assert verified.document["counts"]["wrong_issuer"] == 1
    assert verified.document["notes"] == ["Every Issuer in the export names beta, and the run is for acme."]
    assert "note: Every Issuer" in sync(tmp_path, "verify", run, "--export", "beta.txt").stdout


TABLES = (
    NO_DIRECTORY,
    '[baseline]\nkind = "contact_pro_export"\npath = "users.txt"\n',
    "[budgets]\ncreate = { max = 10 }\nchange = { max = 10 }\n",
)


def job(folder: Path, tenant: str = "acme", region: str = "eu", layout: str = "certificates") -> str:
    """Write a job whose baseline is the export ``users.txt``."""
    (folder / "night.toml").write_text(
        job_text(*TABLES, f'[output]\nlayout = "{layout}"\n', tenant=tenant, region=region)
    )
    return "night.toml"


@pytest.mark.parametrize("layout", ["certificates", "learned.toml"])
def test_the_sample_export_is_a_baseline(layout: str, tmp_path: Path, sync: Sync) -> None:
    """Of the people in the sample one has no certificate, one is in another case, one has another region's Issuer."""
    (tmp_path / "users.txt").write_bytes((SAMPLES / "users-export.txt").read_bytes())
    sync(tmp_path, "layout", "learn", "users.txt", "-o", "learned.toml")
    users = [line.split("\t") for line in (SAMPLES / "users-export.txt").read_text("utf-8-sig").splitlines()[1:]]
    rows = dict.fromkeys(f"{login},{number},{email}" for _, login, number, _, _, email, *_ in users)
    people(tmp_path, *rows, "newcomer,09999,new.comer@contoso-example.com")
    done = sync(tmp_path, "plan", job(tmp_path, layout=layout), "--json")
    expected = {"create": 2, "change": 1, "case_change": 1, "unchanged": 10, "gone": 0, "rejected": 0}
    assert {name: done.document["counts"][name] for name in expected} == expected
    plan = json.loads((done.folder.path / "plan.json").read_bytes())
    assert {(change["kind"], change["login"]) for change in plan["changes"]} == {
        ("create", "lkohler"),
        ("create", "newcomer"),
        ("case", "smagalhaes"),
        ("issuer", "lalkhatib"),
    }
    assert sorted(row["subject"] for row in plan["stale"]) == [
        "layla.al-khatib@contoso-example.com",
        "sIMAO.MAGALHAES@CONTOSO-EXAMPLE.COM",
        "thamalainen@former.contoso-example.com",
    ]


def test_an_export_in_an_old_encoding(tmp_path: Path, sync: Sync) -> None:
    """Without its name it is refused; with it the baseline, ``doctor`` and ``verify`` read the same characters."""
    people(tmp_path, "bjørn,0077,Bjorn.Aas@example.com", "anna,0012,Anna.Berg@example.com")
    export(tmp_path / "users.txt", ("bjørn", "Bjorn.Aas@example.com", "0077", "Sales"), ANNA)
    (tmp_path / "users.txt").write_bytes((tmp_path / "users.txt").read_text("utf-8-sig").encode("cp1252"))
    assert sync(tmp_path, "plan", job(tmp_path), "--json").code == 5
    assert sync(tmp_path, "doctor", "night.toml", "--json").code == 5
    text = (tmp_path / "night.toml").read_text()
    (tmp_path / "night.toml").write_text(text.replace('"users.txt"', '"users.txt"\nencoding = "cp1252"'))
    planned = sync(tmp_path, "plan", "night.toml", "--json").document
    assert (planned["counts"]["unchanged"], planned["counts"]["create"]) == (2, 0)
    checks = {line["name"]: line for line in sync(tmp_path, "doctor", "night.toml", "--json").document["checks"]}
    assert (checks["baseline"]["status"], checks["baseline"]["detail"]) == (
        "ok",
        "users.txt: 2 certificates of 2 users",
    )
    run = sync(tmp_path, "run", "agents.csv", "--tenant", "ACME", "--region", "eu", "--json").document["run"]
    assert sync(tmp_path, "verify", run, "--export", "users.txt", "--json").code == 5
    assert sync(tmp_path, "verify", run, "--export", "users.txt", "--encoding", "cp1252", "--json").code == 0


def test_an_export_in_a_workbook_of_several_sheets(tmp_path: Path, sync: Sync) -> None:
    """Two sheets that fit are a choice (2); the sheet that is named is read."""
    book = Workbook()
    book.remove(book.active)
    for title, subject in (("January", "anna@old.example.com"), ("June", "Anna.Berg@example.com")):
        sheet = book.create_sheet(title)
        sheet.append(LABELS)
        sheet.append(["A1", "anna", "Sales", ISSUER, subject, "0012"])
    book.save(tmp_path / "users.xlsx")
    people(tmp_path, "anna,0012,Anna.Berg@example.com")
    text = (tmp_path / job(tmp_path)).read_text().replace("users.txt", "users.xlsx")
    (tmp_path / "night.toml").write_text(text)
    assert sync(tmp_path, "plan", "night.toml", "--json").code == 2
    assert sync(tmp_path, "doctor", "night.toml", "--json").code == 2
    (tmp_path / "night.toml").write_text(text.replace('"users.xlsx"', '"users.xlsx"\nsheet = "June"'))
    assert sync(tmp_path, "plan", "night.toml", "--json").document["counts"]["unchanged"] == 1
    run = sync(tmp_path, "run", "agents.csv", "--tenant", "ACME", "--region", "eu", "--json").document["run"]
    assert sync(tmp_path, "verify", run, "--export", "users.xlsx", "--json").code == 2
    assert sync(tmp_path, "verify", run, "--export", "users.xlsx", "--sheet", "June", "--json").code == 0
    refused = sync(tmp_path, "layout", "learn", "users.xlsx", "--encoding", "cp1252", "--json")
    assert (refused.code, refused.document["message"]) == (
        2,
        "users.xlsx: only a text file has an encoding to choose; leave encoding out.",
    )


def test_the_export_of_another_tenant_is_refused(tmp_path: Path, sync: Sync) -> None:
    """Both tenants are named; an export in which some Issuer is the tenant's own is taken."""
    people(tmp_path, "anna,0012,Anna.Berg@example.com")
    export(tmp_path / "users.txt", ANNA, BO, issuer=ISSUER.replace("acme", "beta"))
    done = sync(tmp_path, "plan", job(tmp_path), "--json")
    assert (done.code, done.document["outcome"]) == (5, "source")
    assert "every Issuer names the tenant 'beta', and the job is for 'acme'" in done.document["message"]
    text = (tmp_path / "users.txt").read_text("utf-8-sig").replace("cc-beta", "CC-Acme", 1)
    (tmp_path / "users.txt").write_text(text, "utf-8-sig", newline="")
    assert sync(tmp_path, "plan", job(tmp_path), "--json").document["counts"]["change"] == 1
    export(tmp_path / "users.txt", ANNA, BO, issuer="https://sts.example.com")
    assert sync(tmp_path, "plan", job(tmp_path), "--json").code == 0


def test_a_job_without_a_tenant_has_no_export(tmp_path: Path, sync: Sync) -> None:
    """An export is one tenant's, so a job that leaves the tenant to its rows cannot use it, and learns why."""
    (tmp_path / "agents.csv").write_text("Login,Email,Tenant,Region\nanna,anna@example.com,acme,eu\n")
    export(tmp_path / "users.txt", ANNA)
    (tmp_path / "night.toml").write_text(job_text(*TABLES, tenant=None))
    done = sync(tmp_path, "plan", "night.toml", "--json")
    assert done.code == 2
    assert "is one export of one tenant" in done.document["message"]


def test_a_region_that_an_export_has_shown_is_verified(tmp_path: Path, sync: Sync) -> None:
    """Africa is reported as inferred, until a layout was learned from an export whose Issuers name it."""
    people(tmp_path, "anna,0012,Anna.Berg@example.com", "zoe,0099,zoe@example.com")
    export(tmp_path / "users.txt", ANNA, SECOND, issuer=ISSUER.replace("eu-central-1", "af-south-1"))
    sync(tmp_path, "layout", "learn", "users.txt", "-o", "cape.toml")
    for layout, said in (("certificates", True), ("cape.toml", False)):
        planned = sync(tmp_path, "plan", job(tmp_path, region="af", layout=layout), "--json")
        assert ("REGION-UNVERIFIED" in planned.document["issues"]) is said
        lines = sync(tmp_path, "doctor", "night.toml", "--json").document["checks"]
        assert ("region" in {line["name"] for line in lines}) is said


def test_show_lists_and_shows(tmp_path: Path, sync: Sync) -> None:
    """Without a name the packaged layouts are listed; a name or a file is shown column by column."""
    listed = sync(tmp_path, "layout", "show", "--json").document
    assert (listed["command"], listed["outcome"], listed["exit_code"]) == ("layout", "ok", 0)
    assert {"name": "certificates", "title": "Certificates of users", "verified": False} in listed["layouts"]
    shown = sync(tmp_path, "layout", "show", "certificates", "--json").document["layout"]
    assert (shown["source"], shown["bom"], shown["delimiter"], shown["newline"]) == ("packaged", True, "\t", "\r\n")
    assert shown["columns"][3] == {"column": "CertificateIssuer", "field": "issuer", "constant": None}
    assert shown["certificates"] == {"form": "unknown", "separator": None, "more": []}
    export(tmp_path / "users.txt", ANNA, SECOND)
    sync(tmp_path, "layout", "learn", "users.txt", "-o", "acme.toml")
    text = sync(tmp_path, "layout", "show", "acme.toml").stdout
    assert "acme: Certificates of users, learned from an export (verified, acme.toml)" in text
    assert "several certificates of one user: a row for each" in text
    assert "  certificates  not verified  Certificates of users" in sync(tmp_path, "layout", "show").stdout
    unknown = sync(tmp_path, "layout", "show", "certificate", "--json")
    assert (unknown.code, unknown.document["message"].split("?")[0]) == (
        2,
        'There is no layout "certificate". Did you mean "certificates"',
    )


def test_without_a_file_the_layout_is_printed(tmp_path: Path, sync: Sync) -> None:
    """The printed TOML is what -o writes; the file is private; the JSON document holds the same text."""
    export(tmp_path / "users.txt", ANNA)
    printed = sync(tmp_path, "layout", "learn", "users.txt")
    sync(tmp_path, "layout", "learn", "users.txt", "-o", "acme.toml")
    assert printed.stdout == (tmp_path / "acme.toml").read_text("utf-8")
    assert (tmp_path / "acme.toml").stat().st_mode & 0o777 == 0o600
    told = sync(tmp_path, "layout", "learn", "users.txt", "--json").document
    assert (told["toml"], told["file"], told["layout"]["name"]) == (printed.stdout, None, "users")
    assert told["export"] | {"sha256": ""} == {
        "name": "users.txt",
        "sha256": "",
        "users": 1,
        "certificates": 1,
        "encoding": "utf-8",
        "bom": True,
        "delimiter": "\t",
        "newline": "\n",
        "quoting": "none",
    }
    assert told["issuers"]["regions"] == [{"aws_region": "eu-central-1", "certificates": 1, "known": True}]
    assert [each["column"] for each in told["left_out"]] == ["Id", "User group"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["users.txt", "-o", "taken.toml"], 2, "is there already, and is not replaced"),
        (["users.txt", "-o", "link.toml"], 2, "is there already, and is not replaced"),
        (["users.txt", "-o", "acme.txt"], 2, "a layout is a .toml file"),
        (["users.txt", "-o", "no/where.toml"], 2, "there is no folder no"),
        (["users.txt", "--for", "robots"], 2, "no layout is for that"),
        (["users.txt", "--column", "logn=X"], 2, 'Did you mean "login"?'),
        (["users.txt", "--column", "login=X"], 2, 'users.txt has no column "X" for login'),
        (["users.txt", "--encoding", "utf-16"], 5, "contradicts --encoding"),
        (["users"], 2, "its ending does not show what it is"),
        (["none.txt"], 5, "there is no such file"),
        (["empty.txt"], 5, "is empty (0 bytes)"),
        (["page.txt"], 5, "is a web page (HTML)"),
        (["users.txt", "--for", "users"], 5, "no column for first_name and last_name and extension"),
    ],
)
def test_what_cannot_be_learned_is_said(
    arguments: list[str], code: int, words: str, tmp_path: Path, sync: Sync
) -> None:
    """A sentence and the right exit code, as text and as one document; nothing is written."""
    export(tmp_path / "users.txt", ANNA)
    (tmp_path / "taken.toml").write_text("kept")
    (tmp_path / "link.toml").symlink_to("nowhere")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "page.txt").write_text("<html>Sign in</html>")
    before = sorted(tmp_path.iterdir())
    done = sync(tmp_path, "layout", "learn", *arguments, "--json")
    assert (done.code, done.document["exit_code"]) == (code, code)
    assert words in done.document["message"] + done.document["next"]
    assert words in sync(tmp_path, "layout", "learn", *arguments).stderr.replace("\n", " ")
    assert (sorted(tmp_path.iterdir()), (tmp_path / "taken.toml").read_text()) == (before, "kept")


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("Id", "System Configurator refuses a whole import"),
        ("I D", "writes a column"),
        ("Login", "two columns are called"),
    ],
)
def test_a_layout_that_would_do_harm_is_not_used(label: str, words: str, tmp_path: Path, sync: Sync) -> None:
    """A layout that writes an Id, in any spelling, or two columns of one label, ends with 2."""
    people(tmp_path, "anna,0012,Anna.Berg@example.com")
    text = (HOME / "mappings" / "layouts" / "certificates.toml").read_text("utf-8")
    (tmp_path / "own.toml").write_text(f'{text}\n[[columns]]\ncolumn = "{label}"\nconstant = "1"\n', "utf-8")
    done = sync(tmp_path, "run", "agents.csv", "--tenant", "A", "--region", "eu", "--layout", "own.toml", "--json")
    assert (done.code, words in done.document["message"]) == (2, True)


def test_the_sample_layout_is_what_is_learned_from_the_sample_export(tmp_path: Path, sync: Sync) -> None:
    """The layout of docs/onboarding.md is the file that its command writes, byte for byte."""
    learned = sync(tmp_path, "layout", "learn", SAMPLES / "users-export.txt", "-o", "acme.toml")
    assert (learned.code, (tmp_path / "acme.toml").read_text()) == (0, (SAMPLES / "acme.toml").read_text())
