"""``check``: no tenant, no import file, and for every issue code the smallest file that causes it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.job_texts import NO_DIRECTORY, job_text

Done = Any
"""What the command left behind: conftest's Done, which a test file cannot import."""


TRUTH = "anna@example.com", "Ben@example.com"
Found = set[tuple[str, int | None]]


def test_clean_list(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """A clean list needs no tenant, ends with 0 and leaves no import file."""
    (tmp_path / "agents.csv").write_text("Login,Email\nanna,anna@example.com\n")
    done = sync(tmp_path, "check", "agents.csv", "--json")
    assert (done.code, done.document["command"], done.document["outcome"]) == (0, "check", "ok")
    assert done.document["files"] == []
    assert done.document["counts"]["accepted"] == 1
    assert done.tables() == {}


def test_with_directory_and_blank_lines(tmp_path: Path, sync: Callable[..., Done], entra: Callable[..., str]) -> None:
    """With a directory the emails are compared; blank lines count in row numbers; the exit code is 3."""
    (tmp_path / "agents.csv").write_text("\nLogin,Email\n\n\nanna,anna@example.com\n\nben,ben@example.com\n")
    (tmp_path / "exportUsers.csv").write_text(entra(*TRUTH))
    done = sync(tmp_path, "check", "agents.csv", "--directory", "exportUsers.csv", "--json")
    assert done.code == 3
    assert done.folder.found("error") == {("EMAIL-CASE", 7)}
    assert "NO-DIRECTORY" not in done.document["issues"]
    assert done.tables() == {}


def person(email: str, **more: str) -> dict[str, str]:
    """Describe one entry of the directory."""
    return {"mail": email, **more}


CASES: dict[str, tuple[str, tuple[Any, ...], Found]] = {
    "missing": ("Login,Email\nanna,\nben,Ben@example.com\n", (), {("EMAIL-MISSING", 2)}),
    "only-spaces": ("Login,Email\nanna,   \nben,Ben@example.com\n", (), {("EMAIL-MISSING", 2)}),
    "no-at": ("Login,Email\nanna,anna.example.com\nben,Ben@example.com\n", (), {("EMAIL-SYNTAX", 2)}),
    "two-addresses": ("Login,Email\nanna,a@example.com;b@example.com\nb,b@example.com\n", (), {("EMAIL-SYNTAX", 2)}),
    "mailto": ("Login,Email\nanna,mailto:anna@example.com\nben,Ben@example.com\n", (), {("EMAIL-SYNTAX", 2)}),
    "named": ("Login,Email\nanna,Anna <anna@example.com>\nben,Ben@example.com\n", (), {("EMAIL-SYNTAX", 2)}),
    "trailing-dot": ("Login,Email\nanna,anna@example.com.\nben,Ben@example.com\n", (), {("EMAIL-SYNTAX", 2)}),
    "double-dot": ("Login,Email\nanna,an..na@example.com\nben,Ben@example.com\n", (), {("EMAIL-SYNTAX", 2)}),
    "space-before": ("Login,Email\nanna, anna@example.com\nben,Ben@example.com\n", (), {("EMAIL-SPACE", 2)}),
    "space-after": ("Login,Email\nben,Ben@example.com\nanna,anna@example.com \n", (), {("EMAIL-SPACE", 3)}),
    "space-inside": ("Login,Email\nben,Ben@example.com\nanna,an na@example.com\n", (), {("EMAIL-SPACE", 3)}),
    "no-break": ("Login,Email\nben,Ben@example.com\nanna,anna@example.com\u00a0\n", (), {("EMAIL-SPACE", 3)}),
    "zero-width": ("Login,Email\nben,Ben@example.com\nanna,an\u200bna@example.com\n", (), {("EMAIL-INVISIBLE", 3)}),
    "soft-hyphen": ("Login,Email\nben,Ben@example.com\nanna,an\u00adna@example.com\n", (), {("EMAIL-INVISIBLE", 3)}),
    "bom-inside": ("Login,Email\nben,Ben@example.com\nanna,\ufeffanna@example.com\n", (), {("EMAIL-INVISIBLE", 3)}),
    "look-alike": ("Login,Email\nben,Ben@example.com\nanna,\u0430nna@example.com\n", (), {("EMAIL-LOOKALIKE", 3)}),
    "not-nfc": ("Login,Email\nben,Ben@example.com\njose,jose\u0301@example.com\n", (), {("EMAIL-NOT-NFC", 3)}),
    "legal": (
        (
            "Login,Email\na,a+b@example.com\nb,o'neil@example.com\nc,c@corp.local\nd,jos\u00e9@example.com\n"
            "e,e_contoso.com#EXT#@contoso.onmicrosoft.com\nf,f@b\u00fccher-example.com\n"
        ),
        (),
        set(),
    ),
    "case": ("Login,Email\nanna,anna@example.com\nben,ben@example.com\n", TRUTH, {("EMAIL-CASE", 3)}),
    "unknown": ("Login,Email\nanna,anna@example.com\nx,ana@example.com\n", TRUTH, {("EMAIL-UNKNOWN", 3)}),
    "ambiguous": (
        "Login,Email\nanna,anna@example.com\ncy,CY@example.com\n",
        (*TRUTH, "cy@example.com", "Cy@example.com"),
        {("EMAIL-AMBIGUOUS", 3)},
    ),
    "twin": (
        "Login,Email\na,anna@example.com\nb,anna@example.com\nc,c@example.com\n",
        (),
        {("EMAIL-TWIN", 2), ("EMAIL-TWIN", 3)},
    ),
    "twin-written-twice": ("Login,Email\na,anna@example.com\na,anna@example.com\n", (), {("EMAIL-TWIN", 3)}),
    "case-twin": (
        "Login,Email\na,anna@example.com\nb,Anna@example.com\nc,c@example.com\n",
        (),
        {("EMAIL-CASE-TWIN", 2), ("EMAIL-CASE-TWIN", 3)},
    ),
    "upn": (
        "Login,Email\nanna,anna@example.com\ncy,c1@corp-example.com\n",
        ("anna@example.com", person("cy@example.com", userPrincipalName="c1@corp-example.com")),
        {("EMAIL-IS-UPN", 3)},
    ),
    "alias": (
        "Login,Email\nanna,anna@example.com\ncy,old@example.com\n",
        ("anna@example.com", person("cy@example.com", alternateEmailAddress="old@example.com")),
        {("EMAIL-IS-UPN", 3)},
    ),
    "directory-no-email": (
        "Login,Email\nanna,anna@example.com\ncy,c1@corp-example.com\n",
        ("anna@example.com", person("", userPrincipalName="c1@corp-example.com")),
        {("DIRECTORY-NO-EMAIL", 3)},
    ),
    "disabled": (
        "Login,Email\nanna,anna@example.com\ncy,cy@example.com\n",
        ("anna@example.com", person("cy@example.com", accountEnabled="False")),
        {("ACCOUNT-DISABLED", 3)},
    ),
    "disabled-in-list": (
        "Login,Email,Enabled\nanna,anna@example.com,yes\ncy,cy@example.com,no\n",
        (),
        {("ACCOUNT-DISABLED", 3)},
    ),
    "guest": (
        "Login,Email\nanna,anna@example.com\ncy,cy@example.com\n",
        ("anna@example.com", person("cy@example.com", userType="Guest")),
        {("ACCOUNT-GUEST", 3)},
    ),
    "id-missing": (
        "Login,External ID,Email\n,7,anna@example.com\nben,,ben@example.com\n,,cy@example.com\n",
        (),
        {("ID-MISSING", 4)},
    ),
    "id-twin": (
        "External ID,Email\n7,anna@example.com\n8,ben@example.com\n7,cy@example.com\n",
        (),
        {("ID-TWIN", 2), ("ID-TWIN", 4)},
    ),
    "id-zeros": ("External ID,Email\n7,anna@example.com\n007,ben@example.com\n", (), set()),
    "login-twin": (
        "Login,Email\nann,anna@example.com\nben,ben@example.com\nann,cy@example.com\n",
        (),
        {("LOGIN-TWIN", 2), ("LOGIN-TWIN", 4)},
    ),
    "login-characters": (
        "Login,Email\nan na,anna@example.com\nb-e.n_1,ben@example.com\ncy@example.com,cy@example.com\n",
        (),
        {("LOGIN-CHARACTERS", 2), ("LOGIN-CHARACTERS", 4)},
    ),
    "region-unknown": (
        "Login,Email,Tenant,Region\na,anna@example.com,acme,eu\nb,ben@example.com,globex,Atlantis\n",
        (),
        {("REGION-UNKNOWN", 3)},
    ),
    "region-conflict": (
        "Login,Email,Tenant,Region\na,a@example.com,acme,eu\nb,b@example.com,globex,na\nc,c@example.com,ACME,na\n",
        (),
        {("REGION-CONFLICT", 2), ("REGION-CONFLICT", 4)},
    ),
    "tenant-invalid": (
        "Login,Email,Tenant,Region\na,anna@example.com,acme,eu\nb,ben@example.com,ac_me!,eu\n",
        (),
        {("TENANT-INVALID", 3)},
    ),
    "control": ('External ID,Email\n"1\t2",anna@example.com\n3,ben@example.com\n', (), {("CELL-CONTROL", 2)}),
    "control-email": ('Login,Email\nanna,"an\tna@example.com"\nben,ben@example.com\n', (), {("CELL-CONTROL", 2)}),
    "too-long": (f"Login,Email\n{'a' * 5000},anna@example.com\nben,ben@example.com\n", (), {("CELL-TOO-LONG", 2)}),
    "ragged": (
        (
            "Login,Email,Team\na,anna@example.com,x\nb,ben@example.com\nc,c@example.com,y\nd,d@example.com,y,z\n"
            "e,e@example.com,y\nf,f@example.com,y\n"
        ),
        (),
        {("ROW-RAGGED", 3), ("ROW-RAGGED", 5)},
    ),
    "blank": ("Login,Email\n\nanna,anna@example.com\n,\n", (), {("ROW-BLANK", 2), ("ROW-BLANK", 4)}),
    "example": ("Login,Email\nExample: jdoe,jdoe@example.com\nanna,anna@example.com\n", (), {("ROW-EXAMPLE", 2)}),
    "total": ("Login,Email\nanna,anna@example.com\nTotal,1\n", (), {("ROW-TOTAL", 3)}),
}

SHEETS: dict[str, tuple[list[list[object]], Found]] = {
    "number": (
        [["External ID", "Email"], [1234567890123456789, "a@example.com"], ["7", "b@example.com"]],
        {("CELL-NUMBER", 2)},
    ),
    "formula": (
        [["Login", "Email"], ["anna", '=A2&"@example.com"'], ["ben", "b@example.com"]],
        {("CELL-FORMULA-ERROR", 2)},
    ),
    "hidden-row": ([["Login", "Email"], ["a", "a@example.com"], ["b", "b@example.com"]], {("ROW-HIDDEN", 3)}),
}
ATTRIBUTE = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory, sync: Callable[..., Done], entra: Callable[..., str]) -> Done:
    """Check every case of the tables as a job of its own, all in one command."""
    folder = tmp_path_factory.mktemp("cases")
    for name, (text, truth, _) in CASES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        directory = ""
        if truth:
            (folder / f"{name}-truth.csv").write_text(entra(*truth))
            directory = f'[directory]\nkind = "csv"\npath = "{name}-truth.csv"\n'
        (folder / f"{name}.toml").write_text(job_text(directory, tenant=None, path=f"{name}.csv"))
    for name, (rows, _) in SHEETS.items():
        book = Workbook()
        for row in rows:
            book.active.append(row)
        if name == "hidden-row":
            book.active.row_dimensions[3].hidden = True
        book.save(folder / f"{name}.xlsx")
        (folder / f"{name}.toml").write_text(job_text(tenant=None, kind="excel", path=f"{name}.xlsx"))
    (folder / "plain.csv").write_text("Login,Email\nanna,anna@example.com\n")
    for name, attribute in {"right": ATTRIBUTE, "case-only": ATTRIBUTE.upper(), "other": "mailbox"}.items():
        job = job_text(NO_DIRECTORY, f'saml_attribute = "{attribute}"\n', tenant=None, path="plain.csv")
        (folder / f"{name}.toml").write_text(job)
    return sync(folder, "check", *sorted(path.name for path in folder.glob("*.toml")), "--json")


@pytest.mark.parametrize("name", [*CASES, *SHEETS])
def test_each_code_for_its_row_alone(checked: Done, name: str) -> None:
    """The code appears for the guilty rows, and no other finding."""
    expected = CASES[name][2] if name in CASES else SHEETS[name][1]
    folder = checked.latest(name)
    assert folder.manifest["outcome"] in {"ok", "rejected"}, folder.manifest["message"]
    rows = {found for found in folder.found("error", "dropped", "warning") if found[1] is not None}
    assert rows == expected
    counts = folder.manifest["counts"]
    assert counts["read"] == counts["accepted"] + counts["rejected"] + counts["dropped"]
    assert counts["rejected"] == len({row for _, row in folder.found("error")})


@pytest.mark.parametrize(
    ("name", "words"),
    [("zero-width", "U+200B"), ("no-break", "U+00A0"), ("look-alike", "U+0430"), ("not-nfc", "U+0301")],
)
def test_code_points_are_named(checked: Done, name: str, words: str) -> None:
    """What cannot be seen is named by its code point."""
    assert words in "".join(issue["message"] for issue in checked.latest(name).issues if issue["severity"] == "error")


def test_nearest_spelling_is_proposed(checked: Done) -> None:
    """An unknown email comes with the nearest one of the directory."""
    issue = next(issue for issue in checked.latest("unknown").issues if issue["code"] == "EMAIL-UNKNOWN")
    assert "anna@example.com" in issue["message"] + issue["fix"]


def test_attribute_names(checked: Done) -> None:
    """The job's saml_attribute is compared with the usual names, character by character."""
    found = {
        name: {issue["code"] for issue in checked.latest(name).issues} & {"ATTRIBUTE-CASE", "ATTRIBUTE-UNKNOWN"}
        for name in ("right", "case-only", "other")
    }
    assert found == {"right": set(), "case-only": {"ATTRIBUTE-CASE"}, "other": {"ATTRIBUTE-UNKNOWN"}}


def test_no_directory_is_said_aloud(checked: Done) -> None:
    """Without a directory, and with kind none, the report states that the emails were not verified."""
    assert ("NO-DIRECTORY", None) in checked.latest("right").found("warning")
    assert ("NO-DIRECTORY", None) in checked.latest("blank").found("warning")
    assert ("NO-DIRECTORY", None) not in checked.latest("case").found("warning")


def test_check_writes_no_import_file(checked: Done) -> None:
    """No check of any case leaves an import file, and the worst code of them all is 3."""
    assert checked.tables() == {}
    assert checked.code == 3


def test_case_twins_that_the_directory_settles(
    tmp_path: Path, sync: Callable[..., Done], entra: Callable[..., str]
) -> None:
    """Of two emails that differ by case, the one that the directory has is accepted."""
    (tmp_path / "agents.csv").write_text("Login,Email\nb1,ben@example.com\nb2,Ben@example.com\n")
    (tmp_path / "exportUsers.csv").write_text(entra(*TRUTH))
    done = sync(tmp_path, "check", "agents.csv", "--directory", "exportUsers.csv", "--json")
    assert done.document["counts"]["accepted"] == 1
    assert {row for _, row in done.folder.found("error")} == {2}
    assert ("EMAIL-CASE-TWIN", 2) in done.folder.found("error")


@pytest.mark.parametrize(
    ("columns", "cells", "asked", "found"),
    [
        ("", "", ("--tenant", "ACME"), set()),
        ("", "", ("--region", "eu"), set()),
        (",Tenant", ",acme", (), set()),
        (",Tenant", ",ac_me", (), {("TENANT-INVALID", 2)}),
        (",Tenant", ",", (), set()),
        (",Region", ",eu", (), set()),
        (",Region", ",Mars", (), {("REGION-UNKNOWN", 2)}),
        (",Region", ",", ("--tenant", "ACME"), set()),
    ],
)
def test_a_check_needs_neither_tenant_nor_region(
    columns: str,
    cells: str,
    asked: tuple[str, ...],
    found: Found,
    tmp_path: Path,
    sync: Callable[..., Done],
) -> None:
    """What neither the list nor the command names is not a fault of a row; what they name is judged.

    A column without any value names nothing.
    """
    (tmp_path / "a.csv").write_text(f"Login,Email{columns}\nanna,anna@example.com{cells}\n")
    done = sync(tmp_path, "check", "a.csv", *asked, "--json")
    assert done.folder.found("error") == found
    assert done.code == (3 if found else 0)
