"""What every run leaves in its folder besides the import files: issues, rejects, manifest, and who is the latest."""

import msgspec

from pipeline import files
from pipeline.outcome import Run
from pipeline.reports.places import issues
from pipeline.reports.rejects import rejects
from pipeline.reports.summary import manifest


def write(run: Run) -> None:
    """Write issues.jsonl, rejects.csv, manifest.json, and last of all the pointer to this run.

    Raises:
        OSError: the disk is full or not writable.
    """
    encoder = msgspec.json.Encoder()
    files.write(run.folder / "issues.jsonl", [encoder.encode_lines(issues(run))])
    if table := rejects(run):
        files.write(run.folder / "rejects.csv", [table])
    text = msgspec.json.format(encoder.encode(manifest(run)), indent=2)
    files.write(run.folder / "manifest.json", [text, b"\n"])
    files.write(run.folder.parent / "latest", [run.folder.name.encode()])
