"""What ``doctor`` reports of lists: their encoding, the notes of the reader, and checks that no column feeds."""

from pathlib import Path

from pipeline.diagnostics import doctor
from tests.job_texts import job_text

JOB = job_text('[directory]\nkind = "csv"\npath = "directory.csv"\n', more='encoding = "cp1252"\n')


def test_the_doctor_shows_how_a_list_is_read_and_what_no_column_feeds(tmp_path: Path) -> None:
    """The encoding of each text file is in its line; a status that is not read is a warning before the first run."""
    (tmp_path / "job.toml").write_text(JOB)
    (tmp_path / "agents.csv").write_text("Login,Email,Team,Leaving date\nada,ada@example.com,Zoë,2026-02-01\n")
    (tmp_path / "directory.csv").write_text("Mail\nada@example.com\n", "utf-8-sig")
    checks = doctor.examine(tmp_path / "job.toml", tmp_path / "runs").checks
    told = {
        name: [check.detail for check in checks if check.name == name] for name in ("roster", "directory", "columns")
    }
    assert told["roster"][0] == "agents.csv: 1 row below the headers in row 1 in cp1252, read as 'spreadsheet'"
    assert told["roster"][1].endswith(
        "valid UTF-8; leave encoding in [roster] of job.toml out if accented letters look wrong."
    )
    assert " in utf-8, " in told["directory"][0]
    status = (
        'The column "Leaving date" of agents.csv is not read, so no person counts as disabled or as having left by it: '
        "remove those rows, or write yes or no in a column Active."
    )
    assert told["columns"] == [
        status,
        "directory.csv does not show which accounts are enabled, so disabled accounts are not recognised.",
        "directory.csv shows neither user types nor user principal names, so guests are not recognised.",
    ]
