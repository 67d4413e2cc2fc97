"""What issues advise about an email: the list has each fault, each advice is followed, and all rows are accepted."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

from tests.end_to_end.conftest import Done

PEOPLE = [
    "Anna.Berg", "Bo.Lind", "Carla.Diaz", "Dmitri.Orlov", "Eva.Novak", "Finn.Olsen", "Greta.Huber", "Hugo.Martin",
    "Ines.Costa", "Jan.Kowal", "Kim.Aho", "Lea.Sand", "Max.Roth", "Nora.Falk", "Otto.Bay", "José.Núñez", "Pia.Dorn",
    "Quin.Ode", "Rosa.Vik",
]  # fmt: skip
HOST = "@contoso-example.com"
FAULTS = [
    ("EMAIL-CASE", f"anna.berg{HOST}", "Write '{}'."),
    ("EMAIL-SPACE", f"Bo.Lind{HOST} ", "Write '{}'."),
    ("EMAIL-SPACE", f"Carla. Diaz{HOST}", "Write '{}'."),
    ("EMAIL-SPACE", f"\u00a0Dmitri.Orlov{HOST}", "Write '{}'."),
    ("EMAIL-INVISIBLE", f"Eva.No\u200bvak{HOST}", "Write '{}'."),
    ("EMAIL-LOOKALIKE", f"Finn.\u041elsen{HOST}", "Write '{}'."),
    ("EMAIL-UNKNOWN", f"Greta.Hubber{HOST}", "If '{}' is meant, write that."),
    ("EMAIL-IS-UPN", "hugo.martin@corp-contoso-example.com", "Write '{}'."),
    ("EMAIL-SYNTAX", f"mailto:Ines.Costa{HOST}", "Write only one address, for example '{}'."),
    ("EMAIL-SYNTAX", f"Jan Kowal <Jan.Kowal{HOST}>", "Write only one address, for example '{}'."),
    ("EMAIL-SYNTAX", f"Kim.Aho{HOST},", "Write only one address, for example '{}'."),
    ("EMAIL-SYNTAX", f"Lea.Sand{HOST};lea@example.com", "Write only one address, for example '{}'."),
    ("EMAIL-SYNTAX", f"'Max.Roth{HOST}", "Write '{}'."),
    ("EMAIL-SYNTAX", f'"Nora.Falk{HOST}"', "Write only one address, for example '{}'."),
    ("EMAIL-SYNTAX", "Otto.Bay&#64;contoso-example.com", "Write '{}'."),
    ("EMAIL-NOT-NFC", f"Jose\u0301.Nu\u0301n\u0303ez{HOST}", "Write '{}'."),
    ("EMAIL-SYNTAX", f"Pia.Dorn{HOST}.", "Write only one address, for example '{}'."),
    ("EMAIL-LOOKALIKE", "Quin.Ode\uff20contoso-example.com", "Write '{}'."),
    ("EMAIL-SYNTAX", f"SMTP:Rosa.Vik{HOST}", "Write only one address, for example '{}'."),
]
"""The email of each of ``PEOPLE`` as the list has it; ``{}`` is the email of the directory."""


def lay(folder: Path, emails: list[str]) -> None:
    """Write the list."""
    with (folder / "team.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["Login", "Email"], *([f"u{at}", email] for at, email in enumerate(emails))])


def test_every_advice_about_an_email_leads_to_an_accepted_row(
    tmp_path: Path, sync: Callable[..., Done], entra: Callable[..., str]
) -> None:
    """One fault a row; what the fix proposes is the email of the directory, and a second run accepts all rows."""
    asked = ("run", "team.csv", "--tenant", "ACME", "--region", "eu", "--directory", "export.csv", "--json")
    people = [{"mail": name + HOST, "userPrincipalName": f"{name.lower()}@corp-contoso-example.com"} for name in PEOPLE]
    (tmp_path / "export.csv").write_text(entra(*people), "utf-8")
    lay(tmp_path, [email for _, email, _ in FAULTS])
    found = [each for each in sync(tmp_path, *asked).folder.issues if each["severity"] == "error"]
    found.sort(key=lambda each: each["row"])
    assert [(each["code"], each["fix"]) for each in found] == [
        (code, fix.format(name + HOST)) for (code, _, fix), name in zip(FAULTS, PEOPLE, strict=True)
    ]
    lay(tmp_path, [re.findall("'(.+)'", each["fix"])[0] for each in found])
    done = sync(tmp_path, *asked)
    assert (done.code, done.document["counts"]["accepted"]) == (0, len(PEOPLE))
    assert done.folder.subjects == sorted((name + HOST for name in PEOPLE), key=done.folder.subjects.index)


def test_emails_that_differ_by_case_from_each_other_and_from_the_directory(
    tmp_path: Path, sync: Callable[..., Done], entra: Callable[..., str]
) -> None:
    """Neither row is right: one is kept, spelled as the directory spells it."""
    asked = ("run", "team.csv", "--tenant", "ACME", "--region", "eu", "--directory", "export.csv", "--json")
    (tmp_path / "export.csv").write_text(entra(f"Anna.Berg{HOST}"))
    lay(tmp_path, [f"anna.berg{HOST}", f"ANNA.BERG{HOST}"])
    fixes = {each["code"]: each["fix"] for each in sync(tmp_path, *asked).folder.issues}
    assert fixes["EMAIL-CASE-TWIN"] == "Keep one of the rows, spelled as the directory spells it."
    assert fixes["EMAIL-CASE"] == f"Write 'Anna.Berg{HOST}'."
    lay(tmp_path, [f"Anna.Berg{HOST}"])
    assert sync(tmp_path, *asked).folder.subjects == [f"Anna.Berg{HOST}"]
