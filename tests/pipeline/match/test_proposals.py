"""What is proposed for a faulty address is spelled as the directory has it, so that it is right at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.reports.rows import row_notes
from pipeline.result import RunResult

DIRECTORY = "Email\nOlga.Otto@x.com\nben@x.com\nTwo@x.com\ntwo@x.com\n"


@pytest.mark.parametrize(
    ("email", "proposal", "fix"),
    [
        ("olga.otto@x.com ", "Olga.Otto@x.com", "Write 'Olga.Otto@x.com'."),
        ("OLGA.otto@x.com; o@x.com", "Olga.Otto@x.com", "Write only one address, for example 'Olga.Otto@x.com'."),
        ("ben@x.com ", "ben@x.com", "Write 'ben@x.com'."),
        ("cleo@x.com ", "cleo@x.com", "Write 'cleo@x.com' if that is what the directory has."),
        ("TWO@x.com ", "TWO@x.com", "Write 'TWO@x.com' if that is what the directory has."),
        ("not an address", "", "Correct the address."),
    ],
)
def test_a_proposal_is_what_the_directory_has(
    email: str, proposal: str, fix: str, ran: Callable[..., RunResult], tmp_path: Path
) -> None:
    """An address that no entry or more than one has stays a proposal of its characters."""
    result = ran(tmp_path, f"Login,Email\nu1,{email}\n", DIRECTORY, command="check")
    (row,) = row_notes.of_run(result).values()
    assert (row.proposal, [note.fix for note in row.notes if note.severity == "error"]) == (proposal, [fix])
