"""Weeks to benefit and drop, and their intervals (trends, section 2, steps 6 and 7)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.trends.estimates import drop, weeks_to_benefit, weights
from app.domain.trends.scan import Split, step_scan
from app.domain.trends.weeks import WeekRow


def split(week: int, *, sse: float = 1.0, fallen: float = 2.0, settled: float = 4.0, se: float = 0.0) -> Split:
    return Split(week=week, before=6.0, after=6.0 - fallen, sse=sse, t=1.0, settled=settled, se_settled=se)


def weeks(totals: list[int], first: int = 0) -> list[WeekRow]:
    return [WeekRow(week=first + at, days=7, total=total) for at, total in enumerate(totals)]


SPLITS = st.lists(st.floats(0.25, 50), min_size=1, max_size=100)


@given(SPLITS, st.integers(8, 112))
def test_weights_are_tempered_and_sum_to_one(sums: list[float], count: int) -> None:
    found = weights([split(week, sse=sse) for week, sse in enumerate(sums)], count)
    assert math.fsum(weight for _, weight in found) == pytest.approx(1)
    (first, one), (last, other) = found[0], found[-1]
    if one > 1e-200 and other > 1e-200:
        assert math.log(one / other) == pytest.approx(
            -0.60 * (count - 1) / 2 * math.log(first.sse / last.sse), abs=1e-6
        )


def test_splits_for_the_worse_have_no_weight() -> None:
    found = weights([split(0, fallen=-1, sse=0.25), split(1), split(2, fallen=0.0, sse=0.25)], 20)
    assert [(one.week, weight) for one, weight in found] == [(1, 1.0)]


def test_a_week_that_is_certain_is_the_estimate_and_half_a_week_about_it_the_interval() -> None:
    found = weeks_to_benefit([(split(6), 1.0)])
    assert found.estimate == pytest.approx(6)
    assert (found.low, found.high, found.level) == (pytest.approx(5.55), pytest.approx(6.45), 0.9)


def test_points_are_linear_inside_a_week() -> None:
    found = weeks_to_benefit([(split(3), 0.2), (split(4), 0.6), (split(7), 0.2)])
    assert found.estimate == pytest.approx(4 + 0.5 - 0.5)
    assert found.low == pytest.approx(3 + 0.05 / 0.2 - 0.5)
    assert found.high == pytest.approx(7 + 0.15 / 0.2 - 0.5)


def test_no_point_lies_before_the_first_dose() -> None:
    found = weeks_to_benefit([(split(0), 0.9), (split(1), 0.1)])
    assert found.low == 0
    assert found.estimate == pytest.approx(0.5 / 0.9 - 0.5)


@given(SPLITS, st.integers(8, 112))
def test_the_points_are_in_order(sums: list[float], count: int) -> None:
    found = weeks_to_benefit(weights([split(week, sse=sse) for week, sse in enumerate(sums)], count))
    assert 0 <= found.low <= found.estimate <= found.high <= len(sums) - 0.5


def test_the_drop_of_a_certain_week_has_the_interval_of_its_error() -> None:
    found = drop([(split(6, se=0.5), 1.0)])
    assert (found.estimate, found.low, found.high) == (2, pytest.approx(2 - 0.8225), pytest.approx(2 + 0.8225))


def test_the_spread_over_the_weeks_is_in_the_drops_interval() -> None:
    found = drop([(split(6, settled=5), 0.5), (split(7, settled=3), 0.5)])
    assert (found.estimate, found.low, found.high) == (2, pytest.approx(2 - 1.645), pytest.approx(2 + 1.645))


def test_a_step_in_a_series_is_found_at_its_week_with_its_size() -> None:
    baseline, treatment = weeks([49, 50, 48, 49], -4), weeks([49, 48, 50, 49, 35, 36, 34, 35, 36, 34, 35])
    weighted = weights(step_scan(baseline, treatment), 15)
    onset, fallen = weeks_to_benefit(weighted), drop(weighted)
    assert onset.estimate == pytest.approx(4, abs=0.01)
    assert onset.high - onset.low < 1
    assert fallen.estimate == pytest.approx(2, abs=0.03)
    assert fallen.low < 2 < fallen.high
