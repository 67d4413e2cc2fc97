"""Protected people: rows of the list and certificates of the baseline that a job never touches (``[protect]``).

They keep what they have, as people of rejected rows do: no certificate is written, changed or deleted for them.
"""

import fnmatch
import re
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from pipeline.kernels import folding
from pipeline.kernels.columns import Mask, flat
from pipeline.kernels.hashing import HashKey
from pipeline.model import identity
from pipeline.model.errors import UsageProblem
from pipeline.model.fields import CERTIFICATE, EMAIL, PERSON, SUBJECT
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.plan.baseline import Baseline, no_certificates
from pipeline.plan.waves import members as waves
from pipeline.state import records

CODE = "PROTECTED"
Rules = Mapping[str, Sequence[str]]
"""Patterns (``*``, ``?`` and ``[…]``, case ignored) by a canonical field or a header of the list."""

_OF_BASELINE = {"external_id": "external_id", "login": "login", EMAIL: SUBJECT, "tenant": "tenant"}
"""The fields that a certificate of the baseline has, and its column for each."""


class Protected(msgspec.Struct, frozen=True):
    """The protected rows of the list and their findings; the certificates of the baseline that stay as they are.

    ``before`` is the baseline without the old certificates of protected people, which no run deletes.
    """

    rows: Mask
    findings: tuple[Finding, ...]
    known: pa.Table
    before: Baseline


def protected(rules: Rules, people: People, accepted: Mask, before: Baseline) -> Protected:
    """Find the people whom the rules protect.

    Args:
        rules: the table ``[protect]`` of the job file.
        people: the roster.
        accepted: its accepted rows; only these are reported.
        before: what Contact Pro has.

    Raises:
        UsageProblem: neither the list nor a certificate has a field of the rules.
    """
    rows = np.zeros(len(people), np.bool_)
    reasons = [""] * len(people)
    for name, patterns in rules.items():
        column = waves.column(people, name)
        if column is None and name not in _OF_BASELINE:
            raise UsageProblem(
                f"[protect] {name}: the list has no column {name!r}. Nothing was written.",
                advice=f"Name one of its columns: {waves.headers(people)}.",
            )
        for pattern in patterns:
            if column is not None:
                fits, rule = _fitting(column, pattern) & accepted, f"{name} = {pattern!r}"
                for row in np.flatnonzero(fits & ~rows):
                    reasons[row] = f"[protect] {rule} applies: nothing is changed for this person"
                rows |= fits
    known = holders(rules, before.known, people.folded.key)
    places = np.flatnonzero(rows)
    findings = (Finding(CODE, people.ids.at(places), None, [reasons[row] for row in places]),) if len(places) else ()
    staying = before.known.select(CERTIFICATE).filter(pa.array(known))
    if len(places) or staying.num_rows:
        listed = pa.table({name: flat(people.texts(name)).filter(pa.array(rows)) for name in PERSON})
        theirs = pc.or_(identity.among(before.left_stale, listed), identity.among(before.left_stale, staying))
        before = replace(before, left_stale=before.left_stale.filter(pc.invert(theirs)))
    return Protected(rows, findings, staying, before)


def holders(rules: Rules, certificates: pa.Table, key: HashKey) -> Mask:
    """Mark the certificates of people whom the rules protect by a field that a certificate has."""
    mask = np.zeros(certificates.num_rows, np.bool_)
    for name in rules.keys() & _OF_BASELINE.keys():
        for pattern in rules[name]:
            mask |= _fitting(flat(certificates[_OF_BASELINE[name]]), pattern)
    if not mask.any():
        return mask
    person = identity.persons(certificates, key)
    return np.isin(person, person[mask])


def listed(rules: Rules, people: People | None, accepted: Mask) -> tuple[Finding, ...]:
    """Find the people of the list whom the rules protect, without a baseline; raises as ``protected`` does."""
    if people is None:
        return ()
    nothing = Baseline(records.nothing(), no_certificates(), None)
    return protected(rules, people, accepted, nothing).findings


def _fitting(texts: pa.StringArray, pattern: str) -> Mask:
    """Mark the texts that fit a pattern as a whole, case ignored."""
    fits = re.compile(fnmatch.translate(folding.fold_text(pattern))).fullmatch
    folded = folding.fold(texts)
    words = [word for word in folded.unique().to_pylist() if word and fits(word)]
    mask: Mask = pc.is_in(folded, value_set=pa.array(words, pa.string())).to_numpy(zero_copy_only=False)
    return mask
