"""Columns that a file does not have, or that no field reads, so that a check is left out for all: one note each.

A field without a column is empty for all, and an empty field finds no fault. That is right, but never silent.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

import mappings
from mappings.headers import header_key, visible
from pipeline.kernels.columns import flat, rows_with_bytes
from pipeline.model.people import People
from pipeline.validate.checks import NO_VALUE

OWN = ("login", "external_id", "tenant", "region", "enabled", "user_type")
"""Fields of a mapping that was written for one list: each was meant to be read."""

SAMPLE = 1000
"""So many cells of a column are looked at before all of them are."""

NAMES = ("display_name", "first_name", "last_name")
_SHIPPED = Path(mappings.__file__).parent


def notes(people: People, directory: People | None) -> Iterator[str]:
    """Yield a note for each check that a list and the file of a directory leave out for all."""
    yield from _of_mapping(people)
    yield from _like_a_status(people)
    if directory is not None:
        yield from _of_mapping(directory)
        yield from _of_directory(directory, has_names=any(_is_filled(people, name) for name in NAMES))


def _of_mapping(people: People) -> Iterator[str]:
    """Yield a note for each field that the mapping of one list names, and that this file does not have."""
    mapping, source = people.binding.mapping, people.extract.origin
    if source.rows is None or mapping.path.is_relative_to(_SHIPPED):
        return
    for field, rule in mapping.fields.items():
        if field in OWN and not people.has(field):
            named = ", ".join(map(visible, rule.examples[:3]))
            yield (
                f"{source.source} has no column that the mapping {mapping.name!r} names for {field} ({named}), so it "
                "is empty for all."
            )


def _like_a_status(people: People) -> Iterator[str]:
    """Yield a note if no column shows who has left, while the header of one that is not read looks like it."""
    if people.has("enabled") or people.extract.origin.rows is None:
        return
    words = [header_key(word) for word in people.binding.mapping.leaver_headers]
    found = [header for header in people.binding.ignored if any(word in header_key(header) for word in words)]
    if found:
        yield (
            f"The column {visible(found[0])} of {people.extract.origin.source} is not read, so no person counts as "
            "disabled or as having left by it: remove those rows, or write yes or no in a column Active."
        )


def _of_directory(directory: People, *, has_names: bool) -> Iterator[str]:
    """Yield a note for each check that the file of a directory has no column for, or only empty cells."""
    if directory.extract.origin.rows is None:  # a live directory notes itself what it was not given
        return
    source = directory.extract.origin.source
    yield from _broken_emails(directory)
    if not _is_filled(directory, "enabled"):
        yield f"{source} does not show which accounts are enabled, so disabled accounts are not recognised."
    if not _is_filled(directory, "user_type") and not _is_filled(directory, "upn"):
        yield f"{source} shows neither user types nor user principal names, so guests are not recognised."
    if has_names and not any(_is_filled(directory, name) for name in NAMES):
        yield f"{source} has no names, so those of the list are not compared with it."


def _broken_emails(directory: People) -> Iterator[str]:
    """Yield a note if formulas gave errors in place of emails: a person of the list is not to blame for that."""
    emails, numbers = flat(directory.texts("email")), directory.extract.origin.rows
    suspects = rows_with_bytes(emails, b"#")
    errors = pc.match_substring_regex(emails.take(pa.array(suspects)), NO_VALUE)
    broken = suspects[errors.to_numpy(zero_copy_only=False)].tolist()
    if broken and numbers is not None:
        first = emails[broken[0]].as_py()
        rows = "1 row has" if len(broken) == 1 else f"{len(broken)} rows have"
        yield (
            f"{directory.extract.origin.source}: {rows} an error of a formula in place of the email ({first!r} in row "
            f"{numbers[broken[0]]}), so these people cannot be found: repair it, and export the directory again."
        )


def _is_filled(people: People, field: str) -> bool:
    if not people.has(field):
        return False
    column = people.texts(field)
    return any(bool(pc.any(pc.not_equal(part, "")).as_py()) for part in (column[:SAMPLE], column))
