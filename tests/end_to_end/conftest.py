"""What the journeys share: the real command in a process of its own, and a look into the folder that it leaves."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command_server import nursery


@dataclass(frozen=True)
class Folder:
    """One run folder, read as a script would read it."""

    path: Path

    @property
    def issues(self) -> list[dict[str, Any]]:
        """Read every line of issues.jsonl."""
        return [json.loads(line) for line in (self.path / "issues.jsonl").read_bytes().split(b"\n") if line]

    def found(self, *severities: str) -> set[tuple[str, int | None]]:
        """Return code and row of the issues of some severities."""
        return {(issue["code"], issue["row"]) for issue in self.issues if issue["severity"] in severities}

    @property
    def manifest(self) -> dict[str, Any]:
        """Read manifest.json."""
        return json.loads((self.path / "manifest.json").read_bytes())

    @property
    def outputs(self) -> dict[str, bytes]:
        """Read every import file, by its path below the run folder."""
        files = (path for path in sorted(self.path.glob("out/**/*")) if path.is_file())
        return {path.relative_to(self.path).as_posix(): path.read_bytes() for path in files}

    @property
    def subjects(self) -> list[str]:
        """Return the Subjects of every import file."""
        return [line.split("\t")[2] for data in self.outputs.values() for line in lines(data)[1:]]


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    stdout: str
    stderr: str
    cwd: Path

    @property
    def document(self) -> dict[str, Any]:
        """Read the one JSON document of ``--json``; anything beside it fails here."""
        return json.loads(self.stdout)

    @property
    def folder(self) -> Folder:
        """Look into the run folder that the document names."""
        return Folder(self.cwd / self.document["run"])

    def latest(self, job: str, runs: str = "runs") -> Folder:
        """Look into the newest run folder of a job, as ``latest`` names it."""
        parent = self.cwd / runs / job
        return Folder(parent / (parent / "latest").read_text().strip())

    def tables(self) -> dict[str, bytes]:
        """Return every import file anywhere below the working directory."""
        return {str(path): path.read_bytes() for path in self.cwd.rglob("out/**/*.txt")}


def lines(data: bytes) -> list[str]:
    """Split an import file as System Configurator's documentation describes it: BOM, CRLF, no quoting."""
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    return data[3:].decode().split("\r\n")[:-1]


def call(cwd: Path, *arguments: str | Path, **wish: object) -> Done:
    """Run the command in a process of its own in a folder, and insist that it never shows a traceback.

    A ``wish`` is one of the command server: ``umask``, ``given``, ``screen``, ``environment``, ``program``.
    """
    told = nursery().run(cwd, *map(str, arguments), **wish)
    assert "Traceback" not in told["stdout"] + told["stderr"]
    return Done(told["code"], told["stdout"], told["stderr"], cwd)


@pytest.fixture(scope="session")
def sync() -> Callable[..., Done]:
    """Return the command as a function of folder and arguments."""
    return call


@pytest.fixture(scope="session")
def rows_of() -> Callable[[bytes], list[str]]:
    """Return the splitter of import files."""
    return lines


ENTRA = (
    "userPrincipalName,displayName,surname,mail,givenName,objectId,userType,jobTitle,department,accountEnabled,"
    "usageLocation,streetAddress,state,country,physicalDeliveryOfficeName,city,postalCode,telephoneNumber,mobile,"
    "authenticationPhoneNumber,authenticationAlternativePhoneNumber,authenticationEmail,alternateEmailAddress,ageGroup,"
    "consentProvidedForMinor,legalAgeGroupClassification,companyName,creationType,directorySynced,invitationState,"
    "identityIssuer,createdDateTime"
)


@pytest.fixture(scope="session")
def entra() -> Callable[..., str]:
    """Return a maker of the Entra portal's "Download users" file; a person is a dict of columns, or an email."""

    def export(*people: dict[str, str] | str) -> str:
        names = ENTRA.split(",")
        rows = [ENTRA]
        for number, each in enumerate(people, start=1):
            person = {"mail": each} if isinstance(each, str) else each
            usual = {
                "userPrincipalName": f"user{number}@corp-contoso-example.com",
                "displayName": f"Person {number}",
                "objectId": f"00000000-0000-4000-8000-{number:012d}",
                "userType": "Member",
                "accountEnabled": "True",
                "directorySynced": "True",
                "createdDateTime": "2024-05-13T08:15:00Z",
            }
            cells = {**usual, **person}
            rows.append(",".join(cells.get(name, "") for name in names))
        return "\ufeff" + "".join(f"{row}\r\n" for row in rows)

    return export
