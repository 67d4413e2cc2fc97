"""Check the cells of a roster, a directory and an import file with their schemas, and report what is broken."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from pipeline.kernels.columns import Mask, Positions
from pipeline.model import fields
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.issues import Finding, Rule
from pipeline.model.people import People
from pipeline.validate import schemas
from pipeline.validate.checks import EMAIL_CODES, issue_code
from pipeline.validate.keys import cell_faults, logins
from pipeline.validate.keys.cell_faults import CellFault
from pipeline.validate.schemas import NAMES, broken
from pipeline.validate.spelling import inspection

NO_EMAIL = "Have the email filled in in the directory, or name the attribute that the sign-in sends as email_attribute."


_NO_NAMES: Rule = ("name_missing", None)
_CONFLICT: Rule = ("region_conflict", fields.REGION)

OF_THE_VALUE = frozenset({"CELL-CONTROL", "CELL-NUMBER", "CELL-FORMULA-ERROR"})
"""Codes whose message is about one cell."""


def roster(
    people: People, faults: inspection.EmailFaults, written: Iterable[str], conflicts: Mask | None
) -> dict[Rule, Finding]:
    """Return the findings on the cells of a batch of a roster, by rule.

    Args:
        people: the canonical frame of the batch.
        faults: what is wrong with its emails.
        written: the canonical fields that the layout writes.
        conflicts: marks the rows whose tenant has two regions; None if no tenant is known yet.
    """
    written = frozenset(written)
    makes_users = "extension" in written
    schema = schemas.of_roster(written)
    needed = {fields.EMAIL, *fields.IDENTITY, *written, *((*NAMES, "group") if makes_users else ())}
    needed |= set() if conflicts is None else {fields.TENANT, fields.REGION}
    frame = people.frame[[name for name in people.frame.columns if name in needed]]
    found = {
        (rule, field): _finding(people, issue_code(rule), field, bad, faults)
        for rule, field, bad in broken(schema, frame)
    }
    if makes_users and not all(people.has(name) for name in NAMES):
        rows, message = people.ids.at(np.arange(len(people))), CATALOGUE["NAME-MISSING"].message
        found[_NO_NAMES] = Finding(
            "NAME-MISSING", rows, None, message, "Add columns for first name and last name to the list."
        )
    if conflicts is not None and conflicts.any():
        rows = people.ids.of(conflicts)
        found[_CONFLICT] = Finding("REGION-CONFLICT", rows, fields.REGION, CATALOGUE["REGION-CONFLICT"].message)
    return found


def order(written: frozenset[str]) -> list[Rule]:
    """Return the rules of ``roster``, in its order."""
    return [*schemas.rules(schemas.of_roster(written)), _NO_NAMES, _CONFLICT]


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
    return [
        f"{columns[str(field)]}: {issue_code(rule)} on {int(bad.sum())} rows"
        for rule, field, bad in broken(schema, named)
    ]


def _finding(people: People, code: str, field: str | None, bad: Mask, faults: inspection.EmailFaults) -> Finding:
    if field == fields.EMAIL and code in {*EMAIL_CODES, "CELL-CONTROL"}:
        positions, of_code = faults.with_fault(code)
        rows = people.ids.at(positions)
        if code == "EMAIL-MISSING" and people.extract.origin.rows is None:
            return Finding("DIRECTORY-NO-EMAIL", rows, field, "the directory has no email for this account", NO_EMAIL)
        return Finding(code, rows, field, of_code.details, of_code.fixes, proposals=of_code.proposals)
    if code in OF_THE_VALUE and field is not None and field in people.frame:
        return _of_values(people, code, field, np.flatnonzero(bad))
    fix = ""
    if code == "ID-MISSING" and not any(people.has(name) for name in fields.IDENTITY):
        fix = "Add a Login (or ExternalId) column to the list."
    if code == "LOGIN-CHARACTERS":
        at = np.flatnonzero(bad)
        return _of_faults(people, code, logins.LOGIN, at, logins.faults(people, at))
    if code == "GROUP-MISSING":
        field = "team"  # the group follows from the team, which is what the list contains
    return Finding(code, people.ids.of(bad), field, CATALOGUE[code].message, fix)


def _of_values(people: People, code: str, field: str, at: Positions) -> Finding:
    """Return a finding whose message depends on the cell: what is wrong with it, and the text that was meant."""
    texts = people.texts(field).take(pa.array(at)).to_pylist()
    return _of_faults(people, code, field, at, [cell_faults.describe(code, text) for text in texts])


def _of_faults(people: People, code: str, field: str, at: Positions, faults: Sequence[CellFault]) -> Finding:
    proposals = [fault.proposal for fault in faults]
    details, fixes = [fault.detail for fault in faults], [fault.fix for fault in faults]
    return Finding(code, people.ids.at(at), field, details, fixes, proposals=proposals)
