"""Refresh rotation against schedules: lost, doubled, overlapping refreshes of one client, and copies of its tokens."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.domain.sessions import (
    ACCESS_LIFETIME,
    LONGEST_SESSION,
    REFRESH_LIFETIME,
    TWIN_TOLERANCE,
    Accepted,
    AccessToken,
    Confirmed,
    Refused,
    Renewed,
    Revoked,
    TokenFamily,
    begin,
    refresh,
    use,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
FIRST = b"the refresh token of the sign-in"


def following(token: bytes) -> bytes:
    """Stands for the derived successor; a token is its own fingerprint here."""
    return hashlib.sha256(token).digest()


@dataclass(frozen=True)
class Pair:
    refresh: bytes
    access: int


class Service:
    """What is stored and deleted on each decision."""

    def __init__(self) -> None:
        self.now = START
        self.revoked = False
        self.family = begin(FIRST, START)
        self.access_tokens: dict[int, AccessToken] = {}
        self._numbers = count()

    def hand_out(self) -> Pair:
        number = next(self._numbers)
        self.access_tokens[number] = AccessToken(
            generation=self.family.generation, issued_at=self.now, expires_at=self.family.access_until(self.now)
        )
        return Pair(self.family.current, number)

    def refresh(self, token: bytes) -> Pair | None:
        """None stands for any refusal."""
        decision = Refused.INVALID if self.revoked else refresh(self.family, token, following(token), self.now)
        match decision:
            case Renewed(family=family):
                self.family = family
                self._forget(lambda access: access.generation < family.oldest_access_generation)
                return self.hand_out()
            case Revoked():
                self.revoked = True
                return None
            case Refused():
                return None

    def use(self, number: int) -> bool:
        access = self.access_tokens.get(number)
        decision = Refused.INVALID if self.revoked or access is None else use(self.family, access, self.now)
        if isinstance(decision, Confirmed):
            self.family = decision.family
            twins = (decision.twins_from, decision.twins_until)
            self._forget(
                lambda access: (
                    access.generation == self.family.generation and not twins[0] <= access.issued_at <= twins[1]
                )
            )
        return not isinstance(decision, Refused)

    def _forget(self, gone: Callable[[AccessToken], bool]) -> None:
        self.access_tokens = {number: access for number, access in self.access_tokens.items() if not gone(access)}


class HonestClient(RuleBasedStateMachine):
    """Keeps new tokens before it uses them, and lets all its refreshes end first; the network is as bad as it likes."""

    @initialize()
    def sign_in(self) -> None:
        self.service = Service()
        signed_in = self.service.hand_out()
        self.kept_refresh = signed_in.refresh
        self.kept_access = [signed_in.access]
        self.on_their_way = 0
        self.answers_on_their_way: list[Pair] = []
        self.received: list[Pair] = []
        self.outstanding_until = START

    def outstanding(self) -> bool:
        return bool(self.on_their_way or self.answers_on_their_way)

    @precondition(lambda self: self.outstanding() or not self.received)
    @rule()
    def send_a_refresh(self) -> None:
        if not self.outstanding():
            self.outstanding_until = self.service.now + TWIN_TOLERANCE
        self.on_their_way += 1

    @precondition(lambda self: self.on_their_way)
    @rule(times=st.sampled_from([1, 1, 1, 2]))
    def a_refresh_arrives_once_or_twice(self, times: int) -> None:
        self.on_their_way -= 1
        for _ in range(times):
            answer = self.service.refresh(self.kept_refresh)
            assert answer is not None, "an honest client was logged out"
            self.answers_on_their_way.append(answer)

    @precondition(lambda self: self.on_their_way)
    @rule()
    def a_refresh_is_lost(self) -> None:
        self.on_their_way -= 1

    @precondition(lambda self: self.answers_on_their_way)
    @rule(data=st.data())
    def an_answer_arrives(self, data: st.DataObject) -> None:
        self.received.append(self.take_an_answer(data))

    @precondition(lambda self: self.answers_on_their_way)
    @rule(data=st.data())
    def an_answer_is_lost(self, data: st.DataObject) -> None:
        self.take_an_answer(data)

    def take_an_answer(self, data: st.DataObject) -> Pair:
        position = data.draw(st.integers(0, len(self.answers_on_their_way) - 1))
        return self.answers_on_their_way.pop(position)

    @rule()
    def crash(self) -> None:
        self.on_their_way = 0
        self.answers_on_their_way.clear()
        self.received.clear()

    @precondition(lambda self: self.received and not self.outstanding())
    @rule()
    def keep_what_was_received(self) -> None:
        assert len({pair.refresh for pair in self.received}) == 1, "one refresh token follows one"
        self.kept_refresh = self.received[0].refresh
        self.kept_access = [pair.access for pair in self.received]
        self.received.clear()

    @rule(data=st.data())
    def use_a_kept_access_token(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.kept_access))
        access = self.service.access_tokens.get(number)
        assert access is not None, "a kept access token was forgotten"
        assert self.service.use(number) == (self.service.now < access.expires_at)

    @rule(wait=st.one_of(st.timedeltas(SECOND, MINUTE), st.timedeltas(MINUTE, timedelta(days=60))))
    def time_passes(self, wait: timedelta) -> None:
        until = self.service.family.expires_at - SECOND
        if self.outstanding():
            until = min(until, self.outstanding_until)
        self.service.now = max(self.service.now, min(self.service.now + wait, until))

    @invariant()
    def is_never_taken_for_a_thief(self) -> None:
        assert not self.service.revoked


TestHonestClient = HonestClient.TestCase


class OwnerAndThief(RuleBasedStateMachine):
    """Both go on from the same pair, in any order, a few minutes apart."""

    @initialize(generations=st.integers(0, 3))
    def steal(self, generations: int) -> None:
        self.service = Service()
        pair = self.service.hand_out()
        for _ in range(generations):
            self.service.use(pair.access)
            pair = self.service.refresh(pair.refresh) or pair
        self.holds = {"owner": [pair], "thief": [pair]}
        self.users: dict[int, set[str]] = {}

    @rule(who=st.sampled_from(["owner", "thief"]))
    def present_the_newest_refresh_token(self, who: str) -> None:
        self.service.now += TWIN_TOLERANCE + SECOND
        family, newest = self.service.family, self.holds[who][-1]
        stale = newest.refresh != family.current and (family.confirmed or newest.refresh != family.previous)
        answer = self.service.refresh(newest.refresh)
        assert not stale or self.service.revoked, "an old token was presented after its successor was used"
        if answer:
            self.holds[who].append(answer)

    @rule(who=st.sampled_from(["owner", "thief"]))
    def use_the_newest_access_token(self, who: str) -> None:
        self.service.now += SECOND
        mine = self.holds[who][1:]
        if mine and self.service.use(mine[-1].access):
            generation = self.service.access_tokens[mine[-1].access].generation
            if generation == self.service.family.generation:
                self.users.setdefault(generation, set()).add(who)

    @invariant()
    def no_generation_serves_two(self) -> None:
        assert all(len(users) == 1 for users in self.users.values())

    @invariant()
    def a_revoked_family_serves_nobody(self) -> None:
        if self.service.revoked:
            assert not any(self.service.use(pair.access) for pairs in self.holds.values() for pair in pairs)


TestOwnerAndThief = OwnerAndThief.TestCase


@given(
    before=st.integers(0, 4),
    stolen_at=st.integers(0, 4),
    after=st.lists(st.sampled_from(["owner", "thief"]), min_size=1, max_size=12),
    lost=st.lists(st.integers(0, 2), min_size=20, max_size=20),
)
def test_every_theft_in_which_both_sides_act_is_caught(
    before: int, stolen_at: int, after: list[str], lost: list[int]
) -> None:
    """To act is to refresh, some answers being lost, and to use what came of it."""
    service = Service()
    owners = [service.hand_out()]
    losses = iter(lost)

    def act(held: list[Pair]) -> None:
        service.now += MINUTE
        for _ in range(next(losses)):
            service.refresh(held[-1].refresh)
        if answer := service.refresh(held[-1].refresh):
            assert service.use(answer.access)
            held.append(answer)

    for _ in range(before):
        act(owners)
    thiefs = [owners[min(stolen_at, before)]]
    acted = {"owner"} if stolen_at < before else set[str]()
    for who in after:
        act(owners if who == "owner" else thiefs)
        acted.add(who)
        assert service.revoked == (len(acted) == 2)


def renewed(family: TokenFamily, token: bytes, now: datetime = START) -> Renewed:
    decision = refresh(family, token, following(token), now)
    assert isinstance(decision, Renewed)
    return decision


def access(family: TokenFamily, now: datetime = START) -> AccessToken:
    return AccessToken(generation=family.generation, issued_at=now, expires_at=family.access_until(now))


def confirmed(family: TokenFamily, now: datetime = START) -> TokenFamily:
    decision = use(family, access(family, now), now)
    assert isinstance(decision, Confirmed)
    return decision.family


def test_a_refresh_begins_the_next_generation() -> None:
    decision = renewed(confirmed(begin(FIRST, START)), FIRST)
    assert not decision.repeated
    assert (decision.family.current, decision.family.previous) == (following(FIRST), FIRST)
    assert (decision.family.generation, decision.family.confirmed) == (2, False)


def test_the_previous_token_brings_the_same_successor_until_it_was_used() -> None:
    second = renewed(begin(FIRST, START), FIRST).family
    assert renewed(second, FIRST) == Renewed(family=second, repeated=True)
    third = renewed(second, second.current).family
    assert isinstance(refresh(confirmed(second), FIRST, following(FIRST), START), Revoked)
    assert isinstance(refresh(third, FIRST, following(FIRST), START), Revoked)


def test_a_token_of_long_ago_revokes_even_if_nothing_since_was_used() -> None:
    family = begin(FIRST, START)
    for _ in range(5):
        family = renewed(family, family.current).family
    assert isinstance(refresh(family, FIRST, following(FIRST), START), Revoked)


def test_a_new_secret_key_in_between_brings_a_successor_that_works() -> None:
    second = renewed(begin(FIRST, START), FIRST).family
    decision = refresh(second, FIRST, b"derived with the new key", START)
    assert decision == Renewed(family=replace(second, current=b"derived with the new key"), repeated=True)


def test_a_refresh_token_lasts_90_days_from_each_refresh() -> None:
    family = begin(FIRST, START)
    last_moment = START + REFRESH_LIFETIME - SECOND
    assert renewed(family, FIRST, last_moment).family.expires_at == last_moment + REFRESH_LIFETIME
    second = renewed(family, FIRST).family
    assert renewed(second, FIRST, last_moment).family.expires_at == last_moment + REFRESH_LIFETIME
    assert refresh(family, FIRST, following(FIRST), START + REFRESH_LIFETIME) is Refused.EXPIRED


def test_no_session_outlives_a_year() -> None:
    family = begin(FIRST, START)
    for weeks in range(4, 53, 4):
        family = renewed(family, family.current, START + timedelta(weeks=weeks)).family
    assert family.expires_at == START + LONGEST_SESSION
    last = access(family, START + LONGEST_SESSION - MINUTE)
    assert last.expires_at == START + LONGEST_SESSION
    assert refresh(family, family.current, b"", START + LONGEST_SESSION) is Refused.EXPIRED


def test_a_copy_presented_after_the_end_is_expired_and_alarms_nobody() -> None:
    second = confirmed(renewed(begin(FIRST, START), FIRST).family)
    assert refresh(second, FIRST, following(FIRST), START + REFRESH_LIFETIME) is Refused.EXPIRED


def test_an_access_token_lasts_15_minutes() -> None:
    family = begin(FIRST, START)
    assert isinstance(use(family, access(family), START + ACCESS_LIFETIME - SECOND), Confirmed)
    assert use(family, access(family), START + ACCESS_LIFETIME) is Refused.EXPIRED


def test_only_the_first_use_of_a_generation_is_to_be_stored() -> None:
    family = begin(FIRST, START)
    assert isinstance(use(confirmed(family), access(family), START), Accepted)


def test_requests_on_their_way_are_answered_after_a_refresh_and_confirm_nothing() -> None:
    first = begin(FIRST, START)
    second = renewed(first, FIRST).family
    third = renewed(second, second.current).family
    assert isinstance(use(second, access(first), START), Accepted)
    assert use(second, access(first), START + ACCESS_LIFETIME) is Refused.EXPIRED
    assert use(third, access(first), START) is Refused.INVALID


def test_the_first_use_ends_access_tokens_that_were_handed_out_at_another_time() -> None:
    """Somebody who refreshes ahead of the owner and waits is left with a token that opens nothing."""
    service = Service()
    stolen = service.hand_out()
    service.now += 5 * MINUTE
    thiefs = service.refresh(stolen.refresh)
    service.now += 5 * MINUTE
    owners = [service.refresh(stolen.refresh), service.refresh(stolen.refresh)]
    assert all(pair and service.use(pair.access) for pair in owners)
    assert thiefs is not None
    assert not service.use(thiefs.access)


@pytest.mark.parametrize("order", [1, -1])
def test_both_answers_to_overlapping_refreshes_open_the_diary_in_any_order(order: int) -> None:
    service = Service()
    signed_in = service.hand_out()
    pairs = [service.refresh(signed_in.refresh)]
    service.now += TWIN_TOLERANCE
    pairs.append(service.refresh(signed_in.refresh))
    assert [pair and service.use(pair.access) for pair in pairs[::order]] == [True, True]


@pytest.mark.parametrize(
    "change",
    [
        {"generation": 0},
        {"generation": 2},
        {"previous": b"x"},
        {"expires_at": START + LONGEST_SESSION + SECOND},
    ],
)
def test_a_family_that_cannot_be_does_not_construct(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"first generation|outlive"):
        replace(begin(FIRST, START), **change)  # pyright: ignore[reportArgumentType]  # wrong on purpose
