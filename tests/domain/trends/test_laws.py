"""What must hold for any diary that can be judged (trends, sections 1 and 3)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.trends.diary import OwnMeasure
from app.domain.trends.judgement import BETTER
from app.domain.trends.simulator import Onset, Person, scores
from app.domain.trends.summary import summary
from app.domain.trends.verdict import Estimate, Status, Verdict
from tests.domain.trends.diaries import Written, on, taken, tracked

DAYS = range(-28, 112)
PAIN = "pain"
seeds = st.integers(0, 2**32)
falls = st.builds(Onset, week=st.floats(1, 12), points=st.sampled_from([-3.0, -1.5, 0.0, 1.5, 2.5]))


def simulated(seed: int, onset: Onset, missing: float = 0.2) -> dict[int, int]:
    chance = Random(seed)  # noqa: S311 - a simulation, the same for each seed
    person = Person(level=5.0, missing=missing)
    made = scores(person, DAYS, chance, onset=onset)
    return {day: score for day, score in zip(DAYS, made, strict=True) if score is not None}


def diary(values: Mapping[int, int], code: str = PAIN, start: int = 0) -> Written:
    days: dict[date, Mapping[str, int | None]] = {on(day + start): {code: score} for day, score in values.items()}
    doses = [one._replace(local_date=one.local_date + timedelta(days=start)) for one in taken(range(112))]
    return Written(days=days, doses=doses, tracked=tracked(code, chosen=on(start), primary=code))


def verdict(written: Written, week: int = 16, start: int = 0) -> Verdict:
    as_of = on(7 * week - 1 + start)
    return summary(written.at(as_of), as_of, None).composite.verdict


def side(told: Verdict) -> int:
    """1 for the better, -1 for the worse, 0 where neither is said."""
    return (told.status in BETTER) - (told.status is Status.WORSE)


def same(one: Estimate | None, other: Estimate | None) -> bool:
    if one is None or other is None:
        return one is other
    pairs = ((one.estimate, other.estimate), (one.low, other.low), (one.high, other.high))
    return all(left == pytest.approx(right, abs=1e-6) for left, right in pairs)


@given(seeds, falls, st.sets(st.sampled_from(DAYS), max_size=20))
def test_days_that_say_nothing_of_the_measure_change_nothing(seed: int, onset: Onset, silent: set[int]) -> None:
    values = simulated(seed, onset)
    written = diary(values)
    nothing: dict[date, Mapping[str, int | None]] = {
        on(day): {PAIN: None, "headache": 9} for day in silent if day not in values
    }
    assert verdict(written.with_more(nothing)) == verdict(written)
    outside: dict[date, Mapping[str, int | None]] = {on(day): {PAIN: 10} for day in (-200, -57, 112, 130)}
    assert verdict(written.with_more(outside)) == verdict(written)


@given(seeds, falls, st.sampled_from(DAYS))
def test_a_day_at_the_mean_of_its_week_turns_no_verdict_round(seed: int, onset: Onset, day: int) -> None:
    values = simulated(seed, onset, missing=0.4)
    week = [values[other] for other in range(day // 7 * 7, day // 7 * 7 + 7) if other in values]
    if day in values or not week:
        return
    fuller = values | {day: round(sum(week) / len(week))}
    assert side(verdict(diary(fuller))) * side(verdict(diary(values))) >= 0


@given(seeds, falls, st.integers(1, 3))
def test_a_better_treatment_is_never_told_as_a_worse_one(seed: int, onset: Onset, points: int) -> None:
    values = simulated(seed, onset)
    lower = {day: max(0, score - points) if day >= 0 else score for day, score in values.items()}
    before, after = side(verdict(diary(values))), side(verdict(diary(lower)))
    assert after >= 0 or before < 0


@given(seeds, falls)
def test_a_scale_that_runs_the_other_way_gives_the_same_verdict(seed: int, onset: Onset) -> None:
    values = simulated(seed, onset)
    energy = OwnMeasure(code="own:energy", label="Energy", direction="higher_is_better")
    turned = diary({day: 10 - score for day, score in values.items()}, "own:energy")
    one, other = verdict(diary(values)), verdict(replace(turned, own_measures=[energy]))
    assert (one.status, one.published, one.bar) == (other.status, other.published, other.bar)
    assert one.z == pytest.approx(other.z)
    assert same(one.drop, other.drop)
    assert same(one.weeks_to_benefit, other.weeks_to_benefit)


@given(seeds, falls, st.integers(-800, 800))
def test_the_calendar_does_not_matter(seed: int, onset: Onset, start: int) -> None:
    values = simulated(seed, onset)
    one, other = verdict(diary(values)), verdict(diary(values, start=start), start=start)
    assert replace(one, text="", needs=(), last_week_on=None) == replace(other, text="", needs=(), last_week_on=None)
    assert one.last_week_on is not None
    assert other.last_week_on == one.last_week_on + timedelta(days=start)


@settings(max_examples=50)
@given(seeds, falls, st.integers(6, 15))
def test_what_comes_later_changes_no_earlier_look(seed: int, onset: Onset, week: int) -> None:
    values = simulated(seed, onset)
    cut = {day: score for day, score in values.items() if day < 7 * week}
    assert verdict(diary(values), week) == verdict(diary(cut), week)
