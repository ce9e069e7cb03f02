"""What a consent receipt says."""

from dataclasses import replace
from datetime import date
from hashlib import sha256

from app.domain.sharing.receipts import NOTICE, Event, grant_receipt
from app.domain.sharing.scopes import Scope
from tests.domain.sharing.samples import NOW, grant, offer, terms


def test_a_receipt_names_all_that_was_agreed() -> None:
    its = terms(offer("lupus", scopes=frozenset({Scope.SUMMARY}), data_from=date(2026, 1, 1)))
    said = grant_receipt(
        grant(terms=its),
        Event.GIVEN,
        receipt_id="r1",
        previous_id=None,
        controller="https://diary.example.org",
        now=NOW,
    )
    assert said == {
        "version": "onset-consent-receipt-1",
        "id": "r1",
        "issued_at": "2026-06-30T12:00:00.000000Z",
        "event": "given",
        "controller": "https://diary.example.org",
        "subject": "p1",
        "recipient": {"name": None, "organisation": None, "email": "jay@example.org", "assurance": "self_asserted"},
        "consent_id": "g1",
        "purpose": "treatment",
        "scopes": ["summary"],
        "conditions": ["lupus"],
        "measures": ["fatigue", "joint_pain", "skin_rash"],
        "data_from": "2026-01-01",
        "data_to": None,
        "expires_at": "2026-07-01T12:00:00.000000Z",
        "withdrawal_url": "https://diary.example.org/v1/grants/g1/revoke",
        "notice_sha256": sha256(NOTICE.encode()).hexdigest(),
        "previous_id": None,
    }


def test_an_end_points_to_the_receipt_before() -> None:
    its = replace(grant(), purpose="second opinion")
    said = grant_receipt(its, Event.REVOKED, receipt_id="r2", previous_id="r1", controller="x", now=NOW)
    assert (said["event"], said["previous_id"], said["purpose"]) == ("revoked", "r1", "second opinion")
