"""What a whole diary is told: publication, words and caveats of a result (trends, sections 2, 3 and 7)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.trends.diary import Event, Usual
from app.domain.trends.judgement import CLAIMS
from app.domain.trends.messages import ENGLISH
from app.domain.trends.summary import Summary, summary
from app.domain.trends.treatment import DoseStatus
from app.domain.trends.verdict import Need, Status, Verdict
from tests.domain.trends.diaries import FIRST_DOSE, TARGETS, Written, course, dose, on, step, taken, tracked


def seen(written: Written, as_of: int) -> Summary:
    return summary(written.at(on(as_of)), on(as_of), None)


def lived(*parts: tuple[range, int], until: int = 140) -> Written:
    """All targets at a level for stretches of days, with a point of noise."""
    chance = Random(5)  # noqa: S311 - the same every time
    days: dict[date, dict[str, int | None]] = {
        on(day): {code: level + chance.choice((-1, 0, 0, 1)) for code in TARGETS}
        for span, level in parts
        for day in span
    }
    return Written(days=days, doses=taken(range(until)), tracked=tracked())


def verdict(written: Written, week: int) -> Verdict:
    return seen(written, 7 * week - 1).composite.verdict


def caveats(written: Written, week: int) -> dict[str, str]:
    return {caveat.code: caveat.text for caveat in seen(written, 7 * week - 1).caveats}


BETTER = lived((range(-28, 28), 7), (range(28, 140), 5))
SOON = lived((range(-28, 3), 7), (range(3, 140), 5))
FADED = lived((range(-28, 28), 7), (range(28, 119), 3), (range(119, 140), 7))
WORSE = lived((range(-28, 28), 5), (range(28, 140), 8))
SAME = lived((range(-28, 140), 6))
LONGER = lived((range(-28, 28), 7), (range(28, 200), 5), until=200)
CONFOUNDED = [Event(id="e", kind="infection", starts_on=on(30), ends_on=None)]


def first_benefit(written: Written) -> int:
    return next(week for week in range(6, 21) if verdict(written, week).status in CLAIMS)


@pytest.mark.parametrize(("written", "status"), [(BETTER, Status.BENEFIT), (SOON, Status.BENEFIT_EARLY)])
def test_a_benefit_is_published_by_its_second_look_a_week_later(written: Written, status: Status) -> None:
    week = first_benefit(written)
    looks = {day: seen(written, day).composite.verdict for day in range(7 * week - 1, 7 * week + 14)}
    assert {told.status for told in looks.values()} == {status}
    confirmed_on = on(7 * week + 6)
    for day, told in looks.items():
        assert told.published is (on(day) >= confirmed_on)
        wanted = () if told.published else (Need(code="confirmation", measure=None, have=1, want=2, by=confirmed_on),)
        assert told.needs == wanted
        assert (f"a look on {ENGLISH.day(confirmed_on)} " in told.text) is not told.published
        assert (told.possible_from, told.last_week_on) == (None, on((day + 1) // 7 * 7 - 1))


@st.composite
def treated(draw: st.DrawFn) -> Written:
    """A fall, with pauses of any kind about it."""
    chance = draw(st.randoms(use_true_random=False))
    fall, level = draw(st.integers(0, 90)), draw(st.integers(3, 6))
    days = {
        on(day): {code: (7 if day < fall else level) + chance.choice((-1, 0, 1)) for code in TARGETS}
        for day in range(-30, 180)
        if chance.random() < 0.9
    }
    off: dict[int, DoseStatus] = {}
    for _ in range(draw(st.integers(0, 2))):
        begin = draw(st.integers(20, 170))
        off |= dict.fromkeys(range(begin, begin + draw(st.integers(10, 40))), DoseStatus.SKIPPED)
    stop = draw(st.one_of(st.none(), st.tuples(st.integers(20, 170), st.integers(3, 40))))
    silent = range(stop[0], stop[0] + stop[1]) if stop else range(0)
    steps = [step(0), step(silent.start, reason="stop"), step(silent.stop, reason="restart")] if stop else [step(0)]
    doses = [dose(day, off.get(day, DoseStatus.TAKEN), "1.5") for day in range(180) if day not in silent or day in off]
    return Written(days=days, doses=doses, steps=steps, tracked=tracked())


@settings(max_examples=60)
@given(treated(), st.integers(41, 179))
def test_published_is_what_two_looks_a_week_apart_tell(written: Written, day: int) -> None:
    now, earlier = seen(written, day), seen(written, day - 7)
    assert now.composite.verdict.published is (
        now.composite.verdict.status in CLAIMS
        and earlier.composite.verdict.status in CLAIMS
        and now.first_dose_date == earlier.first_dose_date
    )


@settings(max_examples=200)
@given(treated(), st.integers(0, 179), st.integers(1, 60))
def test_a_course_cut_at_a_date_is_the_course_that_a_look_then_saw(written: Written, day: int, later: int) -> None:
    cut = course(written.doses, written.steps, on(day + later)).cut(on(day))
    then = course(written.doses, written.steps, on(day))
    assert replace(cut, from_plan=False) == replace(then, from_plan=False)


def test_a_course_cut_before_the_first_dose_has_not_begun() -> None:
    cut = course(taken(range(60)), [], on(50)).cut(on(-1))
    assert (cut.first_dose, cut.pauses, cut.stopped, cut.quiet) == (None, (), (), ())


def sentences(told: Verdict) -> int:
    return told.text.count(". ") + 1


@pytest.mark.parametrize("noise", [False, True])
def test_a_benefit_is_told_with_its_size_week_and_chance(*, noise: bool) -> None:
    chance = Random(2)  # noqa: S311 - the same every time
    unsure = replace(
        BETTER,
        days={
            day: {code: (score or 0) + chance.choice((-2, 2)) for code, score in scores.items()}
            for day, scores in BETTER.days.items()
        },
    )
    told = verdict(unsure if noise else BETTER, 20)
    when, fallen = told.weeks_to_benefit, told.drop
    assert when is not None
    assert fallen is not None
    interval = f" ({when.low:.0f} to {when.high:.0f})" if noise else " on"
    assert told.text == (
        f"Your scores got better by about {fallen.estimate:.1f} points ({fallen.low:.1f} to "
        f"{fallen.high:.1f}), from around week 4{interval}. "
        f"Chance swings this large and lasting appear in about {told.false_alarm_percent} of 100 diaries with no "
        "effect at all. A diary alone can't tell what made the change."
    )


def test_a_benefit_in_the_first_two_weeks_says_that_it_may_be_hope() -> None:
    assert f"right after {ENGLISH.day(FIRST_DOSE)}. A change so soon may come from hope" in verdict(SOON, 20).text


def test_a_benefit_that_faded_says_so() -> None:
    told = verdict(FADED, 20)
    assert (told.status, told.published, told.needs) == (Status.FADED, False, ())
    assert "most of that is gone" in told.text


def test_a_turn_for_the_worse_is_told_in_plain_means() -> None:
    told = seen(WORSE, 139)
    found, before = told.composite.verdict, told.composite.baseline.mean
    assert (found.status, found.bar, found.drop, found.weeks_to_benefit) == (Status.WORSE, 3.0, None, None)
    assert found.z is not None
    assert found.z <= -3
    latest = sum(week.mean * week.n for week in told.composite.weeks[-4:] if week.mean is not None) / 28
    assert f"worse than before 9 February 2026: {latest:.1f} on average now, {before:.1f} before." in found.text
    assert set(caveats(WORSE, 20)) == {"chance"}


def test_no_change_is_told_in_plain_means() -> None:
    told = verdict(SAME, 20)
    assert told.status is Status.NO_CLEAR_CHANGE
    assert told.text.startswith("There is no clear change: ")
    assert caveats(SAME, 20) == {}


def answered(value: int, asked: int = -2, measures: Iterable[str] = TARGETS) -> list[Usual]:
    return [Usual(measure=code, value=value, asked_on=on(asked)) for code in measures]


def test_a_fall_back_to_the_usual_level_is_no_benefit() -> None:
    told = verdict(replace(BETTER, usuals=answered(5)), 20)
    assert (told.status, told.published) == (Status.POSSIBLE, False)
    assert "this may be your usual again" in told.text
    assert told.drop is not None
    found = caveats(replace(BETTER, usuals=answered(5)), 20)
    assert list(found) == ["may-be-return-to-usual", "started-at-worst", "placebo"]


@pytest.mark.parametrize(
    "usuals",
    [answered(6), answered(5, asked=1), answered(5, measures=TARGETS[:2]), []],
    ids=["higher", "told too late", "not told for all", "not told"],
)
def test_without_a_usual_level_to_fall_back_to_it_stays_a_benefit(usuals: list[Usual]) -> None:
    assert verdict(replace(BETTER, usuals=usuals), 20).status is Status.BENEFIT


def test_the_usual_level_told_makes_starting_at_the_worst_a_smaller_worry() -> None:
    told = caveats(replace(BETTER, usuals=answered(7)), 20)["started-at-worst"]
    assert told != caveats(BETTER, 20)["started-at-worst"]
    assert "You told your usual level" in told


def test_the_usual_sleep_may_be_told_as_quality() -> None:
    kept = answered(5, measures=("pain", "fatigue"))
    by_quality = [*kept, Usual(measure="sleep_quality", value=5, asked_on=on(-2))]
    assert verdict(replace(BETTER, usuals=by_quality), 20).status is Status.POSSIBLE
    direct = [*by_quality, Usual(measure="sleep_disturbance", value=9, asked_on=on(-3))]
    assert verdict(replace(BETTER, usuals=direct), 20).status is Status.BENEFIT
    gone = [*by_quality, Usual(measure="own:gone", value=9, asked_on=on(-3))]
    assert verdict(replace(BETTER, usuals=gone), 20).status is Status.POSSIBLE


def test_caveats_of_a_benefit_are_in_order_and_in_plain_words() -> None:
    found = caveats(replace(BETTER, events=CONFOUNDED), 20)
    assert list(found) == ["chance", "started-at-worst", "placebo", "confounded"]
    assert "of 100 diaries with no effect at all" in found["chance"]
    assert "0.6 to 0.9 points" in found["placebo"]
    assert "confounded" in found["confounded"]


@pytest.mark.parametrize("written", [BETTER, SOON, FADED, WORSE, SAME])
def test_what_else_changed_is_said_in_the_verdict_too(written: Written) -> None:
    told = verdict(replace(written, events=CONFOUNDED), 20)
    assert told.text.endswith("Other things changed in the same time too, so what this comes from can't be told.")
    assert sentences(told) <= 3


def test_a_possible_change_says_how_often_chance_makes_one() -> None:
    weeks = [8, 6, 7, 6, *(8, 6, 7, 6), *(5, 6, 5, 6, 5, 6)]
    scores: list[dict[str, int | None]] = [dict.fromkeys(TARGETS, level) for level in weeks]
    days = {on(7 * (at - 4) + day): week for at, week in enumerate(scores) for day in range(7)}
    written = Written(days=days, doses=taken(range(70)), tracked=tracked())
    told = verdict(written, 10)
    assert (told.status, told.false_alarm_percent) == (Status.POSSIBLE, 24)
    assert "may have got better" in told.text
    assert "does not count as a change" in caveats(written, 10)["chance"]


def test_an_earlier_period_keeps_its_verdict() -> None:
    pause = [*taken(range(98)), *(dose(day, DoseStatus.SKIPPED) for day in range(98, 130)), *taken(range(130, 140))]
    past = seen(replace(BETTER, doses=pause), 139).periods[0].verdict
    assert (past.status, past.published, past.needs) == (Status.BENEFIT, True, ())
    assert past.z == verdict(BETTER, 14).z


@pytest.mark.parametrize(("written", "status"), [(BETTER, Status.BENEFIT), (SOON, Status.BENEFIT_EARLY)])
def test_a_period_that_ended_before_its_second_look_stays_unconfirmed(written: Written, status: Status) -> None:
    end = 7 * first_benefit(written)
    pause = [*taken(range(end)), *(dose(day, DoseStatus.SKIPPED) for day in range(end, 130)), *taken(range(130, 140))]
    past = seen(replace(written, doses=pause), 139).periods[0].verdict
    assert (past.status, past.published, past.needs) == (status, False, ())
    assert f"ended on {ENGLISH.day(on(end - 1))}, before a second look could confirm it." in past.text


@pytest.mark.parametrize(("level", "size"), [(7, "small"), (5, "moderate"), (3, "substantial")])
def test_pain_has_its_size_in_words(level: int, size: str) -> None:
    days = {on(day): {"pain": 8 if day < 28 else level} for day in range(-28, 140)}
    told = seen(Written(days=days, doses=taken(range(140)), tracked=tracked("pain")), 139)
    assert (told.measures["pain"].verdict.size, told.composite.verdict.size) == (size, None)
    assert f"studies call a change of this size {size}" in told.measures["pain"].verdict.text


@pytest.mark.parametrize(
    ("before", "after", "size"),
    [(9, 7, "moderate"), (10, 7, "moderate"), (8, 7, "small"), (6, 5, "small"), (5, 4, "small"), (4, 2, "substantial")],
)
def test_a_fall_of_two_points_is_moderate_and_of_half_substantial(before: int, after: int, size: str | None) -> None:
    days = {on(day): {"pain": before if day < 28 else after} for day in range(-28, 140)}
    told = seen(Written(days=days, doses=taken(range(140)), tracked=tracked("pain")), 139)
    assert told.measures["pain"].verdict.size == size


def test_the_latest_weeks_are_looked_at_past_the_104_that_are_scanned() -> None:
    until = 7 * 116
    still = lived((range(-28, 70), 7), (range(70, until), 5), until=until)
    back = lived((range(-28, 70), 7), (range(70, 7 * 110), 5), (range(7 * 110, until), 7), until=until)
    assert verdict(still, 115).status is Status.BENEFIT
    assert verdict(back, 115).status is Status.FADED


def test_the_weeks_of_a_pause_are_neither_scanned_nor_the_latest() -> None:
    nights = range(112, 140)
    doses = [*taken(range(112)), *(dose(day, DoseStatus.HELD) for day in nights)]
    written = replace(lived((range(-28, 28), 7), (range(28, 112), 5), (nights, 9)), doses=doses)
    told = verdict(written, 20)
    assert (told.status, told.published) == (Status.BENEFIT, True)
    assert told.z == verdict(BETTER, 16).z


@pytest.mark.parametrize(
    ("written", "week", "percent"),
    [(BETTER, 20, 4), (LONGER, 26, 4), (LONGER, 27, 7), (WORSE, 20, 5), (SAME, 20, 4)],
)
def test_each_result_says_its_own_error_rate(written: Written, week: int, percent: int) -> None:
    assert verdict(written, week).false_alarm_percent == percent


def test_a_text_names_dates_and_decimals_in_its_language() -> None:
    german = replace(ENGLISH, decimal_mark=",", date_form="{day}. {month} {year}")
    told = summary(SAME.at(on(139)), on(139), None, german).composite.verdict.text
    assert "9. February 2026" in told
    assert "6,0" in told
    assert date(2026, 2, 9) == FIRST_DOSE
