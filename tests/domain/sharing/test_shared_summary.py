"""A summary for others tells nothing that the consent withholds, nor anything from which it could be told."""

import json
import re
from dataclasses import asdict, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.records.kinds import DAY, DOSE, MEDICATION, REGIMEN_STEP
from app.domain.report.chart import chart
from app.domain.report.paint import Theme
from app.domain.sharing.redaction import redacted
from app.domain.sharing.scopes import Scope
from app.domain.trends.diary import Tracked
from app.domain.trends.judgement import CLAIMS
from app.domain.trends.messages import ENGLISH
from app.domain.trends.summary import Summary
from app.domain.trends.trend import CompositeTrend, MeasureTrend
from app.domain.trends.verdict import Status
from tests.domain.sharing.diaries import AS_OF, FIRST_DOSE, Written, on, plain
from tests.domain.sharing.samples import offer, terms

SUMMARY, DOSES, OBSERVATIONS = Scope.SUMMARY, Scope.DOSES, Scope.OBSERVATIONS


def told(
    written: Written, *scopes: Scope, first: date | None = None, last: date | None = None, as_of: date = AS_OF
) -> Summary:
    its = terms(offer(scopes=frozenset({SUMMARY, *scopes}), data_from=first, data_to=last))
    return redacted(written.at(its.last_look(as_of)), its).summary("fibromyalgia")


def text_of(summary: Summary) -> str:
    return json.dumps(asdict(replace(summary, evidence=None)), default=str)  # type: ignore[arg-type]


def trends(summary: Summary) -> list[CompositeTrend | MeasureTrend]:
    return [summary.composite, *summary.measures.values()]


def test_with_everything_nothing_is_withheld_but_the_revision() -> None:
    summary = told(plain(), DOSES, OBSERVATIONS)
    assert (summary.first_dose_date, summary.weeks_treated, summary.as_of_rev) == (FIRST_DOSE, 20, None)
    assert summary.dose_bands[0].mg == Decimal("1.5")
    assert summary.adherence.high == 1
    assert summary.composite.weeks[0].week == -4


def days_named(text: str) -> set[date]:
    written = {date.fromisoformat(found) for found in re.findall(r"\d{4}-\d{2}-\d{2}", text)}
    names = "|".join(ENGLISH.months)
    spoken = re.findall(rf"(\d{{1,2}}) ({names}) (\d{{4}})", text)
    return written | {date(int(year), ENGLISH.months.index(month) + 1, int(day)) for day, month, year in spoken}


@settings(max_examples=14)
@given(st.integers(-3, 3), st.sampled_from([60, 141]))
def test_without_doses_no_dose_date_and_no_amount_is_told(begins: int, until: int) -> None:
    written = Written().days(range(-28, until), pain=6, sleep_disturbance=5, fatigue=7)
    written.doses(range(begins, 141), "3.217")
    written.put(REGIMEN_STEP, "s", starts_on=on(begins).isoformat(), mg=Decimal("3.217"))
    summary = told(written, OBSERVATIONS)
    assert (summary.first_dose_date, summary.weeks_treated, summary.dose_bands) == (None, None, ())
    assert (summary.adherence.low, summary.adherence.high, summary.adherence.days) == (None, None, 0)
    assert {week.mg for trend in trends(summary) for week in trend.weeks} == {None}
    mondays = {week.starts_on for week in summary.composite.weeks}
    assert {day.isoweekday() for day in mondays} == {1}
    assert days_named(text_of(summary)) <= mondays | {AS_OF}
    assert "3.217" not in text_of(summary)


def test_without_doses_a_summary_is_the_same_whenever_they_were_taken() -> None:
    """Where all that is inferred is the same, two starts a day apart can't be told apart."""
    one, other = (
        Written().days(range(-28, 141), pain=6, sleep_disturbance=5, fatigue=7).doses(range(begins, 141))
        for begins in (0, 1)
    )
    assert told(one) == told(other)


def test_weeks_by_the_calendar_hold_the_same_scores() -> None:
    written = Written().doses(range(141))
    for day in range(-28, 141):
        record = f"day-{on(day)}"
        written.put(DAY, record, local_date=on(day).isoformat(), pain=day % 11, sleep_disturbance=3, fatigue=3)
    summary = told(written, OBSERVATIONS)
    week = summary.measures["pain"].weeks[3]
    days = [(week.starts_on - FIRST_DOSE).days + number for number in range(7)]
    assert (week.n, week.mean) == (7, pytest.approx(sum(day % 11 for day in days) / 7))
    last = summary.composite.weeks[-1]
    assert (last.week, last.starts_on) == (-1, date(2026, 6, 22))


def test_a_week_that_ends_today_is_over() -> None:
    assert told(plain(), as_of=date(2026, 6, 28)).composite.weeks[-1].starts_on == date(2026, 6, 22)
    assert told(plain(), as_of=date(2026, 6, 27)).composite.weeks[-1].starts_on == date(2026, 6, 15)


def test_weeks_that_no_summary_looks_at_are_left_out_by_the_calendar_too() -> None:
    written = plain().days(range(1400, 1410), pain=6, sleep_disturbance=6, fatigue=6)
    weeks = told(written, OBSERVATIONS, as_of=on(1410)).composite.weeks
    gaps = {(after.starts_on - before.starts_on).days for before, after in pairwise(weeks)}
    assert min(gaps) == 7
    assert max(gaps) > 200


def test_without_observations_a_mean_of_one_or_two_days_is_not_told() -> None:
    written = plain()
    for day in (70, 71, 72, 73, 74):
        del written.records[DAY.name][f"day-{on(day)}"]
    summary = told(written, DOSES)
    few = {(week.n, week.mean) for trend in trends(summary) for week in trend.weeks if week.n < 3}
    assert few == {(2, None)}
    whole = told(written, DOSES, OBSERVATIONS)
    assert [week.n for week in whole.composite.weeks] == [week.n for week in summary.composite.weeks]
    assert all(week.mean is not None for week in whole.composite.weeks)


def test_before_a_first_dose_two_looks_tell_no_day() -> None:
    written = Written()
    for day in range(-28, 0):
        written.put(DAY, f"day-{on(day)}", local_date=on(day).isoformat(), pain=(day * day) % 11)
    looks: list[dict[str, Any]] = []
    for as_of in (on(-10), on(-9)):
        summary = told(written, DOSES, as_of=as_of)
        assert summary.composite.baseline.mean is None
        looks.append({str(week.starts_on): (week.n, week.mean) for week in summary.composite.weeks})
    assert looks[0] == looks[1]
    assert told(written, DOSES, OBSERVATIONS, as_of=on(-10)).composite.baseline.mean is not None


def test_without_observations_two_looks_at_side_effects_tell_no_day() -> None:
    written = plain()
    for day in range(141):
        written.put(DAY, f"day-{on(day)}", local_date=on(day).isoformat(), vivid_dreams=(day * day) % 11)
    looks = [told(written, DOSES, as_of=on(day)) for day in range(40)]
    figures = [[(one.rise, one.nights_at_4_or_more, one.text) for one in look.side_effects] for look in looks]
    assert all(shown == [] for shown in figures[:14])
    assert len({json.dumps([rise and asdict(rise) for rise, _, _ in shown]) for shown in figures[14:]}) == 1
    assert {phase.phase for shown in figures[14:] for _, nights, _ in shown for phase in nights} == {"early", "before"}
    whole = told(written, DOSES, OBSERVATIONS, as_of=on(20)).side_effects
    assert {phase.phase for one in whole for phase in one.nights_at_4_or_more} == {"early", "later", "before"}


def test_a_start_before_the_granted_dates_has_no_side_effects() -> None:
    written = plain().doses(range(60, 141), "3")
    found = told(written, DOSES, OBSERVATIONS, first=on(20)).side_effects
    assert {one.step.starts_on for one in found} == {on(60)}


def test_without_doses_or_observations_dose_times_are_not_told() -> None:
    written = plain()
    for week in range(20):
        written.doses(range(7 * week, 7 * week + 7), timing=("bedtime", "morning")[week % 2])
    assert told(written, DOSES, OBSERVATIONS).timing is not None
    assert told(written, DOSES).timing is told(written, OBSERVATIONS).timing is None
    assert told(written, OBSERVATIONS).side_effects == ()


def test_an_opioid_that_is_not_named_is_told_no_more_than_other_medicines() -> None:
    written = plain().put(MEDICATION, "m", name="Morphine", starts_on=on(-400).isoformat())
    assert told(written, DOSES, OBSERVATIONS).confounders == ()
    named = written.put(MEDICATION, "m", name="Morphine", conditions=("fibromyalgia",))
    assert [one.what for one in told(named, DOSES, OBSERVATIONS).confounders] == ["opioid"]


def test_a_first_dose_before_the_granted_dates_is_not_told() -> None:
    first = on(30)
    summary = told(plain(), DOSES, OBSERVATIONS, first=first)
    assert (summary.first_dose_date, summary.weeks_treated) == (None, None)
    assert {trend.verdict.status for trend in trends(summary)} == {Status.NO_BASELINE}
    assert summary.caveats[0].code == "baseline-outside-grant"
    assert summary.composite.baseline.entries == 0
    assert [week.week for week in summary.composite.weeks][-1] == -1
    assert summary.composite.weeks[0].starts_on == first
    assert min(days_named(text_of(summary))) == first
    assert summary.adherence.days == (AS_OF - first).days + 1
    assert summary.dose_bands[0].starts_on == first


@settings(max_examples=20)
@given(st.integers(1, 60), st.integers(1, 60))
def test_when_the_treatment_began_before_the_granted_dates_makes_no_difference(one: int, other: int) -> None:
    summaries = [
        told(
            Written().days(range(-28, 141), pain=6, sleep_disturbance=5, fatigue=7).doses(range(-before, 141)),
            DOSES,
            OBSERVATIONS,
            first=FIRST_DOSE,
        )
        for before in (one, other)
    ]
    assert summaries[0] == summaries[1]


@pytest.mark.parametrize(("chosen", "late"), [(0, False), (1, True), (29, True)])
def test_whether_measures_were_chosen_late_is_told_of_the_real_start(chosen: int, *, late: bool) -> None:
    tracked = Tracked(
        id="fibromyalgia",
        label=None,
        primary_measure=None,
        target_measures=("pain",),
        targets_chosen_on=on(chosen),
    )
    its = terms(offer(data_from=on(30)), tracked={"fibromyalgia": tracked})
    assert redacted(plain().at(), its).summary("fibromyalgia").primary_chosen_after_start is late


def test_an_early_first_dose_without_scores_since_is_withheld_too() -> None:
    summary = told(Written().doses(range(3)), DOSES, OBSERVATIONS, first=on(30), last=on(60))
    assert (summary.first_dose_date, summary.composite.weeks) == (None, ())
    assert summary.composite.verdict.status is Status.NO_BASELINE


def paused(written: Written) -> Written:
    """Nights 60 to 119 without the drug, so that weeks count from a restart on night 120."""
    for day in range(60, 120):
        written.put(DOSE, f"dose-{day}", local_date=on(day).isoformat(), status="held")
    return written


def test_a_restart_within_the_granted_dates_is_told_as_ever() -> None:
    summary = told(paused(plain()), DOSES, OBSERVATIONS, first=on(30))
    assert (summary.first_dose_date, summary.weeks_treated) == (on(120), 3)
    assert summary.composite.verdict.status is Status.NOT_ENOUGH_DATA
    assert summary.periods == ()
    assert told(paused(plain()), DOSES, OBSERVATIONS).periods[0].starts_on == FIRST_DOSE


def test_a_pause_that_was_over_before_the_granted_dates_is_not_there() -> None:
    summary = told(paused(plain()), DOSES, OBSERVATIONS, first=on(125))
    assert summary.composite.verdict.status is Status.NO_BASELINE
    assert summary.composite.weeks[0].starts_on == on(125)


def test_a_plan_after_the_granted_dates_is_not_told() -> None:
    written = Written().days(range(-28, -1), pain=6, sleep_disturbance=6, fatigue=6)
    written.put(REGIMEN_STEP, "s", starts_on=on(10).isoformat(), mg=Decimal(1))
    by = {need.code: need.by for need in told(written, DOSES, as_of=on(-2)).composite.verdict.needs}
    assert by["first_dose"] == on(10)
    by = {need.code: need.by for need in told(written, DOSES, last=on(-2)).composite.verdict.needs}
    assert by["first_dose"] is None


def test_low_coverage_is_told_of_the_weeks_that_are_shown() -> None:
    written = Written().days(range(-28, 141, 5), pain=6, sleep_disturbance=6, fatigue=6).doses(range(141))
    (caveat,) = (one for one in told(written).caveats if one.code == "low-coverage")
    assert caveat.text.startswith("Scores are there for 34 of 170 days.")
    assert told(written).coverage.days == 170
    early = Written().days(range(-28, 20), pain=6, sleep_disturbance=6, fatigue=6).doses(range(60))
    assert "low-coverage" in {one.code for one in told(early, DOSES, as_of=on(59)).caveats}
    assert "low-coverage" not in {one.code for one in told(early, as_of=on(59)).caveats}


def test_every_status_has_a_sentence_without_a_date() -> None:
    for status in Status:
        assert ENGLISH.say(f"shared-{status}").endswith(".")


def test_first_dose_from_plan_is_a_dose_date() -> None:
    written = Written().days(range(-28, 60), pain=6, sleep_disturbance=6, fatigue=6)
    written.put(REGIMEN_STEP, "s", starts_on=FIRST_DOSE.isoformat(), mg=Decimal(1))
    as_of = FIRST_DOSE + timedelta(days=59)
    assert "first-dose-from-plan" in {one.code for one in told(written, DOSES, as_of=as_of).caveats}
    assert "first-dose-from-plan" not in {one.code for one in told(written, as_of=as_of).caveats}


def better() -> Written:
    """Pain and all else fall by three points in the sixth week."""
    written = Written().doses(range(141))
    for day in range(-28, 141):
        score = 7 - day % 2 if day < 42 else 4 - day % 2
        scores = {"pain": score, "sleep_disturbance": score, "fatigue": score}
        written.put(DAY, f"day-{on(day)}", local_date=on(day).isoformat(), **scores)
    return written


def test_a_benefit_is_told_without_a_date_and_drawn_without_a_mark() -> None:
    whole, summary = told(better(), DOSES), told(better())
    assert summary.composite.verdict.status is whole.composite.verdict.status is Status.BENEFIT
    assert summary.composite.verdict.drop == whole.composite.verdict.drop
    assert summary.composite.verdict.text == "The scores are better than before the treatment."
    assert "chance" in {caveat.code for caveat in summary.caveats}
    picture = chart(summary, None, Theme.LIGHT)
    assert "shaded" not in picture
    assert "shaded" in chart(whole, None, Theme.LIGHT)
    assert days_named(picture) <= {week.starts_on for week in summary.composite.weeks} | {
        *(week.starts_on + timedelta(days=6) for week in summary.composite.weeks),
        AS_OF,
    }


def test_a_benefit_that_is_not_confirmed_says_so() -> None:
    looks = (told(better(), as_of=on(7 * week)) for week in range(7, 16))
    early = next(summary for summary in looks if summary.composite.verdict.status in CLAIMS)
    assert not early.composite.verdict.published
    assert early.composite.verdict.text.endswith("This is not confirmed yet.")


def test_what_is_not_named_is_marked_as_another_treatment() -> None:
    written = plain().put(MEDICATION, "a", name="n", conditions=("depression",), starts_on=on(30).isoformat())
    assert "square: another treatment" in chart(told(written, DOSES), None, Theme.LIGHT)
