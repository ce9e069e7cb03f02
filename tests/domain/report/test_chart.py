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
from app.domain.report.chart import COMPOSITE, chart, chart_picture
from app.domain.report.frame import WIDTH, Frame
from app.domain.report.paint import Theme, palette
from app.domain.report.shapes import Colour, hatching
from app.domain.report.svg import plain, svg
from app.domain.trends.diary import Event, Medication, OwnMeasure
from app.domain.trends.messages import ENGLISH
from app.domain.trends.summary import Summary, summary
from app.domain.trends.treatment import DoseStatus
from app.domain.trends.verdict import Estimate, Status
from tests.domain.trends.diaries import TARGETS, Written, diaries, dose, on, steady, taken, tracked

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
    height = float(picture.get("height") or 0)
    assert picture.get("viewBox") == f"0 0 {WIDTH} {height:.0f}"
    assert all(0 <= across <= WIDTH and 0 <= down <= height for across, down in coordinates(picture))
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
    lines = [path for path in drawn(seen).iter(f"{SVG}path") if path.get("stroke-width") == "1.8"]
    assert sum((path.get("d") or "").count("M") for path in lines) == runs


def seen_better(*, published: bool, since: float = 3.4) -> Summary:
    seen = told(WHOLE)
    weeks = Estimate(estimate=6.1, low=since, high=8.8, level=0.9)
    verdict = replace(seen.composite.verdict, status=Status.BENEFIT, published=published, weeks_to_benefit=weeks)
    return replace(seen, composite=replace(seen.composite, verdict=verdict))


@pytest.mark.parametrize(
    ("published", "line", "told_as"),
    [
        (True, "shaded: when it got better, week 6.1 (3.4 to 8.8)", "The scores got better from"),
        (False, "shaded: maybe better from week 6.1 (3.4 to 8.8)", "The scores may have got better, from"),
    ],
)
def test_the_onset_is_shaded_where_the_verdict_tells_it(*, published: bool, line: str, told_as: str) -> None:
    picture = drawn(seen_better(published=published))
    assert line in texts(picture)
    assert f"{told_as} about week 6.1 after 9 February 2026 on" in words(picture)
    assert "with 90 percent certainty between week 3.4 and 8.8" in words(picture)
    assert not any("shaded" in text for text in texts(drawn(told(WHOLE))))


def test_a_part_of_the_chart_shows_nothing_of_what_lies_before_it() -> None:
    part = ET.fromstring(svg(chart_picture(seen_better(published=True), None, since=on(65)), Theme.LIGHT))  # noqa: S314
    assert len(dots(part)) == 3
    assert "dashed: the mean before the first dose, 6.0" in texts(part)
    assert ENGLISH.say("chart-first-dose") not in texts(part)
    assert not any("shaded" in text or "hatched" in text for text in texts(part))
    assert len(dots(ET.fromstring(svg(chart_picture(told(WHOLE), None, since=on(90)), Theme.LIGHT)))) == 0  # noqa: S314


def test_a_restart_is_no_first_dose_and_is_compared_with_its_pause() -> None:
    doses = [*taken(range(70), "3"), *(dose(day, DoseStatus.HELD) for day in range(70, 112)), *taken(range(112, 170))]
    picture = drawn(told(Written(days=steady(range(-28, 170)), doses=doses), 170))
    shown = texts(picture)
    assert {"restart", "hatched: the pause before, dashed: its mean, 6.0"} <= {*shown}
    assert ENGLISH.say("chart-first-dose") not in shown
    assert "In the pause before 1 June 2026 the mean was 6.0" in words(picture)
    frame = Frame.of(range(-20, 8), on(112))
    [hatched] = [path for path in picture.iter(f"{SVG}path") if "s-hatch" in (path.get("class") or "")]
    places = [float(x) for x in re.findall("[ML]([0-9.]+) ", hatched.get("d") or "")]
    assert min(places) == pytest.approx(frame.x_of(on(77)), abs=0.1)
    assert max(places) == pytest.approx(frame.x(0), abs=0.1)


def test_what_else_changed_is_marked_above_the_plot_and_told() -> None:
    events = [Event(id="e", kind="flare", starts_on=on(20), ends_on=on(24))]
    medications = [
        Medication(id="m", drug_class="nsaid", starts_on=on(40), ends_on=None),
        Medication(id="n", drug_class=None, starts_on=None, ends_on=on(50)),
    ]
    picture = drawn(told(replace(WHOLE, events=events, medications=medications)))
    assert "triangle: an event, square: another medicine" in texts(picture)
    assert "Flare from 1 March 2026 to 5 March 2026." in words(picture)
    assert sum((path.get("d") or "").endswith("Z") for path in picture.iter(f"{SVG}path")) == 2


@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 40))
def test_hatching_stays_inside_its_rectangle(width: int, height: int, gap: int) -> None:
    for line in hatching(left=10, right=10 + width, top=5, bottom=5 + height, gap=gap):
        for x, y in line:
            assert 10 <= x <= 10 + width
            assert 5 <= y <= 5 + height
        (x, y), (end_x, end_y) = line
        assert x - end_x == pytest.approx(end_y - y)


@pytest.mark.parametrize("theme", [Theme.LIGHT, Theme.DARK, Theme.GREY])
def test_text_and_line_stand_out_from_the_paper_of_every_theme(theme: Theme) -> None:
    colours = palette(theme)
    for colour in (Colour.INK, Colour.SOFT, Colour.LINE):
        for ground in (Colour.PAPER, Colour.SHADE):
            assert contrast(colours[colour], colours[ground]) >= 4.5


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (WCAG 2, relative luminance)."""
    shares = [[int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)] for colour in (one, other)]
    linear = [[share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in c] for c in shares]
    dark, bright = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in linear)
    return (bright + 0.05) / (dark + 0.05)


def test_grey_has_no_colour() -> None:
    grey = chart(told(WHOLE), None, Theme.GREY)
    assert {colour[1:3] == colour[3:5] == colour[5:7] for colour in re.findall("#[0-9a-f]{6}", grey)} == {True}


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
    assert {theme: len(found) for theme, found in styled.items()} == {**dict.fromkeys(Theme, 0), Theme.AUTO: 1}
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
