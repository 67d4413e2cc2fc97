"""A part of the people at a time: one pilot, a tenth, the people of a site or of a sheet, the rest.

Who belongs to a share follows from the person alone, so a wave has the same people tomorrow, a larger one has all of a
smaller one, and no list is kept. The pilot is one person, with a capital in the email if one has: only such a
user shows whether the tenant's login service compares case (facts: contact-pro, Certificates).
"""

import hashlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from connectors.settings import SourceSettings
from mappings.headers import header_key
from mappings.model import FIELDS
from pipeline.config.request import PILOT, REST, RunRequest
from pipeline.kernels import folding
from pipeline.kernels.columns import Mask, flat
from pipeline.model.command_line import command
from pipeline.model.errors import UsageProblem
from pipeline.model.people import People
from pipeline.plan.waves import sheet

SHEET = "sheet"
SHOWN = 8
"""Of many headers or values in one sentence, so many are named."""


def members(
    wave: str | None,
    people: People,
    subject: pa.StringArray,
    accepted: Mask,
    settings: SourceSettings | None = None,
) -> Mask:
    """Mark the accepted rows that belong to a wave; all of them if there is none.

    ``settings`` are those of the list: ``sheet=NAME`` is another sheet of its workbook, unless it has such a column.

    Raises:
        UsageProblem: the list has no such column, or no row with such a value; or as ``sheet.listed``.
        SourceUnreadable: the workbook cannot be read again.
    """
    if wave is None or wave == REST or not accepted.any():
        return accepted
    if "=" in wave:
        name, _, text = wave.partition("=")
        if header_key(name) == SHEET and column(people, name.strip()) is None:
            return accepted & sheet.listed(text, people, settings)
        return accepted & _with_value(people, wave)
    rows = np.flatnonzero(accepted)
    places = _places(people, rows)
    subjects = subject.take(pa.array(rows))
    capitals = np.flatnonzero(pc.not_equal(subjects, pc.utf8_lower(subjects)).to_numpy(zero_copy_only=False))
    among = capitals if len(capitals) else np.arange(len(rows))
    pilot = among[places[among].argmin()]
    chosen = np.zeros(len(rows), np.bool_)
    if wave != PILOT:
        share = np.uint64(int(wave.removesuffix("%")) * ((1 << 64) - 1) // 100)
        chosen = places <= max(share, places.min())
    chosen[pilot] = True
    mask = np.zeros(len(accepted), np.bool_)
    mask[rows[chosen]] = True
    return mask


def note(request: RunRequest) -> Iterator[str]:
    """Yield a note if the rest is meant, and no earlier wave is remembered."""
    if request.wave == REST and request.job.baseline.kind == "none":
        way = (
            f"make a job file: {command('init', request.source)}"
            if request.config_sha256 is None
            else 'write kind = "state" below [baseline]'
        )
        yield (
            "--wave rest: this run compares with nothing, so people of earlier waves are in its files again. To have "
            f"the others only, {way}"
        )


def _places(people: People, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Return the place of each row among all shares: the first 64 bits of a digest of the person."""
    keys = (flat(people.texts(name)).take(pa.array(rows)).to_pylist() for name in ("tenant", "external_id", "login"))
    digests = [
        hashlib.sha256("\x1f".join([tenant, key or login.lower()]).encode()).digest()
        for tenant, key, login in zip(*keys, strict=True)
    ]
    return np.array([int.from_bytes(digest[:8], "big") for digest in digests], np.uint64)


def _with_value(people: People, wave: str) -> Mask:
    """Mark the rows that have one of the values of ``FIELD=VALUE,VALUE`` in a field or a column of the list."""
    name, _, text = wave.partition("=")
    cells = pc.utf8_trim_whitespace(folding.fold(_column(people, name.strip())))
    known = set(cells.unique().to_pylist()) - {""}
    whole = folding.fold_text(text).strip()  # a value may have a comma of its own
    values = [whole] if whole in known else [folding.fold_text(each).strip() for each in text.split(",")]
    if missing := [value for value in values if value not in known]:
        there, others = sorted(known), len(missing) - SHOWN
        lost = " or ".join(map(repr, missing[:SHOWN])) + (f" or {others} more" if others > 0 else "")
        more = f" and {len(there) - SHOWN} more" if len(there) > SHOWN else ""
        found = ", ".join(map(repr, there[:SHOWN])) + more if name.strip() not in {"email", "login"} else ""
        raise UsageProblem(
            f"--wave {name.strip()}=…: no row has {lost}. Nothing was written.",
            advice=f"Write values that the list has{': ' + found if found else ''}.",
        )
    mask: Mask = pc.is_in(cells, value_set=pa.array(values, pa.string())).to_numpy(zero_copy_only=False)
    return mask


def column(people: People, name: str) -> pa.StringArray | None:
    """Return a canonical field, or the column of that header; None if the list has neither."""
    if name in FIELDS and people.has(name):
        return flat(people.texts(name))
    for place, header in enumerate(people.binding.headers):
        if header_key(header) == header_key(name):
            return flat(people.extract.frame.column(place).cast(pa.string()))
    return None


def headers(people: People) -> str:
    """Name the first headers of the list."""
    named = [header for header in people.binding.headers if header.strip()]
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return f"{', '.join(named[:SHOWN])}{more}"


def _column(people: People, name: str) -> pa.StringArray:
    if (found := column(people, name)) is not None:
        return found
    raise UsageProblem(
        f"--wave {name}=…: the list has no column {name!r}. Nothing was written.",
        advice=f"Name one of its columns: {headers(people)}.",
    )
