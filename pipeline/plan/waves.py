"""A part of the people at a time: a pilot, a tenth, the rest.

Who belongs to which part follows from the person alone, so a wave has the same people tomorrow, a larger one has all of
a smaller one, and nobody keeps a list. One person with a capital letter in the email belongs to every wave, where there
is one: only such a pilot user shows whether the tenant minds case (facts: contact-pro, Certificates).
"""

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels import columns
from pipeline.model import fields

SHARES = {"pilot": 1, "rest": 100}
"""Per cent of the people."""


def split(rows: pa.Table, wave: str | None) -> tuple[pa.Table, pa.Table]:
    """Part rows (``plan.rows``) into those of a wave and the others; a wave of somebody always has somebody."""
    if wave is None or wave == "rest" or not rows.num_rows:
        return rows, rows.slice(0, 0)
    share = SHARES.get(wave) or int(wave.removesuffix("%"))
    who = zip(*(columns.flat(rows[name]).to_pylist() for name in ("tenant", "external_id", "login")), strict=True)
    digests = [
        hashlib.sha256("\x1f".join([tenant, key or login.lower()]).encode()).digest() for tenant, key, login in who
    ]
    places = np.array([int.from_bytes(digest[:8], "big") for digest in digests], np.uint64)
    chosen = places <= max(np.uint64(share * ((1 << 64) - 1) // 100), places.min())
    subjects = columns.flat(rows[fields.SUBJECT])
    capitals = np.flatnonzero(pc.not_equal(subjects, pc.utf8_lower(subjects)).to_numpy(zero_copy_only=False))
    if len(capitals):
        chosen[capitals[places[capitals].argmin()]] = True
    return rows.filter(pa.array(chosen)), rows.filter(pa.array(~chosen))
