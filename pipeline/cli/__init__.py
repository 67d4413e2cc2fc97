"""The command line: parse, call, print, end with the exit code; nothing else.

Heavy modules are imported inside the commands, after the sources have begun to be read: help and a usage error need
none of them.
"""

import gc
import os
import signal

OBJECTS_BETWEEN_COLLECTIONS = 250_000
"""Python's own 700 make it walk through every module again and again while modules load: a tenth of a small run.

The modules of a run are 195,000 objects, so none of them is walked through."""


def main() -> None:
    """Start the command line; a signal that comes before it is there ends the process at once: nothing has begun."""
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        signal.signal(number, lambda *_, code=code: os._exit(code))
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    from pipeline.cli import app

    app.main()
