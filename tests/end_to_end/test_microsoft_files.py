"""Files as Microsoft's admin centers write them, and values that careless readers change."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Done = Any
"""What the command left behind: conftest's Done, which a test file cannot import."""


PLACE = ("--tenant", "ACME", "--region", "eu", "--json")
ISSUER = "cc-acme.auth.eu-central-1.amazoncognito.com"

TEMPLATE = (
    "version:v1.0,,,,,,,,,,,,,,,,\r\n"
    "Name [displayName] Required,User name [userPrincipalName] Required,Initial password [passwordProfile] Required,"
    "Block sign in (Yes/No) [accountEnabled] Required,First name [givenName],Last name [surname],Job title [jobTitle],"
    "Department [department],Usage location [usageLocation],Street address [streetAddress],State or province [state],"
    "Country or region [country],Office [physicalDeliveryOfficeName],City [city],ZIP or postal code [postalCode],"
    "Office phone [telephoneNumber],Mobile phone [mobile]\r\n"
    "Example: Chris Green,chris@contoso.com,myPassword1234,No,Chris,Green,Boss,Sales,US,1 Way,WA,US,12,City,1,2,3\r\n"
    "Anna Berg,Anna.Berg@contoso-example.com,S3cret-Anna, No,Anna,Null,Agent,Care,FI,,,,,,,,\r\n"
    "Ben Lind,ben.lind@contoso-example.com,S3cret-Ben,Yes,Ben,NA,Agent,Care,FI,,,,,,,,\r\n"
    "Cy Broken,cy.broken,S3cret-Cy,No,Cy,TRUE,Agent,Care,FI,,,,,,,,\r\n"
)


def test_download_users_as_roster_and_directory(
    tmp_path: Path, sync: Callable[..., Done], entra: Callable[..., str], rows_of: Callable[[bytes], list[str]]
) -> None:
    """The portal's user download is read as the list and as the truth; mail is the Subject, never the UPN."""
    people = (
        {"mail": "Anna.Berg@contoso-example.com", "surname": "Null"},
        {"mail": "", "userPrincipalName": "ben.lind@contoso-example.com"},
        {"mail": "cy@contoso-example.com", "accountEnabled": "False"},
        {"mail": "dora@contoso-example.com", "userType": "Guest"},
    )
    (tmp_path / "exportUsers.csv").write_text(entra(*people))
    (tmp_path / "truth.csv").write_text(entra(*people))
    done = sync(tmp_path, "run", "exportUsers.csv", *PLACE, "--directory", "truth.csv")
    assert done.code == 3
    assert done.document["mappings"] == {"roster": "entra_export", "directory": "entra_export"}
    assert done.folder.found("error") == {("EMAIL-MISSING", 3), ("ACCOUNT-DISABLED", 4)}
    assert ("ACCOUNT-GUEST", 5) in done.folder.found("warning")
    assert rows_of(done.folder.outputs["out/acme/certificates-001.txt"])[1:] == [
        f"\t00000000-0000-4000-8000-000000000001\tAnna.Berg@contoso-example.com\t{ISSUER}",
        f"\t00000000-0000-4000-8000-000000000004\tdora@contoso-example.com\t{ISSUER}",
    ]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, sync: Callable[..., Done]) -> Done:
    """Run the bulk create template as it was downloaded and filled in."""
    folder = tmp_path_factory.mktemp("template")
    (folder / "UserCreateTemplate.csv").write_bytes(b"\xef\xbb\xbf" + TEMPLATE.encode())
    return sync(folder, "run", "UserCreateTemplate.csv", *PLACE)


def test_bulk_template_is_read(template: Done) -> None:
    """The version line is skipped, tokens are understood, the example is dropped aloud, `` No`` means not blocked."""
    found = template.folder.found("error", "dropped")
    assert ("ROW-EXAMPLE", 3) in found
    assert ("ACCOUNT-DISABLED", 5) in found
    assert ("EMAIL-SYNTAX", 6) in found
    assert not [row for code, row in found if row == 4 and code == "ACCOUNT-DISABLED"]
    counts = template.document["counts"]
    assert (counts["read"], counts["dropped"]) == (4, 1)


def test_bulk_template_without_a_key_says_so(template: Done) -> None:
    """The bare template has no Login or ExternalId; each row is rejected for it, and the fix names both."""
    missing = [issue for issue in template.folder.issues if issue["code"] == "ID-MISSING"]
    assert [issue["row"] for issue in missing] == [4, 5, 6]
    assert all("Login" in issue["fix"] and "ExternalId" in issue["fix"] for issue in missing)
    assert template.folder.outputs == {}


def test_passwords_are_in_no_file(template: Done) -> None:
    """No file of the run, and nothing on the screen, holds a password of the template."""
    said = (template.stdout + template.stderr).encode()
    written = {path.name: path.read_bytes() for path in template.cwd.joinpath("runs").rglob("*") if path.is_file()}
    assert len(written) >= 4
    for name, data in {**written, "screen": said}.items():
        for secret in (b"S3cret", b"myPassword1234"):
            assert secret not in data, name


def test_template_with_login_column(
    tmp_path: Path, sync: Callable[..., Done], rows_of: Callable[[bytes], list[str]]
) -> None:
    """With an added Login column, the template's people are written."""
    version, header, *rows = TEMPLATE.split("\r\n")[:-1]
    logins = ("x", "aberg", "blind", "cbroken")
    text = [f"{version},", f"{header},Login", *(f"{row},{login}" for row, login in zip(rows, logins, strict=True))]
    (tmp_path / "t.csv").write_text("\r\n".join(text) + "\r\n", newline="")
    done = sync(tmp_path, "run", "t.csv", *PLACE)
    assert done.folder.found("error", "dropped") == {
        ("ROW-EXAMPLE", 3),
        ("ACCOUNT-DISABLED", 5),
        ("EMAIL-SYNTAX", 6),
    }
    row = f"aberg\t\tAnna.Berg@contoso-example.com\t{ISSUER}"
    assert rows_of(done.folder.outputs["out/acme/certificates-001.txt"])[1:] == [row]


def test_text_stays_text(tmp_path: Path, sync: Callable[..., Done], rows_of: Callable[[bytes], list[str]]) -> None:
    """Names like NA and ids like 0012 or 1E5 come out as they went in, in the import file and in rejects.csv."""
    names = ("NA", "Null", "None", "nan", "TRUE", "NaN", "#N/A", "inf", "1.0")
    ids = ("0012", "1E5", "007", "1.0", "TRUE", "NA", "nan", "null", "12345678901234567890")
    good = [f"{key},{name},p{at}@example.com" for at, (key, name) in enumerate(zip(ids, names, strict=True))]
    bad = [f"x{key},{name},broken" for key, name in zip(ids, names, strict=True)]
    (tmp_path / "a.csv").write_text("\n".join(["External ID,Surname,Email", *good, *bad]) + "\n")
    done = sync(tmp_path, "run", "a.csv", *PLACE)
    written = [row.split("\t")[1] for row in rows_of(done.folder.outputs["out/acme/certificates-001.txt"])[1:]]
    assert sorted(written) == sorted(ids)
    text = (done.folder.path / "rejects.csv").read_text("utf-8-sig")
    rejected = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [row[1:3] for row in rejected] == [[f"x{key}", name] for key, name in zip(ids, names, strict=True)]
