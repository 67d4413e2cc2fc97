"""Settings of libraries by way of the environment, before they are imported; what the user has set stays."""

import os


def choose() -> None:
    """Choose Arrow's allocator; without effect if Arrow is imported already.

    The usual one gives back to the system what the next column wants again: a seventh of a run of a million rows
    (docs/speed.md). Arrow's builds for glibc have jemalloc; every build has the system's.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc" if _on_glibc() else "system")


def _on_glibc() -> bool:
    try:
        return bool(os.confstr("CS_GNU_LIBC_VERSION"))
    except (AttributeError, OSError, ValueError):  # Windows, macOS, musl
        return False
