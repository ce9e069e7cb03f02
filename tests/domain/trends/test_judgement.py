"""The states (trends, section 2, steps 1, 4 and 8)."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.trends.judgement import BETTER, Case, Judgement, Status, judge
from app.domain.trends.scan import normal_value, step_scan
from app.domain.trends.weeks import WeekRow

NOISE = (2, -1, 0, -2, 1, 0)
"""Points a week that make a series look lived; they sum to nothing."""


def rows(means: Sequence[float], first: int = 0) -> list[WeekRow]:
    return [
        WeekRow(week=first + at, days=7, total=7 * mean + NOISE[(first + at) % len(NOISE)])
        for at, mean in enumerate(means)
    ]


def judged(
    before: Sequence[float], after: Sequence[float], *, usual: float | None = None, beside: bool = False
) -> Judgement:
    baseline, treatment = rows(before, -len(before)), rows(after)
    return judge(
        Case(baseline=baseline, treatment=treatment, latest=treatment[-4:], usual=usual, beside_composite=beside)
    )


def flat(mean: float, weeks: int) -> list[float]:
    return [mean] * weeks


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        (flat(6, 4), flat(6, 12), Status.NO_CLEAR_CHANGE),
        (flat(6, 4), [*flat(6, 5), *flat(4, 7)], Status.BENEFIT),
        (flat(6, 4), [*flat(6, 2), *flat(4, 10)], Status.BENEFIT),
        (flat(6, 4), [*flat(6, 1), *flat(4, 11)], Status.BENEFIT_EARLY),
        (flat(6, 4), flat(4, 12), Status.BENEFIT_EARLY),
        (flat(6, 4), [*flat(6, 4), *flat(3, 12), *flat(6, 4)], Status.FADED),
        (flat(6, 4), [*flat(6, 4), *flat(5.1, 8)], Status.NO_CLEAR_CHANGE),
        (flat(8, 4), [*flat(8, 4), *flat(6.85, 8)], Status.POSSIBLE),
        (flat(6, 4), [*flat(6, 4), *flat(8, 8)], Status.WORSE),
        (flat(6, 4), [*flat(6, 4), *flat(6.9, 8)], Status.NO_CLEAR_CHANGE),
        (flat(6, 4), [*flat(6, 4), *flat(9, 8), *flat(6.5, 4)], Status.NO_CLEAR_CHANGE),
        (flat(2, 4), flat(2, 12), Status.TOO_LOW_TO_JUDGE),
        (flat(2, 4), [*flat(2, 4), *flat(0.5, 8)], Status.TOO_LOW_TO_JUDGE),
        (flat(2, 4), [*flat(2, 4), *flat(5, 8)], Status.WORSE),
        (flat(5, 4), [*flat(9, 12), *flat(6.5, 8)], Status.WORSE),
    ],
)
def test_the_state_of_a_course(before: Sequence[float], after: Sequence[float], status: Status) -> None:
    assert judged(before, after).status is status


def noisy(mean: float, weeks: int, swing: float) -> list[float]:
    return [mean + swing * (1 if at % 2 else -1) for at in range(weeks)]


def test_between_the_two_bars_a_change_is_possible() -> None:
    found = judged(noisy(6, 4, 1.1), [*noisy(6, 4, 1.1), *noisy(4.6, 6, 1.1)])
    assert found.status is Status.POSSIBLE
    assert found.z is not None
    assert 2.1 <= found.z < 3.0
    assert not found.back_to_usual
    assert found.drop is not None
    assert found.weeks_to_benefit is not None


def test_below_the_lower_bar_nothing_is_clear() -> None:
    found = judged(noisy(6, 4, 1.6), [*noisy(6, 4, 1.6), *noisy(4.6, 6, 1.6)])
    assert (found.status, found.drop, found.weeks_to_benefit) == (Status.NO_CLEAR_CHANGE, None, None)
    assert found.z is not None
    assert found.z < 2.1


def test_whole_points_on_the_thresholds_count() -> None:
    def exact(mean: float, weeks: int, first: int) -> list[WeekRow]:
        return [WeekRow(week=first + at, days=6, total=6 * mean) for at in range(weeks)]

    for before, after, status in ((6, 5, Status.BENEFIT), (4, 5, Status.WORSE), (3, 3, Status.NO_CLEAR_CHANGE)):
        treatment = [*exact(before, 4, 0), *exact(after, 8, 4)]
        found = judge(
            Case(
                baseline=exact(before, 4, -4),
                treatment=treatment,
                latest=treatment[-4:],
                usual=None,
                beside_composite=False,
            )
        )
        assert found.status is status


@pytest.mark.parametrize(
    ("weeks", "beside", "bar"), [(26, False, 3.0), (27, False, 3.4), (26, True, 3.4), (27, True, 3.4)]
)
def test_long_series_and_single_measures_meet_a_higher_bar(weeks: int, bar: float, *, beside: bool) -> None:
    assert judged(flat(6, 4), flat(6, weeks), beside=beside).bar == bar


@pytest.mark.parametrize(("beside", "status"), [(False, Status.BENEFIT), (True, Status.POSSIBLE)])
def test_a_change_between_the_bars_counts_for_the_composite_alone(status: Status, *, beside: bool) -> None:
    found = judged(noisy(6, 4, 0.85), [*noisy(6, 4, 0.85), *noisy(4.35, 8, 0.85)], beside=beside)
    assert found.z is not None
    assert 3.0 <= found.z < 3.4
    assert found.status is status


@pytest.mark.parametrize(
    ("usual", "status", "back"),
    [(None, Status.BENEFIT, False), (4.6, Status.BENEFIT, False), (4.4, Status.POSSIBLE, True)],
)
def test_a_benefit_lies_half_a_point_below_the_usual_level(usual: float | None, status: Status, *, back: bool) -> None:
    found = judged(flat(6, 4), [*flat(6, 5), *flat(4, 6)], usual=usual)
    assert (found.status, found.back_to_usual) == (status, back)


def test_what_faded_is_not_held_against_the_usual_level() -> None:
    found = judged(flat(6, 4), [*flat(6, 4), *flat(3, 12), *flat(6, 4)], usual=5)
    assert (found.status, found.back_to_usual) == (Status.FADED, False)


means = st.lists(st.floats(0, 10), min_size=6, max_size=60)
baselines = st.lists(st.floats(0, 10), min_size=2, max_size=8)


@given(baselines, means)
def test_a_judgement_is_that_of_its_largest_t(before: list[float], after: list[float]) -> None:
    found = judged(before, after)
    splits = step_scan(rows(before, -len(before)), rows(after))
    if found.status is Status.TOO_LOW_TO_JUDGE:
        assert (found.z, found.bar, found.split) == (None, None, None)
        return
    ends = min if found.status is Status.WORSE else max
    best = ends(split.t for split in splits)
    assert found.z == pytest.approx(normal_value(best, len(before) + len(after) - 2))
    assert found.split is not None
    assert (found.drop is not None) == (found.weeks_to_benefit is not None) == (found.status in BETTER)


def test_of_two_equal_splits_the_earlier_one_counts() -> None:
    treatment = [WeekRow(week=week, days=7, total=total) for week, total in enumerate([42, 42, 42, 35, 28, 28, 28, 28])]
    mirrored = [WeekRow(week=-4 + at, days=7, total=42) for at in range(1)]
    found = judge(
        Case(baseline=mirrored, treatment=treatment, latest=treatment[-4:], usual=None, beside_composite=False)
    )
    assert found.split is not None
    assert found.split.week == 3
