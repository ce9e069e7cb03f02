"""Charts: whole SVG that tells everything in words too, whatever the diary holds."""

import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.catalogue import Direction
from app.domain.errors import NotFound
from app.domain.ids import Revision
from app.domain.report.chart import COMPOSITE, chart
from app.domain.report.frame import HEIGHT, WIDTH
from app.domain.report.paint import Theme, plain
from app.domain.trends.diary import OwnMeasure
from app.domain.trends.messages import ENGLISH
from app.domain.trends.summary import Summary, summary
from tests.domain.trends.diaries import TARGETS, Written, diaries, on, steady, taken, tracked

SVG = "{http://www.w3.org/2000/svg}"
WHOLE = Written(days=steady(range(-56, 84)), doses=taken(range(84)), tracked=tracked(*TARGETS, primary="pain"))


def told(written: Written, as_of: int = 84) -> Summary:
    return summary(written.at(on(as_of)), on(as_of), Revision(812))


def drawn(seen: Summary, measure: str | None = None, theme: Theme = Theme.LIGHT) -> ET.Element:
    return ET.fromstring(chart(seen, measure, theme))  # noqa: S314 - our own text


def texts(picture: ET.Element) -> list[str]:
    return [element.text or "" for element in picture.iter(f"{SVG}text")]


def words(picture: ET.Element) -> str:
    [described] = picture.iter(f"{SVG}desc")
    return described.text or ""


def dots(picture: ET.Element) -> list[ET.Element]:
    return list(picture.iter(f"{SVG}circle"))


def coordinates(picture: ET.Element) -> Iterator[tuple[float, float]]:
    for element in picture.iter():
        across, down = element.get("x") or element.get("cx"), element.get("y") or element.get("cy")
        if across and down:
            yield float(across), float(down)


@settings(max_examples=60, deadline=None)
@given(diaries(), st.integers(-40, 140), st.sampled_from([None, COMPOSITE, *TARGETS]), st.sampled_from(Theme))
def test_any_diary_is_drawn_inside_the_picture(written: Written, day: int, measure: str | None, theme: Theme) -> None:
    picture = drawn(told(written, day), measure, theme)
    assert picture.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
    assert all(0 <= across <= WIDTH and 0 <= down <= HEIGHT for across, down in coordinates(picture))
    assert picture.get("role") == "img"
    assert words(picture)


@settings(max_examples=60, deadline=None)
@given(diaries(), st.integers(-40, 140), st.sampled_from([None, *TARGETS]))
def test_there_is_a_dot_for_each_week_with_a_score_and_the_words_count_them(
    written: Written, day: int, measure: str | None
) -> None:
    seen = told(written, day)
    trend = seen.composite if measure is None else seen.measures[measure]
    scored = [week for week in trend.weeks if week.mean is not None]
    picture = drawn(seen, measure)
    assert len(dots(picture)) == len(scored)
    counted = f"{len(scored)} of {len(trend.weeks)} weeks" if scored else ENGLISH.say("chart-tells-nothing")
    assert counted in words(picture)
    assert words(picture).endswith(trend.verdict.text)


@settings(max_examples=60, deadline=None)
@given(diaries(), st.integers(-40, 140))
def test_the_line_never_crosses_a_week_without_a_score(written: Written, day: int) -> None:
    seen = told(written, day)
    weeks = [week.week for week in seen.composite.weeks if week.mean is not None]
    runs = sum(1 for at, week in enumerate(weeks) if not at or weeks[at - 1] != week - 1)
    lines = [path for path in drawn(seen).iter(f"{SVG}path") if path.get("stroke-linejoin")]
    assert sum((path.get("d") or "").count("M") for path in lines) == runs


def test_the_ids_of_two_charts_on_one_page_differ() -> None:
    ids = [
        element.get("id")
        for measure in (None, "pain", "fatigue")
        for element in drawn(told(WHOLE), measure).iter()
        if element.get("id")
    ]
    assert len(ids) == len(set(ids)) > 3


def test_the_composite_is_drawn_where_no_measure_is_named() -> None:
    assert chart(told(WHOLE), None, Theme.LIGHT) == chart(told(WHOLE), COMPOSITE, Theme.LIGHT)


def test_a_measure_that_is_no_target_is_not_found() -> None:
    with pytest.raises(NotFound):
        chart(told(WHOLE), "tremor", Theme.LIGHT)


def test_a_whole_diary_shows_first_dose_baseline_and_dose() -> None:
    shown = texts(drawn(told(WHOLE)))
    assert ENGLISH.say("chart-first-dose") in shown
    assert ENGLISH.say("chart-before", mean="6.0") in shown
    assert ENGLISH.say("chart-mg", mg="1.5") in shown
    assert "\N{MINUS SIGN}8" in shown
    assert "Before 9 February 2026 the mean was 6.0, from 56 days." in words(drawn(told(WHOLE)))
    assert "1.5 mg a day from 9 February 2026" in words(drawn(told(WHOLE)))


def test_a_diary_before_the_first_dose_counts_its_weeks_back() -> None:
    shown = texts(drawn(told(Written(days=steady(range(-30, 0))), 0)))
    assert ENGLISH.say("chart-weeks-back", as_of=on(0)) in shown
    assert ENGLISH.say("chart-first-dose") not in shown


def test_an_empty_diary_says_so_and_how_to_fill_it() -> None:
    picture = drawn(told(Written(), 0))
    assert dots(picture) == []
    assert ENGLISH.say("chart-empty") in texts(picture)
    assert ENGLISH.say("chart-tells-nothing") in words(picture)


def test_weeks_with_few_days_are_hollow_and_gaps_are_named() -> None:
    days = {**steady(range(-56, 14)), **steady(range(21, 23)), **steady(range(28, 84))}
    few = drawn(told(Written(days=days, doses=taken(range(84)))))
    hollow = [dot for dot in dots(few) if "f-paper" in (dot.get("class") or "")]
    assert len(hollow) == 1
    assert "hollow: fewer than 3 scored days, gap: no score" in texts(few)
    gap = drawn(told(Written(days={**steady(range(-56, 14)), **steady(range(28, 84))}, doses=taken(range(84)))))
    assert "gap: no score" in texts(gap)
    assert not any("hollow" in text or "gap" in text for text in texts(drawn(told(WHOLE))))


def test_years_leave_a_break_on_the_axis() -> None:
    last = 300 * 7
    long = Written(days=steady(range(-56, last)), doses=taken(range(last)))
    assert "…" in texts(drawn(told(long, last)))


def test_an_own_measure_where_more_is_better_turns_the_words_of_the_scale() -> None:
    own = OwnMeasure(code="own:grip", label="Grip", direction=Direction.HIGHER_IS_BETTER)
    days = steady(range(-56, 84), **{"own:grip": 7})
    written = Written(days=days, doses=taken(range(84)), tracked=tracked("own:grip"), own_measures=[own])
    picture = drawn(told(written), "own:grip")
    assert "0 is worst and 10 is best" in words(picture)
    assert "0 is best and 10 is worst" in words(drawn(told(WHOLE), "pain"))


def test_what_a_patient_named_is_text_and_never_markup() -> None:
    label = "<script>alert(1)</script> & \"'\x01\ufffe " + "very long " * 9
    own = OwnMeasure(code="own:grip", label=label, direction=Direction.LOWER_IS_BETTER)
    days = steady(range(-56, 84), **{"own:grip": 7})
    written = Written(days=days, doses=taken(range(84)), tracked=tracked("own:grip"), own_measures=[own])
    svg = chart(told(written), "own:grip", Theme.AUTO)
    assert "<script" not in svg
    picture = ET.fromstring(svg)  # noqa: S314 - our own text
    assert texts(picture)[0].startswith("<script>alert(1)</script> &")
    assert texts(picture)[0].endswith("…")


def test_only_the_theme_of_the_reader_carries_a_style_sheet() -> None:
    styled = {theme: list(drawn(told(WHOLE), None, theme).iter(f"{SVG}style")) for theme in Theme}
    assert {theme: len(found) for theme, found in styled.items()} == {Theme.LIGHT: 0, Theme.DARK: 0, Theme.AUTO: 1}
    assert "prefers-color-scheme:dark" in (styled[Theme.AUTO][0].text or "")


def test_dark_is_not_light() -> None:
    light, dark = (chart(told(WHOLE), None, theme) for theme in (Theme.LIGHT, Theme.DARK))
    assert "#ffffff" in light
    assert "#ffffff" not in dark
    assert re.sub("#[0-9a-f]{6}", "", light) == re.sub("#[0-9a-f]{6}", "", dark)


def test_a_narrow_band_shows_the_number_alone_or_nothing() -> None:
    doses = [*taken(range(7), "1.5"), *taken(range(7, 28), "3"), *taken(range(28, 600), "4.5")]
    shown = texts(drawn(told(replace(WHOLE, days=steady(range(-56, 600)), doses=doses), 600)))
    assert "4.5 mg" in shown
    assert "1.5 mg" not in shown


@given(st.text())
def test_plain_text_is_xml_and_keeps_what_xml_can_hold(text: str) -> None:
    read = ET.fromstring(f"<t>{plain(text)}</t>").text or ""  # noqa: S314 - our own text
    allowed = re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
    assert read == allowed.replace("\r\n", "\n").replace("\r", "\n")
