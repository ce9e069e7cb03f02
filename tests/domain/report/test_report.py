"""What the report for a doctor says."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.report.content import Paragraph, Pictures, Points, Report, Section, Table
from app.domain.report.report import About, report
from app.domain.report.report_tables import latest_mean
from app.domain.trends.adherence import Adherence
from app.domain.trends.coverage import Coverage
from app.domain.trends.diary import Event
from app.domain.trends.messages import ENGLISH
from app.domain.trends.summary import Summary
from app.domain.trends.treatment import DoseStatus
from app.domain.trends.trend import Week
from app.domain.trends.verdict import Estimate, Status
from tests.domain.report.test_chart import WHOLE, seen_better, told
from tests.domain.trends.diaries import Written, diaries, dose, on, steady, taken

NOTHING_TAKEN = Adherence(low=None, high=None, days=0, longest_gap_days=0)


def about(seen: Summary, *, since: date | None = None, name: str | None = None) -> About:
    return About(condition="Fibromyalgia", name=name, since=since, coverage=seen.coverage, adherence=seen.adherence)


def sections(made: Report) -> dict[str, Section]:
    return {column.section.title: column.section for row in made.rows for column in row}


def texts(section: Section) -> list[str]:
    return [block.text for block in section.blocks if isinstance(block, Paragraph)]


def table(section: Section) -> Table:
    [found] = [block for block in section.blocks if isinstance(block, Table)]
    return found


@settings(max_examples=60, deadline=None)
@given(diaries(), st.integers(-40, 140), st.none() | st.integers(-60, 140))
def test_any_diary_has_a_report_of_sections_that_say_something(written: Written, day: int, since: int | None) -> None:
    seen = told(written, day)
    made = report(seen, about(seen, since=None if since is None else on(min(since, day))))
    assert all(section.blocks for section in sections(made).values())
    assert all(sum(column.share for column in row) == pytest.approx(1) for row in made.rows)
    assert ENGLISH.say("report-result") in sections(made)
    assert made.date == seen.as_of


def test_the_result_is_told_in_words_and_with_its_intervals() -> None:
    seen = seen_better(published=True)
    result = sections(report(seen, about(seen)))["What the diary shows"]
    assert texts(result)[:2] == [
        "The scores are better than before the treatment.",
        f"The patient reads: “{seen.composite.verdict.text}”",
    ]
    rows = table(result).rows
    assert rows[0] == ("All symptoms together", "6.0 (56 days)", "6.0", "6.1 (3.4 to 8.8)", "–", "better")
    assert rows[1] == ("Pain", "6.0 (56 days)", "6.0", "–", "–", "no clear change")


def test_a_result_that_waits_for_confirmation_says_so() -> None:
    seen = seen_better(published=False)
    result = sections(report(seen, about(seen)))["What the diary shows"]
    assert table(result).rows[0][-1] == "better, not confirmed yet"


def test_what_a_consent_words_otherwise_is_not_told_twice() -> None:
    seen = told(WHOLE)
    text = ENGLISH.say(f"shared-{seen.composite.verdict.status}")
    verdict = replace(seen.composite.verdict, text=text)
    shared = replace(seen, composite=replace(seen.composite, verdict=verdict))
    assert texts(sections(report(shared, about(shared)))["What the diary shows"])[:1] == [text]
    assert not any(
        "patient reads" in one for one in texts(sections(report(shared, about(shared)))["What the diary shows"])
    )


def test_doses_are_cut_to_the_dates() -> None:
    doses = [*taken(range(28), "1.5"), *taken(range(28, 84), "4.5")]
    seen = told(replace(WHOLE, doses=doses))
    assert table(sections(report(seen, about(seen)))["Doses over time"]).rows == (
        ("1.5 mg", "9 February 2026", "8 March 2026", "28"),
        ("4.5 mg", "9 March 2026", "3 May 2026", "56"),
    )
    later = sections(report(seen, about(seen, since=on(40))))
    assert table(later["Doses over time"]).rows == (("4.5 mg", "21 March 2026", "3 May 2026", "44"),)
    assert "Results are from the whole diary up to 4 May 2026" in texts(later["What the diary shows"])[2]


def test_adherence_is_a_range_where_something_is_unknown() -> None:
    seen = told(replace(WHOLE, doses=taken(range(0, 84, 2))))
    assert "49 to 100 % of 85 days" in texts(sections(report(seen, about(seen)))["Doses over time"])[0]
    exact = replace(about(seen), adherence=Adherence(low=1.0, high=1.0, days=20, longest_gap_days=0))
    assert "recorded on 100 % of 20 days" in texts(sections(report(seen, exact))["Doses over time"])[0]
    nothing = replace(about(seen), adherence=NOTHING_TAKEN, coverage=Coverage(days_scored=0, days=0))
    assert texts(sections(report(seen, nothing))["Doses over time"]) == []


def test_a_report_names_whom_it_is_about_only_if_it_is_told_to() -> None:
    seen = told(WHOLE)
    assert report(seen, about(seen)).lines == (
        "15 December 2025 to 4 May 2026",
        "Written by the patient, day by day.",
    )
    assert report(seen, about(seen, name="Ada")).lines[1] == "Written day by day by Ada."
    empty = told(Written(), 0)
    assert report(empty, about(empty)).lines[0] == "up to 9 February 2026"


def test_earlier_parts_of_the_treatment_keep_their_result() -> None:
    doses = [*taken(range(70), "3"), *(dose(day, DoseStatus.HELD) for day in range(70, 112)), *taken(range(112, 170))]
    seen = told(Written(days=steady(range(-28, 170)), doses=doses), 170)
    result = sections(report(seen, about(seen)))["What the diary shows"]
    assert any(text.startswith("Earlier part of the treatment, 9 February 2026 to") for text in texts(result))


def test_a_long_treatment_says_what_is_left_out() -> None:
    seen = told(Written(days=steady(range(-56, 2100)), doses=taken(range(2100))), 2100)
    assert ENGLISH.say("report-long") in texts(sections(report(seen, about(seen)))["What the diary shows"])


def test_only_the_first_of_many_other_things_are_listed() -> None:
    events = [Event(id=f"e{day:03}", kind="flare", starts_on=on(day), ends_on=None) for day in range(0, 80, 8)]
    seen = told(replace(WHOLE, events=events))
    [others] = texts(sections(report(seen, about(seen)))["What else changed"])
    assert others.count("Flare") == 8
    assert others.endswith("And 2 more.")
    [few] = texts(sections(report(seen, about(seen, since=on(70))))["What else changed"])
    assert few == "Flare on 14 April 2026. Flare on 22 April 2026."


def test_one_measure_has_one_chart_and_a_condition_of_ones_own_has_no_studies() -> None:
    seen = told(WHOLE)
    alone = replace(seen, measures={"pain": seen.measures["pain"]}, evidence=replace(seen.evidence, cards=()))
    made = sections(report(alone, about(alone)))
    assert "What studies found" not in made
    [shown] = made["Week by week"].blocks
    assert isinstance(shown, Pictures)
    [one] = shown.pictures
    assert one.title == "All symptoms together: mean of each week"


def test_evidence_names_its_certainty_and_source() -> None:
    seen = told(WHOLE)
    [cards] = sections(report(seen, about(seen)))["What studies found"].blocks
    assert isinstance(cards, Points)
    assert any("(certainty moderate, 99 people, 6 mg)" in item and "Lancet" in item for item in cards.items)
    bare = replace(seen.evidence.cards[0], n=None, dose_mg=None)
    poor = replace(seen, evidence=replace(seen.evidence, cards=(bare,)))
    [few] = sections(report(poor, about(poor)))["What studies found"].blocks
    assert isinstance(few, Points)
    [item] = few.items
    assert "(certainty moderate) Bruun" in item


def test_the_latest_mean_is_weighted_and_leaves_thin_weeks_out() -> None:
    def week(number: int, n: int, mean: float) -> Week:
        return Week(week=number, starts_on=on(7 * number), n=n, mean=mean, mg=None)

    weeks = (week(-1, 7, 9), week(0, 7, 8), week(1, 3, 2), week(2, 7, 4), week(3, 2, 10), week(4, 6, 6))
    assert latest_mean(weeks) == pytest.approx((7 * 8 + 3 * 2 + 7 * 4 + 6 * 6) / 23)
    assert latest_mean(weeks[:1]) is None


def test_every_status_and_certainty_has_words() -> None:
    for status in Status:
        assert ENGLISH.name("status", status) != ENGLISH.names["status"]["other"]
        assert ENGLISH.say(f"shared-{status}")


def test_a_crooked_table_is_none() -> None:
    with pytest.raises(ValueError, match="as wide as its head"):
        Table(head=("a", "b"), rows=(("1",),), widths=(0.5, 0.5))


def test_an_estimate_has_its_interval() -> None:
    seen = seen_better(published=True)
    drop = Estimate(estimate=2.14, low=1.4, high=2.8, level=0.9)
    better = replace(seen, composite=replace(seen.composite, verdict=replace(seen.composite.verdict, drop=drop)))
    rows = table(sections(report(better, about(better)))["What the diary shows"]).rows
    assert rows[0][4] == "2.1 (1.4 to 2.8)"
