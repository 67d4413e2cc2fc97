"""Refuse with numbers: a source that looks too small to be believed stops the run before anything is written."""

from pipeline.config.model import Guards
from pipeline.errors import GuardProblem


def enough_rows(people: int, guards: Guards, source: str) -> None:
    """Stop where fewer people are listed than the job says there must be.

    Raises:
        GuardProblem: with both numbers.
    """
    if people < guards.min_rows:
        raise GuardProblem(
            f"{source} lists {people} people, and guards.min_rows asks for at least {guards.min_rows}. "
            "No import file was written.",
            advice="Check that the list is whole; if it is, lower guards.min_rows in the job file.",
        )
