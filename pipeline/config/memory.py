"""The memory that a run may use (``--memory``): read, and decide whether columns are kept in files.

A run needs about so many bytes for each byte of its text files, which is known before anything is read.
"""

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.contact_pro_export.connector import Settings as ContactProExport
from connectors.settings import FileSettings
from pipeline.config.job_file.sources import NoSource
from pipeline.config.request import RunRequest
from pipeline.model.errors import UsageProblem

if TYPE_CHECKING:
    from pipeline.kernels.spill import Spill

PROGRAM = 230 << 20
"""Bytes that a run of a few people needs: Python, pyarrow, pandas and pandera."""

IN_MEMORY, IN_FILES = 5.0, 1.3
"""Bytes of memory for each byte of list and directory: with all columns in memory, and with columns kept in files.

Measured with lists of 1,000,000 and 3,000,000 rows (docs/speed.md).
"""

_UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}
_AMOUNT = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,3})?) ?([KMGT]?)(?:I?B)?", re.IGNORECASE)


def amount(text: str | None) -> int | None:
    """Return the bytes of an amount such as ``1.2G`` or ``800M``; None for None.

    Raises:
        UsageProblem: it is none.
    """
    if text is None:
        return None
    found = _AMOUNT.fullmatch(text.strip())
    if found is None or not float(found[1]):
        raise UsageProblem(f"--memory {text}: that is not an amount of memory.", advice="Write 800M or 1.2G.")
    return int(float(found[1]) * (1 << _UNITS[found[2].upper()]))


def spill(request: RunRequest) -> "Spill | None":
    """Return the place of the columns of a run; None if they may all be in memory.

    Raises:
        UsageProblem: the list and the directory need more than the limit even so.
    """
    if request.memory is None:
        return None
    size = _size(request)
    if size is not None and PROGRAM + size * IN_MEMORY <= request.memory:
        return None
    needed = PROGRAM + (size or 0) * IN_FILES
    if needed > request.memory:
        raise UsageProblem(
            f"--memory {_shown(request.memory)} is too little: this run needs about {_shown(needed)}.",
            advice=f"Give --memory {_shown(needed)} or more, or divide the list.",
        )
    from pipeline.kernels.spill import Spill  # noqa: PLC0415 - most runs never need it

    return Spill(request.runs / request.name if request.plans else Path(tempfile.gettempdir()))


def _size(request: RunRequest) -> int | None:
    """Return the bytes of the text files of a job; None if a source is of another kind: its rows are not known yet."""
    job = request.job
    parts = [part for part in (job.roster, job.directory) if part is not None and not isinstance(part, NoSource)]
    files = [part for part in parts if isinstance(part, FileSettings) and part.reads_into_store]
    if len(files) < len(parts):
        return None
    paths: list[Path] = [part.path for part in files]
    if isinstance(job.baseline, ContactProExport):
        paths.append(job.baseline.path)
    return sum(path.stat().st_size for path in paths if path.is_file())


def _shown(amount: float) -> str:
    """Return an amount as the option takes it, rounded up."""
    tenths = -int(-amount * 10 // (1 << 30))
    return f"{tenths // 10}.{tenths % 10}G" if tenths % 10 else f"{tenths // 10}G"
