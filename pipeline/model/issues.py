"""Findings: one code of the catalogue (``issue_types``) on the rows that have it, each named by its row id.

The id of a row is its number in the whole roster, from 0. A rule sees a batch of rows and counts positions in it; only
``RowIds`` makes an id of a position, and a position of an id. So a batch may be judged by itself, beside others, and
its findings are those of the whole roster.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import overload

import msgspec
import numpy as np
import pyarrow as pa
from msgspec.structs import replace

from pipeline.kernels.columns import Mask, Positions, flat
from pipeline.model.issue_types import CATALOGUE, Severity

_OF_RUNS = frozenset({"ROW-BLANK"})
"""Codes of which rows that follow each other are one issue: a word in the last row of a sheet makes a million."""


class RowTexts(Sequence[str]):
    """One text a row; ``column`` (``string``, no nulls) are the texts.

    What is found on a million rows is not a million objects of Python.
    """

    __slots__ = ("column",)

    def __init__(self, column: pa.StringArray) -> None:
        """Wrap a column."""
        self.column = column

    @classmethod
    def of(cls, texts: Iterable[str]) -> "RowTexts":
        """Return texts as a column; one that is a column already is taken as it is."""
        return texts if isinstance(texts, cls) else cls(pa.array(texts, pa.string()))

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> "RowTexts": ...

    def __getitem__(self, at: int | slice) -> "str | RowTexts":
        """Return the text of one row, or those of some."""
        return RowTexts(flat(self.column[at])) if isinstance(at, slice) else str(self.column[at].as_py())

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.column)

    def __iter__(self) -> Iterator[str]:
        """Yield the text of each row."""
        return iter(self.column.to_pylist())

    def only(self, kept: Mask) -> "RowTexts":
        """Keep the texts of the rows that ``kept`` (``bool``, one a row) marks."""
        return RowTexts(self.column.filter(pa.array(kept)))


def column_of(texts: str | Iterable[str], rows: int) -> pa.StringArray:
    """Return one text a row (``string``); a single text is that of every row."""
    return pa.repeat(pa.scalar(texts), rows) if isinstance(texts, str) else RowTexts.of(texts).column


class Finding(msgspec.Struct, frozen=True):
    """One code, found on many rows (or on the run itself, then without rows).

    ``rows`` are row ids (int64, ascending; ``RowIds``). ``field`` is the canonical field that is meant.
    ``messages`` and ``fixes`` are one text a row, or a single text that is true for all of them. ``proposals`` holds
    the value to write instead, one a row, "" if there is none; None if no row has one. ``place`` is the file and row of
    a finding outside the roster, which then has no ``rows``.
    """

    code: str
    rows: Positions
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

    def starts(self) -> Positions:
        """Return the places in ``rows`` at which an issue begins: all, or the first of each run of blank rows."""
        if self.code not in _OF_RUNS or not len(self.rows):
            return np.arange(len(self.rows))
        return np.flatnonzero(np.append(True, np.diff(self.rows) > 1))

    def only(self, kept: Mask) -> "Finding":
        """Keep the rows that ``kept`` (``bool``, one for each of ``rows``) marks."""
        if kept.all():
            return self

        def chosen(texts: Sequence[str]) -> RowTexts:
            return RowTexts.of(texts).only(kept)

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


class RowIds(msgspec.Struct, frozen=True):
    """The ids of the rows of a batch: ``count`` numbers that follow each other, from ``first`` on."""

    first: int
    count: int

    def at(self, positions: Positions) -> Positions:
        """Return the ids (``int64``) of the rows at some positions of the batch."""
        return positions + self.first if self.first else positions

    def of(self, mask: Mask) -> Positions:
        """Return the ids (``int64``, ascending) of the rows that ``mask`` (``bool``, one a row) marks."""
        return self.at(np.flatnonzero(mask))

    def positions(self, ids: Positions) -> Positions:
        """Return the positions of some rows in the batch (``int64``)."""
        return ids - self.first if self.first else ids

    def marked(self, findings: Iterable[Finding], *, severity: str = "", codes: Iterable[str] = ()) -> Mask:
        """Mark the rows (``bool``, one a row) that a finding of this severity, or of one of these codes, is about."""
        mask = np.zeros(self.count, np.bool_)
        codes = frozenset(codes)
        for finding in findings:
            if finding.severity == severity or finding.code in codes:
                mask[self.positions(finding.rows)] = True
        return mask

    def only(self, finding: Finding, mask: Mask) -> Finding:
        """Return a finding with those of its rows that ``mask`` (``bool``, one a row of the batch) marks."""
        return finding.only(mask[self.positions(finding.rows)])


Rule = tuple[str, str | None]
"""A code or a check, and the field that it is about: two checks may find one code."""


def merged(batches: Sequence[Mapping[Rule, Finding]], order: Sequence[Rule]) -> list[Finding]:
    """Return the findings of batches that follow each other as those of all their rows.

    ``order`` are the rules in the order of a batch's findings.
    """
    if len(batches) == 1:
        return list(batches[0].values())
    parts = {rule: [batch[rule] for batch in batches if rule in batch] for rule in order}
    return [_joined(found) for found in parts.values() if found]


def by_code(findings: Iterable[Finding]) -> dict[Rule, Finding]:
    """Return findings by code and field, if a rule has one code."""
    return {(finding.code, finding.field): finding for finding in findings}


def _joined(parts: Sequence[Finding]) -> Finding:
    """Return findings of one code on one field as one."""
    return replace(
        parts[0],
        rows=np.concatenate([part.rows for part in parts]),
        messages=_texts([(part, part.messages) for part in parts]),
        fixes=_texts([(part, part.fixes) for part in parts]),
        values=None if parts[0].values is None else _in_turn(part.values for part in parts),
        proposals=None if parts[0].proposals is None else _in_turn(part.proposals for part in parts),
    )


def _texts(parts: Sequence[tuple[Finding, str | Sequence[str]]]) -> str | RowTexts:
    """Return the texts of all rows, a single one if it is true for all of them."""
    first = parts[0][1]
    if isinstance(first, str) and all(texts == first for _, texts in parts):
        return first
    return RowTexts(pa.concat_arrays([column_of(texts, len(part.rows)) for part, texts in parts]))


def _in_turn(parts: Iterable[Sequence[str] | None]) -> RowTexts:
    return RowTexts(pa.concat_arrays([RowTexts.of(part or ()).column for part in parts]))
