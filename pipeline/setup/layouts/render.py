"""Render a learned layout: the TOML file with its comments, the JSON document, and the text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mappings.headers import visible
from mappings.layout_toml import layout_text
from pipeline.model.command_line import quoted
from pipeline.setup.layouts import describe
from pipeline.setup.layouts.learn import LearnedLayout

LAYOUT = "FILE.toml"
"""Stands for the file of a layout that was not written."""


def toml(lesson: LearnedLayout) -> str:
    """Write the learned layout, and above it as comments its origin and what it leaves open."""
    return layout_text(lesson.layout, _remarks(lesson))


def document(lesson: LearnedLayout, file: str | None) -> dict[str, Any]:
    """Return what ``--json`` prints; ``file`` is the path of the written layout, None if it was not written."""
    export, form, issuers = lesson.export, lesson.export.form, lesson.export.issuers
    return {
        "command": "layout",
        "outcome": "ok",
        "exit_code": 0,
        "layout": describe.document(lesson.layout),
        "toml": toml(lesson),
        "file": file,
        "export": {
            "name": export.extract.origin.source,
            "sha256": export.extract.sha256,
            "users": export.user_count,
            "certificates": len(export.unfolded.rows),
            "encoding": form.encoding if form else None,
            "bom": form.bom if form else None,
            "delimiter": form.delimiter if form else None,
            "newline": form.newline if form else None,
            "quoting": form.quoting if form else None,
        },
        "found_by": {"subject": export.pairs.subject, "issuer": export.pairs.issuer},
        "not_found": list(lesson.not_found),
        "left_out": [{"column": each.column, "why": each.why} for each in lesson.left_out],
        "doubts": list(lesson.doubts),
        "notes": list(lesson.notes),
        "issuers": {
            "tenants": issuers.tenants,
            "regions": [
                {"aws_region": region, "certificates": count, "known": lesson.known_regions[region]}
                for region, count in issuers.regions.items()
            ],
            "misspelled": [
                {"issuer": each.issuer, "certificates": each.count, "detail": each.detail}
                for each in issuers.misspelled
            ],
            "foreign": issuers.foreign,
        },
        "next": next_step(lesson, file),
    }


def lines(lesson: LearnedLayout, file: str) -> Iterator[str]:
    """Yield what was learned, what was not, and what to do next."""
    export = lesson.export
    yield f"{export.extract.origin.source}: {_size(lesson)}"
    yield from describe.lines(lesson.layout)
    yield ""
    yield from _open_points(lesson)
    yield f"\nwritten: {file}"
    yield f"next: {next_step(lesson, file)}"


def next_step(lesson: LearnedLayout, file: str | None) -> str:
    """Return what to do with the layout."""
    if lesson.doubts:
        return "Export the users from System Configurator, open the file in no other program, and learn from it again."
    path = Path(file or LAYOUT)
    return (
        f'Use it: --layout {quoted(path)}, or layout = "{path.name}" under [output] of a job file beside it. '
        "Import one pilot user first."
    )


def _size(lesson: LearnedLayout) -> str:
    export = lesson.export
    counts = {
        "users": export.user_count,
        "certificates": len(export.unfolded.rows),
        "columns": len(export.columns.labels),
    }
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _open_points(lesson: LearnedLayout) -> Iterator[str]:
    for name in lesson.not_found:
        yield f"not found: a column for {name}"
    reasons: dict[str, list[str]] = {}
    for each in lesson.left_out:
        reasons.setdefault(each.why, []).append(visible(each.column)[1:-1] or "a column without label")
    for why, columns in reasons.items():
        yield f"left out: {', '.join(columns)} ({why})"
    for doubt in lesson.doubts:
        yield f"not verified: {doubt}"
    for note in lesson.notes:
        yield f"note: {note}"


def _remarks(lesson: LearnedLayout) -> Iterator[str]:
    form = lesson.export.form
    yield f"Learned by contactpro-sync from the users export {lesson.export.extract.origin.source}: {_size(lesson)}."
    if form is None:
        yield "The export is a workbook."
    else:
        written = describe.text_form(form.encoding, form.delimiter, form.newline, form.quoting, bom=form.bom)
        yield f"The export is {written}."
    yield "Import files are tab-delimited UTF-8 with a byte order mark, whatever the export is: that is documented."
    yield from _open_points(lesson)
