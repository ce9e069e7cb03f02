"""From stored texts to daily values (trends, section 1)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.trends.diary import Day, Diary, Dose, Moment
from app.domain.trends.reading import read_days, read_doses, read_moments, with_only
from app.domain.trends.series import Series, measure_series
from app.domain.trends.treatment import DoseStatus
from app.domain.trends.written import tracked_condition
from tests.domain.trends.diaries import FIRST_DOSE, course, on, tracked

SCORES = st.one_of(st.none(), st.integers(0, 10))


def series(
    measure: str, days: list[Day], moments: tuple[Moment, ...] = (), *, higher_is_better: bool = False
) -> Series:
    return measure_series(measure, days, moments, higher_is_better=higher_is_better)


def day(at: int, **scores: int | None) -> Day:
    return on(at).toordinal(), scores


def values(told: Series) -> dict[date, float]:
    return {date.fromordinal(ordinal): value for ordinal, value in told.values.items()}


@given(st.dictionaries(st.integers(0, 40), st.dictionaries(st.sampled_from(["pain", "fatigue", "note"]), SCORES)))
def test_days_are_read_as_written(written: dict[int, dict[str, int | None]]) -> None:
    rows = [(on(day).isoformat(), fields) for day, fields in written.items()]
    assert read_days(rows) == [(on(day).toordinal(), fields) for day, fields in written.items()]


def test_no_rows_read_as_nothing() -> None:
    assert (read_days([]), read_moments([]), read_doses([])) == ([], [], [])


def test_days_with_one_measure_alone_keep_what_can_be_turned_into_it() -> None:
    days: list[Day] = [day(0, pain=3, sleep_quality=7, fatigue=None), day(1, pain=None, sleep_disturbance=2)]
    assert with_only("pain", days) == [day(0, pain=3), day(1, pain=None)]
    assert with_only("sleep_disturbance", days) == [day(0, sleep_quality=7), day(1, sleep_disturbance=2)]


def test_a_moment_is_read_with_its_measure_and_value() -> None:
    assert read_moments([("2026-02-09", {"measure": "pain", "value": 0})]) == [Moment(on(0), "pain", 0)]


def test_a_dose_is_read_with_what_it_says() -> None:
    told = {"mg": Decimal("1.5"), "status": "taken", "timing": "bedtime"}
    first, second = read_doses([("2026-02-09", told), ("2026-02-10", {"status": "held"})])
    assert first == Dose(on(0), DoseStatus.TAKEN, Decimal("1.5"), "bedtime")
    assert second == Dose(on(1), DoseStatus.HELD, None, None)


@given(st.lists(SCORES, max_size=30))
def test_zero_is_a_value_and_no_answer_is_none(scores: list[int | None]) -> None:
    told = series("pain", [day(at, pain=score) for at, score in enumerate(scores)])
    assert values(told) == {on(day): score for day, score in enumerate(scores) if score is not None}


def test_sleep_quality_is_turned_and_counted_as_derived_where_there_is_no_own_score() -> None:
    told = series(
        "sleep_disturbance",
        [day(0, sleep_quality=10), day(1, sleep_quality=2, sleep_disturbance=5), day(2)],
    )
    assert (values(told), told.derived_days) == ({on(0): 0, on(1): 5}, 1)


def test_moments_tell_a_day_without_a_score_by_their_mean() -> None:
    moments = (
        Moment(on(1), "pain", 4),
        Moment(on(0), "pain", 9),
        Moment(on(1), "pain", 7),
        Moment(on(1), "fatigue", 0),
    )
    told = series("pain", [day(0, pain=3), day(2, pain=0)], moments)
    assert (list(values(told).items()), told.moment_days) == ([(on(0), 3), (on(1), 5.5), (on(2), 0)], 1)


def test_a_moment_of_sleep_quality_is_turned_too() -> None:
    told = series("sleep_disturbance", [], (Moment(on(0), "sleep_quality", 9), Moment(on(0), "sleep_disturbance", 3)))
    assert values(told) == {on(0): 2}


def test_a_scale_that_runs_the_other_way_is_turned() -> None:
    assert values(series("own:energy", [day(0, **{"own:energy": 10})], higher_is_better=True)) == {on(0): 0}


def test_a_diary_is_about_some_condition() -> None:
    with pytest.raises(ValueError, match="without a condition"):
        Diary(condition=None, tracked=None, treatment=course([], [], FIRST_DOSE), days=())


def test_a_record_of_a_condition_is_read_with_what_the_patient_chose() -> None:
    fields = {"primary_measure": "pain", "target_measures": ("pain", "fatigue"), "targets_chosen_on": "2026-02-09"}
    chosen = tracked("pain", "fatigue", primary="pain")
    assert tracked_condition("fibromyalgia", fields) == chosen
    assert tracked_condition("fibromyalgia", {}) == tracked(chosen=None)
