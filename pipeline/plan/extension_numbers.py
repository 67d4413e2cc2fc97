"""Which new user gets which extension number: the one that was given before, else the next that is free.

Contact Pro wants a number even for agents who only chat (facts: contact-pro, Import files). A number that was once
given is never given to anybody else, not even when its owner is gone: somebody may still call it.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels import hashing
from pipeline.model.errors import UsageProblem
from pipeline.plan import diff

PERSON = ("tenant", "external_id", "login")
NUMBER = "extension"
COLUMNS = (*PERSON, NUMBER)


@dataclass(frozen=True, slots=True)
class ExtensionPool:
    """The numbers that may be given, in order, and who has some of them already.

    ``given`` are those of earlier runs; ``users`` is everybody whom Contact Pro is known to have: nobody of them is
    new. Both have ``COLUMNS``, ``string`` without nulls, "" where a number is not known.
    """

    numbers: tuple[str, ...]
    given: pa.Table
    users: pa.Table

    def numbered(self, changes: pa.Table) -> pa.Table:
        """Give a number to every change that makes a new user; "" stands with all others.

        ``changes`` have ``kind`` and ``PERSON``. The same people in the same order get the same numbers.

        Raises:
            UsageProblem: the pool is too small; the sentence says by how much.
        """
        new = pc.and_(pc.equal(hashing.flat(changes["kind"]), "create"), pc.invert(among(changes, self.users)))
        found = pc.index_in(_person(changes), value_set=_person(self.given))
        own = hashing.flat(pc.fill_null(hashing.flat(self.given[NUMBER]).take(found), ""))
        numbers = pc.if_else(new, own, "")
        waiting = pc.and_(new, pc.equal(numbers, ""))
        numbers = pc.replace_with_mask(numbers, waiting, self._next(pc.sum(waiting).as_py() or 0))
        return changes.set_column(changes.column_names.index(NUMBER), NUMBER, numbers)

    def after(self, changes: pa.Table) -> pa.Table:
        """Give what has to be remembered once numbered changes have gone out: who was ever given which number."""
        fresh = pa.table({name: hashing.flat(changes[name]) for name in COLUMNS})
        known = pc.is_in(_person(fresh), value_set=_person(self.given))
        fresh = fresh.filter(pc.and_(pc.not_equal(fresh[NUMBER], ""), pc.invert(known)))
        return pa.concat_tables([self.given, fresh]).combine_chunks()

    def _next(self, count: int) -> pa.StringArray:
        taken = {number for table in (self.given, self.users) for number in table[NUMBER].to_pylist()}
        free = [number for number in self.numbers if number not in taken]
        if count > len(free):
            raise UsageProblem(
                f"{count} new users need an extension number, and users.extensions has {len(free)} left. "
                "No import file was written.",
                advice=f"Widen users.extensions in the job file (numbers missing: {count - len(free)}).",
            )
        return pa.array(free[:count], pa.string())


def nothing() -> pa.Table:
    """Give the table of nobody."""
    return pa.table({name: pa.array([], pa.string()) for name in COLUMNS})


def _person(table: pa.Table) -> pa.StringArray:
    """Give what a person is known by within the tenant: the id, else the login without case."""
    by_id, by_login = (diff.within_tenant(table, name) for name in ("external_id", "login"))
    known_by = pc.if_else(pc.equal(by_id, ""), pc.binary_join_element_wise("login", by_login, ""), by_id)
    return hashing.flat(known_by)


def among(changes: pa.Table, users: pa.Table) -> pa.BooleanArray:
    """Mark the changes whose id or login one of the users has; both have ``PERSON``."""
    met = pa.array(np.zeros(changes.num_rows, np.bool_))
    for name in ("external_id", "login"):
        ours = diff.within_tenant(changes, name)
        same = pc.is_in(ours, value_set=diff.within_tenant(users, name))
        met = pc.or_(met, pc.and_(pc.not_equal(ours, ""), same))
    return met
