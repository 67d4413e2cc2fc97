"""Settings of libraries by way of the environment, before they are imported; what the user has set stays."""

import os
import sys
from contextlib import suppress


def choose() -> None:
    """Choose Arrow's allocator; without effect if Arrow is imported already.

    The usual one gives back to the system what the next column wants again: a seventh of a run of a million rows
    (docs/speed.md). Arrow's builds for glibc have jemalloc; every build has the system's.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc" if _on_glibc() else "system")


def _on_glibc() -> bool:
    name = "CS_GNU_LIBC_VERSION"
    if sys.platform != "win32" and name in os.confstr_names:  # musl and macOS do not know it, or have no value for it
        with suppress(OSError, ValueError):
            return bool(os.confstr(name))
    return False
