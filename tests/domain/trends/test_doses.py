"""The week's mg, dose bands and adherence (trends, section 5)."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.domain.trends.adherence import Adherence, AdherenceCount, adherence
from app.domain.trends.dates import DateRange
from app.domain.trends.diary import Dose
from app.domain.trends.dose_bands import DoseBand, dose_bands
from app.domain.trends.regimen import Regimen
from app.domain.trends.treatment import TAKEN, DoseStatus, RegimenStep
from app.domain.trends.weekly_dose import daily_totals, weekly_mg
from app.domain.trends.window import diary_window
from tests.domain.trends.diaries import FIRST_DOSE, Written, course, diaries, dose, on, step, taken

SKIPPED, HELD, PARTIAL = DoseStatus.SKIPPED, DoseStatus.HELD, DoseStatus.PARTIAL
ANCHOR = FIRST_DOSE.toordinal()


def mg_of_weeks(doses: list[Dose], steps: tuple[RegimenStep, ...] = ()) -> dict[int, Decimal]:
    return weekly_mg(daily_totals(doses, Regimen(steps, on(99))), ANCHOR)


def bands(doses: list[Dose], steps: tuple[RegimenStep, ...] = (), as_of: int = 60) -> list[tuple[int, int, str]]:
    seen = course(doses, steps, on(as_of))
    regimen = Regimen(steps, on(as_of))
    drawn = dose_bands(daily_totals(doses, regimen), regimen, seen, diary_window(seen, on(as_of)))
    return [((band.starts_on - FIRST_DOSE).days, (band.ends_on - FIRST_DOSE).days, str(band.mg)) for band in drawn]


def counted(doses: list[Dose], first: int, last: int, steps: tuple[RegimenStep, ...] = ()) -> AdherenceCount:
    return adherence(doses, course(doses, steps, on(last)), [DateRange(first=on(first), last=on(last))])


def test_the_weeks_mg_is_the_median_of_the_days_with_a_dose() -> None:
    doses = [*taken([0, 1], "1.5"), *taken([2, 3, 4], "3"), dose(5, SKIPPED, "50"), dose(6, HELD)]
    assert mg_of_weeks(doses) == {0: Decimal(3)}
    assert mg_of_weeks([*taken([0], "1.5"), *taken([1], "3")]) == {0: Decimal("2.25")}


def test_several_doses_on_a_day_add_up_exactly() -> None:
    assert mg_of_weeks([dose(0, PARTIAL, "0.1"), dose(0, DoseStatus.TAKEN, "0.2")]) == {0: Decimal("0.3")}


def test_a_taken_dose_without_an_amount_is_one_dose_of_the_plan() -> None:
    assert mg_of_weeks(taken([0], None), (step(-3, "1.5"), step(-2, "3"))) == {0: Decimal(3)}


def test_a_day_whose_amount_is_not_told_is_left_out() -> None:
    assert mg_of_weeks(taken([0], None)) == {}
    assert mg_of_weeks([dose(0, PARTIAL), *taken([0], "3")], (step(0),)) == {}


def test_the_plan_in_force_is_the_last_begun_step_unless_over_or_a_stop() -> None:
    regimen = Regimen((step(0, "1"), step(5, "2", ends=9), step(20, "3", reason="stop"), step(30, "4")), on(29))
    planned = [regimen.in_force(ANCHOR + day) for day in (-1, 4, 5, 10, 21, 31)]
    assert [found and str(found.mg) for found in planned] == [None, "1", "2", None, None, None]


def test_of_two_steps_on_one_day_the_larger_is_in_force_in_whatever_order() -> None:
    steps = [step(0, "3"), step(0, "1.5")]
    found = [Regimen(ordered, on(9)).in_force(ANCHOR) for ordered in (steps, steps[::-1])]
    assert [one and one.mg for one in found] == [Decimal(3)] * 2


def test_bands_follow_what_was_taken() -> None:
    assert bands([*taken(range(28)), *taken(range(28, 50), "3")], as_of=49) == [(0, 27, "1.5"), (28, 49, "3")]


def test_bands_follow_the_plan_where_nothing_is_recorded() -> None:
    steps = (step(0), step(28, "3"), step(40, "3", reason="stop"))
    assert bands([], steps) == [(0, 27, "1.5"), (28, 39, "3")]


def test_one_odd_night_is_no_step_and_a_silent_one_breaks_no_band() -> None:
    odd = [*taken(range(10)), *taken([10], "3"), *taken(range(12, 20))]
    assert bands(odd, as_of=19) == [(0, 19, "1.5")]


def test_three_nights_at_another_level_are_a_step() -> None:
    assert bands([*taken(range(10)), *taken(range(10, 13), "3"), *taken(range(13, 20))], as_of=19) == [
        (0, 9, "1.5"),
        (10, 12, "3"),
        (13, 19, "1.5"),
    ]


def test_an_odd_night_far_from_the_old_level_is_kept() -> None:
    assert bands([*taken(range(10)), *taken([10], "3"), *taken(range(30, 33))], as_of=32) == [
        (0, 9, "1.5"),
        (10, 10, "3"),
        (30, 32, "1.5"),
    ]


def test_14_silent_nights_break_a_band_and_13_do_not() -> None:
    assert bands(taken([*range(10), *range(23, 30)]), as_of=29) == [(0, 29, "1.5")]
    assert bands(taken([*range(10), *range(24, 30)]), as_of=29) == [(0, 9, "1.5"), (24, 29, "1.5")]


def test_the_plan_does_not_fill_a_pause() -> None:
    quiet = [dose(day, HELD) for day in range(20, 40)]
    assert bands([*taken(range(20)), *quiet, *taken(range(40, 50))], (step(0),), as_of=49) == [
        (0, 19, "1.5"),
        (40, 49, "1.5"),
    ]


def test_there_are_no_bands_before_a_first_dose() -> None:
    assert bands(taken([70])) == []


@given(diaries(), st.integers(0, 140))
def test_bands_are_in_order_apart_and_not_before_the_first_dose(written: Written, day: int) -> None:
    seen = course(written.doses, written.steps, on(day))
    regimen = Regimen(written.steps, on(day))
    drawn: list[DoseBand] = list(
        dose_bands(daily_totals(written.doses, regimen), regimen, seen, diary_window(seen, on(day)))
    )
    bounds = [bound for band in drawn for bound in (band.starts_on, band.ends_on + timedelta(days=1))]
    assert bounds == sorted(bounds)
    assert all(band.starts_on <= band.ends_on <= on(day) and band.mg > 0 for band in drawn)
    assert not drawn or seen.first_dose is not None


def test_unknown_days_are_missed_in_the_low_bound_and_left_out_of_the_high_one() -> None:
    doses = [*taken([0, 1, 2, 3]), dose(4, PARTIAL), dose(5, SKIPPED)]
    assert counted(doses, 0, 9).range == Adherence(low=0.5, high=5 / 6, days=10, longest_gap_days=5)


def test_held_and_stopped_days_are_no_days_and_end_a_gap() -> None:
    doses = [*taken(range(4)), dose(4, SKIPPED), dose(5, HELD), dose(6, SKIPPED), *taken([7])]
    count = counted(doses, 0, 19, (step(0), step(10, reason="stop")))
    assert count == AdherenceCount(days_taken=5, days_not_taken=2, days_unknown=2, longest_gap_days=2)


def test_a_taken_dose_outdoes_a_skipped_one_of_the_same_day_in_whatever_order() -> None:
    doses = [dose(0, SKIPPED), *taken([0, 1]), dose(1, SKIPPED)]
    assert counted(doses, 0, 1) == AdherenceCount(days_taken=2, days_not_taken=0, days_unknown=0, longest_gap_days=0)


def test_without_any_record_adherence_is_not_told() -> None:
    assert counted([], 0, 9, (step(0),)).range == Adherence(low=None, high=None, days=10, longest_gap_days=10)


def test_before_a_first_dose_there_is_no_adherence() -> None:
    assert counted([], 0, 9).range.days == 0
    assert counted(taken([5, 6]), 0, 6).range.days == 2


@given(diaries(), st.integers(0, 140), st.integers(0, 60))
def test_low_is_never_above_high_and_every_day_is_counted_once(written: Written, last: int, length: int) -> None:
    seen = course(written.doses, written.steps, on(last))
    count = adherence(written.doses, seen, [DateRange(first=on(last - length), last=on(last))])
    told = count.range
    assert (told.low is None) == (told.high is None)
    assert told.low is None or (told.high is not None and 0 <= told.low <= told.high <= 1)
    assert 0 <= told.longest_gap_days <= told.days <= length + 1
    taken_on = {one.local_date for one in written.doses if one.status in TAKEN}
    assert count.days_taken <= sum(on(last - length) <= day <= on(last) for day in taken_on)
