"""The catalogue of findings: every code with its severity, what it means and what to do (design §9).

Codes are stable: scripts and people rely on them. The texts may change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.model.issue_types import CATALOGUE, Severity

if TYPE_CHECKING:
    from pipeline.kernels.columns import Mask, Positions


_OF_RUNS = frozenset({"ROW-BLANK"})
"""Codes of which rows that follow each other are one issue: a word in the last row of a sheet makes a million."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One code, found on many rows (or on the run itself, then without rows).

    ``rows`` are row ids (int64, ascending; ``row_ids``). ``field`` is the canonical field that is meant.
    ``messages`` and ``fixes`` are one text a row, or a single text that is true for all of them. ``proposals`` holds
    the value to write instead, one a row, "" if there is none; None if no row has one. ``place`` is the file and row of
    a finding outside the roster, which then has no ``rows``.
    """

    code: str
    rows: "Positions"
    field: str | None
    messages: str | Sequence[str]
    fixes: str | Sequence[str] = ""
    values: Sequence[str] | None = None
    proposals: Sequence[str] | None = None
    place: tuple[str, int] | None = None

    def message(self, index: int) -> str:
        """Return the text of the ``index``-th row."""
        return self.messages if isinstance(self.messages, str) else self.messages[index]

    def fix(self, index: int) -> str:
        """Return what to do for the ``index``-th row; the catalogue's advice if the finding has nothing better."""
        own = self.fixes if isinstance(self.fixes, str) else self.fixes[index]
        return own or CATALOGUE[self.code].advice

    def proposal(self, index: int) -> str:
        """Return the value to write instead in the ``index``-th row, "" if none is proposed."""
        return self.proposals[index] if self.proposals is not None else ""

    def starts(self) -> list[int]:
        """Return the places in ``rows`` at which an issue begins: all, or the first of each run of blank rows."""
        if self.code not in _OF_RUNS or not len(self.rows):
            return list(range(len(self.rows)))
        return [0, *((self.rows[1:] - self.rows[:-1] > 1).nonzero()[0] + 1).tolist()]

    def only(self, kept: "Mask") -> "Finding":
        """Keep the rows that ``kept`` (``bool``, one for each of ``rows``) marks."""
        if kept.all():
            return self

        def chosen(texts: Sequence[str]) -> list[str]:
            return [text for text, keep in zip(texts, kept, strict=True) if keep]

        return replace(
            self,
            rows=self.rows[kept],
            messages=self.messages if isinstance(self.messages, str) else chosen(self.messages),
            fixes=self.fixes if isinstance(self.fixes, str) else chosen(self.fixes),
            values=None if self.values is None else chosen(self.values),
            proposals=None if self.proposals is None else chosen(self.proposals),
        )

    @property
    def severity(self) -> Severity:
        """Return what becomes of the rows: an error rejects, a warning is shown, dropped rows are not people."""
        return CATALOGUE[self.code].severity
