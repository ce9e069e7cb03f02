"""The weekly step scan against the fits of others (trends, section 2, steps 2 and 3)."""

import csv
import math
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.trends.scan import SSE_FLOOR, normal_value, step_scan
from app.domain.trends.weeks import WeekRow

NILE = Path(__file__).parent / "data" / "nile.csv"


@st.composite
def series(draw: st.DrawFn, weeks: st.SearchStrategy[int]) -> list[WeekRow]:
    """Valid weeks with gaps between them."""
    rows: list[WeekRow] = []
    week = draw(st.integers(0, 3))
    for _ in range(draw(weeks)):
        days = draw(st.integers(3, 7))
        rows.append(WeekRow(week=week, days=days, total=draw(st.integers(0, 10 * days))))
        week += draw(st.integers(1, 3))
    return rows


def before(rows: list[WeekRow]) -> list[WeekRow]:
    return [WeekRow(week=row.week - 30, days=row.days, total=row.total) for row in rows]


@settings(max_examples=30)
@given(series(st.integers(2, 8)).map(before), series(st.integers(6, 20)))
def test_each_split_is_the_weighted_least_squares_fit_of_a_step(
    baseline: list[WeekRow], treatment: list[WeekRow]
) -> None:
    least_squares: Any = import_module("statsmodels.regression.linear_model").WLS  # it brings no types
    rows = [*baseline, *treatment]
    splits = step_scan(baseline, treatment)
    assert [split.week for split in splits] == [row.week for row in treatment[:-2]]
    for split in splits:
        fit = least_squares(
            [row.mean for row in rows],
            [[1.0, float(row.week >= split.week)] for row in rows],
            weights=[row.days / 7 for row in rows],
        ).fit()
        assert split.before == pytest.approx(fit.params[0], abs=1e-9)
        assert -split.drop == pytest.approx(fit.params[1], abs=1e-9)
        assert split.sse == pytest.approx(fit.ssr + SSE_FLOOR, abs=1e-9)
        unfloored = split.t * math.sqrt(split.sse / fit.ssr) if fit.ssr > 1e-6 else None
        assert unfloored is None or unfloored == pytest.approx(-fit.tvalues[1], rel=1e-9, abs=1e-9)


@given(series(st.integers(2, 8)).map(before), series(st.integers(6, 30)))
def test_the_settled_mean_leaves_out_the_first_two_weeks_where_five_remain(
    baseline: list[WeekRow], treatment: list[WeekRow]
) -> None:
    for split in step_scan(baseline, treatment):
        after = [row for row in treatment if row.week >= split.week]
        kept = after[2:] if len(after) >= 5 else after
        days = sum(row.days for row in kept)
        assert split.settled == pytest.approx(sum(row.total for row in kept) / days)
        left = sum(row.days for row in baseline) + sum(row.days for row in treatment if row.week < split.week)
        variance = split.sse / (len(baseline) + len(treatment) - 2)
        assert split.se_settled == pytest.approx(math.sqrt(variance * (7 / left + 7 / days)))


def test_the_nile_fell_in_1899() -> None:
    with NILE.open(encoding="utf-8") as file:
        flows = [(round(float(row["year"])), float(row["volume"])) for row in csv.DictReader(file)]
    rows = [WeekRow(week=year - 1896, days=7, total=7 * flow) for year, flow in flows]
    splits = step_scan(rows[:25], rows[25:])
    best = max(splits, key=lambda split: split.t)
    assert best.week + 1896 == 1899
    assert (best.before, best.after) == (pytest.approx(1097.75), pytest.approx(849.972222))


@pytest.mark.parametrize(
    ("freedom", "t", "exact"),
    [(6, 1.943180, 1.644854), (6, 2.446912, 1.959964), (12, 3.054540, 2.575829), (30, 3.645959, 3.290527)],
)
def test_the_normal_value_is_as_unlikely_as_the_t(t: float, freedom: int, exact: float) -> None:
    # Points of the same tail area in the tables of Student's t and of the normal distribution.
    assert normal_value(t, freedom) == pytest.approx(exact, abs=0.005)
    assert normal_value(-t, freedom) == -normal_value(t, freedom)


def test_fewer_than_three_weeks_have_no_split() -> None:
    rows = [WeekRow(week=week, days=7, total=7) for week in range(2)]
    assert step_scan(before(rows), rows) == []
    assert step_scan([], [*rows, WeekRow(week=2, days=7, total=7)]) == []


def test_a_series_without_noise_has_a_finite_t() -> None:
    rows = [WeekRow(week=week, days=7, total=42 if week < 2 else 28) for week in range(6)]
    best = max(step_scan(before(rows[:2]), rows), key=lambda split: split.t)
    assert (best.week, best.drop, best.sse) == (2, 2, SSE_FLOOR)
