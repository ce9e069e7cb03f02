"""Steps to a higher dose (trends, section 4)."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.trends.diary import Dose
from app.domain.trends.dose_bands import dose_bands
from app.domain.trends.dose_steps import DoseStep, dose_steps
from app.domain.trends.regimen import Regimen
from app.domain.trends.treatment import DoseStatus, RegimenStep
from app.domain.trends.weekly_dose import daily_totals
from app.domain.trends.window import diary_window
from tests.domain.trends.diaries import FIRST_DOSE, Written, course, diaries, dose, on, step, taken

START = FIRST_DOSE.toordinal()


def steps(doses: list[Dose], as_of: int, plan: tuple[RegimenStep, ...] = ()) -> list[DoseStep]:
    seen, regimen = course(doses, plan, on(as_of)), Regimen(plan, on(as_of))
    view = diary_window(seen, on(as_of))
    bands = dose_bands(daily_totals(doses, regimen), regimen, seen, view)
    return list(dose_steps(bands, seen, view, on(as_of)))


def told(doses: list[Dose], as_of: int, plan: tuple[RegimenStep, ...] = ()) -> list[tuple[object, ...]]:
    """Of each step: its nights and the nights before it (first and last), and both doses."""
    return [
        (
            (found.starts_on - FIRST_DOSE).days,
            (found.ends_on - FIRST_DOSE).days,
            (found.before[0] - START, found.before[-1] - START) if found.before else None,
            None if found.from_mg is None else str(found.from_mg),
            str(found.to_mg),
        )
        for found in steps(doses, as_of, plan)
    ]


def test_the_start_is_held_against_the_days_before_the_drug_and_a_rise_against_the_dose_before() -> None:
    doses = [*taken(range(14)), *taken(range(14, 60), "3"), *taken(range(60, 70), "1.5")]
    assert told(doses, 69) == [(0, 13, (-28, -1), None, "1.5"), (14, 59, (0, 13), "1.5", "3")]


def test_no_more_than_28_days_are_held_against() -> None:
    assert told([*taken(range(50)), *taken(range(50, 53), "3")], 52)[1] == (50, 52, (22, 49), "1.5", "3")


def test_a_step_goes_on_to_the_look_until_14_nights_tell_nothing() -> None:
    assert [one.goes_on for one in steps(taken(range(10)), 22)] == [True]
    assert told(taken(range(10)), 22)[0][:2] == (0, 22)
    assert [one.goes_on for one in steps(taken(range(10)), 23)] == [False]
    assert told(taken(range(10)), 23)[0][:2] == (0, 9)


def test_a_stopped_dose_does_not_go_on() -> None:
    found = steps(taken(range(10)), 12, (step(0), step(10, reason="stop")))
    assert [(one.ends_on, one.goes_on) for one in found] == [(on(9), False)]


def test_a_restart_after_a_pause_is_a_step_from_nothing_with_the_first_week_of_the_pause_left_out() -> None:
    held = [dose(day, DoseStatus.HELD) for day in range(20, 40)]
    assert told([*taken(range(20)), *held, *taken(range(40, 50))], 49) == [
        (0, 19, (-28, -1), None, "1.5"),
        (40, 49, (27, 39), None, "1.5"),
    ]


def test_a_higher_dose_after_long_silence_has_only_the_near_days_of_the_old_one() -> None:
    assert told([*taken(range(20)), *taken(range(40, 50), "3")], 49)[1] == (40, 49, (12, 19), "1.5", "3")
    assert told([*taken(range(20)), *taken(range(60, 70), "3")], 69)[1] == (60, 69, None, "1.5", "3")


def test_the_same_or_a_lower_dose_after_silence_is_no_step() -> None:
    assert len(told([*taken(range(20)), *taken(range(40, 50))], 49)) == 1
    assert len(told([*taken(range(20), "3"), *taken(range(40, 50))], 49)) == 1


def test_a_first_amount_told_soon_is_bridged_to_the_first_dose_and_a_late_one_is_no_step() -> None:
    assert told([*taken(range(5), None), *taken(range(5, 20))], 19)[0] == (0, 19, (-28, -1), None, "1.5")
    assert told([*taken(range(20), None), *taken(range(20, 40))], 39) == []


def test_a_dose_that_was_reached_out_of_view_is_no_step() -> None:
    doses = [*taken(range(800)), *taken(range(800, 1500), "3"), *taken(range(1500, 1600), "4.5")]
    assert [(found.from_mg, found.starts_on) for found in steps(doses, 1599)] == [
        (None, on(0)),
        (Decimal(3), on(1500)),
    ]


@settings(max_examples=40)
@given(diaries(), st.integers(-10, 140))
def test_steps_rise_are_in_order_and_never_meet(written: Written, day: int) -> None:
    found = steps(list(written.doses), day, tuple(written.steps))
    for one in found:
        assert one.from_mg is None or one.from_mg < one.to_mg
        assert len(one.before) <= 28
        assert not one.before or one.before[-1] < one.starts_on.toordinal() <= one.ends_on.toordinal()
        assert one.ends_on <= on(day)
        assert one.nights[0] == one.starts_on.toordinal()
    for one, after in pairwise(found):
        assert one.ends_on + timedelta(days=1) <= after.starts_on
        assert not one.goes_on
