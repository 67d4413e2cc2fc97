"""An export as the baseline of a job: who is listed, and which extension numbers are in use."""

from pathlib import Path

import pytest

from pipeline.config import request
from pipeline.diagnostics import doctor
from pipeline.model.errors import UsageProblem
from pipeline.plan.baseline import baseline
from tests.job_texts import job_text

SAMPLE = Path(__file__).parents[3] / "sample_data" / "users-export.txt"
USERS = """[users]
extensions = ["2000-2001"]
group = "Agents"
[output]
layout = "users"
"""


def ordered(folder: Path, kind: str, *, users: bool = False) -> request.RunRequest:
    """Build the order of a job with this baseline."""
    path = f'path = "{SAMPLE.as_posix()}"\n' if kind == "contact_pro_export" else ""
    return ordered_with(folder, f'[baseline]\nkind = "{kind}"\n{path}', USERS if users else "")


def ordered_with(folder: Path, *tables: str) -> request.RunRequest:
    """Build the order of a job with these tables."""
    (folder / "night.toml").write_text(job_text(*tables))
    return request.from_options("plan", folder / "night.toml", {}, folder / "runs")


def test_the_certificates_of_the_export(tmp_path: Path) -> None:
    """Twelve users have a certificate, one of them two; none is known to be delivered by us."""
    known = baseline(ordered(tmp_path, "contact_pro_export")).known
    assert (known.num_rows, set(known["since"].to_pylist()), set(known["tenant"].to_pylist())) == (13, {""}, {"acme"})
    assert "lkohler" not in known["login"].to_pylist()


def test_everybody_in_the_export_is_there_already(tmp_path: Path) -> None:
    """Users with a certificate and without are not new users, and their numbers are in use."""
    pool = baseline(ordered(tmp_path, "contact_pro_export", users=True)).pool
    assert pool is not None
    assert pool.users.column_names == ["tenant", "external_id", "login", "extension"]
    assert pool.users.slice(0, 2).to_pylist() == [
        {"tenant": "acme", "external_id": "01237", "login": "awalsh", "extension": "2175"},
        {"tenant": "acme", "external_id": "00579", "login": "bbesancon", "extension": "2081"},
    ]
    assert "lkohler" in pool.users["login"].to_pylist()
    assert set(pool.users["extension"].to_pylist()) == {"2045", "2175", *(str(number) for number in range(2080, 2091))}


def test_only_a_layout_of_new_users_has_a_pool(tmp_path: Path) -> None:
    """Certificates alone need no numbers; without an export no certificate is known."""
    assert baseline(ordered(tmp_path, "contact_pro_export")).pool is None
    pool = baseline(ordered(tmp_path, "none", users=True)).pool
    assert pool is not None
    assert (pool.numbers, pool.users.num_rows, pool.given.num_rows) == (("2000", "2001"), 0, 0)


HEADERS = "Login\tExternalId\t{}CertificateSubject\tCertificateIssuer"
USER = "anna\t\t{}Anna.Berg@example.com\tcc-acme.auth.eu-central-1.amazoncognito.com"


def with_columns(folder: Path, labels: list[str], cells: list[str]) -> request.RunRequest:
    """Make the order of a job for new users whose baseline is an export with these columns more."""
    lines = [
        HEADERS.format("".join(f"{label}\t" for label in labels)),
        USER.format("".join(f"{cell}\t" for cell in cells)),
    ]
    (folder / "users.txt").write_text("\r\n".join([*lines, ""]), "utf-8-sig", newline="")
    return ordered_with(folder, '[baseline]\nkind = "contact_pro_export"\npath = "users.txt"\n', USERS)


@pytest.mark.parametrize(
    ("labels", "cells"),
    [
        (["ExtensionNumber"], ["2000"]),
        (["Number"], ["2000"]),
        (["Phone"], ["2000"]),
        (["Phone Number"], ["2000"]),
        (["Phone", "Extension"], ["+49 228 555", "2000"]),
        (["Extension", "Number"], ["", "2000"]),
    ],
)
def test_numbers_that_are_in_use_are_found(labels: list[str], cells: list[str], tmp_path: Path) -> None:
    """The words of the screen and of RCI count too, unless a better column has numbers."""
    pool = baseline(with_columns(tmp_path, labels, cells)).pool
    assert pool is not None
    assert pool.users["extension"].to_pylist() == ["2000"]


def test_a_baseline_without_numbers_makes_no_users(tmp_path: Path) -> None:
    """Unknown numbers in use are refused with the command that names the column; doctor reports it too."""
    given = with_columns(tmp_path, ["Durchwahl"], ["2000"])
    with pytest.raises(UsageProblem, match="no column of extension numbers") as caught:
        baseline(given)
    assert "--column extension=LABEL" in str(caught.value.advice)
    found = {check.name: check for check in doctor.examine(given.source, tmp_path / "runs").checks}
    assert (found["baseline"].status, "no column of extension numbers" in found["baseline"].detail) == ("failed", True)
