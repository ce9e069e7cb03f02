from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.limits import (
    FAMILIAR_FOR,
    SIGN_IN,
    SIGN_IN_ELSEWHERE,
    LimitReached,
    Policy,
    Standing,
    Tally,
    check,
    counted_from,
    limit_headers,
    sign_in_standings,
    standing,
)

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FULL_ELSEWHERE = Tally(count=100, oldest=NOW - 30 * MINUTE)


def tally(events: list[datetime], policy: Policy, now: datetime) -> Tally:
    """What a store counts."""
    counted = [event for event in events if event > counted_from(policy, now)]
    return Tally(count=len(counted), oldest=min(counted, default=None))


@given(st.lists(st.integers(0, 4 * 3600), max_size=120))
def test_no_schedule_brings_more_than_ten_wrong_passwords_into_fifteen_minutes(seconds: list[int]) -> None:
    wrong: list[datetime] = []
    for second in sorted(seconds):
        now = NOW + timedelta(seconds=second)
        if standing(SIGN_IN, tally(wrong, SIGN_IN, now), now).allowed:
            wrong.append(now)
    assert all(second - first >= SIGN_IN.window for first, second in zip(wrong, wrong[SIGN_IN.quota :], strict=False))


@given(st.lists(st.integers(0, 15 * 60 - 1), min_size=10, max_size=10))
def test_who_waits_as_long_as_told_may_try_again(ages_s: list[int]) -> None:
    wrong = [NOW - timedelta(seconds=age) for age in ages_s]
    full = standing(SIGN_IN, tally(wrong, SIGN_IN, NOW), NOW)
    assert not full.allowed
    later = NOW + timedelta(seconds=full.reset_in_s)
    assert standing(SIGN_IN, tally(wrong, SIGN_IN, later), later).allowed
    just_before = later - timedelta(seconds=1)
    assert full.reset_in_s == 1 or not standing(SIGN_IN, tally(wrong, SIGN_IN, just_before), just_before).allowed


def test_nine_wrong_passwords_leave_one_try_and_ten_none() -> None:
    oldest = NOW - 5 * MINUTE
    assert standing(SIGN_IN, Tally(count=9, oldest=oldest), NOW) == Standing(
        policy=SIGN_IN, remaining=1, reset_in_s=600
    )
    assert standing(SIGN_IN, Tally(count=10, oldest=oldest), NOW).remaining == 0
    assert standing(SIGN_IN, Tally(count=13, oldest=oldest), NOW).remaining == 0


def test_nobody_who_did_not_try_waits() -> None:
    assert standing(SIGN_IN, Tally(), NOW) == Standing(policy=SIGN_IN, remaining=10, reset_in_s=900)


def test_a_wait_is_rounded_up_to_whole_seconds_and_is_never_none() -> None:
    oldest = NOW - SIGN_IN.window
    assert standing(SIGN_IN, Tally(count=1, oldest=oldest + timedelta(milliseconds=1001)), NOW).reset_in_s == 2
    assert standing(SIGN_IN, Tally(count=1, oldest=oldest - MINUTE), NOW).reset_in_s == 1


def test_an_attacker_elsewhere_does_not_lock_the_owner_out_of_a_familiar_network() -> None:
    at_home = sign_in_standings(here=Tally(), elsewhere=FULL_ELSEWHERE, last_signed_in_here=NOW - FAMILIAR_FOR, now=NOW)
    assert [each.policy for each in at_home] == [SIGN_IN]
    check(at_home)


@pytest.mark.parametrize("last_signed_in_here", [None, NOW - FAMILIAR_FOR - timedelta(seconds=1)])
def test_many_networks_together_are_bounded(last_signed_in_here: datetime | None) -> None:
    standings = sign_in_standings(
        here=Tally(), elsewhere=FULL_ELSEWHERE, last_signed_in_here=last_signed_in_here, now=NOW
    )
    with pytest.raises(LimitReached) as refusal:
        check(standings)
    assert refusal.value.retry_after_s == 1800
    assert refusal.value.standings == standings


def test_ten_wrong_passwords_on_a_familiar_network_stop_that_network() -> None:
    here = Tally(count=10, oldest=NOW - 14 * MINUTE)
    with pytest.raises(LimitReached) as refusal:
        check(sign_in_standings(here=here, elsewhere=Tally(), last_signed_in_here=NOW, now=NOW))
    assert refusal.value.retry_after_s == 60
    assert refusal.value.code == "too-many-requests"


def test_the_wait_is_the_longest_of_those_that_are_used_up() -> None:
    here = Tally(count=10, oldest=NOW - 14 * MINUTE)
    with pytest.raises(LimitReached) as refusal:
        check(sign_in_standings(here=here, elsewhere=FULL_ELSEWHERE, last_signed_in_here=None, now=NOW))
    assert refusal.value.retry_after_s == 1800


def test_headers_are_structured_fields_with_one_item_for_each_policy() -> None:
    standings = (
        standing(SIGN_IN, Tally(count=3, oldest=NOW - MINUTE), NOW),
        standing(SIGN_IN_ELSEWHERE, Tally(), NOW),
    )
    assert limit_headers(standings) == {
        "RateLimit-Policy": '"sign-in";q=10;w=900, "sign-in-elsewhere";q=100;w=3600',
        "RateLimit": '"sign-in";r=7;t=840, "sign-in-elsewhere";r=100;t=3600',
    }


def test_wrong_policies_and_tallies_do_not_construct() -> None:
    with pytest.raises(ValueError, match="allows something"):
        Policy(name="none", quota=0, window=MINUTE)
    with pytest.raises(ValueError, match="at least a second"):
        Policy(name="none", quota=1, window=timedelta(0))
    with pytest.raises(ValueError, match="oldest"):
        Tally(count=1)
    with pytest.raises(ValueError, match="oldest"):
        Tally(count=0, oldest=NOW)
    with pytest.raises(ValueError, match="oldest"):
        Tally(count=-1, oldest=NOW)
