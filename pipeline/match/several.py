"""Choose the person that an email means if several entries of the directory have it, case folded away."""

from collections.abc import Sequence

import msgspec
import numpy as np
import pyarrow as pa

from pipeline.kernels.columns import Positions
from pipeline.model.fields import NOT_FOUND
from pipeline.model.people import People
from pipeline.validate import accounts

SPELLED_SO, NOT_SPELLED_SO = 1, 2
"""Several people fit a row: all of them have its email byte for byte, or none has."""


class _Entry(msgspec.Struct, frozen=True):
    """What decides about one entry; ``person`` is its immutable id, all of its cells if the directory has none."""

    at: int
    email: str
    sign_in_name: str
    person: str | tuple[str, ...]
    inactive: bool


class SharedEmails(msgspec.Struct, frozen=True):
    """The entries of each folded email that several of them have."""

    entries: dict[str, list[_Entry]]

    @classmethod
    def from_positions(cls, people: People, emails: pa.StringArray, alike: dict[str, Positions]) -> "SharedEmails":
        """Read the entries of a directory whose positions (``int64``) are given for each folded email.

        The columns are read once for all of them: one at a time cost 9 s of a million rows with 3,300 shared emails.
        """
        groups = [at.tolist() for at in alike.values()]
        positions = np.concatenate([*alike.values(), np.zeros(0, np.int64)])
        disabled, guest = accounts.marks(people)
        columns = (
            positions.tolist(),
            emails.take(pa.array(positions)).to_pylist(),
            people.texts("upn").take(pa.array(positions)).to_pylist(),
            people.texts("external_id").take(pa.array(positions)).to_pylist(),
            (disabled | guest)[positions].tolist(),
        )
        frame = people.extract.frame.take(pa.array(positions))
        rows = zip(*(column.cast(pa.string()).to_pylist() for column in frame.columns), strict=True)
        found = {
            at: _Entry(at, email, upn, person or row, inactive)
            for at, email, upn, person, inactive, row in zip(*columns, rows, strict=True)
        }
        return cls({text: [found[at] for at in group] for text, group in zip(alike, groups, strict=True)})

    def choose(self, folded: str, email: str) -> tuple[int, bool, int]:
        """Return the entry that an email means, whether it is spelled so, and 0; else -1, False and which kind fits.

        Args:
            folded: the email, case folded away.
            email: the email as the list has it.
        """
        alike = self.entries.get(folded, [])
        if not alike:  # the hashes were equal, the texts were not
            return NOT_FOUND, False, 0
        same = [entry for entry in alike if entry.email == email]
        chosen = _only_person(same or alike)
        if chosen == NOT_FOUND:
            return NOT_FOUND, False, SPELLED_SO if same else NOT_SPELLED_SO
        return chosen, bool(same), 0


def _only_person(entries: Sequence[_Entry]) -> int:
    """Return the entry that is meant if all are one person, or one person alone is an enabled member; else -1.

    Rows that are equal in every cell are one account, exported twice.

    The order of the directory decides nothing: of several entries of one person the enabled member is taken, then the
    first by the bytes of email and sign-in name.
    """
    active = [entry for entry in entries if not entry.inactive]
    for among in (entries, active):
        if len({entry.person for entry in among}) == 1:
            return min(among, key=lambda entry: (entry.inactive, entry.email, entry.sign_in_name)).at
    return NOT_FOUND
