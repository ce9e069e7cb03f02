"""The states of a grant, and the one rule of access."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from app.domain.errors import NotFound, Refusal
from app.domain.sharing.consent import (
    Assurance,
    Grant,
    GrantExpired,
    GrantPaused,
    GrantPending,
    GrantRevoked,
    MatchNumberWrong,
    Status,
    expiry_errors,
    refusal,
)
from app.domain.sharing.scopes import Scope, ScopeNotGranted, in_order
from tests.domain.sharing.samples import NOW, grant, offer, terms

LATER = NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "now", "why"),
    [
        (Status.ACTIVE, NOW, None),
        (Status.ACTIVE, LATER - timedelta(microseconds=1), None),
        (Status.ACTIVE, LATER, GrantExpired),
        (Status.PENDING, NOW, NotFound),
        (Status.PENDING, LATER, GrantExpired),
        (Status.PAUSED, NOW, GrantPaused),
        (Status.PAUSED, LATER, GrantExpired),
        (Status.REVOKED, NOW, GrantRevoked),
        (Status.REVOKED, LATER, GrantRevoked),
    ],
)
def test_access_is_decided_by_state_and_time(status: Status, now: datetime, why: type[Refusal] | None) -> None:
    found = refusal(grant(status), [Scope.DOSES], now)
    assert (None if found is None else type(found)) is why


def test_every_scope_that_is_needed_must_be_ticked() -> None:
    its = grant(terms=terms(offer(scopes=frozenset({Scope.SUMMARY, Scope.EXPORT}))))
    assert refusal(its, [], NOW) is None
    assert refusal(its, [Scope.SUMMARY, Scope.EXPORT], NOW) is None
    assert isinstance(refusal(its, [Scope.SUMMARY, Scope.DOSES], NOW), ScopeNotGranted)


def test_scopes_are_told_least_first() -> None:
    assert in_order([Scope.EXPORT, Scope.SUMMARY, Scope.SUMMARY]) == (Scope.SUMMARY, Scope.EXPORT)


def test_right_number_makes_a_grant_active() -> None:
    frozen_now = terms(offer("lupus"))
    its = grant(Status.PENDING).confirmed("0042", frozen_now, NOW)
    assert (its.status, its.terms, its.confirmed_at) == (Status.ACTIVE, frozen_now, NOW)
    assert its.recipient.assurance is Assurance.IN_PERSON_CONFIRMED


def test_confirming_again_changes_nothing() -> None:
    its = grant()
    assert its.confirmed("0042", terms(offer("lupus")), NOW) is its


def test_wrong_number_is_refused() -> None:
    with pytest.raises(MatchNumberWrong):
        grant(Status.PENDING).confirmed("42", terms(), NOW)


MOVES: list[Callable[[Grant, datetime], Grant]] = [
    Grant.paused,
    Grant.resumed,
    lambda its, now: its.confirmed("0042", its.terms, now),
]


@pytest.mark.parametrize("move", MOVES)
def test_what_is_over_stays_over(move: Callable[[Grant, datetime], Grant]) -> None:
    with pytest.raises(GrantRevoked):
        move(grant(Status.REVOKED), NOW)
    with pytest.raises(GrantExpired):
        move(grant(Status.PENDING), LATER)


def test_what_is_not_confirmed_is_not_paused() -> None:
    with pytest.raises(GrantPending):
        grant(Status.PENDING).paused(NOW)
    assert grant().paused(NOW).resumed(NOW) == grant()


@pytest.mark.parametrize("status", [Status.PENDING, Status.ACTIVE, Status.PAUSED])
def test_a_grant_is_ended_once(status: Status) -> None:
    ended = grant(status).revoked(NOW)
    assert (ended.status, ended.ended_at) == (Status.REVOKED, NOW)
    assert ended.revoked(LATER) is ended


@pytest.mark.parametrize(("ahead", "fine"), [(0, False), (1, True), (365, True), (366, False)])
def test_end_lies_ahead_and_not_too_far(ahead: int, *, fine: bool) -> None:
    assert (expiry_errors(NOW + timedelta(days=ahead), NOW, timedelta(days=365)) == []) is fine
