"""Prefetch: the same pieces in the same order, and nothing made that is not asked for."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.prefetch import prefetched


@given(st.lists(st.binary(), max_size=20))
def test_nothing_is_lost_or_turned(texts: list[bytes]) -> None:
    """Whatever the pieces are, empty ones too, they come out as they went in."""
    assert [bytes(piece) for piece in prefetched(map(memoryview, texts))] == texts


def test_the_next_piece_is_made_meanwhile() -> None:
    """While one piece is in use, one more is made, in another thread."""
    made: list[int] = []
    second = threading.Event()

    def pieces() -> Iterator[memoryview]:
        for number in range(5):
            made.append(threading.get_ident())
            if number == 1:
                second.set()
            yield memoryview(b"x")

    coming = prefetched(pieces())
    next(coming)
    assert second.wait(30)
    assert len(made) <= 3
    assert threading.get_ident() not in made
    coming.close()


def test_what_goes_wrong_is_raised_in_its_place() -> None:
    """The pieces before the mistake are given, then the mistake."""

    def pieces() -> Iterator[memoryview]:
        yield memoryview(b"first")
        raise OSError("second")

    coming = prefetched(pieces())
    assert bytes(next(coming)) == b"first"
    with pytest.raises(OSError, match="second"):
        next(coming)
