"""Prefetch: while one piece is hashed or written, the next one is made."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def prefetched(pieces: Iterable[T]) -> Iterator[T]:
    """Return the same pieces in the same order, each made in a second thread while the one before is in use.

    Kernels, digests and writing all leave the interpreter free, so two cores are busy instead of one. What goes wrong
    in making a piece is raised when that piece is asked for.
    """
    source = iter(pieces)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="prefetch") as beside:
        coming = beside.submit(next, source, None)
        while (piece := coming.result()) is not None:
            coming = beside.submit(next, source, None)
            yield piece
