"""Which column of a users export carries what: by its label, and for Subject and Issuer by its cells too.

The form of an export is not published (facts: contact-pro, Import files). So a label counts in many spellings, the
cells must agree with it, and what fits equally in two places is refused with both places named.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from connectors.base import ChoiceNeeded, ColumnsUnknown, Extract
from mappings.export_labels import PAIR, ExportLabels, series_of
from mappings.headers import header_key, visible
from pipeline.kernels import columns
from pipeline.users_export.issuers import of_contact_pro

Proof = Literal["label and cells", "label", "cells"]
Fits = Callable[[tuple[int, ...]], bool]

SHOWN = 30


class ExportUnknown(ColumnsUnknown):
    """A table that lacks what a users export must have; the message names what was found."""

    advice = "Export two users, one of them with two certificates, and choose the columns of key and certificate."


class Pairs(msgspec.Struct, frozen=True):
    """The columns of Subject and Issuer, a pair for each certificate that a user may have; and how they were found."""

    places: tuple[tuple[int, int], ...]
    subject: Proof
    issuer: Proof


class Columns(msgspec.Struct, frozen=True):
    """The columns of an export: its labels, its cells (``string`` without nulls), and what each label means.

    ``rows`` are the numbers that a person sees beside the rows.
    """

    source: str
    labels: tuple[str, ...]
    cells: tuple[pa.StringArray, ...]
    fields: tuple[str | None, ...]
    known: ExportLabels
    rows: Sequence[int]

    @classmethod
    def bind(cls, extract: Extract, known: ExportLabels) -> "Columns":
        """Check the labels of an extract, which may repeat or be empty."""
        labels = tuple(extract.frame.column_names)
        cells = tuple(columns.flat(column) for column in extract.frame.columns)
        rows = extract.origin.rows or range(1, extract.frame.num_rows + 1)
        return cls(extract.origin.source, labels, cells, tuple(map(known.field, labels)), known, rows)

    def one(self, field: str) -> int | None:
        """Find the column of a field of which a user has one; None if there is none.

        A column without any text gives way to one with text; of columns with the same cells the first serves.

        Raises:
            ChoiceNeeded: two columns with different cells fit equally.
        """
        places = [place for place, meant in enumerate(self.fields) if meant == field]
        if field == "extension":  # a better label without any number must not hide the numbers that are in use
            places = [place for place in places if _is_filled(self.cells[place])] or places
        best = min((self.known.rank(field, self.labels[place]) for place in places), default=0)
        places = [place for place in places if self.known.rank(field, self.labels[place]) == best]
        places = [place for place in places if _is_filled(self.cells[place])] or places[:1]
        if any(not self.cells[place].equals(self.cells[places[0]]) for place in places[1:]):
            raise self._two(field, places)
        return places[0] if places else None

    def pairs(self) -> Pairs:
        """Find Subject and Issuer.

        Raises:
            ExportUnknown: one of them is not there; the sentence names what was found.
            ChoiceNeeded: two columns fit equally, or labels and cells contradict each other.
        """
        issuers, issuer_proof = self._series("issuer", self._are_issuers, self._have_an_issuer)

        def stand_beside(places: tuple[int, ...]) -> bool:
            return have_emails(places) and all(map(self._filled_alike, places, issuers))

        def have_emails(places: tuple[int, ...]) -> bool:
            proved = self._have_an_issuer(issuers) and len(places) == len(issuers)
            return proved and all(map(self._email_beside, places, issuers))

        subjects, subject_proof = self._series("subject", stand_beside, have_emails, taken=issuers)
        if len(subjects) != len(issuers):
            raise ExportUnknown(
                f"{self.source}: of Subject there are {len(subjects)} columns and of Issuer {len(issuers)}, so it "
                f"cannot be known which belong together: {self._named((*subjects, *issuers))}."
            )
        return Pairs(tuple(zip(subjects, issuers, strict=True)), subject_proof, issuer_proof)

    def missing(self, what: str) -> ExportUnknown:
        """Return what is not in the export, and what is."""
        found = self._named(place for place, label in enumerate(self.labels) if label.strip())
        return ExportUnknown(f"{self.source}: no column for {what} was found. Columns found: {found}.")

    def _series(
        self, field: str, finds: Fits, confirms: Fits, taken: Sequence[int] = ()
    ) -> tuple[tuple[int, ...], Proof]:
        """Find the one series of columns that its label names; the cells settle what labels do not."""
        named = self._by_series(place for place, meant in enumerate(self.fields) if meant == field)
        own = [places for places in named if self.known.rank(field, self.labels[places[0]]) == 0]
        named = own or named
        fitting = [places for places in named if finds(places)] or [places for places in named if confirms(places)]
        if len(fitting) == 1:
            return fitting[0], "label and cells"
        others = self._by_series(
            place for place, meant in enumerate(self.fields) if meant in {None, *PAIR} - {field} and place not in taken
        )
        elsewhere = [] if own or fitting else [places for places in others if finds(places)]
        if len(named) + len(elsewhere) > 1:
            named = [places for places in named if any(_is_filled(self.cells[place]) for place in places)] or named[:1]
        if len(named) + len(elsewhere) > 1:
            raise self._two(field, [places[0] for places in (*named, *elsewhere)])
        if not named and not elsewhere:
            raise self.missing(f"the {field.capitalize()} of certificates")
        return (named[0], "label") if named else (elsewhere[0], "cells")

    def _by_series(self, places: Iterable[int]) -> list[tuple[int, ...]]:
        series: dict[str, list[tuple[int, int]]] = {}
        for place in places:
            base, number = series_of(self.labels[place])
            series.setdefault(base or f"#{place}", []).append((number, place))  # columns without label are not a series
        return [tuple(place for _, place in sorted(found)) for found in series.values()]

    def _have_an_issuer(self, places: tuple[int, ...]) -> bool:
        return any(_count(of_contact_pro(self.cells[place])) for place in places)

    def _are_issuers(self, places: tuple[int, ...]) -> bool:
        """Return True if half of all filled cells, at least one, are Issuers of Contact Pro."""
        ours = sum(_count(of_contact_pro(self.cells[place])) for place in places)
        every = sum(_count(filled(self.cells[place])) for place in places)
        return 0 < every <= 2 * ours

    def _email_beside(self, place: int, issuer: int) -> bool:
        """Return True if a column has an email in every row in which the other has an Issuer of Contact Pro."""
        ours = of_contact_pro(self.cells[issuer])
        return bool(pc.all(pc.or_(pc.match_substring(self.cells[place], "@"), pc.invert(ours))).as_py())

    def _filled_alike(self, place: int, issuer: int) -> bool:
        return bool(filled(self.cells[place]).equals(filled(self.cells[issuer])))

    def _two(self, field: str, places: Sequence[int]) -> ChoiceNeeded:
        ways = "Give --column " + " or --column ".join(f"{field}={visible(self.labels[each])}" for each in places[:2])
        alike = len({header_key(self.labels[place]) for place in places}) < len(places)
        advice = "Export again with only one of them." if alike else f"{ways} to layout learn, or export only one."
        return ChoiceNeeded(f"{self.source}: {self._named(places, ' and ')} fit the one field {field}. {advice}")

    def _named(self, places: Iterable[int], joint: str = ", ") -> str:
        every = [f"{visible(self.labels[place][:60])} (column {place + 1})" for place in places]
        more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
        return joint.join(every[:SHOWN]) + more


def filled(cells: pa.StringArray) -> pa.BooleanArray:
    """Mark the cells with text."""
    return pc.greater(pc.binary_length(cells), 0)


def _is_filled(cells: pa.StringArray) -> bool:
    return _count(filled(cells)) > 0


def _count(mask: pa.BooleanArray) -> int:
    return pc.sum(mask).as_py() or 0
