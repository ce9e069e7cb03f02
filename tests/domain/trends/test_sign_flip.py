"""The exact test of a planned alternation (trends, section 5)."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.trends.sign_flip import sign_flip

QUARTERS = st.lists(st.integers(-40, 40).map(lambda value: value / 4), max_size=8)


@given(QUARTERS)
def test_p_is_the_share_of_all_flips_that_are_as_far_from_nothing(values: list[float]) -> None:
    sums = [sum(sign * value for sign, value in zip(signs, values, strict=True)) for signs in _flips(len(values))]
    assert sign_flip(values) == Fraction(sum(abs(one) >= abs(sum(values)) for one in sums), len(sums))


@settings(max_examples=40)
@given(QUARTERS)
def test_of_all_flips_at_most_5_percent_are_called_clear(values: list[float]) -> None:
    """Whatever the differences are: that is the false alarm, exactly."""
    ps = [sign_flip([sign * value for sign, value in zip(signs, values, strict=True)]) for signs in _flips(len(values))]
    assert sum(p <= 0.05 for p in ps) <= 0.05 * len(ps)


@pytest.mark.parametrize("pairs", range(1, 17))
def test_with_n_pairs_p_is_at_least_2_in_2_to_the_n(pairs: int) -> None:
    assert sign_flip([1.5] * pairs) == 2 / 2**pairs
    assert (sign_flip([1.5] * pairs) <= 0.05) == (pairs >= 6)


def test_without_a_difference_p_is_1() -> None:
    assert sign_flip([]) == sign_flip([0.0] * 5) == sign_flip([0.1, 0.2, -0.3]) == 1


def _flips(count: int) -> list[tuple[int, ...]]:
    return list(product((1, -1), repeat=count))
