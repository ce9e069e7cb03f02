"""Simulated diaries have the truth they are said to have."""

import math
from dataclasses import replace
from itertools import pairwise
from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.trends.simulator import Onset, Person, drift, flares, gap, placebo, scores, swings, together

LONG = range(-5000, 5000)
QUIET = Person(level=5.0, level_deviation=0.0, noise_deviation=0.0, weekday_wave=0.0, missing=0.0)

persons = st.builds(
    Person,
    level=st.floats(0, 10),
    level_deviation=st.floats(0, 3),
    noise_deviation=st.floats(0, 4),
    noise_memory=st.floats(0, 0.95),
    weekday_wave=st.floats(0, 2),
    missing=st.floats(0, 1),
)
seeds = st.integers(0, 2**32)


def chance(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a simulation, the same every time


@given(persons, seeds, st.integers(0, 60))
def test_scores_are_whole_numbers_of_the_scale_or_missing(person: Person, seed: int, days: int) -> None:
    made = list(scores(person, range(-days, days), chance(seed)))
    assert len(made) == 2 * days
    assert all(score is None or 0 <= score <= 10 for score in made)


@given(persons, seeds)
def test_a_seed_makes_the_same_diary_every_time(person: Person, seed: int) -> None:
    one, other = (list(scores(person, range(30), chance(seed))) for _ in range(2))
    assert one == other


@pytest.mark.parametrize("missing", [0.0, 0.15, 0.5, 1.0])
def test_the_given_share_of_days_is_missing(missing: float) -> None:
    made = list(scores(Person(missing=missing), LONG, chance(1)))
    assert made.count(None) / len(made) == pytest.approx(missing, abs=0.02)


def test_without_noise_the_scores_fall_by_the_points_of_the_onset() -> None:
    made = dict(
        zip(range(-50, 100), scores(QUIET, range(-50, 100), chance(1), onset=Onset(week=6, points=3)), strict=True)
    )
    assert {made[day] for day in range(-50, 20)} == {5}
    assert {made[day] for day in range(70, 100)} == {2}
    falling = [score for score in made.values() if score is not None]
    assert falling == sorted(falling, reverse=True)


def test_half_of_the_fall_lies_at_the_week_of_the_onset() -> None:
    onset = Onset(week=6, points=3)
    assert onset.fall(42) == pytest.approx(1.5)
    assert onset.fall(-56) == pytest.approx(0, abs=1e-6)
    assert onset.fall(200) == pytest.approx(3)


def test_added_points_touch_their_days_alone() -> None:
    assert list(scores(QUIET, range(4), chance(1), added={2: 4.0})) == [5, 5, 9, 5]


def test_noise_has_the_given_deviation_and_memory() -> None:
    person = Person(level=5, level_deviation=0, noise_deviation=1, noise_memory=0.5, weekday_wave=0, missing=0)
    noise = [score - 5 for score in scores(person, LONG, chance(7)) if score is not None]
    variance = fmean(value * value for value in noise)
    following = fmean(one * other for one, other in pairwise(noise))
    assert variance == pytest.approx(1 + 1 / 12, abs=0.06)
    assert following / variance == pytest.approx(0.5 / (1 + 1 / 12), abs=0.04)


def test_a_week_has_a_wave() -> None:
    person = Person(level=5, level_deviation=0, noise_deviation=0, weekday_wave=2, missing=0)
    made = list(scores(person, range(14), chance(1)))
    assert made[:7] == made[7:]
    assert len(set(made)) > 1


def test_worse_days_are_missing_more_often() -> None:
    added = {day: 2.0 for day in LONG if day % 14 < 7}
    person = replace(QUIET, missing=0.1, missing_when_worse=0.1)
    made = dict(zip(LONG, scores(person, LONG, chance(1), added=added), strict=True))
    worse = [made[day] is None for day in LONG if day in added]
    others = [made[day] is None for day in LONG if day not in added]
    assert fmean(worse) == pytest.approx(0.3, abs=0.03)
    assert fmean(others) == pytest.approx(0.1, abs=0.03)


@given(seeds)
def test_flares_last_3_to_7_days_and_add_up_to_3_points(seed: int) -> None:
    added = flares(range(-100, 400), chance(seed))
    begins = [day for day in added if day - 1 not in added]
    lasts = [next(more for more in range(10) if day + more not in added) for day in begins]
    assert all(3 <= last <= 7 for last in lasts)
    assert all(1.5 <= points <= 3 for points in added.values())
    assert all(28 <= other - one <= 56 for one, other in pairwise(begins))
    assert begins[0] <= -58


def test_drift_walks_by_its_step_from_nothing() -> None:
    added = drift(LONG, chance(2), step=0.05)
    assert added[LONG.start] == 0
    steps = [added[day + 1] - added[day] for day in LONG[:-1]]
    assert fmean(step * step for step in steps) == pytest.approx(0.05**2, rel=0.1)


def test_swings_have_their_deviation_and_memory() -> None:
    points = list(swings(LONG, chance(3), deviation=0.7, memory_days=14).values())
    variance = fmean(one * one for one in points)
    apart = fmean(one * other for one, other in zip(points, points[14:], strict=False))
    assert variance == pytest.approx(0.49, rel=0.2)
    assert apart / variance == pytest.approx(math.exp(-1), abs=0.1)


def test_a_placebo_begins_with_the_first_dose_and_fades() -> None:
    added = placebo(range(-5, 100), 2, 21)
    assert min(added) == 0
    assert (added[0], added[21]) == (-2, pytest.approx(-2 / math.e))


@given(seeds)
def test_a_gap_lasts_4_to_10_days(seed: int) -> None:
    away = gap(range(-28, 100), chance(seed))
    assert 4 <= len(away) <= 10
    assert -28 <= away.start < 100


def test_points_of_several_things_add_up() -> None:
    assert together({1: 1.0, 2: 0.5}, {}, {2: -2.0}) == {1: 1.0, 2: -1.5}
