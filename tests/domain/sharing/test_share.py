"""Shares: what may be asked for, when a link opens nothing any more, and what it says."""

import json
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.domain.errors import Refusal
from app.domain.fhir.shared import link_permission
from app.domain.sharing.consent import GrantExpired, GrantPaused, GrantRevoked, Status, refusal
from app.domain.sharing.receipts import Event, share_receipt
from app.domain.sharing.scopes import Scope
from app.domain.sharing.share import (
    Identity,
    LinkLocked,
    LinkUsedUp,
    PasscodeMissing,
    PasscodeWrong,
    Share,
    ShareKind,
    Wanted,
    wanted_errors,
)
from app.domain.sharing.shlink import link_url, shlink, viewer_url
from tests.domain.sharing.samples import NOW, offer, share

TODAY = NOW.date()
VISIT = Wanted(
    kind=ShareKind.VISIT,
    offer=offer(),
    expires_at=NOW + timedelta(hours=24),
    max_uses=None,
    passcode=None,
    identity=None,
)
ONGOING = replace(VISIT, kind=ShareKind.ONGOING, passcode="1234", expires_at=NOW + timedelta(days=30))
ADA = Identity(name="Ada", birth_date=date(1975, 4, 30), gender="female")


@pytest.mark.parametrize(
    "wanted",
    [
        VISIT,
        ONGOING,
        replace(VISIT, identity=ADA),
        replace(VISIT, max_uses=5, expires_at=NOW + timedelta(hours=72)),
        replace(ONGOING, max_uses=1000, expires_at=NOW + timedelta(days=90), passcode="p" * 200),
    ],
)
def test_a_link_within_its_bounds_may_be_made(wanted: Wanted) -> None:
    assert wanted_errors(wanted, NOW, TODAY) == []


@pytest.mark.parametrize(
    ("wanted", "pointer", "code"),
    [
        (replace(VISIT, expires_at=NOW + timedelta(hours=72, seconds=1)), "/expires_at", "out-of-range"),
        (replace(VISIT, expires_at=NOW), "/expires_at", "out-of-range"),
        (replace(ONGOING, expires_at=NOW + timedelta(days=91)), "/expires_at", "out-of-range"),
        (replace(VISIT, max_uses=6), "/max_uses", "out-of-range"),
        (replace(VISIT, max_uses=0), "/max_uses", "out-of-range"),
        (replace(ONGOING, max_uses=1001), "/max_uses", "out-of-range"),
        (replace(VISIT, passcode="1234"), "/passcode", "out-of-range"),
        (replace(ONGOING, passcode=None), "/passcode", "missing-field"),
        (replace(ONGOING, passcode="123"), "/passcode", "out-of-range"),
        (replace(ONGOING, passcode="p" * 201), "/passcode", "out-of-range"),
        (replace(ONGOING, identity=ADA), "/identity", "out-of-range"),
        (
            replace(VISIT, identity=replace(ADA, birth_date=TODAY + timedelta(1))),
            "/identity/birth_date",
            "date-in-future",
        ),
        (replace(VISIT, offer=offer(scopes=frozenset())), "/scopes", "out-of-range"),
    ],
)
def test_a_link_beyond_them_is_refused(wanted: Wanted, pointer: str, code: str) -> None:
    assert [(error.pointer, error.code) for error in wanted_errors(wanted, NOW, TODAY)] == [(pointer, code)]


@pytest.mark.parametrize(
    ("its", "why"),
    [
        (share(), None),
        (share(uses=4), None),
        (share(uses=5), LinkUsedUp),
        (share(uses=500, max_uses=None), None),
        (share(attempts_left=1), None),
        (share(attempts_left=0), LinkLocked),
        (share(Status.PAUSED, uses=5), GrantPaused),
        (share(Status.REVOKED), GrantRevoked),
        (share(expires_at=NOW), GrantExpired),
    ],
)
def test_a_link_opens_while_it_stands_and_is_not_spent(its: Share, why: type[Refusal] | None) -> None:
    found = refusal(its, [Scope.EXPORT], NOW)
    assert (None if found is None else type(found)) is why


def test_a_share_can_be_paused_resumed_and_ended_once() -> None:
    paused = share().paused(NOW)
    assert (paused.status, paused.resumed(NOW).status) == (Status.PAUSED, Status.ACTIVE)
    ended = paused.revoked(NOW)
    assert (ended.status, ended.ended_at) == (Status.REVOKED, NOW)
    assert ended.revoked(NOW + timedelta(1)) is ended
    with pytest.raises(GrantRevoked):
        ended.resumed(NOW)


@pytest.mark.parametrize(("kind", "flag"), [(ShareKind.VISIT, "U"), (ShareKind.ONGOING, "LP")])
def test_a_link_says_where_how_and_until_when(kind: ShareKind, flag: str) -> None:
    base = f"https://{'d' * 69}.uk"
    assert len(base) == 80
    link = shlink(link_url(base, "t" * 43), "k" * 43, kind, NOW)
    content = json.loads(urlsafe_b64decode(link.removeprefix("shlink:/") + "=="))
    assert content == {
        "url": f"{base}/shl/{'t' * 43}",
        "key": "k" * 43,
        "exp": 1782820800,
        "flag": flag,
        "label": "Health diary",
        "v": 1,
    }
    assert "=" not in link
    assert len(content["url"]) == 128
    assert viewer_url(f"{base}/", link) == f"{base}/s#{link}"


def test_a_receipt_of_a_share_names_no_recipient() -> None:
    said = share_receipt(share(), Event.GIVEN, receipt_id="r1", previous_id=None, controller="https://x.org", now=NOW)
    assert said["recipient"] == {"name": None, "organisation": None, "email": None, "assurance": "self_asserted"}
    assert said["withdrawal_url"] == "https://x.org/v1/shares/s1/revoke"
    assert said["consent_id"] == "s1"
    assert said["subject"] != "s1"


def test_a_passcode_that_is_wrong_or_missing_says_how_many_tries_are_left() -> None:
    for refused, code in ((PasscodeMissing(10), "passcode-missing"), (PasscodeWrong(3), "passcode-wrong")):
        assert (refused.code, str(refused)) == (code, code)
    assert PasscodeWrong(3).remaining_attempts == 3


def test_a_consent_of_a_link_names_nobody() -> None:
    its = share()
    told = link_permission(its.id, its.terms, its.created_at, its.expires_at, active=False)
    assert (told.id, told.active, told.recipient) == ("s1", False, None)
    assert told.scopes == ("summary", "doses", "observations", "notes", "export")
