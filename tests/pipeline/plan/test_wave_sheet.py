"""Waves by sheet: another sheet of the list's workbook names people of the list, by one of its keys."""

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from openpyxl import Workbook

from connectors.base import SourceUnreadable
from pipeline.config import request
from pipeline.config.request import RunRequest
from pipeline.extract import read
from pipeline.model.errors import UsageProblem
from pipeline.model.people import People
from pipeline.plan import saved
from pipeline.plan.waves.members import members
from pipeline.run import run
from pipeline.transform import to_people
from tests.job_texts import job_text

PEOPLE = (("anna", "17"), ("ben", "18"), ("cleo", "19"), ("dora", ""))
SHEETS: dict[str, tuple[tuple[str | None, ...], ...]] = {
    "Pilot": (("The first ones",), (), ("Anmeldename", "Notiz"), ("Ben", "knows it"), (), (" anna ", "")),
    "Welle 2": (("Personalnummer",), ("19",)),
    "Mail, Kopie": (("Anschrift", "Anmeldename"), ("DORA@example.com", ""), ("old@example.com", "ben")),
    "Fremd": (("Anmeldename",), ("anna",), ("karl",), ("vera",)),
    "Adresse": (("Anschrift",), ("vera@example.com",)),
    "Ohne": (("Ben", "Cleo"), ("x", "y")),
    "Leer": (("Anmeldename",),),
    "Lücke": (("Anmeldename", "Personalnummer", "Notiz"), ("anna", "", ""), ("", "", "who?")),
    "Formel": (("Anmeldename",), ("anna",), ('=A1&"x"',)),
    "Filter": (("Anmeldename",), ("anna",), ("ben",)),
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> RunRequest:
    """Make the workbook of a team lead once: a list, and sheets for its waves."""
    folder = tmp_path_factory.mktemp("sheets")
    book = Workbook()
    book.active.title = "Alle"
    book.active.append(["Anmeldename", "Personalnummer", "Anschrift"])
    for login, key in PEOPLE:
        book.active.append([login, key, f"{login}@example.com"])
    for name, rows in SHEETS.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row, start=1):
                sheet.cell(number, place, cell or None)
    book["Filter"].row_dimensions[3].hidden = True
    book["Welle 2"].sheet_state = "hidden"
    book.save(folder / "liste.xlsx")
    options = {
        "roster": {"sheet": "Alle", "email_attribute": "Anschrift"},
        "tenant": {"name": "acme", "region": "eu"},
    }
    return request.from_options("plan", folder / "liste.xlsx", options, folder / "runs")


@pytest.fixture(scope="module")
def people(asked: RunRequest) -> People:
    """Read the list once."""
    with read.reading(asked) as reading:
        return to_people(reading.roster())


def chosen(wave: str, asked: RunRequest, people: People) -> str:
    """Return the logins of a wave."""
    mask = members(wave, people, people.texts("email").combine_chunks(), np.ones(4, np.bool_), asked.job.roster)
    return " ".join(login for (login, _), is_member in zip(PEOPLE, mask.tolist(), strict=True) if is_member)


@pytest.mark.parametrize(
    ("wave", "logins"),
    [
        ("sheet=Pilot", "anna ben"),
        ("Sheet=pilot", "anna ben"),
        ("sheet=Pilot, welle 2", "anna ben cleo"),
        ("sheet=Mail, Kopie", "ben dora"),
        ("sheet=Alle", "anna ben cleo dora"),
    ],
)
def test_the_people_of_a_sheet(wave: str, logins: str, asked: RunRequest, people: People) -> None:
    """A person is found by the first key of the row that is filled, without case; a title and blank rows are none."""
    assert chosen(wave, asked, people) == logins


@pytest.mark.parametrize(
    ("wave", "reason", "advice"),
    [
        ("Helsinki", "liste.xlsx has no sheet 'Helsinki'", "Name one of its sheets: 'Alle', 'Pilot', 'Welle 2', 'Mail"),
        ("Pilot,Oslo", "has no sheet 'Oslo'", "'Pilot'"),
        ("Fremd", "'Fremd' has people who are not in the list: 'karl', 'vera' (rows 3, 4)", "add them to sheet 'Alle'"),
        ("Adresse", "who are not in the list: 'v…a@example.com' (row 2)", "Correct them there"),
        (
            "Ohne",
            "'Ohne' cannot be used: no column finds people in the list",
            "Anmeldename, Personalnummer, Anschrift.",
        ),
        ("Leer", "'Leer' cannot be used: no one is below its headers", "the people of the wave below it"),
        ("Lücke", "'Lücke' has rows without Anmeldename or Personalnummer: row 3", "Fill it in"),
        ("Formel", "'Formel' has rows without Anmeldename: row 3", "Fill it in"),
        ("Filter", "'Filter' has hidden rows: row 3", "Show them"),
    ],
)
def test_a_sheet_that_does_not_say_who(wave: str, reason: str, advice: str, asked: RunRequest, people: People) -> None:
    """The sentence names the sheet and the rows: no one joins or misses a wave by mistake."""
    with pytest.raises(UsageProblem) as caught:
        chosen(f"sheet={wave}", asked, people)
    assert reason in str(caught.value)
    assert str(caught.value).endswith("Nothing was written.")
    assert advice in caught.value.advice


def test_a_text_file_has_no_sheets(people: People) -> None:
    """A list in CSV leads to the wave of a text file."""
    with pytest.raises(UsageProblem, match="has no sheets, and no column of that name") as caught:
        members("sheet=Pilot", people, people.texts("email").combine_chunks(), np.ones(4, np.bool_))
    assert "--wave login=@FILE" in caught.value.advice


def test_a_workbook_that_changed_meanwhile(asked: RunRequest, people: People) -> None:
    """List and wave are of one workbook: a file that was saved in between is read again by the user's next run."""
    other = dataclasses.replace(people, extract=replace(people.extract, sha256="0" * 64))
    with pytest.raises(SourceUnreadable, match="changed while it was read"):
        chosen("sheet=Pilot", asked, other)


def wrote(asked: RunRequest) -> tuple[str, int]:
    """Do a run in this process; return the Subjects of its import file and its exit code."""
    with read.reading(asked) as reading:
        result = run(asked, reading, lambda _: None)
    lines = [line for file in sorted(result.folder.glob("out/acme/*.txt")) for line in file.read_text().splitlines()]
    return " ".join(sorted(login for login, _ in PEOPLE if any(f"{login}@" in line for line in lines))), result.end.code


def test_a_plan_by_sheet_is_emitted_and_the_rest_follows(asked: RunRequest, tmp_path: Path) -> None:
    """The plan keeps the sheet's name, and the hash of the workbook that has both sheets."""
    book = tmp_path / "liste.xlsx"
    book.write_bytes(asked.source.read_bytes())
    job = tmp_path / "job.toml"
    keys = 'sheet = "Alle"\nemail_attribute = "Anschrift"\n'
    job.write_text(job_text(tenant="acme", kind="excel", path="liste.xlsx", more=keys))

    def made(command: str, wave: str | None) -> RunRequest:
        return request.from_options(command, job, {}, tmp_path / "runs", wave=wave)

    assert wrote(made("plan", "sheet=Pilot")) == ("", 0)
    plan = saved.read(tmp_path / "runs/job/latest")
    assert plan.plan.source.wave == "sheet=Pilot"
    assert plan.plan.hashes["inputs"] == {"liste.xlsx": hashlib.sha256(book.read_bytes()).hexdigest()}
    again = replace(made("emit", plan.plan.source.wave), folder=plan.folder, seal=plan.seal, hashes=plan.plan.hashes)
    assert wrote(again) == ("anna ben", 0)
    assert wrote(made("run", "rest")) == ("cleo dora", 0)
