"""Run jobs in one process and count Python's steps: calls of functions, and lines of our own modules.

Run as ``python -m tests.end_to_end.counted_steps JOB... [--loop]``; it prints the steps of each job as JSON. The first
job only imports what is needed. A step is neither a second nor an instruction, so a busy machine changes nothing.
``--loop`` puts a loop over the rows into a kernel: the counting has to see it.
"""

import json
import os
import sys
import threading
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
OURS = tuple(f"{PROJECT / folder}/" for folder in ("pipeline", "connectors", "mappings"))

LOOP = """
by_columns = fold


def fold(emails):
    return pa.array([email for email in by_columns(emails).to_pylist() if email is not None], pa.string())
"""


def main() -> None:
    """Run each job and print how many steps it took."""
    jobs = [word for word in sys.argv[1:] if word != "--loop"]
    if "--loop" in sys.argv:
        put_a_loop_into_folding()
    sys.stdout.write(json.dumps([steps(job) for job in jobs]) + "\n")
    sys.stdout.flush()
    os._exit(0)  # a job with rejected rows would end this process with its own exit code


def steps(job: str) -> int:
    """Count the steps of one run, those of its threads included."""
    from pipeline.cli import app  # noqa: PLC0415 - not before the loop is in its place

    counter = count()

    def entered(frame: FrameType, _: str, __: Any) -> Any:  # noqa: ANN401 - as the interpreter has it
        file = frame.f_code.co_filename
        if file.startswith("<"):  # imports, and methods that dataclasses write
            return None
        next(counter)
        return moved if file.startswith(OURS) else None

    def moved(_: FrameType, event: str, __: Any) -> Any:  # noqa: ANN401 - as above
        if event == "line":
            next(counter)
        return moved

    folder = Path(job).parent
    sys.argv = ["contactpro-sync", "run", job, "--runs", str(folder / "runs"), "-o", str(folder / "summary.json")]
    threading.settrace(entered)
    sys.settrace(entered)
    try:
        app.main()
    except SystemExit as end:
        if end.code not in {0, 3}:
            raise
    finally:
        sys.settrace(None)
        threading.settrace(None)  # how tracing ends, whatever the stub has
    return next(counter)


def put_a_loop_into_folding() -> None:
    """Fold texts one by one, as a careless change would."""
    from pipeline.kernels import folding  # noqa: PLC0415 - only this defect needs it

    code = compile(LOOP, f"{OURS[0]}kernels/folding.py", "exec")  # as if it stood in that file
    exec(code, vars(folding))  # noqa: S102 - the text is the constant above


if __name__ == "__main__":
    main()
