"""Lengths of bars and shares as text."""

import pytest

from pipeline.reports.page import charts


@pytest.mark.parametrize(
    ("counts", "whole", "drawn"),
    [([1, 1], 2, [50.0, 50.0]), ([0, 4], 4, [0.0, 100.0]), ([3, 0], 12, [25.0, 0.0]), ([], 0, [])],
)
def test_a_length_is_the_share_of_the_width(counts: list[int], whole: int, drawn: list[float]) -> None:
    """A count has its share of the width, and none has no length."""
    assert charts.lengths(counts, whole) == drawn


def test_the_smallest_part_can_be_seen_and_the_bar_stays_inside() -> None:
    """One of a million is drawn, and the parts together are not longer than the width."""
    small, large = charts.lengths([1, 999_999], 1_000_000)
    assert small > 0.7
    assert small + large == pytest.approx(100)
