"""Where things stand on a chart."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.report.frame import BOTTOM, LEFT, RIGHT, TOP, Frame, y

ORIGIN = date(2026, 2, 9)


@st.composite
def weeks(draw: st.DrawFn) -> list[int]:
    """The baseline and the first years, and perhaps the latest one after a break."""
    first = draw(st.integers(-8, 0))
    last = draw(st.integers(first, 103))
    shown = [*range(first, last + 1)]
    jump = draw(st.integers(0, 600))
    return [*shown, *range(last + 1 + jump, last + 1 + jump + draw(st.integers(1, 52)))] if jump else shown


@given(weeks())
def test_later_weeks_stand_further_right_and_inside_the_frame(shown: list[int]) -> None:
    frame = Frame.of(shown, ORIGIN)
    places = [frame.x(week) for week in shown]
    assert places == sorted(set(places))
    assert places[0] == LEFT
    assert frame.x(shown[-1] + 1) <= RIGHT + 1e-9


@given(weeks(), st.floats(-10_000, 10_000))
def test_nothing_stands_outside_the_frame(shown: list[int], week: float) -> None:
    assert LEFT <= Frame.of(shown, ORIGIN).x(week) <= RIGHT


@given(weeks())
def test_the_axis_has_at_most_nine_numbers_and_none_of_unseen_weeks(shown: list[int]) -> None:
    frame = Frame.of(shown, ORIGIN)
    ticks = list(frame.ticks())
    assert len(ticks) <= 9
    assert not {*ticks} & {*frame.unseen}
    assert all(frame.first <= week < frame.after for week in ticks)


@given(weeks())
def test_a_date_stands_where_its_week_does(shown: list[int]) -> None:
    frame = Frame.of(shown, ORIGIN)
    for week in (shown[0], shown[-1]):
        assert frame.x_of(ORIGIN + timedelta(weeks=week)) == pytest.approx(frame.x(week))


def test_few_weeks_don_t_look_like_a_whole_life() -> None:
    assert Frame.of([0], ORIGIN).after == 6


def test_unseen_weeks_are_a_break_of_eight_weeks_width() -> None:
    frame = Frame.of([*range(-8, 104), *range(300, 352)], ORIGIN)
    assert frame.unseen == range(104, 300)
    assert frame.x(300) - frame.x(104) == pytest.approx(8 * frame.week_width)
    assert frame.x(200) == frame.x(150) == pytest.approx(frame.x(300))


def test_the_scale_runs_from_the_bottom_to_the_top() -> None:
    assert (y(0), y(5), y(10)) == (BOTTOM, (TOP + BOTTOM) / 2, TOP)
