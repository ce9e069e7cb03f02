"""The calibration in short: what `scripts/calibrate` prints in full, with exact binomial bounds (trends, section 3)."""

from collections.abc import Sequence
from math import sqrt

import pytest

from scripts.lib.calibrate.cells import Cell, Seen, watch
from scripts.lib.calibrate.speed import measure_year_ms
from scripts.lib.calibrate.table import (
    CELLS,
    EFFECTS,
    EFFECTS_14,
    FLARES,
    STABLE,
    THREE,
    TWO_USUAL,
    WORST_USUAL,
    Row,
    at_least,
    rows,
)

DIARIES = 60
UNLIKELY = 0.01
"""A method that just meets its bound would do worse than this seldom; one seed is drawn, so that no run differs."""


def seen(cell: Cell, diaries: int = DIARIES) -> list[Seen]:
    return [watch(cell, f"short/{number}") for number in range(diaries)]


def seldom(wrong: Sequence[bool], share: float) -> bool:
    return at_least(sum(wrong), len(wrong), share) >= UNLIKELY


@pytest.mark.parametrize("cell", [STABLE, FLARES])
def test_a_benefit_without_an_effect_is_rare(cell: Cell) -> None:
    told = seen(cell)
    assert seldom([one.claims for one in told], 0.02)
    assert seldom([one.ever_published for one in told], 0.05)


def test_starting_at_ones_worst_is_seldom_a_benefit_where_the_usual_level_was_told() -> None:
    assert seldom([one.claims for one in seen(WORST_USUAL, 30)], 0.12)


@pytest.mark.parametrize(
    ("cell", "power"),
    [(EFFECTS[6, 2.0], 0.80), (EFFECTS_14[6, 2.0], 0.65), (THREE, 0.92), (TWO_USUAL, 0.75)],
)
def test_an_effect_of_two_points_is_found(cell: Cell, power: float) -> None:
    told = seen(cell)
    assert seldom([not one.claims for one in told], 1 - power)
    found = [one.at_look.weeks_to_benefit for one in told if one.claims]
    known = [one for one in found if one is not None]
    assert seldom([not one.low <= 6 <= one.high for one in known], 0.1)
    assert sqrt(sum((one.estimate - 6) ** 2 for one in known) / len(known)) <= 2.1


def test_the_table_has_a_row_for_each_figure() -> None:
    told = {cell: seen(cell, 1) for cell in CELLS}
    table = list(rows(told))
    assert len({row.figure for row in table}) == len(table)
    assert all(str(row).count("|") == 4 for row in table)


def test_a_row_says_what_it_misses() -> None:
    assert str(Row(figure="f", value=2.5, high=2)) == "| f | <= 2 % | 2.5 % MISSED |"
    assert str(Row(figure="f", value=94.0, low=90, high=98)) == "| f | >= 90 %, <= 98 % | 94.0 % |"
    assert str(Row(figure="f", value=0.2, high=0.5, percent=False)) == "| f | <= 0.5 | 0.20 |"


def test_the_binomial_tail_is_exact() -> None:
    assert at_least(0, 10, 0.3) == pytest.approx(1)
    assert at_least(10, 10, 0.5) == pytest.approx(0.5**10)
    assert at_least(1, 3, 0.2) == pytest.approx(1 - 0.8**3)


def test_the_speed_is_measured() -> None:
    assert measure_year_ms() > 0
