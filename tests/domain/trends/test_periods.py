"""Pauses that split a treatment, and pauses that don't (trends, section 1)."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.domain.trends.summary import Summary, summary
from app.domain.trends.treatment import DoseStatus
from app.domain.trends.verdict import Status
from tests.domain.trends.diaries import Written, diaries, dose, on, steady, step, taken

SKIPPED = DoseStatus.SKIPPED


def paused(nights: range, scored: range = range(-28, 200), *, until: int = 200) -> Written:
    doses = [*taken(range(nights.start)), *(dose(day, SKIPPED) for day in nights), *taken(range(nights.stop, until))]
    return Written(days=steady(scored), doses=doses)


def seen(written: Written, as_of: int = 199) -> Summary:
    return summary(written.at(on(as_of)), on(as_of), None)


def week_starts(told: Summary) -> dict[int, date]:
    return {week.week: week.starts_on for week in told.composite.weeks}


def test_a_pause_with_two_valid_weeks_after_its_first_7_days_begins_a_new_period() -> None:
    told = seen(paused(range(70, 91)))
    assert [(past.starts_on, past.ends_on) for past in told.periods] == [(on(0), on(69))]
    assert told.periods[0].verdict.status is Status.NO_CLEAR_CHANGE
    assert (told.first_dose_date, week_starts(told)[0]) == (on(91), on(91))
    assert (told.composite.baseline.weeks, told.composite.baseline.entries) == (2, 14)
    assert told.weeks_treated == (200 - 91) // 7


def test_the_first_7_days_of_a_pause_are_no_baseline() -> None:
    told = seen(paused(range(70, 90)))
    assert told.periods[0].ends_on == on(69)
    assert (told.composite.baseline.weeks, told.composite.baseline.entries) == (2, 13)
    assert seen(paused(range(70, 86))).periods == ()


def test_a_pause_without_two_valid_weeks_of_scores_splits_nothing() -> None:
    written = paused(range(70, 130), range(-28, 80))
    told = seen(written, 159)
    assert (told.periods, told.first_dose_date, told.weeks_treated) == ((), on(0), 22)


def test_the_weeks_of_a_short_pause_are_not_judged_and_still_shown() -> None:
    told = seen(paused(range(7, 21), range(-28, 56)), 55)
    assert [week.n for week in told.composite.weeks if week.week >= 0] == [7] * 8
    assert [
        (need.code, need.have) for need in seen(paused(range(7, 21), range(-28, 49)), 48).composite.verdict.needs
    ] == [("treatment_weeks", 5)]
    assert told.composite.verdict.status is Status.NO_CLEAR_CHANGE


def test_a_pause_that_goes_on_splits_nothing_and_has_no_date_for_an_answer() -> None:
    told = seen(paused(range(28, 80), until=80), 79)
    assert told.periods == ()
    need = told.composite.verdict.needs[-1]
    assert (need.code, need.have, need.by, told.composite.verdict.possible_from) == ("treatment_weeks", 4, None, None)
    assert told.composite.verdict.text.endswith("There is no date for an answer yet.")


def test_a_period_that_ended_early_says_so_and_asks_for_nothing() -> None:
    verdict = seen(paused(range(28, 60))).periods[0].verdict
    assert (verdict.status, verdict.needs, verdict.possible_from) == (Status.NOT_ENOUGH_DATA, (), None)
    assert "ended on 8 March 2026" in verdict.text


def test_an_ended_period_without_baseline_says_only_that() -> None:
    verdict = seen(paused(range(28, 60), range(200))).periods[0].verdict
    assert (verdict.status, verdict.needs) == (Status.NO_BASELINE, ())
    assert verdict.text.count(".") == 1


def test_a_stop_step_splits_like_skipped_nights() -> None:
    written = Written(
        days=steady(range(-28, 200)),
        doses=taken([*range(70), *range(120, 200)]),
        steps=[step(0), step(70, reason="stop"), step(120, reason="restart")],
    )
    told = seen(written)
    assert [(past.starts_on, past.ends_on) for past in told.periods] == [(on(0), on(69))]
    assert (told.composite.baseline.weeks, told.first_dose_date) == (6, on(120))
    assert told.adherence.days == 80


def test_the_baseline_in_a_long_pause_is_its_last_8_weeks() -> None:
    told = seen(paused(range(28, 140)))
    assert (told.composite.baseline.weeks, told.composite.baseline.entries) == (8, 56)


def test_a_plan_that_began_with_a_pause_leaves_no_empty_period() -> None:
    written = Written(
        days=steady(range(-28, 100)),
        doses=[*(dose(day, SKIPPED) for day in range(30)), *taken(range(30, 100))],
        steps=[step(0)],
    )
    told = seen(written, 99)
    assert (told.periods, told.first_dose_date) == ((), on(30))


@given(diaries(), st.integers(0, 140))
def test_periods_are_in_order_and_end_before_the_next_begins(written: Written, day: int) -> None:
    told = summary(written.at(on(day)), on(day), None)
    bounds = [bound for past in told.periods for bound in (past.starts_on, past.ends_on)]
    assert bounds == sorted(bounds)
    assert not bounds or (told.first_dose_date is not None and bounds[-1] < told.first_dose_date)
