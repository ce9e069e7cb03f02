"""From stored texts to daily values (trends, section 1)."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.trends.diary import Day, Diary, Moment
from app.domain.trends.reading import read_days, read_doses, read_moments
from app.domain.trends.series import Series, measure_series
from app.domain.trends.treatment import DoseStatus
from app.domain.trends.written import tracked_condition
from tests.domain.trends.diaries import FIRST_DOSE, course, on, tracked

SCORES = st.one_of(st.none(), st.integers(0, 10))


def series(
    measure: str, days: list[Day], moments: tuple[Moment, ...] = (), *, higher_is_better: bool = False
) -> Series:
    dated = [(day.local_date.toordinal(), day) for day in days]
    return measure_series(measure, dated, moments, higher_is_better=higher_is_better)


def values(told: Series) -> dict[date, float]:
    return {date.fromordinal(ordinal): value for ordinal, value in told.values.items()}


@given(st.dictionaries(st.integers(0, 40), st.dictionaries(st.sampled_from(["pain", "fatigue", "note"]), SCORES)))
def test_days_are_read_as_written_with_only_the_scores_asked_for(written: dict[int, dict[str, int | None]]) -> None:
    rows = [(on(day), json.dumps(fields)) for day, fields in sorted(written.items())]
    assert read_days(rows, ["pain"]) == [
        Day(on(day), {code: score for code, score in fields.items() if code == "pain"})
        for day, fields in sorted(written.items())
    ]


def test_no_rows_read_as_nothing() -> None:
    assert (read_days([], ["pain"]), read_moments([]), read_doses([])) == ([], [], [])


def test_sleep_quality_is_read_along_with_sleep_disturbance() -> None:
    assert read_days([(on(0), '{"pain":3,"sleep_quality":7}')], ["sleep_disturbance"]) == [
        Day(on(0), {"sleep_quality": 7})
    ]


def test_a_moment_is_read_with_its_measure_and_value() -> None:
    assert read_moments([(on(0), '{"measure":"pain","value":0}')]) == [Moment(on(0), "pain", 0)]


@pytest.mark.parametrize(("text", "mg"), [("1.5", "1.5"), ("3", "3"), ("0.001", "0.001"), ("null", None)])
def test_milligrams_are_read_exactly(text: str, mg: str | None) -> None:
    rows = [(on(0), f'{{"mg":{text},"status":"taken","timing":"bedtime"}}'), (on(1), '{"status":"held"}')]
    first, second = read_doses(rows)
    assert (first.mg, first.status, first.timing) == (mg and Decimal(mg), DoseStatus.TAKEN, "bedtime")
    assert (second.mg, second.status, second.timing) == (None, DoseStatus.HELD, None)


@given(st.lists(SCORES, max_size=30))
def test_zero_is_a_value_and_no_answer_is_none(scores: list[int | None]) -> None:
    told = series("pain", [Day(on(day), {"pain": score}) for day, score in enumerate(scores)])
    assert values(told) == {on(day): score for day, score in enumerate(scores) if score is not None}


def test_sleep_quality_is_turned_and_counted_as_derived_where_there_is_no_own_score() -> None:
    told = series(
        "sleep_disturbance",
        [Day(on(0), {"sleep_quality": 10}), Day(on(1), {"sleep_quality": 2, "sleep_disturbance": 5}), Day(on(2), {})],
    )
    assert (values(told), told.derived_days) == ({on(0): 0, on(1): 5}, 1)


def test_moments_tell_a_day_without_a_score_by_their_mean() -> None:
    moments = (
        Moment(on(1), "pain", 4),
        Moment(on(0), "pain", 9),
        Moment(on(1), "pain", 7),
        Moment(on(1), "fatigue", 0),
    )
    told = series("pain", [Day(on(0), {"pain": 3}), Day(on(2), {"pain": 0})], moments)
    assert (list(values(told).items()), told.moment_days) == ([(on(0), 3), (on(1), 5.5), (on(2), 0)], 1)


def test_a_moment_of_sleep_quality_is_turned_too() -> None:
    told = series("sleep_disturbance", [], (Moment(on(0), "sleep_quality", 9), Moment(on(0), "sleep_disturbance", 3)))
    assert values(told) == {on(0): 2}


def test_a_scale_that_runs_the_other_way_is_turned() -> None:
    assert values(series("own:energy", [Day(on(0), {"own:energy": 10})], higher_is_better=True)) == {on(0): 0}


def test_a_diary_is_about_some_condition() -> None:
    with pytest.raises(ValueError, match="without a condition"):
        Diary(condition=None, tracked=None, treatment=course([], [], FIRST_DOSE), days=())


def test_a_record_of_a_condition_is_read_with_what_the_patient_chose() -> None:
    fields = {"primary_measure": "pain", "target_measures": ("pain", "fatigue"), "targets_chosen_on": "2026-02-09"}
    chosen = tracked("pain", "fatigue", primary="pain")
    assert tracked_condition("fibromyalgia", fields) == chosen
    assert tracked_condition("fibromyalgia", {}) == tracked(chosen=None)
