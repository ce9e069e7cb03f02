"""Waits on a fact that another thread brings about, not on the clock."""

import time
from collections.abc import Callable

_LONGEST_S = 20


def until(fact: Callable[[], object]) -> None:
    """Returns once the fact is so; AssertionError if it does not become so."""
    end = time.monotonic() + _LONGEST_S
    while not fact():
        assert time.monotonic() < end, "what was waited for never became so"
        time.sleep(0.002)
