"""What must hold for a roster, a directory and an import file: pandera schemas, every error in one pass.

Each check is a kernel over a whole column whose mask is read back from pandera's own error, so no row is looked at
twice and none is lost: pandera's failure cases collapse equal values and stop at a few (facts: peers, demand 47).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc
from pandera.errors import SchemaError, SchemaErrors

from pipeline.kernels import hashing
from pipeline.kernels.columns import Mask, first_bytes, flat, rows_with_other_bytes
from pipeline.kernels.frames import texts
from pipeline.model import fields
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.validate import emails

LETTER_CODES = ("EMAIL-MISSING", "EMAIL-SYNTAX", "EMAIL-SPACE", "EMAIL-INVISIBLE", "EMAIL-LOOKALIKE", "EMAIL-NOT-NFC")
LONGEST_CELL = 255
"""No documented limit exists; a name or key beyond this is a cell that swallowed its neighbours."""

LOGIN = r"^[\p{L}\p{M}\p{N}._-]*$"
"""Contact Pro takes no spaces and no special characters in a Logon Name (facts: contact-pro, Import files)."""

CONTROL = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]"
"""What would break a line of the import file, or stand in it unseen (a mark of direction, a zero-width space)."""

_LOGIN_BYTES = b"._-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PLAIN_BYTES = bytes(range(0x20, 0x7F))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule about one column: its issue code and the kernel that marks the good rows."""

    code: str
    good: Callable[["pd.Series"], Mask]


def roster(
    people: People, letters: emails.EmailFaults, written: Iterable[str], conflicts: Mask | None
) -> list[Finding]:
    """Hold every cell rule against the roster.

    ``written`` are the canonical fields that the layout writes; ``conflicts`` marks rows whose tenant has two regions,
    None where no tenant is known yet (``check`` of a list by itself).
    """
    rules: dict[str, list[Rule]] = {fields.EMAIL: [_letter_rule(code, letters) for code in LETTER_CODES]}
    rules[fields.EMAIL] += [Rule("CELL-CONTROL", lambda _: letters.free_of("CELL-CONTROL")), _SHORT]
    for field in sorted({*written, *fields.IDENTITY} & set(people.frame.columns) - {fields.EMAIL}):
        rules[field] = [_NO_CONTROL, _SHORT]
    if people.has("login"):
        rules["login"] = [Rule("LOGIN-CHARACTERS", _login_characters), _NO_CONTROL, _SHORT]
    for field, needed in _of_new_users(people).items() if "extension" in written else ():
        rules[field] = [*rules.get(field, []), *needed]
    anchor = next((field for field in fields.IDENTITY if people.has(field)), fields.EMAIL)
    rules[anchor] = [Rule("ID-MISSING", lambda _: _identified(people)), *rules[anchor]]
    if conflicts is not None:
        rules[fields.TENANT] = [Rule("TENANT-INVALID", _filled)]
        rules[fields.REGION] = [Rule("REGION-UNKNOWN", _filled), Rule("REGION-CONFLICT", lambda _: ~conflicts)]
    return [_finding(code, field, bad, letters) for code, field, bad in _broken(people.frame, rules)]


def directory(people: People) -> Mask:
    """Mark the directory's rows that can be used: whole rows whose email could stand in an import file."""
    usable = np.ones(len(people), np.bool_)
    usable[[remark.position for remark in people.extract.remarks if remark.code == "ROW-RAGGED"]] = False
    for _, _, bad in _broken(people.frame, {fields.EMAIL: [_NO_CONTROL]}):
        usable &= ~bad
    return usable


def import_file(frame: pd.DataFrame, carried: Mapping[str, str]) -> list[str]:
    """Hold the rules of the import file against its rows, just before they are written; give what is broken, in words.

    ``carried`` maps each column to its field unless it is constant. Every cell is one line of plain text; Subject and
    Issuer are filled, and a new user's names, number and group; one Subject and one number stand once.
    """
    rules: dict[str, list[Rule]] = {column: [_NO_CONTROL] for column in frame.columns}
    for column, field in carried.items():
        if field not in _NAMES or "extension" in carried.values():
            rules[column] += _IN_FILE.get(field, [])
    return [f"{column}: {code} on {int(bad.sum())} rows" for code, column, bad in _broken(frame, rules)]


def _of_new_users(people: People) -> dict[str, list[Rule]]:
    """Give the rules for new users by column; a name whose column is not there is missing on every row."""
    rules = {name: [Rule("NAME-MISSING", _filled)] for name in _NAMES if people.has(name)}
    if len(rules) < len(_NAMES):
        rules[fields.EMAIL] = [Rule("NAME-MISSING", lambda column: np.zeros(len(column), np.bool_))]
    return rules | {"group": [Rule("GROUP-MISSING", _filled)]}


def _broken(frame: pd.DataFrame, rules: dict[str, list[Rule]]) -> list[tuple[str, str, Mask]]:
    """Validate once, lazily, and read the mask of each broken rule from the error that pandera collected."""
    columns = {
        field: pandera.Column(checks=[_check(rule) for rule in of_field], nullable=True)
        for field, of_field in rules.items()
    }
    try:
        # A view of its own, gone with this call: pandera keeps a weak reference to what it validated, and one that
        # outlives the interpreter's shutdown would print a traceback behind our last line.
        pandera.DataFrameSchema(columns).validate(frame[list(rules)], lazy=True, inplace=True)
    except SchemaErrors as errors:
        return [_read(error) for error in errors.schema_errors]
    return []


def _check(rule: Rule) -> pandera.Check:
    def good(column: pd.Series) -> pd.Series:
        return pd.Series(rule.good(column), index=column.index)

    # One failure case keeps pandera from copying every failing value; the mask has them all.
    return pandera.Check(good, name=rule.code, n_failure_cases=1, ignore_na=False)


def _read(error: SchemaError) -> tuple[str, str, Mask]:
    if error.check_output is None:
        raise error  # the frame itself is wrong, not a row of it: a defect of ours
    return str(error.check.name), str(error.schema.name), ~error.check_output.to_numpy(np.bool_)


def _finding(code: str, field: str, bad: Mask, letters: emails.EmailFaults) -> Finding:
    if field == fields.EMAIL and (code in LETTER_CODES or code == "CELL-CONTROL"):
        rows, faults = letters.with_fault(code)
        details, fixes = [fault.detail for fault in faults], [fault.fix for fault in faults]
        return Finding(code, rows, field, details, fixes, proposals=[fault.proposal for fault in faults])
    if code == "ID-MISSING":
        fix = "Add a Login (or ExternalId) column to the list." if field == fields.EMAIL else ""
        return Finding(code, np.flatnonzero(bad), None, CATALOGUE[code].message, fix)
    if code == "NAME-MISSING" and field == fields.EMAIL:
        fix = "Add columns for first name and last name to the list."
        return Finding(code, np.flatnonzero(bad), None, CATALOGUE[code].message, fix)
    if code == "GROUP-MISSING":
        field = "team"  # the group follows from it, and it is what stands in the list
    return Finding(code, np.flatnonzero(bad), field, CATALOGUE[code].message)


def _letter_rule(code: str, letters: emails.EmailFaults) -> Rule:
    return Rule(code, lambda _: letters.free_of(code))


def _identified(people: People) -> Mask:
    """Mark the rows by which System Configurator can find its user."""
    found = np.zeros(len(people), np.bool_)
    for field in fields.IDENTITY:
        if people.has(field):
            found |= _filled(people.frame[field])
    return found


def _filled(column: "pd.Series") -> Mask:
    """Mark the cells that hold more than spaces."""
    return _of_words(column, _more_than_spaces)


def _more_than_spaces(words: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Compare with nothing, having trimmed the cells that begin with a space."""
    plain = flat(words)
    first = first_bytes(plain)
    if ((first <= ord(" ")) | (first >= 0x80)).any():  # noqa: PLR2004 - the end of ASCII
        plain = pc.utf8_trim_whitespace(plain)
    return pc.not_equal(plain, "")


def _once(column: "pd.Series") -> Mask:
    """Mark the cells whose text stands nowhere else in the column."""
    good = np.ones(len(column), np.bool_)
    for rows in hashing.HashedTexts.of(flat(texts(column))).repeated():
        good[rows] = False
    return good


def _login_characters(column: "pd.Series") -> Mask:
    return _of_suspects(column, _LOGIN_BYTES, lambda words: pc.match_substring_regex(words, LOGIN))


def _no_control(column: "pd.Series") -> Mask:
    return _of_suspects(column, _PLAIN_BYTES, lambda words: pc.invert(pc.match_substring_regex(words, CONTROL)))


def _short(column: "pd.Series") -> Mask:
    return _of_words(column, lambda words: pc.less_equal(pc.utf8_length(words), LONGEST_CELL))


_NAMES = ("first_name", "last_name")
_NO_CONTROL = Rule("CELL-CONTROL", _no_control)
_SHORT = Rule("CELL-TOO-LONG", _short)
_IN_FILE = {
    fields.SUBJECT: [Rule("EMAIL-MISSING", _filled), Rule("EMAIL-TWIN", _once)],
    fields.ISSUER: [Rule("REGION-UNKNOWN", _filled)],
    "new_user_email": [Rule("EMAIL-MISSING", _filled)],
    "extension": [Rule("EXTENSION-MISSING", _filled), Rule("EXTENSION-TWIN", _once)],
    "group": [Rule("GROUP-MISSING", _filled)],
    **{name: [Rule("NAME-MISSING", _filled)] for name in _NAMES},
}


def _of_words(column: "pd.Series", kernel: Callable[[pa.Array], pa.Array]) -> Mask:
    """Run a kernel over a column; of a dictionary column only over its different words."""
    words = texts(column)
    if not pa.types.is_dictionary(words.type):
        return np.asarray(kernel(words).to_numpy(zero_copy_only=False), np.bool_)
    parts: Sequence[Mask] = [
        kernel(chunk.dictionary).to_numpy(zero_copy_only=False)[chunk.indices.to_numpy()] for chunk in words.chunks
    ]
    return np.concatenate(parts) if parts else np.zeros(0, np.bool_)


def _of_suspects(column: "pd.Series", innocent: bytes, kernel: Callable[[pa.Array], pa.Array]) -> Mask:
    """Scan all bytes of a column at once, and run the kernel only on the cells that hold one which is not innocent."""
    words = flat(texts(column)) if pa.types.is_string(texts(column).type) else None
    if words is None:
        return _of_words(column, kernel)
    good = np.ones(len(words), np.bool_)
    suspects = rows_with_other_bytes(words, innocent)
    good[suspects] = kernel(words.take(pa.array(suspects))).to_numpy(zero_copy_only=False)
    return good
