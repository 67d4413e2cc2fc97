"""Invented users exports in every shape that one may have."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ISSUER = "cc-acme.auth.eu-central-1.amazoncognito.com"
LABELS = ("Id", "Login", "ExternalId", "FirstName", "LastName", "Email", "ExtensionNumber", "UserGroup")
ANNA = ("A1", "anna", "0012", "Anna", "Berg", "Anna.Berg@example.com", "2001", "Sales")
BO = ("B2", "bo", "", "Bo", "Li", "bo@example.com", "02002", "Sales")
CY = ("C3", "cy", "0014", "Cy", "Åse", "cy@example.com", "2003", "Sales")
FIRST, SECOND = "Anna.Berg@example.com", "anna@old.example.com"

CERTIFICATES = {
    ("anna", "0012", FIRST, ISSUER),
    ("anna", "0012", SECOND, ISSUER),
    ("bo", "", "bo@example.com", ISSUER),
}
"""The content of every shape: Anna has two certificates, Bo has one, Cy has none."""


@dataclass(frozen=True)
class Shape:
    """The same people, written in one way."""

    form: str
    separator: str | None
    rows: tuple[tuple[str, ...], ...]

    def lines(self, delimiter: str = "\t", newline: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
        """Write the table as text."""
        return table(self.rows, delimiter, newline, quoting)


def table(
    rows: Iterable[Sequence[str]], delimiter: str = "\t", newline: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL
) -> str:
    """Write rows as text."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=newline, quoting=quoting).writerows(rows)
    return text.getvalue()


def _one_pair(*anna: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    labels = (*LABELS, "CertificateSubject", "CertificateIssuer")
    return (labels, *anna, (*BO, "bo@example.com", ISSUER), (*CY, "", ""))


def _cells(separator: str) -> tuple[tuple[str, ...], ...]:
    return _one_pair((*ANNA, f"{FIRST}{separator}{SECOND}", f"{ISSUER}{separator}{ISSUER}"))


def _pairs(*labels: str) -> tuple[tuple[str, ...], ...]:
    anna, bo = (*ANNA, FIRST, ISSUER, SECOND, ISSUER), (*BO, "bo@example.com", ISSUER, "", "")
    return ((*LABELS, *labels), anna, bo, (*CY, "", "", "", ""))


_NOTHING = ("",) * len(LABELS)
SHAPES = {
    "rows repeat": Shape("rows", None, _one_pair((*ANNA, FIRST, ISSUER), (*ANNA, SECOND, ISSUER))),
    "rows with the key only": Shape(
        "rows", None, _one_pair((*ANNA, FIRST, ISSUER), ("", "anna", *_NOTHING[2:], SECOND, ISSUER))
    ),
    "rows without a key": Shape("rows", None, _one_pair((*ANNA, FIRST, ISSUER), (*_NOTHING, SECOND, ISSUER))),
    "numbered columns": Shape(
        "columns",
        None,
        _pairs("CertificateSubject", "CertificateIssuer", "CertificateSubject2", "CertificateIssuer2"),
    ),
    "numbers inside": Shape(
        "columns",
        None,
        _pairs("Certificate1.Subject", "Certificate1.Issuer", "Certificate2.Subject", "Certificate2.Issuer"),
    ),
    "repeated columns": Shape(
        "columns", None, _pairs("CertificateSubject", "CertificateIssuer", "CertificateSubject", "CertificateIssuer")
    ),
    "semicolons": Shape("cells", ";", _cells(";")),
    "semicolons and spaces": Shape("cells", ";", _cells("; ")),
    "bars": Shape("cells", "|", _cells("|")),
    "commas": Shape("cells", ",", _cells(",")),
    "line breaks": Shape("cells", "\n", _cells("\n")),
    "line breaks of Windows": Shape("cells", "\n", _cells("\r\n")),
}
