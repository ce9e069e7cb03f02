"""What section 4 and 5 of the trends' page must reach, in short; scripts/lib/calibrate has the long form.

A figure fails where chance would make it this bad in fewer than 1 of 1,000 runs if the page's bound held just so
(exact binomial tail).
"""

from math import comb
from random import Random

import pytest

from app.domain.trends.simulator import Person
from scripts.lib.calibrate.dose_steps import MILD, clear_plans, steps

COUNT = 400
RARE = 0.001


def chance(seed: int = 11) -> Random:
    return Random(seed)  # noqa: S311 - a simulation, the same every time


def at_least(hits: int, of: int, share: float) -> float:
    """The probability of so many hits or more."""
    return sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(hits, of + 1))


@pytest.mark.parametrize("person", [MILD, Person()])
def test_at_most_4_of_100_steps_are_falsely_said_to_have_raised_a_measure(person: Person) -> None:
    found = steps(COUNT, chance(), person=person)
    assert found.ever > 0
    assert at_least(found.ever, COUNT, 0.04) > RARE


def test_at_least_80_of_100_lasting_rises_of_2_5_points_are_found() -> None:
    found = steps(COUNT, chance(), rise=2.5)
    assert 1 - at_least(found.rose + 1, COUNT, 0.80) > RARE
    assert found.rose < COUNT
    assert found.persisted > found.rose / 2


@pytest.mark.parametrize("weeks", [4, 12, 16])
def test_at_most_5_of_100_planned_alternations_falsely_differ(weeks: int) -> None:
    assert at_least(clear_plans(COUNT, weeks, chance()), COUNT, 0.05) > RARE


def test_a_planned_alternation_can_find_what_is_there() -> None:
    assert clear_plans(100, 16, chance(), difference=2.0) > 70
