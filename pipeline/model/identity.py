"""Identity of people: the keys by which every comparison of the pipeline groups and joins rows.

All tables here have the columns of ``fields.PERSON``, ``string`` without nulls.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels import folding, hashing
from pipeline.kernels.by_key import group_by_key
from pipeline.kernels.columns import Positions, flat
from pipeline.model.fields import EXTENSION_COLUMNS, IDENTITY

SEPARATOR = "\x1f"
"""Separates a key from its tenant; no cell of a list may contain it."""


def within_tenant(table: pa.Table, name: str) -> pa.StringArray:
    """Return a key column (``string``) as it is compared: with its tenant, logins and emails folded; "" if empty."""
    texts = flat(table[name])
    compared = texts if name == "external_id" else folding.fold(texts)
    joined = pc.binary_join_element_wise(flat(table["tenant"]), compared, SEPARATOR)
    return flat(pc.if_else(pc.equal(texts, ""), "", joined))


def persons(known: pa.Table, key: hashing.HashKey) -> Positions:
    """Return for each row (``int64``) the position of the first row of the same person, by ExternalId or Login."""
    person = np.arange(known.num_rows)
    for name in IDENTITY:
        for group in group_by_key(hashing.HashedTexts.build(within_tenant(known, name), key)):
            person[group] = person[group].min()
    return person


def count_persons(table: pa.Table) -> int:
    """Count the people of a table; two rows with the same ExternalId or Login are one."""
    return len(np.unique(persons(table, hashing.random_key())))


def person_keys(table: pa.Table) -> pa.StringArray:
    """Return one key a person (``string``): the ExternalId within the tenant, else the folded Login."""
    by_id, by_login = (within_tenant(table, name) for name in IDENTITY)
    return flat(pc.if_else(pc.equal(by_id, ""), pc.binary_join_element_wise("login", by_login, ""), by_id))


def among(changes: pa.Table, users: pa.Table) -> pa.BooleanArray:
    """Mark the changes whose ExternalId or Login one of the users has."""
    found = pa.array(np.zeros(changes.num_rows, np.bool_))
    for name in IDENTITY:
        keys = within_tenant(changes, name)
        same = pc.is_in(keys, value_set=within_tenant(users, name))
        found = pc.or_(found, pc.and_(pc.not_equal(keys, ""), same))
    return found


def another_person(ours: pa.Table, theirs: pa.Table) -> pa.BooleanArray:
    """Mark the pairs of rows (one of each table) that are two people: a key that both have differs, and none is equal.

    A row that shares no key with the other may be the same person under another key.
    """
    same = differs = pa.array(np.zeros(ours.num_rows, np.bool_))
    for name in IDENTITY:
        left, right = within_tenant(ours, name), within_tenant(theirs, name)
        both = pc.and_(pc.not_equal(left, ""), pc.not_equal(right, ""))
        same = pc.or_(same, pc.and_(both, pc.equal(left, right)))
        differs = pc.or_(differs, pc.and_(both, pc.not_equal(left, right)))
    return flat(pc.and_not(differs, same))


def with_certificate_of(rows: pa.Table, others: pa.Table) -> pa.BooleanArray:
    """Mark the rows whose certificate one of the others has too: same Subject, same Issuer, and one key the same."""
    found = pa.array(np.zeros(rows.num_rows, np.bool_))
    if not (rows.num_rows and others.num_rows):
        return found
    for name in IDENTITY:
        key, their_key = within_tenant(rows, name), within_tenant(others, name)
        same_key = pc.is_in(their_key, value_set=key)  # of a million others only these need a closer look
        sides = (key, rows), (their_key.filter(same_key), others.filter(same_key))
        ours, theirs = (
            pc.binary_join_element_wise(own, flat(each["subject"]), flat(each["issuer"]), SEPARATOR)
            for own, each in sides
        )
        found = pc.or_(found, pc.and_(pc.not_equal(key, ""), pc.is_in(ours, value_set=flat(theirs))))
    return flat(found)


def no_extensions() -> pa.Table:
    """Return an empty table of extension numbers."""
    return pa.table({name: pa.array([], pa.string()) for name in EXTENSION_COLUMNS})
