"""Differences of two stretches of days, and the interval of a share (trends, section 4)."""

import math
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.trends.rise import Window, difference, window
from app.domain.trends.wilson import wilson

SCORES = st.dictionaries(st.integers(0, 27), st.integers(0, 10), min_size=6)
LATER = 100


def of(scores: dict[int, int]) -> Window:
    return window(scores, range(28))


@given(SCORES, SCORES)
def test_the_difference_is_the_one_of_the_page(before: dict[int, int], after: dict[int, int]) -> None:
    both = [(scores, fmean(scores.values())) for scores in (before, after)]
    entries = len(before) + len(after)
    squares = sum((value - mean) ** 2 for scores, mean in both for value in scores.values())
    products = [
        (scores[day] - mean) * (scores[day + 1] - mean) for scores, mean in both for day in scores if day + 1 in scores
    ]
    memory = 0.3
    if products and squares:
        memory = sum(products) / len(products) / (squares / entries)
        memory += (1 + 3 * memory) / (entries / 2)
    memory = min(0.8, max(0, (entries * memory + 20 * 0.3) / (entries + 20)))
    variance = max(0.25, squares / (entries - 2))
    error = math.sqrt(variance * (1 + memory) / (1 - memory) * (1 / len(before) + 1 / len(after)))
    found = difference(of(before), of(after))
    assert found.points == pytest.approx(both[1][1] - both[0][1])
    assert found.error == pytest.approx(error)
    assert (found.z, found.high - found.low) == pytest.approx((found.points / error, 2 * 1.645 * error))


@given(SCORES, SCORES)
def test_a_step_seen_backwards_is_a_fall_of_the_same_size(before: dict[int, int], after: dict[int, int]) -> None:
    forth, back = difference(of(before), of(after)), difference(of(after), of(before))
    assert (forth.points, forth.error) == pytest.approx((-back.points, back.error))


def test_scores_that_never_vary_have_an_error_all_the_same() -> None:
    always = of(dict.fromkeys(range(10), 3))
    assert difference(always, always).error == pytest.approx(math.sqrt(0.25 * 1.3 / 0.7 * 0.2))


def test_only_days_of_the_window_count_and_an_empty_one_tells_nothing() -> None:
    assert window({1: 4, 9: 7}, range(5)).mean == 4
    assert not window({9: 7}, range(5)).tells
    assert not of(dict.fromkeys(range(5), 1)).tells
    assert of(dict.fromkeys(range(6), 1)).tells


@given(st.integers(1, 500), st.data())
def test_a_bound_of_wilsons_interval_is_a_share_just_1_96_errors_away(of_: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, of_))
    low, high = wilson(hits, of_)
    share = hits / of_
    assert 0 <= low <= share <= high <= 1
    for bound in (low, high):
        assert (share - bound) ** 2 == pytest.approx(1.959964**2 * bound * (1 - bound) / of_, abs=1e-9)


def test_six_of_14_nights_are_21_to_67_percent() -> None:
    assert wilson(6, 14) == pytest.approx((0.21, 0.67), abs=0.005)
