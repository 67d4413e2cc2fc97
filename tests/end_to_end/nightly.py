"""A nightly job from files alone: the list and the job file that the journeys lay out, and exports of Contact Pro."""

import json
from collections.abc import Sequence
from pathlib import Path

from tests.job_texts import NO_DIRECTORY, job_text

JOB = job_text(NO_DIRECTORY, "{more}\n")
HEAD = "Login\tExternalId\tCertificateSubject\tCertificateIssuer"
ISSUER = "cc-acme.auth.eu-central-1.amazoncognito.com"
NAMES = [f"u{number:02d}" for number in range(20)]


def lay(folder: Path, logins: Sequence[str], more: str = "", **emails: str) -> str:
    """Write the list of people (``u01`` has ``U01@x.com``) and the job beside it."""
    rows = [f"{login},{emails.get(login, f'{login.upper()}@x.com')}" for login in logins]
    (folder / "agents.csv").write_text("\n".join(["Login,Email", *rows, ""]))
    (folder / "nightly.toml").write_text(JOB.format(more=more))
    return "nightly.toml"


def changes(run: Path) -> list[tuple[str, str]]:
    """Return kind and login of each change of a plan."""
    return [(each["kind"], each["login"]) for each in json.loads((run / "plan.json").read_bytes())["changes"]]


def export(folder: Path, *users: tuple[str, str]) -> str:
    """Write a users export with these logins and Subjects ("" for a user without a certificate)."""
    rows = [f"{login}\t\t{subject}\t{ISSUER if subject else ''}" for login, subject in users]
    (folder / "users.txt").write_text("\r\n".join([HEAD, *rows, ""]), "utf-8-sig", newline="")
    return "users.txt"


def usual(logins: Sequence[str]) -> list[tuple[str, str]]:
    """Return the users of an export as ``lay`` spells them: ``u01`` has ``U01@x.com``."""
    return [(login, f"{login.upper()}@x.com") for login in logins]
