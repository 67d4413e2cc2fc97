"""Check the cells of a roster, a directory and an import file with their schemas, and report what is broken."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from pipeline.kernels.columns import Mask, Positions
from pipeline.model import fields
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.validate import schemas
from pipeline.validate.checks import EMAIL_CODES
from pipeline.validate.keys import cell_faults, logins
from pipeline.validate.schemas import NAMES, broken
from pipeline.validate.spelling import emails

NO_EMAIL = "Have the email filled in in the directory, or name the attribute that the sign-in sends as email_attribute."


OF_THE_VALUE = frozenset({"CELL-CONTROL", "CELL-NUMBER", "CELL-FORMULA-ERROR"})
"""Codes whose message is about one cell."""


def roster(people: People, faults: emails.EmailFaults, written: Iterable[str], conflicts: Mask | None) -> list[Finding]:
    """Return the findings on the cells of a roster.

    Args:
        people: the canonical frame.
        faults: what is wrong with its emails.
        written: the canonical fields that the layout writes.
        conflicts: marks the rows whose tenant has two regions; None if no tenant is known yet.
    """
    written = frozenset(written)
    makes_users = "extension" in written
    schema = schemas.NEW_USERS if makes_users else schemas.ROSTER
    needed = {fields.EMAIL, *fields.IDENTITY, *written, *((*NAMES, "group") if makes_users else ())}
    needed |= set() if conflicts is None else {fields.TENANT, fields.REGION}
    frame = people.frame[[name for name in people.frame.columns if name in needed]]
    found = [_finding(people, code, field, bad, faults) for code, field, bad in broken(schema, frame)]
    if makes_users and not all(people.has(name) for name in NAMES):
        fix = "Add columns for first name and last name to the list."
        found.append(Finding("NAME-MISSING", np.arange(len(people)), None, CATALOGUE["NAME-MISSING"].message, fix))
    if conflicts is not None and conflicts.any():
        rows = np.flatnonzero(conflicts)
        found.append(Finding("REGION-CONFLICT", rows, fields.REGION, CATALOGUE["REGION-CONFLICT"].message))
    return found


def directory(people: People) -> Mask:
    """Mark the usable entries of a directory: complete rows whose email could be written to an import file."""
    usable = np.ones(len(people), np.bool_)
    usable[[remark.position for remark in people.extract.remarks if remark.code == "ROW-RAGGED"]] = False
    for _, _, bad in broken(schemas.DIRECTORY, people.frame):
        usable &= ~bad
    return usable


def import_file(frame: pd.DataFrame, carried: Mapping[str, str]) -> list[str]:
    """Return in words what is broken in the rows of an import file, just before they are written.

    ``carried`` maps each column to its field unless it is constant; a constant was checked with its layout.
    """
    columns = {field: column for column, field in carried.items()}
    named = frame[list(columns.values())].set_axis(list(columns), axis="columns")
    schema = schemas.NEW_USERS_FILE if "extension" in columns else schemas.IMPORT_FILE
    return [f"{columns[str(field)]}: {code} on {int(bad.sum())} rows" for code, field, bad in broken(schema, named)]


def _finding(people: People, code: str, field: str | None, bad: Mask, faults: emails.EmailFaults) -> Finding:
    if field == fields.EMAIL and code in {*EMAIL_CODES, "CELL-CONTROL"}:
        rows, of_code = faults.with_fault(code)
        if code == "EMAIL-MISSING" and people.extract.origin.rows is None:
            return Finding("DIRECTORY-NO-EMAIL", rows, field, "the directory has no email for this account", NO_EMAIL)
        details, fixes = [fault.detail for fault in of_code], [fault.fix for fault in of_code]
        return Finding(code, rows, field, details, fixes, proposals=[fault.proposal for fault in of_code])
    if code in OF_THE_VALUE and field is not None and field in people.frame:
        return _of_values(people, code, field, np.flatnonzero(bad))
    fix = ""
    if code == "ID-MISSING" and not any(people.has(name) for name in fields.IDENTITY):
        fix = "Add a Login (or ExternalId) column to the list."
    if code == "LOGIN-CHARACTERS":
        rows = np.flatnonzero(bad)
        return Finding(code, rows, field, logins.details(people, rows), logins.fixes(people, rows))
    if code == "GROUP-MISSING":
        field = "team"  # the group follows from the team, which is what the list contains
    return Finding(code, np.flatnonzero(bad), field, CATALOGUE[code].message, fix)


def _of_values(people: People, code: str, field: str, rows: Positions) -> Finding:
    """Return a finding whose message depends on the cell: what is wrong with it, and the text that was meant."""
    texts = people.texts(field).take(pa.array(rows)).to_pylist()
    faults = [cell_faults.describe(code, text) for text in texts]
    proposals = [fault.proposal for fault in faults]
    return Finding(
        code, rows, field, [fault.detail for fault in faults], [fault.fix for fault in faults], proposals=proposals
    )
