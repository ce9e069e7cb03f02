"""Bedtime against morning doses, observed and planned (trends, section 5)."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.trends.diary import Dose, TimingPlan
from app.domain.trends.dose_times import plan_on, week_of
from app.domain.trends.summary import summary
from app.domain.trends.timing_pairs import pair_differences
from app.domain.trends.timing_shape import Timing
from app.domain.trends.treatment import DoseStatus
from app.domain.trends.written import is_agreed, timing_plan
from tests.domain.trends.diaries import FIRST_DOSE, Written, diaries, dose, on, plan, step, taken

BEDTIME, MORNING = "bedtime", "morning"
TAKEN = DoseStatus.TAKEN


def timing(written: Written, as_of: int) -> Timing | None:
    return summary(written.at(on(as_of)), on(as_of), None).timing


def seen(written: Written, as_of: int) -> Timing:
    found = timing(written, as_of)
    assert found is not None
    return found


def dosed(times: Iterable[tuple[int, str | None]]) -> list[Dose]:
    """A dose on each night, its time as given."""
    return [dose(night, TAKEN, "1.5", time) for night, time in times]


def scored(
    nights: Iterable[int], value: Callable[[int], int], measure: str = "pain"
) -> dict[date, dict[str, int | None]]:
    return {on(night): {measure: value(night)} for night in nights}


def by_weeks(night: int) -> str:
    return MORNING if night // 7 % 2 else BEDTIME


def worse_at_bedtime(night: int) -> int:
    return 6 if by_weeks(night) == BEDTIME else 4


def observed(nights: int, time: Callable[[int], str] = by_weeks) -> Written:
    return Written(
        days=scored(range(nights), worse_at_bedtime), doses=dosed((night, time(night)) for night in range(nights))
    )


def test_what_was_observed_is_a_difference_of_means_and_no_test() -> None:
    told = seen(observed(28), 28)
    assert (told.status, told.observational, told.pairs, told.p, told.plan) == ("observed", True, None, None, None)
    assert (told.difference, told.bedtime_days, told.morning_days, told.switches) == (2, 14, 14, 3)
    assert told.measures["pain"].difference == 2
    assert "2.0 points better with morning doses" in told.text
    assert "No coin chose the times" in told.text


@pytest.mark.parametrize(("nights", "shown"), [(7, False), (14, False), (15, True)])
def test_with_two_switches_it_is_shown(nights: int, *, shown: bool) -> None:
    assert (timing(observed(nights), nights) is not None) is shown


@pytest.mark.parametrize(("nights", "shown"), [(27, False), (28, True)])
def test_with_14_days_each_it_is_shown(nights: int, *, shown: bool) -> None:
    once = observed(nights, lambda night: BEDTIME if night < 14 else MORNING)
    assert (timing(once, nights) is not None) is shown


def test_with_fewer_than_3_scored_days_of_one_time_there_is_no_difference() -> None:
    written = observed(30, lambda night: MORNING if night in {3, 9} else BEDTIME)
    told = seen(written, 30)
    assert (told.status, told.difference, told.switches) == ("not_enough_data", None, 4)
    assert told.text.count(".") == 2


def test_a_dose_that_tells_no_time_has_the_plans_and_a_night_with_both_has_none() -> None:
    written = Written(
        days=scored(range(30), lambda _: 5),
        doses=[
            *dosed((night, None) for night in range(15)),
            *dosed((night, MORNING) for night in range(14, 30)),
            *dosed([(29, "other")]),
        ],
        steps=[replace(step(0), timing=BEDTIME)],
    )
    told = seen(written, 30)
    assert (told.bedtime_days, told.morning_days, told.difference) == (14, 14, 0)
    assert "alike" in told.text
    assert timing(replace(written, steps=[step(0)]), 30) is None


def test_sleep_and_dreams_belong_to_the_dose_night_just_ended() -> None:
    nights = range(28)
    days = {
        on(night): {
            "vivid_dreams": 6 if by_weeks(night - 1) == BEDTIME else 4,
            "sleep_disturbance": 6 if by_weeks(night - 1) == BEDTIME else 4,
            "fatigue": 6 if by_weeks(night) == BEDTIME else 4,
        }
        for night in range(1, 29)
    }
    told = seen(Written(days=days, doses=dosed((night, by_weeks(night)) for night in nights)), 28)
    assert {code: one.difference for code, one in told.measures.items()} == dict.fromkeys(
        ("sleep_disturbance", "fatigue", "vivid_dreams"), 2
    )
    assert told.difference == 2


def planned(weeks: int, value: Callable[[str], int] = lambda time: 6 if time == BEDTIME else 4) -> Written:
    """A plan from day 7 on that was followed; each score is of its week's time."""
    made = plan(7, weeks)
    nights = range(7, 7 + 7 * weeks)
    times = {night: made.order[(night - 7) // 7] for night in nights}
    return Written(
        days=scored(nights, lambda night: value(times[night])),
        doses=[*taken(range(7)), *dosed(times.items())],
        timing_plans=[made],
    )


def test_a_plan_of_six_pairs_can_find_a_difference() -> None:
    told = seen(planned(12), 91)
    assert (told.status, told.observational, told.pairs, told.difference) == ("clear_difference", False, 6, 2)
    assert told.p == 2 / 2**6
    assert (told.measures["pain"].pairs, told.measures["pain"].p) == (6, 2 / 2**6)
    assert told.text == (
        "In your planned comparison the scores were 2.0 points better in morning weeks. "
        "Chance alone gives a difference this large in 3.1 of 100 such plans, so it is hardly chance."
    )
    assert told.plan is not None
    assert (told.plan.seed, told.plan.order) == ("s", plan(7, 12).order)
    assert (told.plan.starts_on, told.plan.last_day) == (on(7), on(90))
    assert (told.plan.nights_told, told.plan.nights_as_planned) == (84, 84)


def test_a_plan_of_five_pairs_says_that_it_cannot() -> None:
    told = seen(planned(10), 91)
    assert (told.status, told.pairs, told.p) == ("no_clear_difference", 5, 2 / 2**5)
    assert "Fewer than 6 pairs" in told.text


def test_a_plan_without_a_difference_finds_none() -> None:
    told = seen(planned(12, lambda _: 5), 91)
    assert (told.status, told.difference, told.p) == ("no_clear_difference", 0, 1)
    assert "alike" in told.text


def test_a_plan_that_runs_shows_no_difference_until_the_morning_after_its_last_night() -> None:
    told = seen(planned(12), 90)
    assert (told.status, told.pairs, told.difference, told.p, told.measures) == ("running", 5, None, None, {})
    assert "10 May 2026" in told.text
    assert seen(planned(12), 91).status == "clear_difference"
    assert seen(planned(12), 7).pairs == 0


def test_the_weeks_count_for_the_time_that_was_assigned_whatever_was_taken() -> None:
    written = planned(12)
    other = replace(written, doses=[*taken(range(7)), *dosed((night, BEDTIME) for night in range(7, 91))])
    told = seen(other, 91)
    assert (told.difference, told.p) == (2, 2 / 2**6)
    assert told.plan is not None
    assert (told.plan.nights_told, told.plan.nights_as_planned) == (84, 42)


def test_a_plan_without_scores_has_no_answer() -> None:
    told = seen(replace(planned(12), days={}), 91)
    assert (told.status, told.pairs, told.difference, told.p) == ("not_enough_data", 0, None, None)


def test_an_ended_plan_counts_its_whole_pairs_and_one_without_any_is_left() -> None:
    ended = replace(planned(12), timing_plans=[plan(7, 12, ended=7 + 30)])
    told = seen(ended, 60)
    assert (told.status, told.pairs) == ("no_clear_difference", 2)
    soon = replace(planned(12), timing_plans=[plan(7, 12, ended=7 + 12)])
    assert seen(soon, 91).observational


def test_a_plan_to_come_or_long_gone_is_not_told() -> None:
    assert timing(planned(12), 6) is None
    ten_years = replace(planned(4), timing_plans=[plan(800, 4)], doses=taken(range(2000)))
    assert timing(ten_years, 1999) is None


def test_of_two_plans_on_a_night_the_later_begun_one_holds() -> None:
    plans = [plan(0, 4), replace(plan(7, 4), id="later")]
    held = [plan_on(plans, on(night).toordinal()) for night in (-1, 0, 6, 7, 34, 35)]
    assert [one and one.id for one in held] == [None, "plan", "plan", "later", "later", None]
    assert [week_of(plans[0], on(night).toordinal()) for night in (0, 6, 7, 27)] == [0, 0, 1, 3]


def test_a_record_of_a_plan_is_read_with_the_order_that_its_seed_makes() -> None:
    fields = {"starts_on": "2026-02-16", "weeks": 12, "seed": "s", "agreed_with_prescriber": True}
    assert timing_plan("plan", fields) == plan(7, 12)
    assert timing_plan("plan", {**fields, "ended_on": "2026-02-28"}) == plan(7, 12, ended=19)
    assert [is_agreed({"agreed_with_prescriber": agreed}) for agreed in (True, False)] == [True, False]


MEANS = st.lists(st.lists(st.none() | st.integers(0, 10), min_size=7, max_size=7), min_size=4, max_size=8).filter(
    lambda weeks: len(weeks) % 2 == 0
)


@settings(max_examples=40)
@given(MEANS, st.text(min_size=1, max_size=3))
def test_a_pair_is_the_bedtime_weeks_mean_less_the_morning_weeks(weeks: list[list[int | None]], seed: str) -> None:
    made = plan(0, len(weeks), seed=seed)
    start = FIRST_DOSE.toordinal()
    days = [value for week in weeks for value in week]
    values = {start + at: float(value) for at, value in enumerate(days) if value is not None}
    expected: list[float] = []
    for pair in range(0, len(weeks), 2):
        told = {
            time: [value for value in week if value is not None]
            for time, week in zip(made.order[pair : pair + 2], weeks[pair : pair + 2], strict=True)
        }
        if min(map(len, told.values())) >= 3:
            expected.append(fmean(told[BEDTIME]) - fmean(told[MORNING]))
    assert pair_differences(made, values, start + len(days)) == pytest.approx(expected)
    assert len(pair_differences(made, values, start + len(days) - 2)) <= len(weeks) // 2 - 1


@settings(max_examples=40)
@given(MEANS)
def test_had_chance_chosen_otherwise_a_difference_would_only_have_changed_its_sign(
    weeks: list[list[int | None]],
) -> None:
    """That is what makes the sign-flip test exact."""
    start = FIRST_DOSE.toordinal()
    days = [value for week in weeks for value in week]
    values = {start + at: float(value) for at, value in enumerate(days) if value is not None}

    def found(made: TimingPlan) -> list[float]:
        return pair_differences(made, values, start + len(days))

    one = plan(0, len(weeks))
    other = replace(one, order=one.order[::-1])
    assert [abs(value) for value in found(one)] == [abs(value) for value in found(other)]


@settings(max_examples=40)
@given(diaries(), st.integers(-40, 140))
def test_what_is_told_of_dose_times_hangs_together(written: Written, day: int) -> None:
    told = timing(written, day)
    if told is None:
        return
    assert told.observational == (told.plan is None) == (told.pairs is None)
    assert told.p is None or (told.difference is not None and 0 < told.p <= 1)
    assert told.p is None or not told.observational
    assert (told.difference is None) == (told.status in {"running", "not_enough_data"})
    assert 1 <= len(re.findall(r"[.](?= |$)", told.text)) <= 3
    assert "{" not in told.text
