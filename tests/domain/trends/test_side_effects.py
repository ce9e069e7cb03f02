"""Side effects by dose step (trends, section 4)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.catalogue import Direction, condition
from app.domain.trends.diary import Dose, OwnMeasure
from app.domain.trends.side_effects import SideEffect
from app.domain.trends.summary import summary
from tests.domain.trends.diaries import Written, diaries, on, steady, taken, tracked

DREAMS, UPSET = "vivid_dreams", "digestive_upset"
STEP = [*taken(range(28)), *taken(range(28, 100), "3")]
"""A start, and a step up on day 28."""
Scores = Mapping[int, int]


def scored(measure: str, scores: Scores) -> dict[date, dict[str, int | None]]:
    return {on(day): {measure: value} for day, value in scores.items()}


def effects(written: Written, as_of: int) -> tuple[SideEffect, ...]:
    return summary(written.at(on(as_of)), on(as_of), None).side_effects


def at_step(scores: Scores, as_of: int, measure: str = UPSET, doses: Iterable[Dose] = STEP) -> SideEffect:
    """What is told of the step on day 28."""
    found = effects(Written(days=scored(measure, scores), doses=list(doses)), as_of)
    return next(one for one in found if one.step.starts_on == on(28))


def level(days: range, value: int) -> dict[int, int]:
    return dict.fromkeys(days, value)


RAISED = level(range(28), 1) | level(range(28, 100), 6)


def test_a_rise_that_stays_is_told_with_its_size() -> None:
    told = at_step(RAISED, 99)
    assert (told.measure, told.direction, told.status, told.course) == (
        UPSET,
        Direction.LOWER_IS_BETTER,
        "rose",
        "persists",
    )
    assert told.rise is not None
    assert told.rise.estimate == 5
    assert told.rise.low < 5 < told.rise.high
    assert (str(told.step.from_mg), str(told.step.to_mg)) == ("1.5", "3")
    assert [(one.phase, str(one.mg), one.nights, one.of) for one in told.nights_at_4_or_more] == [
        ("early", "3", 14, 14),
        ("later", "3", 58, 58),
        ("before", "1.5", 0, 28),
    ]


def test_a_rise_that_goes_back_fades() -> None:
    assert at_step(RAISED | level(range(44, 100), 1), 99).course == "fades"


def test_a_rise_that_goes_back_half_of_the_way_exactly_fades() -> None:
    half = level(range(28), 1) | level(range(28, 42), 7) | level(range(42, 100), 4)
    assert at_step(half, 99).course == "fades"


def test_a_rise_whose_late_days_say_neither_is_unclear() -> None:
    restless = RAISED | {day: (0, 9)[day >= 93] for day in range(86, 100)}
    assert at_step(restless, 99).course == "unclear"
    assert at_step({day: value for day, value in RAISED.items() if day < 60}, 99).course == "unclear"


@pytest.mark.parametrize(("as_of", "course"), [(54, "too_early"), (55, "persists")])
def test_the_course_is_told_from_the_28th_day_of_the_dose_on(as_of: int, course: str) -> None:
    assert at_step(RAISED, as_of).course == course


def test_the_course_of_a_dose_that_was_left_before_is_unclear() -> None:
    doses = [*taken(range(28)), *taken(range(28, 50), "3"), *taken(range(50, 99))]
    assert at_step(RAISED, 98, doses=doses).course == "unclear"


def test_a_window_ends_at_the_next_change_of_dose() -> None:
    doses = [*taken(range(28)), *taken(range(28, 35), "3"), *taken(range(35, 99))]
    calm_then_bad = level(range(35), 1) | level(range(35, 99), 9)
    told = at_step(calm_then_bad, 98, doses=doses)
    assert (told.status, told.course) == ("no_clear_rise", None)
    assert told.rise is not None
    assert told.rise.estimate == 0
    assert [one.phase for one in told.nights_at_4_or_more] == ["early", "before"]


def test_a_step_with_fewer_than_6_scored_days_is_too_short_and_its_nights_are_shown() -> None:
    doses = [*taken(range(28)), *taken(range(28, 33), "3"), *taken(range(33, 99))]
    told = at_step(RAISED, 98, doses=doses)
    assert (told.status, told.course, told.rise) == ("too_short", None, None)
    assert (told.nights_at_4_or_more[0].nights, told.nights_at_4_or_more[0].of) == (5, 5)
    assert "too few scored days at this dose" in told.text
    assert "so far 3 days" in at_step(RAISED, 30).text


def test_without_6_days_to_compare_with_there_is_no_baseline() -> None:
    told = at_step(RAISED | dict.fromkeys(range(28), 1), 99, doses=STEP)
    assert told.status == "rose"
    told = at_step({day: value for day, value in RAISED.items() if day >= 23}, 99)
    assert (told.status, told.rise) == ("no_baseline", None)


def test_until_two_weeks_are_over_a_rise_must_be_clearer() -> None:
    waves = (1, 1, 0, 0, 2, 2)
    slight = {day: waves[day % 6] + (day >= 28) for day in range(100)}
    assert [at_step(slight, day).status for day in (38, 40, 41)] == ["too_early", "too_early", "rose"]
    assert at_step(RAISED, 36).status == "rose"


def test_less_than_a_point_is_no_rise_however_sure() -> None:
    flat = level(range(28), 2) | {day: 2 + (day % 8 != 0) for day in range(28, 100)}
    assert at_step(flat, 99).status == "no_clear_rise"


@pytest.mark.parametrize(("measure", "rises"), [(DREAMS, True), ("sleep_disturbance", True), (UPSET, False)])
def test_sleep_and_dreams_are_told_of_the_night_before(measure: str, *, rises: bool) -> None:
    """Of the steps' days only the first night's morning differs: written on day 28 it is of the night before."""
    mornings = level(range(1, 29), 0) | {28: 10} | level(range(29, 43), 3) | {42: 10}
    told = at_step(mornings, 60, measure)
    assert told.rise is not None
    before = 10 / 28 if rises else 0
    after = (13 * 3 + 10) / 14 if rises else (10 + 13 * 3) / 14
    assert told.rise.estimate == pytest.approx(after - before)


def test_a_measure_that_runs_the_other_way_is_turned() -> None:
    calm = OwnMeasure(code="own:calm", label="Calm", direction="higher_is_better")
    days = scored("own:calm", level(range(28), 9) | level(range(28, 100), 3))
    told = effects(Written(days=days, doses=STEP, own_measures=[calm]), 99)[-1]
    assert (told.measure, told.direction, told.status) == ("own:calm", Direction.HIGHER_IS_BETTER, "rose")
    assert told.rise is not None
    assert told.rise.estimate == 6
    assert told.nights_at_4_or_more[0].nights == 14
    assert "9.0 before and 3.0 then, where 0 is worst" in told.text


def test_the_common_side_effects_and_what_is_scored_beside_the_targets_are_looked_at() -> None:
    codes = ("pain", "fatigue", "headache", "sleep_quality", DREAMS)
    written = Written(days=steady(range(99), **dict.fromkeys(codes, 2)), doses=STEP)
    start = [one.measure for one in effects(written, 99) if one.step.starts_on == on(0)]
    assert start == [DREAMS, "sleep_disturbance", "headache"]
    chosen = replace(written, tracked=tracked("headache", primary="fatigue"))
    assert {one.measure for one in effects(chosen, 99)} == {DREAMS, "sleep_disturbance", "pain"}


@pytest.mark.parametrize("code", ["crohns_disease", "ulcerative_colitis", "lupus"])
def test_in_bowel_disease_digestion_is_nothing_without_days_to_compare_with(code: str) -> None:
    written = Written(days=scored(UPSET, level(range(100), 5)), doses=STEP, condition=condition(code))
    found = [one.step.starts_on for one in effects(written, 99)]
    assert found == ([on(0), on(28)] if code == "lupus" else [on(28)])


@settings(max_examples=40)
@given(diaries(), st.integers(-40, 140))
def test_what_is_told_hangs_together(written: Written, day: int) -> None:
    told = effects(written, day)
    keys = [(one.step.starts_on, one.measure) for one in told]
    assert len(set(keys)) == len(keys)
    assert [starts_on for starts_on, _ in keys] == sorted(starts_on for starts_on, _ in keys)
    for one in told:
        assert (one.course is None) == (one.status != "rose")
        assert (one.rise is None) == (one.status in {"too_short", "no_baseline"})
        assert one.status != "rose" or (one.rise is not None and one.rise.estimate >= 1 and one.rise.low > 0)
        for phase in one.nights_at_4_or_more:
            assert 0 <= phase.low <= phase.nights / phase.of <= phase.high <= 1
        assert {phase.phase for phase in one.nights_at_4_or_more} & {"early", "later"}
        assert 1 <= len(re.findall(r"[.](?= |$)", one.text)) <= 3
        assert "{" not in one.text
