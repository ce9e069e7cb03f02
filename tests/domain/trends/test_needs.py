"""What is missing, and from which date an answer is possible (trends, section 2)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.trends.diary import Usual
from app.domain.trends.judgement import CLAIMS
from app.domain.trends.summary import summary, today_needs
from app.domain.trends.treatment import DoseStatus
from app.domain.trends.verdict import Need, Status, Verdict
from tests.domain.trends.diaries import (
    FIBROMYALGIA,
    ONE_DAY,
    TARGETS,
    Dose,
    Written,
    diaries,
    on,
    steady,
    step,
    taken,
    tracked,
)

MISSING = {Status.NOT_ENOUGH_DATA, Status.NO_BASELINE}


def verdict(written: Written, as_of: date, measure: str | None = None) -> Verdict:
    told = summary(written.at(as_of), as_of, None)
    return (told.measures[measure] if measure else told.composite).verdict


def told(needs: Iterable[Need]) -> dict[tuple[str, str | None], tuple[int, int, date | None]]:
    return {(need.code, need.measure): (need.have, need.want, need.by) for need in needs}


def daily(first: date, last: date) -> list[date]:
    return [first + timedelta(days=day) for day in range((last - first).days + 1)]


def test_a_fresh_account_learns_what_is_missing_and_the_earliest_date() -> None:
    found = verdict(Written(), on(0))
    assert found.status is Status.NOT_ENOUGH_DATA
    assert told(found.needs) == {
        ("first_dose", None): (0, 1, None),
        **{("usual_level", code): (0, 1, None) for code in TARGETS},
        ("baseline_days", None): (0, 10, None),
        ("baseline_weeks", None): (0, 2, None),
        ("treatment_weeks", None): (0, 6, found.possible_from),
    }
    assert found.possible_from == on(0) + timedelta(days=11 + 42 - 1)


def test_with_enough_scored_days_an_answer_is_possible_six_weeks_after_tomorrow() -> None:
    found = verdict(Written(days=steady(range(-10, 0))), on(-1))
    assert found.possible_from == on(41)
    assert not {"baseline_days", "baseline_weeks"} & {need.code for need in found.needs}


def test_a_planned_first_dose_sets_the_dates() -> None:
    found = verdict(Written(days=steady(range(-10, 0)), steps=[step(20)]), on(-1))
    assert told(found.needs)["first_dose", None] == (0, 1, on(20))
    assert told(found.needs)["usual_level", "pain"] == (0, 1, on(20))
    assert found.possible_from == on(61)


def test_a_plan_that_begins_too_soon_leaves_no_date() -> None:
    found = verdict(Written(days=steady([-1]), steps=[step(5)]), on(-1))
    assert told(found.needs)["baseline_days", None] == (1, 10, on(4))
    assert (found.possible_from, told(found.needs)["treatment_weeks", None]) == (None, (0, 6, None))
    assert "begins on 14 February 2026" in found.text


def test_days_in_weeks_that_do_not_count_are_shown_while_they_could_still_help() -> None:
    written = Written(days=steady([-9, -8, -1]))
    assert told(verdict(written, on(-1)).needs)["baseline_days", None] == (3, 10, None)
    scattered = Written(days=steady([*range(-7, 0), -10, -17, -24]))
    assert told(verdict(scattered, on(-1)).needs)["baseline_days", None] == (7, 10, None)


def test_without_a_score_before_the_first_dose_there_is_no_baseline() -> None:
    found = verdict(Written(days=steady(range(60)), doses=taken(range(60))), on(59))
    assert (found.status, found.possible_from) == (Status.NO_BASELINE, None)
    assert told(found.needs) == {
        ("baseline_days", None): (0, 10, on(-1)),
        ("baseline_weeks", None): (0, 2, on(-1)),
    }


def test_days_older_than_8_weeks_before_the_first_dose_are_no_baseline() -> None:
    found = verdict(Written(days=steady([*range(-80, -56), *range(60)]), doses=taken(range(60))), on(59))
    assert found.status is Status.NO_BASELINE


def test_a_baseline_that_is_too_small_can_only_be_met_by_older_notes() -> None:
    found = verdict(Written(days=steady(range(-5, 60)), doses=taken(range(60))), on(59))
    assert (found.status, found.possible_from) == (Status.NOT_ENOUGH_DATA, None)
    assert told(found.needs) == {
        ("baseline_days", None): (5, 10, on(-1)),
        ("baseline_weeks", None): (1, 2, on(-1)),
    }


def test_the_answer_is_possible_when_the_sixth_week_is_over() -> None:
    written = Written(days=steady(range(-28, 60)), doses=taken(range(60)))
    assert told(verdict(written, on(40)).needs) == {("treatment_weeks", None): (5, 6, on(41))}
    assert verdict(written, on(40)).possible_from == on(41)
    assert verdict(written, on(41)).status is Status.NO_CLEAR_CHANGE


def test_a_week_too_far_gone_is_not_counted_on() -> None:
    written = Written(days=steady(range(-28, 0)), doses=taken(range(60)))
    assert verdict(written, on(3)).possible_from == on(41)
    assert verdict(written, on(4)).possible_from == on(48)


def test_past_104_weeks_no_further_week_can_count() -> None:
    written = Written(days=steady(range(-28, 30)), doses=taken(range(0, 740, 7)))
    assert verdict(written, on(104 * 7)).possible_from is None
    assert verdict(written, on(102 * 7)).possible_from == on(104 * 7 - 1)


def test_no_date_is_told_while_the_next_dose_may_be_a_restart_that_counts_the_weeks_anew() -> None:
    held = [Dose(on(day), DoseStatus.HELD, None, None) for day in range(1, 60)]
    written = Written(days=steady(range(-28, 60)), doses=[*taken(range(1)), *held])
    for day in (59, 70):
        found = verdict(written, on(day))
        assert (found.status, found.possible_from) == (Status.NOT_ENOUGH_DATA, None)
    written = written.with_more({}, taken(range(71, 120)))
    assert verdict(written.with_more(steady(range(60, 120)), []), on(71)).possible_from == on(71 + 41)


@pytest.mark.parametrize(("score", "status"), [(2, Status.TOO_LOW_TO_JUDGE), (3, Status.NO_CLEAR_CHANGE)])
def test_below_a_mean_of_3_there_is_no_room_for_a_fall(score: int, status: Status) -> None:
    written = Written(
        days=steady(range(-28, 60), pain=score, sleep_disturbance=score, fatigue=score), doses=taken(range(60))
    )
    found = verdict(written, on(59))
    assert (found.status, found.needs, found.possible_from) == (status, (), None)


def test_the_usual_level_is_asked_until_the_day_of_the_first_dose() -> None:
    written = Written(
        days=steady(range(-28, 9)),
        doses=taken(range(9)),
        usuals=[Usual(measure="pain", value=5, asked_on=on(-3)), Usual(measure="fatigue", value=5, asked_on=on(3))],
    )
    for day, asked in (
        (-4, list(TARGETS)),
        (-3, ["sleep_disturbance", "fatigue"]),
        (0, ["sleep_disturbance", "fatigue"]),
        (1, []),
    ):
        found = [need.measure for need in verdict(written, on(day)).needs if need.code == "usual_level"]
        assert found == asked


def test_a_single_measure_needs_its_own_days() -> None:
    written = Written(days=steady(range(-28, 60), pain=5, sleep_disturbance=5), doses=taken(range(60)))
    assert verdict(written, on(59), "pain").status is Status.NO_CLEAR_CHANGE
    found = verdict(written, on(59), "fatigue")
    assert told(found.needs)["baseline_days", "fatigue"] == (0, 10, on(-1))


def test_today_asks_each_thing_once_and_only_before_the_first_dose() -> None:
    written = Written(tracked=tracked("pain", "fatigue"))
    other = Written(tracked=tracked("fatigue", "anxiety"))
    asked = today_needs([written.at(on(0)), other.at(on(0))], on(0))
    assert [(need.code, need.measure) for need in asked] == [
        ("first_dose", None),
        ("usual_level", "pain"),
        ("usual_level", "fatigue"),
        ("baseline_days", None),
        ("baseline_weeks", None),
        ("usual_level", "anxiety"),
    ]
    started = Written(doses=taken(range(9)), tracked=tracked("pain"))
    assert [need.code for need in today_needs([started.at(on(0))], on(0))] == [
        "usual_level",
        "baseline_days",
        "baseline_weeks",
    ]
    assert today_needs([started.at(on(1))], on(1)) == ()


def test_a_condition_without_measures_gets_an_answer_too() -> None:
    own = Written(condition=None, tracked=replace(tracked(), id="0198"))
    found = verdict(own, on(0))
    assert (found.status, found.possible_from) == (Status.NOT_ENOUGH_DATA, None)
    assert "No symptom is chosen" in found.text


@given(diaries(), st.integers(-30, 120), st.sampled_from([None, *TARGETS]))
def test_who_follows_the_needs_has_enough_on_that_date_and_not_a_day_earlier(
    written: Written, day: int, measure: str | None
) -> None:
    as_of = on(day)
    known = replace(
        written,
        days={when: scores for when, scores in written.days.items() if when <= as_of},
        moments=[moment for moment in written.moments if moment.local_date <= as_of],
        doses=[dose for dose in written.doses if dose.local_date <= as_of],
        steps=[one for one in written.steps if one.starts_on <= as_of or one.reason != "stop"],
    )
    before = summary(known.at(as_of), as_of, None)
    found = (before.measures[measure] if measure else before.composite).verdict
    if found.possible_from is None:
        return
    assert found.status is Status.NOT_ENOUGH_DATA
    assert found.possible_from > as_of
    first = before.first_dose_date or found.possible_from - timedelta(days=41)
    in_use = [measure] if measure else before.composite.measures
    scores = {when: dict.fromkeys(in_use, 7) for when in daily(as_of + ONE_DAY, found.possible_from)}
    doses = [
        Dose(when, DoseStatus.TAKEN, None, None) for when in daily(max(first, as_of + ONE_DAY), found.possible_from)
    ]
    followed = known.with_more(scores, doses)
    assert verdict(followed, found.possible_from, measure).status not in MISSING
    assert verdict(followed, found.possible_from - ONE_DAY, measure).status in MISSING


@given(diaries(), st.integers(-30, 140))
def test_each_need_is_truly_missing(written: Written, day: int) -> None:
    told_at = summary(written.at(on(day)), on(day), None)
    for found in (told_at.composite.verdict, *(trend.verdict for trend in told_at.measures.values())):
        assert all(0 <= need.have < need.want for need in found.needs)
        to_confirm = [need.by for need in found.needs if need.code == "confirmation"]
        assert bool(to_confirm) == (found.status in CLAIMS and not found.published)
        assert all(by is not None and on(day) < by <= on(day + 7) for by in to_confirm)
        assert bool(found.needs) == (found.status in MISSING or bool(to_confirm))
        assert found.possible_from is None or found.status is Status.NOT_ENOUGH_DATA
        assert len({(need.code, need.measure) for need in found.needs}) == len(found.needs)


def test_the_catalogue_is_at_hand() -> None:
    assert FIBROMYALGIA is not None
    assert FIBROMYALGIA.target_measures == TARGETS
