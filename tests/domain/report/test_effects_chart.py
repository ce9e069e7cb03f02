"""Side effects by dose step: drawn whole, and told in words and in the report."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.catalogue import Direction
from app.domain.report.effects_chart import MOST_STEPS, effects_chart
from app.domain.report.frame import WIDTH
from app.domain.report.paint import Theme
from app.domain.report.report import report
from app.domain.trends.choice import Scale
from app.domain.trends.messages import ENGLISH
from app.domain.trends.side_effects import SideEffect
from app.domain.trends.step_effect import Course, StepStatus
from app.domain.trends.summary import Summary, summary
from tests.domain.report.test_chart import coordinates, dots, texts, words
from tests.domain.report.test_report import about, sections, table
from tests.domain.report.test_report import texts as paragraphs
from tests.domain.trends.diaries import Written, diaries, on, steady, taken

DREAMS = Scale(label="Vivid dreams", direction=Direction.LOWER_IS_BETTER)
STEPS = [*taken(range(28)), *taken(range(28, 100), "3")]
"""A start, and a step up on day 28."""


def scored(days: range, value: int) -> Written:
    return Written(days=steady(days, vivid_dreams=value))


def told(doses: list[object] | None = None, last: int = 100) -> Summary:
    quiet, bad = steady(range(-28, 29), vivid_dreams=1), steady(range(29, last), vivid_dreams=6)
    written = Written(days={**quiet, **bad}, doses=STEPS if doses is None else doses)  # type: ignore[arg-type]
    return summary(written.at(on(last - 1)), on(last - 1), None)


def drawn(effects: tuple[SideEffect, ...], scale: Scale = DREAMS, theme: Theme = Theme.LIGHT) -> ET.Element:
    return ET.fromstring(effects_chart("vivid_dreams", scale, effects, theme))  # noqa: S314 - our own text


def dreams(seen: Summary) -> tuple[SideEffect, ...]:
    return tuple(one for one in seen.side_effects if one.measure == "vivid_dreams")


@settings(max_examples=40, deadline=None)
@given(diaries(), st.integers(-40, 140), st.sampled_from(Theme))
def test_any_diarys_side_effects_are_drawn_inside_the_picture(written: Written, day: int, theme: Theme) -> None:
    renamed = replace(written, days={on: {"vivid_dreams": scores["pain"]} for on, scores in written.days.items()})
    effects = dreams(summary(renamed.at(on(day)), on(day), None))
    picture = drawn(effects, theme=theme)
    height = float(picture.get("height") or 0)
    assert all(0 <= across <= WIDTH and 0 <= down <= height for across, down in coordinates(picture))
    shown = effects[-MOST_STEPS:]
    assert len(dots(picture)) == sum(len(effect.nights_at_4_or_more) for effect in shown)
    assert all(effect.text in words(picture) for effect in effects)


def test_each_phase_of_a_step_has_its_nights() -> None:
    picture = drawn(dreams(told()))
    shown = texts(picture)
    assert "3 mg from 9 March 2026: worse" in shown
    assert "13/14" in shown or "14/14" in shown
    assert {"before", "first 14 nights", "later"} <= {*shown}
    assert "nights with a score of 4 or more, 0 best, 10 worst" in shown
    assert "before: 0 of 28 scored nights were bad." in words(picture)


def test_no_step_says_so() -> None:
    picture = drawn(())
    assert dots(picture) == []
    assert ENGLISH.say("effects-empty") in texts(picture)
    assert words(picture) == ENGLISH.say("effects-empty")


def test_a_scale_that_runs_the_other_way_counts_low_scores() -> None:
    grip = Scale(label="Grip", direction=Direction.HIGHER_IS_BETTER)
    assert "nights with a score of 6 or less, 0 worst, 10 best" in texts(drawn((), grip))


def test_only_the_latest_of_many_steps_are_drawn_and_all_are_told() -> None:
    [*_, step] = dreams(told())
    many = (step,) * (MOST_STEPS + 3)
    assert len(dots(drawn(many))) == MOST_STEPS * len(step.nights_at_4_or_more)
    assert words(drawn(many)).count(step.text) == MOST_STEPS + 3


def test_the_report_has_a_row_for_each_step() -> None:
    seen = told()
    found = table(sections(report(seen, about(seen)))["Side effects by dose step"])
    assert found.head == ("Side effect", "0 to 1.5 mg, 9 February 2026", "1.5 to 3 mg, 9 March 2026")
    [(label, start, up)] = found.rows
    assert label == "Vivid dreams"
    assert start.endswith("no clear change")
    assert up == "0/28, 14/14, 57/57; 5.0 (4.6 to 5.4); worse, and stayed"
    later = table(sections(report(seen, about(seen, since=on(1))))["Side effects by dose step"])
    assert later.head[1:] == found.head[2:]
    none = sections(report(seen, about(seen, since=on(90))))["Side effects by dose step"]
    assert paragraphs(none) == [ENGLISH.say("report-no-steps")]


@pytest.mark.parametrize(("kinds", "group"), [(StepStatus, "effect"), (Course, "course")])
def test_every_status_has_words(kinds: type[StepStatus] | type[Course], group: str) -> None:
    assert {*kinds} == {*ENGLISH.names[group]} - {"other"}
