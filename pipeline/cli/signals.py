"""Ctrl-C and SIGTERM: the command leaves as if it had been asked to; every block that is open cleans up behind itself.

An exception that a signal raises in the middle of an import can leave the import lock taken for ever, and then every
thread that imports anything waits for ever; one that is raised in a callback of Python's own is swallowed. In both
cases the signal comes again a moment later, if the system can do that.
"""

import signal
import sys
from types import FrameType

INTERRUPTED, TERMINATED = 130, 143
"""What shells report for a program that was stopped with Ctrl-C, or with SIGTERM."""

ENDS = {INTERRUPTED: "interrupted", TERMINATED: "terminated"}
"""Their names in the last line and in the document, as those of the other exit codes."""

MOMENT = 0.02
"""Seconds after which a signal that came at a bad time comes again."""


BREAKS = tuple(number for number in signal.Signals if number.name == "SIGBREAK")
"""Windows alone: Ctrl-Break, and a console window that is closed."""


def obey() -> None:
    """Stop at a signal, from now on."""
    for number in (signal.SIGINT, signal.SIGTERM, *BREAKS):
        signal.signal(number, _stop)
    sys.unraisablehook = _not_swallowed


def _stop(number: int, frame: FrameType | None) -> None:
    if _is_importing(frame) and _comes_again(number):
        return
    raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(TERMINATED)


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _comes_again(number: int) -> bool:
    """Send the signal again after a moment, and return True if the system can do that."""
    possible = sys.platform != "win32"
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, lambda _, frame: _stop(number, frame))
        signal.setitimer(signal.ITIMER_REAL, MOMENT)
    return possible


def _not_swallowed(lost: "sys.UnraisableHookArgs") -> None:
    """Raise again what a signal raised in a callback that ignores errors."""
    if isinstance(lost.exc_value, KeyboardInterrupt):
        _comes_again(signal.SIGINT)
    elif isinstance(lost.exc_value, SystemExit):
        _comes_again(signal.SIGTERM)
    else:
        sys.__unraisablehook__(lost)
