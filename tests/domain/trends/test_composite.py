"""The composite (trends, section 2)."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.trends.composite import composite
from app.domain.trends.window import baseline_before
from tests.domain.trends.diaries import FIRST_DOSE, TARGETS

ANCHOR = FIRST_DOSE.toordinal()
SPAN = baseline_before(FIRST_DOSE)
TARGET_VALUES = st.fixed_dictionaries(
    {
        code: st.dictionaries(st.integers(-40, 40), st.integers(0, 10)).map(
            lambda days: {ANCHOR + day: float(days[day]) for day in sorted(days)}
        )
        for code in TARGETS
    }
)


def constant(value: float, days: range) -> dict[int, float]:
    return {ANCHOR + day: value for day in days}


def test_a_patient_who_stops_scoring_the_worst_of_three_symptoms_has_no_fall() -> None:
    targets = {
        "pain": constant(9, range(-28, 0)),
        "sleep_disturbance": constant(5, range(-28, 60)),
        "fatigue": constant(4, range(-28, 60)),
    }
    values = composite(targets, SPAN).values
    plain = [sum(days[ANCHOR + day] for days in targets.values() if ANCHOR + day in days) for day in (-1, 1)]
    assert plain[0] / 3 - plain[1] / 2 == pytest.approx(1.5)
    assert {round(value, 9) for value in values.values()} == {6}
    assert len(values) == 88


def test_on_a_day_with_all_targets_it_is_their_mean() -> None:
    targets = {
        "pain": constant(9, range(-9, 2)),
        "sleep_disturbance": constant(2, range(-9, 2)),
        "fatigue": constant(1, range(-9, 2)),
    }
    assert set(composite(targets, SPAN).values.values()) == {4}


def test_a_target_with_fewer_than_5_baseline_entries_is_left_out() -> None:
    targets = {"pain": constant(6, range(-5, 9)), "fatigue": constant(0, range(-4, 9))}
    found = composite(targets, SPAN)
    assert (found.measures, set(found.values.values())) == (("pain",), {6})


def test_at_least_half_of_the_targets_must_be_present() -> None:
    targets = {
        "pain": constant(6, range(-9, 9)),
        "sleep_disturbance": constant(6, range(-9, 0)),
        "fatigue": constant(6, range(-9, 0)),
    }
    assert max(composite(targets, SPAN).values) == ANCHOR - 1
    del targets["fatigue"]
    assert max(composite(targets, SPAN).values) == ANCHOR + 8


def test_without_any_baseline_it_is_the_plain_mean() -> None:
    targets = {"pain": constant(8, range(9)), "fatigue": constant(0, range(3, 9))}
    found = composite(targets, SPAN)
    assert found.measures == ("pain", "fatigue")
    assert [found.values[ANCHOR + day] for day in (0, 5)] == [8, 4]


def test_without_targets_there_is_nothing() -> None:
    assert composite({}, SPAN).values == {}


@given(TARGET_VALUES)
def test_every_day_has_at_least_half_of_the_targets_and_each_such_day_is_there(
    targets: Mapping[str, dict[int, float]],
) -> None:
    found = composite(targets, SPAN)
    days = {ordinal for values in targets.values() for ordinal in values}
    present = {day: sum(day in targets[code] for code in found.measures) for day in days}
    assert set(found.values) == {day for day, count in present.items() if count and 2 * count >= len(found.measures)}
    assert list(found.values) == sorted(found.values)


@given(TARGET_VALUES, st.integers(-5, 5))
def test_a_rise_of_all_scores_is_a_rise_of_the_composite(targets: Mapping[str, dict[int, float]], points: int) -> None:
    raised = {code: {day: value + points for day, value in values.items()} for code, values in targets.items()}
    before, after = composite(targets, SPAN).values, composite(raised, SPAN).values
    assert after == pytest.approx({day: value + points for day, value in before.items()})
