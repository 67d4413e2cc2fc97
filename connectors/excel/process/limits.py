"""The limits that a child process puts on itself before it parses a workbook, and its messages to the parent."""

import contextlib
import json
import sys

MEMORY_LIMIT = 1_536 << 20
CPU_SECONDS = 30


def limit() -> None:
    """Refuse memory beyond ``MEMORY_LIMIT``, processor time beyond ``CPU_SECONDS`` and core dumps."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only Windows needs it

        from connectors.excel.process import job_object  # noqa: PLC0415 - as above

        job_object.limit(ctypes.WinDLL("kernel32", use_last_error=True), MEMORY_LIMIT, CPU_SECONDS)
    else:
        import resource  # noqa: PLC0415 - Windows has none

        for what, most in (
            (resource.RLIMIT_AS, MEMORY_LIMIT),
            (resource.RLIMIT_CPU, CPU_SECONDS),
            (resource.RLIMIT_CORE, 0),
        ):
            with contextlib.suppress(ValueError, OSError):  # a stricter limit is in force already
                resource.setrlimit(what, (most, most))


def send(message: dict[str, object], data: bytes = b"") -> None:
    """Write one line of JSON and the bytes that it announces."""
    out = sys.stdout.buffer
    out.write(json.dumps(message).encode() + b"\n")
    out.write(data)
    out.flush()
