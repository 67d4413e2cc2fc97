"""A users export of System Configurator for the contract suite."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TABLE = 'kind = "contact_pro_export"\npath = "export.txt"\n'
ISSUER = "cc-acme.auth.eu-central-1.amazoncognito.com"
HEADER = "Login\tExternalId\tCertificateSubject\tCertificateIssuer\n"


@contextmanager
def good(folder: Path) -> Iterator[str]:
    """Write three users, one of them without a certificate."""
    rows = f"anna\tA1\tAnna.Berg@example.com\t{ISSUER}\nbo\tB2\tbo.ek@example.com\t{ISSUER}\ncy\tC3\t\t\n"
    (folder / "export.txt").write_text(HEADER + rows, "utf-8")
    yield TABLE


@contextmanager
def unreachable(_: Path) -> Iterator[str]:
    """Write no file."""
    yield TABLE


@contextmanager
def incomplete(folder: Path) -> Iterator[str]:
    """Write an export whose second row breaks off."""
    (folder / "export.txt").write_text(f"{HEADER}anna\tA1\tAnna.Berg@example.com\t{ISSUER}\nbo\tB2\n", "utf-8")
    yield TABLE
