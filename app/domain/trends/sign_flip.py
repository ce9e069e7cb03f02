"""The exact sign-flip test (Fisher 1935, The Design of Experiments, section 21)."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

_SLACK: Final = 1e-9
"""Sums of the same numbers in another order count as equal."""


def sign_flip(differences: Sequence[float]) -> float:
    """The two-sided p: the share of all ways to flip the signs whose sum is at least as far from 0 as the one seen.

    Where chance chose each sign, and what was chosen changes nothing, p is at most a in at most a share a of cases,
    whatever the differences' distribution. Of one pair or none it is 1, and of n pairs at least 2 / 2^n. The sums of
    both halves are made apart and matched, so that 16 pairs cost 2^9 sums and not 2^16.
    """
    seen = abs(sum(differences)) - _SLACK
    middle = len(differences) // 2
    left, right = _sums(differences[:middle]), sorted(_sums(differences[middle:]))
    beyond = sum(bisect_right(right, -seen - one) + len(right) - bisect_right(right, seen - one) for one in left)
    # With a sum of about 0 both tails overlap, and every way counts.
    return 1.0 if seen < 0 else beyond / (len(left) * len(right))


def _sums(values: Sequence[float]) -> list[float]:
    """The sum for each way to choose signs."""
    sums = [0.0]
    for value in values:
        sums = [*(one + value for one in sums), *(one - value for one in sums)]
    return sums
