"""Work in a second thread: kernels, digests and files leave the interpreter free, so two cores are busy."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


@contextmanager
def worker(threads: int = 1) -> Iterator[ThreadPoolExecutor]:
    """Yield an executor; if the block raises, do not wait for work that is still running."""
    executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="worker")
    try:
        yield executor
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        raise
    executor.shutdown()


def by_twos(make: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Return what ``make`` returns for each item, in their order: kernels over columns, two of them at a time."""
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="columns") as threads:
        return list(threads.map(make, items))
