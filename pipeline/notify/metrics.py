"""Write the metrics of a job for Prometheus: a text file that the collector of a host reads (``[notify] metrics``).

The format is Prometheus' text exposition format, version 0.0.4. The file has counts, codes and times, never a person.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.model.exit_codes import EXIT_CODES
from pipeline.notify.notice import CHANGES, ROWS
from pipeline.state import files

PREFIX = "contactpro_sync"
_LAST_SUCCESS = re.compile(rf"^{PREFIX}_last_success_timestamp_seconds\{{.*\}} (?P<value>[0-9]+)$", re.MULTILINE)
_READABLE = 0o644
"""The collector runs as another account."""


def write(path: Path, job: str, summary: Mapping[str, Any], now: datetime) -> str:
    """Write the file in one step; return a sentence if that fails, "" if not. Raises nothing.

    ``summary`` is the document of a run (design §7). A run that did not succeed keeps the time of the last success.
    """
    try:
        before = _LAST_SUCCESS.search(path.read_text("utf-8")) if path.is_file() else None
        success = EXIT_CODES[summary["exit_code"]].delivered
        last = int(now.timestamp()) if success else int(before["value"]) if before else 0
        text = "\n".join(_lines(job, summary, int(now.timestamp()), last))
        files.write(path, [f"{text}\n".encode()], mode=_READABLE)
    except (OSError, UnicodeDecodeError) as error:
        return f"The metrics were not written: {path}: {getattr(error, 'strerror', '') or 'it is not a text file'}."
    return ""


def _lines(job: str, summary: Mapping[str, Any], now: int, success: int) -> Iterator[str]:
    label = f'job="{_escaped(job)}"'
    yield from _metric("last_run_timestamp_seconds", "When the last run ended.", {label: now})
    yield from _metric("last_success_timestamp_seconds", "When the last run that did its work ended.", {label: success})
    yield from _metric("last_exit_code", "Exit code of the last run.", {label: summary["exit_code"]})
    counts = summary["counts"]
    rows = {f'{label},state="{name}"': counts.get(name, 0) for name in ROWS}
    yield from _metric("rows", "Rows of the list in the last run.", rows)
    changes = {f'{label},kind="{name}"': counts.get(name, 0) for name in CHANGES}
    yield from _metric("changes", "People of the last run by what changes for them.", changes)
    issues = {f'{label},code="{_escaped(code)}"': number for code, number in summary["issues"].items()}
    yield from _metric("issues", "Findings of the last run by code.", issues)
    if delivery := summary.get("delivery"):
        sent = {f'{label},status="{_escaped(name)}"': number for name, number in delivery["counts"].items()}
        yield from _metric("delivery", "People of the last delivery by status.", sent)


def _metric(name: str, title: str, values: Mapping[str, int]) -> Iterator[str]:
    yield f"# HELP {PREFIX}_{name} {title}"
    yield f"# TYPE {PREFIX}_{name} gauge"
    yield from (f"{PREFIX}_{name}{{{labels}}} {value}" for labels, value in values.items())


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
