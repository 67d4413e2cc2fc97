"""What is proposed for a faulty address is spelled as the directory has it, so that it is right at once."""

from collections.abc import Callable
from pathlib import Path

from pipeline.reports.rows import row_notes
from pipeline.result import RunResult

DIRECTORY = "Email\nOlga.Otto@x.com\nMax.Mai@x.com\nben@x.com\nTwo@x.com\ntwo@x.com\n"
ROWS = {
    "olga.otto@x.com ": ("Olga.Otto@x.com", "Write 'Olga.Otto@x.com'."),
    "max.MAI@x.com; m@x.com": ("Max.Mai@x.com", "Write only one address, for example 'Max.Mai@x.com'."),
    "ben@x.com ": ("ben@x.com", "Write 'ben@x.com'."),
    "cleo@x.com ": ("cleo@x.com", "Write 'cleo@x.com' if that is what the directory has."),
    "TWO@x.com ": ("TWO@x.com", "Write 'TWO@x.com' if that is what the directory has."),
    "not an address": ("", "Correct the address."),
}


def test_a_proposal_is_what_the_directory_has(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """An address that no entry or more than one has stays a proposal of its characters."""
    listed = "Login,Email\n" + "".join(f"u{number},{email}\n" for number, email in enumerate(ROWS))
    rows = row_notes.of_run(ran(tmp_path, listed, DIRECTORY, command="check")).values()
    found = [(row.proposal, *(note.fix for note in row.notes if note.severity == "error")) for row in rows]
    assert found == list(ROWS.values())
