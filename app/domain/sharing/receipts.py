"""Consent receipts: what the patient holds of each consent and its end (sharing, section 5).

The fields follow ISO/IEC TS 27560 and the Kantara consent receipt. Signing is app/security/signing.py.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from app.domain.sharing.access_log import instant_text
from app.domain.sharing.consent import Assurance, Consent, Grant
from app.domain.sharing.scopes import in_order
from app.domain.sharing.share import Share

VERSION: Final = "onset-consent-receipt-1"
NOTICE: Final = """\
What sharing your diary means

You choose whom you share with, which conditions, what of them, for which dates and until when. Nothing can be seen
before you have confirmed it. Whoever you share with sees a pseudonym, and your name only if you chose to show it.

You can pause or end the sharing at any time, without giving a reason. From then on nothing more can be read. What was
read or downloaded before cannot be recalled.

Every read by others, and every refusal, is written into your access log, which you can look at. When you delete your
account, the log and these receipts are deleted with it.
"""
"""What the patient is told before sharing; a receipt holds the SHA-256 of its UTF-8 bytes."""
DEFAULT_PURPOSE: Final = "treatment"


class Event(StrEnum):
    """What a receipt is of."""

    GIVEN = "given"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One signed receipt."""

    id: str
    consent_id: str
    """The grant, or the share, that it is of."""
    issued_at: datetime
    jws: str


def grant_receipt(  # noqa: PLR0913 - what a receipt is about, and its own place and time
    grant: Grant, event: Event, *, receipt_id: str, previous_id: str | None, controller: str, now: datetime
) -> dict[str, Any]:
    """What the receipt of a grant says."""
    recipient = grant.recipient
    return {
        **_head(event, receipt_id, controller, now),
        "subject": grant.pid,
        "recipient": {
            "name": recipient.name,
            "organisation": recipient.organisation,
            "email": recipient.email,
            "assurance": recipient.assurance,
        },
        "consent_id": grant.id,
        "purpose": grant.purpose or DEFAULT_PURPOSE,
        **_terms(grant),
        "withdrawal_url": f"{controller}/v1/grants/{grant.id}/revoke",
        **_tail(previous_id),
    }


def share_receipt(  # noqa: PLR0913 - as grant_receipt
    share: Share, event: Event, *, receipt_id: str, previous_id: str | None, controller: str, now: datetime
) -> dict[str, Any]:
    """What the receipt of a share says: whoever holds the link is its recipient."""
    return {
        **_head(event, receipt_id, controller, now),
        "subject": share.terms.shown_id("patient", share.id),
        "recipient": {
            "name": None,
            "organisation": None,
            "email": None,
            "assurance": Assurance.SELF_ASSERTED,
        },
        "consent_id": share.id,
        "purpose": DEFAULT_PURPOSE,
        **_terms(share),
        "withdrawal_url": f"{controller}/v1/shares/{share.id}/revoke",
        **_tail(previous_id),
    }


def _head(event: Event, receipt_id: str, controller: str, now: datetime) -> dict[str, Any]:
    return {
        "version": VERSION,
        "id": receipt_id,
        "issued_at": instant_text(now),
        "event": event,
        "controller": controller,
    }


def _terms(consent: Consent) -> dict[str, Any]:
    terms = consent.terms
    return {
        "scopes": list(in_order(terms.scopes)),
        "conditions": list(terms.conditions),
        "measures": list(terms.measures),
        "data_from": terms.data_from and terms.data_from.isoformat(),
        "data_to": terms.data_to and terms.data_to.isoformat(),
        "expires_at": instant_text(consent.expires_at),
    }


def _tail(previous_id: str | None) -> dict[str, Any]:
    return {"notice_sha256": sha256(NOTICE.encode()).hexdigest(), "previous_id": previous_id}
