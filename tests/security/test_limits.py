from datetime import UTC, datetime, timedelta

import pytest

from app.domain.limits import LimitReached, Policy
from app.security.limits import RouteLimits

THREE_A_MINUTE = Policy(name="three-a-minute", quota=3, window=timedelta(minutes=1))
FIVE_AN_HOUR = Policy(name="five-an-hour", quota=5, window=timedelta(hours=1))


class HandSetClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> HandSetClock:
    return HandSetClock()


def test_the_fourth_call_in_a_minute_is_refused_with_the_time_to_wait(clock: HandSetClock) -> None:
    limits = RouteLimits(clock=clock)
    assert [limits.admit((THREE_A_MINUTE, "a"))[0].remaining for _ in range(3)] == [2, 1, 0]
    clock.advance(20)
    with pytest.raises(LimitReached) as refusal:
        limits.admit((THREE_A_MINUTE, "a"))
    assert refusal.value.retry_after_s == 40


def test_a_window_that_is_over_counts_no_more(clock: HandSetClock) -> None:
    limits = RouteLimits(clock=clock)
    for _ in range(3):
        limits.admit((THREE_A_MINUTE, "a"))
    clock.advance(59)
    assert not limits.standing(THREE_A_MINUTE, "a").allowed
    clock.advance(1)
    assert limits.admit((THREE_A_MINUTE, "a"))[0].remaining == 2


def test_keys_and_policies_are_counted_apart(clock: HandSetClock) -> None:
    limits = RouteLimits(clock=clock)
    for _ in range(3):
        limits.admit((THREE_A_MINUTE, "a"))
    assert limits.standing(THREE_A_MINUTE, "b").remaining == 3
    assert limits.standing(FIVE_AN_HOUR, "a").remaining == 5


def test_looking_counts_nothing(clock: HandSetClock) -> None:
    limits = RouteLimits(clock=clock)
    assert [limits.standing(THREE_A_MINUTE, "a").remaining for _ in range(5)] == [3] * 5


def test_a_call_that_one_policy_refuses_is_counted_under_none(clock: HandSetClock) -> None:
    limits = RouteLimits(clock=clock)
    for _ in range(3):
        limits.count(THREE_A_MINUTE, "a")
    with pytest.raises(LimitReached) as refusal:
        limits.admit((FIVE_AN_HOUR, "a"), (THREE_A_MINUTE, "a"))
    assert [each.remaining for each in refusal.value.standings] == [5, 0]
    assert limits.standing(FIVE_AN_HOUR, "a").remaining == 5


def test_a_flood_of_keys_forgets_the_quietest_first(clock: HandSetClock) -> None:
    limits = RouteLimits(clock=clock, most_keys=100)
    for _ in range(3):
        limits.count(THREE_A_MINUTE, "busy")
    limits.count(THREE_A_MINUTE, "quiet")
    for number in range(1000):
        limits.count(THREE_A_MINUTE, f"flood-{number}")
        limits.count(THREE_A_MINUTE, "busy")
    assert not limits.standing(THREE_A_MINUTE, "busy").allowed
    assert limits.standing(THREE_A_MINUTE, "quiet").remaining == 3
