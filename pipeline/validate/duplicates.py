"""Two rows for one: the same email again, emails that differ only by case, one key for several people."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.kernels import columns, folding
from pipeline.kernels.by_key import group_by_key
from pipeline.kernels.columns import Mask, Positions
from pipeline.kernels.hashing import HashedTexts
from pipeline.model import fields
from pipeline.model.fields import CERTIFICATE
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.validate.roster import CheckedRoster

Groups = list[npt.NDArray[np.int64]]
Fit = Callable[[Positions], Positions]
"""How well each of some rows (``int64``) fits its directory entry: ``BY_ID``, ``BY_NAME`` and the number of parts that
fit, ``BY_NOTHING`` if there is nothing to compare, ``BY_ANOTHER`` if the entry has another name."""

BY_ANOTHER, BY_NOTHING, BY_NAME, BY_ID = -1, 0, 1, 100
_UNCERTAIN = frozenset({"CELL-NUMBER", "CELL-FORMULA-ERROR"})
"""Faults of a cell whose written text is not what the person sees or means."""


class DuplicateGroups(msgspec.Struct, frozen=True):
    """The rows that share a folded email, a key, within a tenant: for each of them their positions, ascending.

    A Login is compared without case, as sign-in names are.
    """

    emails: Groups
    external_ids: Groups
    logins: Groups

    @classmethod
    def from_people(cls, people: People) -> "DuplicateGroups":
        """Find all groups; kernels only, so it can run in a second thread."""
        folded, tenants = people.folded, _tenants(people)
        ids, logins = (columns.flat(people.texts(field)) if people.has(field) else None for field in fields.IDENTITY)

        def groups(keys: pa.StringArray) -> Groups:
            return group_by_key(HashedTexts.build(keys, folded.key), tenants)

        def lower(logins: pa.StringArray) -> pa.StringArray:
            return people.spill.texts(len(logins), lambda at, length: folding.fold(logins.slice(at, length)))

        return cls(
            group_by_key(folded, tenants),
            [] if ids is None else groups(ids),
            [] if logins is None else groups(lower(logins)),
        )


def findings(
    checked: CheckedRoster, groups: DuplicateGroups, exact: Mask, found: Sequence[Finding], fit: Fit
) -> list[Finding]:
    """Return the findings about emails and keys that several rows have.

    Args:
        checked: the roster.
        groups: its rows by equal email, ExternalId and Login.
        exact: marks the rows whose email is the directory's byte for byte.
        found: the other findings; a row that they reject takes nothing from another (design §9).
        fit: how well rows fit their directory entries.
    """
    keys = key_twins(checked.people, groups, checked.complete, checked.findings)
    rejected = checked.people.ids.marked([*checked.findings, *found, *keys], severity="error")
    guests = checked.people.ids.marked([*checked.accounts, *found], codes=["ACCOUNT-GUEST"])
    return [*email_twins(checked.people, groups, checked.readable, exact, rejected, guests, fit), *keys]


def email_twins(
    people: People, alike: DuplicateGroups, asked: Mask, exact: Mask, rejected: Mask, guests: Mask, fit: Fit
) -> list[Finding]:
    """Return EMAIL-TWIN (the same bytes again) and EMAIL-CASE-TWIN (only case differs).

    Of equal emails at most one row is accepted (``_standing``). Emails that differ by case are all rejected, unless the
    directory knows exactly one of the spellings (design §9).
    """
    again: dict[int, str] = {}
    by_case: dict[int, str] = {}
    groups = _asked(alike.emails, asked)
    of_groups = np.concatenate([*groups, np.zeros(0, np.int64)])
    fits = dict(zip(of_groups.tolist(), fit(of_groups).tolist(), strict=True))
    texts = iter(people.texts(fields.EMAIL).take(pa.array(of_groups)).to_pylist())
    for rows in (group.tolist() for group in groups):
        by_spelling: dict[str, list[int]] = {}
        for row in rows:
            by_spelling.setdefault(next(texts), []).append(row)
        standing = {}
        for spelling, same in by_spelling.items():
            stands = standing[spelling] = _standing(people, same, rejected, guests, fits)
            if len(same) > 1:
                keeps = stands if stands is not None else _owner(same, fits)
                again |= {row: _twin_message(people, same, keeps) for row in same if row != keeps}
        if len(by_spelling) > 1:
            known = [spelling for spelling, same in by_spelling.items() if exact[same[0]]]
            stands = standing[known[0]] if len(known) == 1 else None
            message = f"differs only by case from another row ({_where(people, rows)})"
            by_case |= {row: message for row in rows if row != stands and row not in again}
    return [
        *_findings(people, "EMAIL-TWIN", fields.EMAIL, again),
        *_findings(people, "EMAIL-CASE-TWIN", fields.EMAIL, by_case),
    ]


def _standing(people: People, rows: list[int], rejected: Mask, guests: Mask, fits: Mapping[int, int]) -> int | None:
    """Return the row that keeps an email that several rows have; None if nothing decides.

    A row that is rejected anyway takes nothing from the others; but if it is the owner's by the directory, a row with
    another name does not get the email. Of those left, the one is accepted whose id fits the directory, else the one
    whose name does, or fits in more parts than the others, else the one that is not a guest account. Rows that are
    equal in all that is delivered are one person, written twice: the first is accepted.
    """
    left = [row for row in rows if not rejected[row]]
    if left and len(rows) > 1 and (owner := _owner(rows, fits)) is not None and rejected[owner]:
        left = [row for row in left if fits[row] != BY_ANOTHER]
    if len(left) > 1:
        best = max(fits[row] for row in left)
        left = [row for row in left if fits[row] == best or best == BY_NOTHING]
    if len(left) > 1:
        left = [row for row in left if not guests[row]] or left
    if len(left) > 1 and len({_delivered(people, row) for row in left}) == 1:
        return left[0]
    return left[0] if len(left) == 1 else None


def _owner(rows: list[int], fits: Mapping[int, int]) -> int | None:
    """Return the only row whose id or name is that of the directory's entry; None if there is none, or several."""
    owners = [row for row in rows if fits[row] > BY_NOTHING]
    return owners[0] if len(owners) == 1 else None


def _delivered(people: People, row: int) -> tuple[str, ...]:
    return tuple(people.texts(name)[row].as_py() for name in CERTIFICATE if name != fields.SUBJECT)


def _twin_message(people: People, rows: list[int], keeps: int | None) -> str:
    if keeps is not None:
        return f"the same email is in {_where(people, [keeps])}"
    found = "have the same email, and neither an id nor a name of the directory shows whose it is"
    return f"{_where(people, rows)} {found}"


def _where(people: People, positions: list[int]) -> str:
    return people.where([people.first + position for position in positions])


def key_twins(people: People, alike: DuplicateGroups, asked: Mask, found: Sequence[Finding]) -> list[Finding]:
    """Find an ExternalId or a Login of several people in a tenant: its owner is unknown, so all the rows are rejected.

    Rows with one email, however it is capitalised, are one person twice, and not duplicates of this kind. A cell whose
    text is not certain (a number in a format, a formula's error) is found as such, and is not the key of another row.
    """
    findings: list[Finding] = []
    for field, code, groups in (
        ("external_id", "ID-TWIN", alike.external_ids),
        ("login", "LOGIN-TWIN", alike.logins),
    ):
        shared: dict[int, str] = {}
        uncertain = [each for each in found if each.field == field and each.code in _UNCERTAIN]
        for group in _asked(groups, asked & ~people.ids.marked(uncertain, codes=_UNCERTAIN)):
            if len(people.folded.texts.take(pa.array(group)).unique()) > 1:
                rows = group.tolist()
                shared |= dict.fromkeys(rows, f"{_where(people, rows)} have the same one")
        findings += _findings(people, code, field, shared)
    return findings


def _asked(groups: Groups, asked: Mask) -> Groups:
    """Keep of each group the rows that are asked, and of the groups those that still have two."""
    kept = (group[asked[group]] for group in groups)
    return [group for group in kept if len(group) > 1]


def _tenants(people: People) -> Positions | None:
    """Return the number of each row's tenant (``int64``) if a roster has several; their names are dictionary words."""
    tenants = people.texts(fields.TENANT)
    if not pa.types.is_dictionary(tenants.type) or len(tenants.chunk(0).dictionary) <= 1:
        return None
    return np.concatenate([chunk.indices.to_numpy() for chunk in tenants.chunks], dtype=np.int64)


def _findings(people: People, code: str, field: str, messages: dict[int, str]) -> Iterable[Finding]:
    if messages:
        rows = sorted(messages)
        yield Finding(code, people.ids.at(np.array(rows, np.int64)), field, [messages[row] for row in rows])
