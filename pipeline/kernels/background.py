"""Work in a second thread: kernels, digests and files leave the interpreter free, so two cores are busy."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


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
