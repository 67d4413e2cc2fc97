"""Which new user gets which extension number: the one that was given before, else the next that is free.

Contact Pro wants a number even for agents who only chat (facts: contact-pro, Import files). A number that was once
given is never given to another person, not even when its owner is gone: it may still be called.
"""

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels import columns
from pipeline.model.errors import UsageProblem
from pipeline.model.fields import EXTENSION, EXTENSION_COLUMNS
from pipeline.model.identity import among, person_keys


class ExtensionPool(msgspec.Struct, frozen=True):
    """The numbers that may be given, in order, and who has some of them already.

    ``given`` are those of earlier runs; ``users`` are all users that Contact Pro is known to have: none of them is
    new. Both have ``COLUMNS``, ``string`` without nulls, "" if a number is not known.
    """

    numbers: tuple[str, ...]
    given: pa.Table
    users: pa.Table

    def numbered(self, changes: pa.Table) -> pa.Table:
        """Return a number for every change that makes a new user; "" for all others.

        ``changes`` have ``kind`` and ``PERSON``. The same people in the same order get the same numbers.

        Raises:
            UsageProblem: the pool is too small; the message names how many numbers are missing.
        """
        new = pc.and_(pc.equal(columns.flat(changes["kind"]), "create"), pc.invert(among(changes, self.users)))
        found = pc.index_in(person_keys(changes), value_set=person_keys(self.given))
        own = columns.flat(pc.fill_null(columns.flat(self.given[EXTENSION]).take(found), ""))
        numbers = pc.if_else(new, own, "")
        waiting = pc.and_(new, pc.equal(numbers, ""))
        numbers = pc.replace_with_mask(numbers, waiting, self._next(pc.sum(waiting).as_py() or 0))
        return changes.set_column(changes.column_names.index(EXTENSION), EXTENSION, numbers)

    def after(self, changes: pa.Table) -> pa.Table:
        """Return the extension numbers ever given, and their people, after numbered changes were delivered."""
        fresh = pa.table({name: columns.flat(changes[name]) for name in EXTENSION_COLUMNS})
        known = pc.is_in(person_keys(fresh), value_set=person_keys(self.given))
        fresh = fresh.filter(pc.and_(pc.not_equal(fresh[EXTENSION], ""), pc.invert(known)))
        return pa.concat_tables([self.given, fresh]).combine_chunks()

    def _next(self, count: int) -> pa.StringArray:
        taken = {number for table in (self.given, self.users) for number in table[EXTENSION].to_pylist()}
        free = [number for number in self.numbers if number not in taken]
        if count > len(free):
            raise UsageProblem(
                f"{count} new users need an extension number, and users.extensions has {len(free)} left. "
                "No import file was written.",
                advice=f"Widen users.extensions in the job file (numbers missing: {count - len(free)}).",
            )
        return pa.array(free[:count], pa.string())
