"""When a treatment began, paused and went on (trends, section 1)."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.trends.dates import DateRange, clipped, joined
from app.domain.trends.treatment import DoseStatus, RegimenStep, treatment
from tests.domain.trends.diaries import FIRST_DOSE, Dose, Written, course, diaries, dose, on, step, taken

SKIPPED, HELD, PARTIAL = DoseStatus.SKIPPED, DoseStatus.HELD, DoseStatus.PARTIAL


def begun(doses: list[Dose], steps: tuple[RegimenStep, ...] = (), *, as_of: int = 60) -> date | None:
    return course(doses, steps, on(as_of)).first_dose


def test_the_first_taken_dose_is_the_first_dose() -> None:
    assert begun(taken(range(5))) == on(0)


def test_a_partial_dose_is_a_first_dose_and_a_skipped_or_held_one_is_not() -> None:
    assert begun([dose(-2, SKIPPED), dose(-1, HELD), dose(3, PARTIAL), dose(4, SKIPPED)]) == on(3)


def test_a_dose_after_the_look_is_not_seen() -> None:
    assert begun(taken([0, 1]), as_of=-1) is None


@pytest.mark.parametrize(("gap", "first"), [(14, 0), (15, 15)])
def test_a_single_dose_with_14_nights_without_a_record_after_it_starts_nothing(gap: int, first: int) -> None:
    assert begun(taken([0, gap, gap + 1])) == on(first)


@pytest.mark.parametrize(("as_of", "first"), [(13, FIRST_DOSE), (14, None)])
def test_a_single_dose_counts_until_the_14_nights_are_over(as_of: int, first: date | None) -> None:
    assert begun(taken([0]), as_of=as_of) == first


def test_two_doses_in_one_night_are_still_a_single_dose() -> None:
    assert begun(taken([0, 0, 30, 31])) == on(30)


def test_any_record_within_14_nights_shows_that_the_dose_was_no_trial() -> None:
    assert begun([*taken([0]), dose(10, SKIPPED)]) == on(0)


def test_a_skipped_night_after_a_trial_dose_starts_nothing() -> None:
    assert begun([*taken([0]), dose(20, SKIPPED)]) is None


@pytest.mark.parametrize(("plan", "first", "from_plan"), [(-3, -3, False), (-4, -4, True), (5, 0, False)])
def test_the_earlier_of_dose_and_plan_counts_and_a_far_plan_is_said(plan: int, first: int, *, from_plan: bool) -> None:
    seen = course(taken(range(9)), [step(plan)], on(60))
    assert (seen.first_dose, seen.from_plan) == (on(first), from_plan)


@pytest.mark.parametrize(("as_of", "from_plan"), [(3, False), (4, True)])
def test_a_plan_without_doses_is_said_once_doses_should_have_come(as_of: int, *, from_plan: bool) -> None:
    assert course([], [step(0)], on(as_of)).from_plan is from_plan


def test_a_plan_for_the_future_and_a_stop_start_nothing() -> None:
    seen = course([], [step(10), step(20), step(-5, reason="stop")], on(5))
    assert (seen.first_dose, seen.planned_on) == (None, on(10))


def test_fourteen_skipped_or_held_nights_in_a_row_are_a_pause() -> None:
    quiet = [dose(day, SKIPPED if day % 2 else HELD) for day in range(20, 34)]
    seen = course([*taken(range(20)), *quiet, *taken(range(34, 60))], [], on(60))
    assert [(pause.nights, pause.restarts_on) for pause in seen.pauses] == [
        (DateRange(first=on(20), last=on(33)), on(34))
    ]


def test_thirteen_nights_are_no_pause() -> None:
    quiet = [dose(day, SKIPPED) for day in range(20, 33)]
    assert course([*taken(range(20)), *quiet, *taken(range(33, 60))], [], on(60)).pauses == ()


def test_a_night_with_a_taken_dose_beside_a_skipped_one_is_not_quiet() -> None:
    quiet = [dose(day, SKIPPED) for day in range(20, 40)]
    assert course([*taken(range(20)), *quiet, *taken([30]), *taken(range(40, 50))], [], on(60)).pauses == ()


def test_silence_is_no_pause() -> None:
    assert course(taken([*range(20), *range(60, 80)]), [], on(80)).pauses == ()


def test_quiet_nights_before_the_first_dose_are_no_pause() -> None:
    assert course([*(dose(day, HELD) for day in range(-30, 0)), *taken(range(20))], [], on(40)).pauses == ()


def test_a_stop_lasts_until_the_next_dose() -> None:
    seen = course(taken([*range(20), *range(50, 60)]), [step(0), step(20, reason="stop")], on(70))
    assert seen.stopped == (DateRange(first=on(20), last=on(49)),)
    assert seen.pauses[0].restarts_on == on(50)


def test_a_stop_lasts_until_the_next_step() -> None:
    seen = course(taken(range(20)), [step(0), step(20, reason="stop"), step(40, reason="restart")], on(70))
    assert (seen.stopped[0].last, seen.pauses[0].restarts_on) == (on(39), on(40))


def test_a_stop_without_restart_lasts_to_the_look() -> None:
    seen = course(taken(range(20)), [step(0), step(20, reason="stop")], on(70))
    assert (seen.stopped[0].last, seen.pauses[0].restarts_on) == (on(70), None)


def test_a_trial_dose_does_not_end_a_stop() -> None:
    seen = course(taken([*range(20), 30]), [step(0), step(20, reason="stop")], on(70))
    assert seen.pauses[0].restarts_on is None


def test_skipped_nights_within_a_stop_make_one_pause_with_it() -> None:
    quiet = [dose(day, SKIPPED) for day in range(15, 45)]
    seen = course([*taken(range(15)), *quiet, *taken(range(45, 50))], [step(0), step(20, reason="stop")], on(60))
    assert [pause.nights for pause in seen.pauses] == [DateRange(first=on(15), last=on(44))]


def test_a_range_of_dates_is_never_empty() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        DateRange(first=on(1), last=on(0))


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 9)), max_size=12))
def test_joined_ranges_hold_the_same_days_and_stand_apart(spans: list[tuple[int, int]]) -> None:
    ranges = [DateRange(first=on(first), last=on(first + length)) for first, length in spans]
    apart = joined(ranges)
    assert {day for span in apart for day in span.ordinals} == {day for span in ranges for day in span.ordinals}
    assert all(after.first - before.last > timedelta(days=1) for before, after in pairwise(apart))
    assert all(span.first >= on(3) and span.last <= on(50) for span in clipped(apart, on(3), on(50)))


@given(diaries(), st.integers(-20, 150))
def test_the_course_is_in_order_and_within_the_look(written: Written, day: int) -> None:
    seen = course(written.doses, written.steps, on(day))
    assert (seen.first_dose is None) or (seen.first_dose <= on(day) and seen.planned_on is None)
    for pause in seen.pauses:
        assert seen.first_dose is not None
        assert seen.first_dose <= pause.nights.first
        assert pause.nights.last <= on(day)
        assert pause.restarts_on is None or pause.restarts_on > pause.nights.last
    assert all(before.nights.last < after.nights.first for before, after in pairwise(seen.pauses))


def test_of_ten_years_only_the_first_doses_are_read() -> None:
    read: list[date] = []

    def nights_from(first: date) -> Iterator[tuple[date, DoseStatus]]:
        for day in range(3650):
            read.append(on(day))
            yield max(first, on(day)), DoseStatus.TAKEN

    treatment(steps=(), nights_from=nights_from, quiet_nights=(), as_of=on(3650))
    assert len(read) == 2
