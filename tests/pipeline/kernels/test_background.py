"""Work in other threads."""

import pytest

from pipeline.kernels.background import by_twos


def test_results_come_in_the_order_of_their_items() -> None:
    """Whichever of two items is ready first, the results have the order of the items."""
    assert by_twos(lambda number: number * number, range(50)) == [number * number for number in range(50)]


def test_an_error_is_raised_to_the_caller() -> None:
    """What goes wrong with one item goes wrong for all of them."""

    def make(number: int) -> float:
        return 1 / number

    with pytest.raises(ZeroDivisionError):
        by_twos(make, [1, 0])
