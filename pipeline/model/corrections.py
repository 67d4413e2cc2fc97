"""Cells that a person corrected on the page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Correction:
    """One corrected cell: its position in the frame of the list, from 0, the text that it had, and the new one."""

    row: int
    column: int
    old: str
    new: str
