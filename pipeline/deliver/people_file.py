"""The CSV of a delivery: one line a person, those who need a hand first; safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from pipeline.reports.rejects import as_text
from pipeline.state import files
from pipeline.state.rci import delivery_log
from pipeline.state.rci.delivery_log import Line

COLUMNS = ("login", "external_id", "subject", "status", "http", "detail")


def write(folder: Path, stem: str, lines: Sequence[Line]) -> str | None:
    """Write ``<stem>-001.csv``, or the next free number, into a run folder, and return its name; None without lines.

    Raises:
        OSError: it cannot be written.
    """
    if not lines:
        return None
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for line in sorted(lines, key=lambda line: line.status in delivery_log.DONE):
        known = (line.login, line.external_id, line.subject, line.status, str(line.http or ""), line.detail)
        writer.writerow([as_text(each) for each in known])
    names = (f"{stem}-{number:03d}.csv" for number in count(1))
    name = next(name for name in names if not (folder / name).exists())
    files.write(folder / name, [b"\xef\xbb\xbf", text.getvalue().encode()])
    return name
