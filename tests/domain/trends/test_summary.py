"""The summary as a whole (trends, sections 1, 2 and 8)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue import Direction, evidence
from app.domain.ids import Revision
from app.domain.trends.coverage import Coverage
from app.domain.trends.diary import Moment, OwnMeasure
from app.domain.trends.judgement import BETTER, CLAIMS
from app.domain.trends.summary import Summary, short, summary
from app.domain.trends.treatment import DoseStatus
from app.domain.trends.trend import Week
from app.domain.trends.verdict import Status, Verdict
from app.domain.trends.window import diary_window
from tests.domain.trends.diaries import (
    FIBROMYALGIA,
    ONE_DAY,
    TARGETS,
    Written,
    course,
    diaries,
    dose,
    on,
    steady,
    step,
    taken,
    tracked,
)

REVISION = Revision(812)
_Row = TypeVar("_Row")


def seen(written: Written, as_of: int) -> Summary:
    return summary(written.at(on(as_of)), on(as_of), REVISION)


def verdicts(told: Summary) -> list[Verdict]:
    measures = (trend.verdict for trend in told.measures.values())
    return [told.composite.verdict, *measures, *(past.verdict for past in told.periods)]


def shuffled(chance: Random, rows: Iterable[_Row]) -> list[_Row]:
    mixed = list(rows)
    chance.shuffle(mixed)
    return mixed


@given(diaries(), st.integers(-40, 140), st.randoms(use_true_random=False))
def test_the_order_in_which_a_diary_was_written_changes_nothing(written: Written, day: int, chance: Random) -> None:
    mixed = replace(
        written,
        days=dict(shuffled(chance, written.days.items())),
        moments=shuffled(chance, written.moments),
        doses=shuffled(chance, written.doses),
        steps=shuffled(chance, written.steps),
        medications=shuffled(chance, written.medications),
        events=shuffled(chance, written.events),
    )
    assert seen(mixed, day) == seen(written, day)


@given(diaries(), st.integers(-40, 120))
def test_a_look_at_a_date_sees_nothing_that_was_lived_later(written: Written, day: int) -> None:
    cut = replace(
        written,
        days={when: scores for when, scores in written.days.items() if when <= on(day)},
        moments=[moment for moment in written.moments if moment.local_date <= on(day)],
        doses=[one for one in written.doses if one.local_date <= on(day)],
        events=[event for event in written.events if event.starts_on <= on(day)],
    )
    assert seen(cut, day) == seen(written, day)


@given(diaries(-800, 1500), st.integers(0, 1500))
def test_the_window_holds_all_that_a_summary_looks_at(written: Written, day: int) -> None:
    whole = written.at(on(day))
    window = diary_window(whole.treatment, on(day))
    bounded = replace(
        whole,
        days=[(ordinal, scores) for ordinal, scores in whole.days if any(ordinal in span.ordinals for span in window)],
        moments=[one for one in whole.moments if any(one.local_date in span for span in window)],
        doses=[one for one in whole.doses if any(one.local_date in span for span in window)],
    )
    assert summary(bounded, on(day), REVISION) == summary(whole, on(day), REVISION)


def test_the_window_of_ten_years_is_the_baseline_104_weeks_and_the_latest_52() -> None:
    as_of = 3650
    window = diary_window(course(taken(range(as_of)), [], on(as_of)), on(as_of))
    assert [(span.first, span.last) for span in window] == [(on(-56), on(727)), (on(as_of - 370), on(as_of))]


UNTOLD = {Status.NO_BASELINE, Status.NOT_ENOUGH_DATA, Status.TOO_LOW_TO_JUDGE}


@given(diaries(), st.integers(-40, 140))
def test_nothing_is_inferred_where_the_status_says_that_it_cannot_be_told(written: Written, day: int) -> None:
    told = seen(written, day)
    assert told.method_version == "wss-1"
    for verdict in verdicts(told):
        judged = verdict.status not in UNTOLD
        for inferred in (verdict.z, verdict.bar, verdict.false_alarm_percent):
            assert (inferred is not None) is judged
        for estimated in (verdict.weeks_to_benefit, verdict.drop):
            assert (estimated is not None) is (verdict.status in BETTER)
        assert not verdict.published or verdict.status in CLAIMS
    for code, trend in told.measures.items():
        assert (trend.verdict.size is not None) is (code == "pain" and trend.verdict.status in BETTER)
    assert told.composite.verdict.size is None


@given(diaries(), st.integers(-40, 140))
def test_every_complete_week_with_a_score_is_in_the_series_once_and_no_other_week_has_a_mean(
    written: Written, day: int
) -> None:
    told = seen(replace(written, moments=()), day)
    anchor = told.first_dose_date or on(day) + ONE_DAY
    for code, trend in told.measures.items():
        scored: dict[date, list[int]] = {}
        for when, scores in written.days.items():
            week_on = anchor + timedelta(days=(when - anchor).days // 7 * 7)
            score = scores[code]
            if score is not None and week_on + timedelta(days=6) <= on(day):
                scored.setdefault(week_on, []).append(score)
        assert {week.starts_on: week.n for week in trend.weeks if week.n} == {
            week_on: len(values) for week_on, values in scored.items()
        }
        for week in trend.weeks:
            values = scored.get(week.starts_on)
            assert week.mean == (pytest.approx(sum(values) / len(values)) if values else None)
            assert week.starts_on == anchor + timedelta(weeks=week.week)
        numbers = [week.week for week in trend.weeks]
        assert not numbers or numbers == list(range(numbers[0], numbers[-1] + 1))


def test_a_year_of_treatment() -> None:
    written = Written(
        days=steady(range(-28, 140)),
        doses=[*taken(range(28)), *taken(range(28, 140), "3")],
        steps=[step(0), step(28, "3")],
        tracked=tracked(),
    )
    told = seen(written, 141)
    assert (told.condition, told.as_of, told.as_of_rev) == ("fibromyalgia", on(141), 812)
    assert (told.first_dose_date, told.weeks_treated, told.primary_measure) == (on(0), 20, "pain")
    assert told.coverage == Coverage(days_scored=140, days=142)
    assert [(band.starts_on, band.mg) for band in told.dose_bands] == [(on(0), Decimal("1.5")), (on(28), Decimal(3))]
    assert told.composite.measures == TARGETS
    assert told.composite.weeks[0] == Week(week=-4, starts_on=on(-28), n=7, mean=6, mg=None)
    assert told.composite.weeks[-1] == Week(week=19, starts_on=on(133), n=7, mean=6, mg=Decimal(3))
    assert told.composite.verdict.last_week_on == on(139)
    assert (told.adherence.low, told.adherence.high, told.adherence.longest_gap_days) == (140 / 142, 1, 2)
    assert told.evidence.cards == evidence("fibromyalgia")
    assert not told.primary_chosen_after_start
    assert {one.measure for one in told.side_effects} == {"sleep_disturbance"}


def test_the_series_of_ten_years_is_the_baseline_104_weeks_and_the_latest_52() -> None:
    told = seen(Written(days=steady(range(-100, 3640)), doses=taken(range(3640))), 3639)
    assert [week.week for week in told.composite.weeks] == [*range(-8, 104), *range(468, 520)]
    assert told.composite.verdict.last_week_on == on(3639)


def test_days_older_than_the_baseline_are_shown_and_not_used() -> None:
    days = steady(range(-90, -56), pain=0) | steady(range(-56, 60), pain=6)
    told = seen(Written(days=days, doses=taken(range(60))), 59)
    assert told.measures["pain"].weeks[0].week == -13
    assert told.measures["pain"].baseline.mean == 6


def test_before_a_first_dose_weeks_are_counted_back_from_the_look() -> None:
    told = seen(Written(days=steady(range(-20, 0))), -1)
    assert [(week.week, week.n) for week in told.composite.weeks] == [(-3, 6), (-2, 7), (-1, 7)]
    assert told.composite.weeks[-1].starts_on == on(-7)
    assert (told.first_dose_date, told.weeks_treated, told.dose_bands) == (None, None, ())
    assert told.coverage == Coverage(days_scored=20, days=20)
    assert told.composite.verdict.last_week_on == on(-1)


def test_an_empty_diary_has_a_summary() -> None:
    told = seen(Written(), 0)
    assert (told.composite.weeks, told.coverage) == ((), Coverage(days_scored=0, days=0))
    assert list(told.measures) == list(TARGETS)
    assert told.evidence.cards
    assert told.caveats == ()


def test_an_own_condition_and_an_own_measure_that_runs_the_other_way() -> None:
    own = replace(tracked("own:energy", primary="own:energy"), id="0198-own")
    energy = OwnMeasure(code="own:energy", label="Energy", direction="higher_is_better")
    days = steady(range(-28, 60), **{"own:energy": 9})
    told = seen(
        Written(days=days, doses=taken(range(60)), condition=None, tracked=own, own_measures=[energy]),
        59,
    )
    assert (told.condition, told.primary_measure, told.evidence.cards) == ("0198-own", "own:energy", ())
    shown = told.measures["own:energy"]
    assert (shown.label, shown.direction) == ("Energy", Direction.HIGHER_IS_BETTER)
    assert (shown.baseline.mean, shown.weeks[0].mean) == (9, 9)
    assert told.composite.baseline.mean == 1
    assert shown.verdict.status is Status.TOO_LOW_TO_JUDGE
    assert "9.0 on average, where 10 is best" in shown.verdict.text


def test_a_measure_whose_direction_nobody_can_tell_counts_as_not_chosen() -> None:
    energy = OwnMeasure(code="own:energy", label="Energy", direction="higher_is_better")
    whole = Written(
        days=steady(range(-28, 60), **{"own:energy": 9, "own:gone": 1, "pain": 6}),
        doses=taken(range(60)),
        condition=None,
        tracked=tracked("own:energy", "own:gone", primary="own:gone"),
        own_measures=[energy],
    )
    told = seen(whole, 59)
    assert (told.primary_measure, list(told.measures), told.composite.measures) == (
        None,
        ["own:energy"],
        ("own:energy",),
    )
    assert told.composite.baseline.mean == 1
    bare = seen(replace(whole, own_measures=()), 59)
    assert (bare.primary_measure, bare.measures, bare.composite.measures) == (None, {}, ())
    assert (bare.composite.baseline.mean, bare.composite.weeks) == (None, ())
    listed = replace(whole, condition=FIBROMYALGIA, own_measures=())
    assert seen(listed, 59) == seen(replace(listed, tracked=tracked()), 59)


def test_a_primary_measure_alone_is_the_target_of_an_own_condition() -> None:
    own = replace(tracked(primary="headache"), id="0198-own")
    told = seen(Written(condition=None, tracked=own), 0)
    assert (told.primary_measure, told.composite.measures) == ("headache", ("headache",))


def test_the_patients_choice_stands_before_the_catalogues() -> None:
    told = seen(Written(tracked=tracked("headache", "fatigue", primary="nausea")), 0)
    assert list(told.measures) == ["nausea", "headache", "fatigue"]
    assert told.composite.measures == ("headache", "fatigue")
    assert FIBROMYALGIA is not None
    assert list(seen(Written(tracked=tracked()), 0).measures) == list(FIBROMYALGIA.target_measures)


def test_values_from_other_fields_and_from_moments_are_counted() -> None:
    written = Written(
        days=steady(range(-28, -7), sleep_quality=4, pain=5),
        moments=[Moment(on(-3), "pain", 4), Moment(on(-400), "pain", 0), Moment(on(-3), "pain", 5)],
    )
    told = seen(written, -1)
    assert (told.measures["sleep_disturbance"].derived_days, told.measures["pain"].moment_days) == (21, 1)
    assert told.measures["sleep_disturbance"].baseline.mean == 6
    assert told.measures["pain"].weeks[-1].mean == 4.5


def test_the_short_form_carries_the_composites_verdict() -> None:
    told = seen(Written(days=steady(range(-28, 60)), doses=taken(range(60))), 59)
    line = short(told)
    assert line.verdict is told.composite.verdict
    assert (line.condition, line.as_of, line.as_of_rev) == ("fibromyalgia", on(59), REVISION)
    assert (line.first_dose_date, line.weeks_treated, line.primary_measure) == (on(0), 8, "pain")
    assert line.method_version == told.method_version


def test_a_zero_is_never_missing() -> None:
    told = seen(Written(days=steady(range(-28, 60), **dict.fromkeys(TARGETS, 0)), doses=taken(range(60))), 59)
    assert {(week.n, week.mean) for week in told.composite.weeks} == {(7, 0)}
    assert told.coverage.days_scored == 60
    assert told.composite.baseline.mean == 0


def test_held_nights_are_not_in_the_adherence_of_the_summary() -> None:
    doses = [*taken(range(20)), *(dose(day, DoseStatus.HELD) for day in range(20, 25))]
    assert seen(Written(days=steady(range(-28, 25)), doses=doses), 24).adherence.days == 20
