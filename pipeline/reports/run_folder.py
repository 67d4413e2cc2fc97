"""What every run leaves in its folder besides the import files: issues, rejects, manifest, and who is the latest."""

import msgspec

from pipeline.plan import seal
from pipeline.reports.html import pages
from pipeline.reports.issue_list import issues
from pipeline.reports.rejects import rejects
from pipeline.reports.summary import manifest, plan_header
from pipeline.result import RunResult
from pipeline.state import files

LINE_ENDS_OF_OTHERS = {"\x85": b"\\u0085", "\u2028": b"\\u2028", "\u2029": b"\\u2029"}
"""JSON leaves these in a text as they are, and many a reader of lines ends a line at them."""


def write(run: RunResult) -> None:
    """Write plan.json, issues.jsonl, rejects.csv, both pages, manifest.json, and last of all the pointer to this run.

    Raises:
        OSError: the disk is full or not writable.
    """
    encoder = msgspec.json.Encoder()
    if run.plan is not None:
        files.write(run.folder / "plan.json", seal.document(run.plan.changes, plan_header(run)))
    files.write(run.folder / "issues.jsonl", [_lines(encoder.encode_lines(issues(run)))])
    if table := rejects(run):
        files.write(run.folder / "rejects.csv", [table])
    for name, page in pages(run).items():
        files.write(run.folder / name, [page])
    text = msgspec.json.format(encoder.encode(manifest(run)), indent=2)
    files.write(run.folder / "manifest.json", [text, b"\n"])
    # Its temporary file stands in the run's own folder: in the job's, another run might take it for a dead one's.
    files.write(run.folder.parent / "latest", [run.folder.name.encode()], by=run.folder)


def _lines(documents: bytes) -> bytes:
    """Escape what could be taken for the end of a line inside one."""
    for character, escape in LINE_ENDS_OF_OTHERS.items():
        documents = documents.replace(character.encode(), escape)
    return documents
