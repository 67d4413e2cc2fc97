"""``template``: a workbook to fill in; filled in rightly it is read without a finding about any person."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from mappings.bind import bind, choose
from mappings.load import load_source_mappings
from pipeline.setup.template.columns import FIELDS
from tests.job_texts import job_text

Sync = Callable[..., Any]

LANGUAGES = ["en", "de", "fr", "es", "fi", "sv", "pt", "ja"]
PEOPLE = [
    ("xena.lo", "0012", "Xena", "Lo", "xena.lo@example.com", "Sales", "acme", "Europe"),
    ("yara.mo", "NA", "Yara", "Mo", "yara.mo@example.com", "Billing", "", ""),
]
DIRECTORY = "mail,accountEnabled\nxena.lo@example.com,true\nyara.mo@example.com,true\n"
TABLES = """[directory]
kind = "csv"
path = "directory.csv"
[users]
extensions = ["2000-2999"]
groups = { Billing = "Billing agents", Sales = "Sales agents" }
[output]
layout = "users"
"""
JOB = job_text(TABLES, kind="excel", path="filled.xlsx")


def fill(path: Path, target: Path, without: tuple[str, ...] = ()) -> None:
    """Write two people below the example row, ``without`` some of their texts."""
    book = load_workbook(path)
    for row, person in enumerate(PEOPLE, start=3):
        for column, text in enumerate(person, start=1):
            if text and text not in without:
                book.worksheets[0].cell(row, column).value = text
    book.save(target)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filled_template_has_no_finding(sync: Sync, tmp_path: Path, language: str) -> None:
    """In every language the rows are accepted, and only the example row is left out."""
    (tmp_path / "directory.csv").write_text(DIRECTORY)
    sync(tmp_path, "template", "-o", "empty.xlsx", "--lang", language, "--tenant", "ACME", "--region", "eu")
    fill(tmp_path / "empty.xlsx", tmp_path / "filled.xlsx")
    options = ("--tenant", "ACME", "--region", "eu", "--directory", "directory.csv", "--json")
    done = sync(tmp_path, "run", "filled.xlsx", *options)
    assert done.document["issues"] == {"LAYOUT-UNVERIFIED": 1, "ROW-EXAMPLE": 1}
    assert done.folder.subjects == ["xena.lo@example.com", "yara.mo@example.com"]
    (data,) = done.folder.outputs.values()
    assert b"\t0012\t" in data
    assert b"\tNA\t" in data


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filled_template_of_new_users_has_no_finding(sync: Sync, tmp_path: Path, language: str) -> None:
    """In every language a template made from a job of new users becomes their import file."""
    (tmp_path / "directory.csv").write_text(DIRECTORY)
    (tmp_path / "new.toml").write_text(JOB)
    sync(tmp_path, "template", "new.toml", "-o", "empty.xlsx", "--lang", language)
    fill(tmp_path / "empty.xlsx", tmp_path / "filled.xlsx")
    done = sync(tmp_path, "run", "new.toml", "--json")
    assert done.document["issues"] == {"LAYOUT-UNVERIFIED": 1, "ROW-EXAMPLE": 1}
    assert [Path(file["path"]).name for file in done.document["files"]] == ["users-001.txt"]


def test_a_filled_template_is_checked_without_a_tenant(sync: Sync, tmp_path: Path) -> None:
    """The next step that ``template`` names needs no tenant; one that only some rows have is missing in the others."""
    (tmp_path / "directory.csv").write_text(DIRECTORY)
    made = sync(tmp_path, "template", "-o", "empty.xlsx", "--json").document
    assert made["next"] == "Fill it in, then run: contactpro-sync check empty.xlsx"
    fill(tmp_path / "empty.xlsx", tmp_path / "some.xlsx")
    fill(tmp_path / "empty.xlsx", tmp_path / "none.xlsx", without=("acme", "Europe"))
    found = [
        sync(tmp_path, "check", name, "--directory", "directory.csv", "--json").document["issues"]
        for name in ("none.xlsx", "some.xlsx")
    ]
    assert found == [{"ROW-EXAMPLE": 1}, {"REGION-UNKNOWN": 1, "TENANT-INVALID": 1, "ROW-EXAMPLE": 1}]


def test_a_template_for_new_users(sync: Sync, tmp_path: Path) -> None:
    """Made from a job file it has its teams, tenant and region to choose."""
    (tmp_path / "new.toml").write_text(JOB)
    made = sync(tmp_path, "template", "new.toml", "-o", "empty.xlsx", "--lang", "en", "--json")
    assert [column["field"] for column in made.document["columns"]] == list(FIELDS)
    help_sheet = load_workbook(tmp_path / "empty.xlsx").worksheets[1]
    values = {help_sheet.cell(1, column).value: help_sheet.cell(2, column).value for column in (3, 4, 5)}
    assert values == {"Values for Team": "Billing", "Values for Tenant": "acme", "Values for Region": "Europe"}


def test_cells_are_text_with_drop_downs_and_hints(sync: Sync, tmp_path: Path) -> None:
    """Every cell below the header is text; region has a list to choose from; each column has a hint."""
    sync(tmp_path, "template", "-o", "empty.xlsx", "--lang", "de")
    sheet = load_workbook(tmp_path / "empty.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[1]] == [
        "Benutzername", "Personalnummer", "Vorname", "Nachname", "E-Mail-Adresse", "Abteilung", "Mandant",
        "Rechenzentrum",
    ]  # fmt: skip
    assert sheet["A2"].value == "Beispiel: anna.berg"
    assert {cell.number_format for row in sheet["A2:H900"] for cell in row} == {"@"}
    validations = {str(each.sqref).partition("3:")[0]: each for each in sheet.data_validations.dataValidation}
    assert set(validations) == set("ABCDEFGH")
    assert all(each.prompt and each.showInputMessage for each in validations.values())
    assert [letter for letter, each in validations.items() if each.type == "list"] == ["H"]
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("language", LANGUAGES)
def test_headers_mean_their_fields(sync: Sync, tmp_path: Path, language: str) -> None:
    """The spreadsheet mapping reads every header as the field that it was made for."""
    made = sync(tmp_path, "template", "-o", "empty.xlsx", "--lang", language, "--json").document
    headers = [column["header"] for column in made["columns"]]
    binding = bind(choose(load_source_mappings("excel"), headers), headers)
    assert {field: headers[place] for field, place in binding.columns.items()} == {
        column["field"]: column["header"] for column in made["columns"]
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "empty.csv"], "a template is an .xlsx workbook"),
        (["-o", "there.xlsx"], "exists already"),
        (["-o", "nowhere/empty.xlsx"], "there is no folder"),
        (["-o", "empty.xlsx", "--lang", "tlh"], "'tlh'"),
        (["-o", "empty.xlsx", "--region", "atlantis"], "atlantis"),
        (["-o", "empty.xlsx", "--layout", "nothing"], "nothing"),
    ],
)
def test_what_cannot_be_written_is_refused(sync: Sync, tmp_path: Path, words: list[str], said: str) -> None:
    """A wrong option ends with 2 and a sentence, and no file is replaced."""
    (tmp_path / "there.xlsx").write_bytes(b"hers")
    done = sync(tmp_path, "template", *words)
    assert done.code == 2
    assert said in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["there.xlsx"]
    assert (tmp_path / "there.xlsx").read_bytes() == b"hers"
