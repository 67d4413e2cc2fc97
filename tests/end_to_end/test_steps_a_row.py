"""A guard against creeping slowness that a busy machine cannot fool: steps of Python are counted, never seconds.

What an ordinary row costs must be work of whole columns: a loop over the rows, anywhere between the reader and the
state, adds at least one step a row. A faulty row may cost steps, because each one is explained.
"""

import json
import subprocess
import sys
from pathlib import Path

from tests.job_texts import job_text

FEW, MANY = 2_000, 20_000
ORDINARY, FAULTY = 0.00, 22.9
"""Steps a row, measured with the version that is committed. Lower them with the code; explain it if one rises."""

TOLERANCE = 1.1
A_BLOCK_MORE = 0.05
"""Steps a row that come from more rows being worked on in more pieces."""

FIRST = ("Aino", "Bruno", "Chiara", "Dagny", "Eleni", "Grzegorz", "Håkon", "Inês")
LAST = ("Almeida", "Bergström", "D'Amico", "Koskinen", "Nováková", "O'Connell", "Schäfer")


def email_of(number: int) -> str:
    """Return the email of a person; every fourth has capitals."""
    local = f"{FIRST[number % 8][0]}.{LAST[number % 7][0]}.{number}"
    return f"{local if number % 4 == 0 else local.lower()}@team{number % 9}.contoso-example.com"


def spoiled(email: str, number: int) -> str:
    """Return an email with one of five faults."""
    return (f"{email} ", email.swapcase(), f"x{email}", email.replace("@", "@@"), "")[number % 5]


def job(folder: Path, rows: int, *, faulty: bool) -> str:
    """Write a job with its roster and directory; return the path of the job file."""
    people = [(FIRST[number % 8], LAST[number % 7], email_of(number)) for number in range(rows)]
    roster = (
        f'u{number},{number:07d},{first},{last},{spoiled(email, number) if faulty else email},"Support, Nordics"\n'
        for number, (first, last, email) in enumerate(people)
    )
    directory = (f"{email},{first},{last},Member,True\n" for first, last, email in reversed(people))
    name = f"{'faulty' if faulty else 'ordinary'}-{rows}"
    texts = {
        "roster.csv": "Login,Employee ID,First name,Last name,Email,Team\n" + "".join(roster),
        "directory.csv": "mail,givenName,surname,userType,accountEnabled\n" + "".join(directory),
        "toml": job_text(
            f'[directory]\nkind = "csv"\npath = "{name}.directory.csv"\n',
            '[baseline]\nkind = "state"\n[output]\nrows_per_file = 1_000_000\n[budgets]\ncreate = {}\n',
            path=f"{name}.roster.csv",
        ),
    }
    for ending, text in texts.items():
        (folder / f"{name}.{ending}").write_text(text, "utf-8")
    return str(folder / f"{name}.toml")


def steps_a_row(folder: Path, *options: str, faulty: bool = False) -> float:
    """Run a small and a larger list in one process; return the steps that each further row adds."""
    jobs = [job(folder, rows, faulty=faulty) for rows in (20, FEW, MANY)]
    words = [sys.executable, "-m", "tests.end_to_end.counted_steps", *jobs, *options]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    _, few, many = json.loads(done.stdout.splitlines()[-1])
    return (many - few) / (MANY - FEW)


def test_an_ordinary_row_adds_no_step(tmp_path: Path) -> None:
    """Rows without a fault are read, judged, planned, written and remembered by columns."""
    assert steps_a_row(tmp_path) <= ORDINARY * TOLERANCE + A_BLOCK_MORE


def test_a_faulty_row_adds_as_many_steps_as_before(tmp_path: Path) -> None:
    """A list whose every email has a fault costs no more steps a row than measured."""
    assert steps_a_row(tmp_path, faulty=True) <= FAULTY * TOLERANCE


def test_a_loop_over_the_rows_is_seen(tmp_path: Path) -> None:
    """The same counting finds a loop that is put into a kernel."""
    assert steps_a_row(tmp_path, "--loop") > ORDINARY * TOLERANCE + 10 * A_BLOCK_MORE
