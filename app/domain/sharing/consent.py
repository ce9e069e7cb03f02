"""Consents and their states: what a patient lets one clinician, or whoever holds a link, see (sharing, section 2).

    invite -> pending -> active <-> paused
                 |          |         |
                 +----------+---------+--> revoked

A consent that ran out is `expired` from that instant on, whatever is stored, unless it was revoked.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from app.domain.errors import FieldError, NotFound, Refusal
from app.domain.ids import AccountKey, GrantId, GrantKey, PatientKey
from app.domain.sharing.scopes import Scope, ScopeNotGranted
from app.domain.sharing.terms import Offer, Terms

INVITE_LIFETIME: Final = timedelta(minutes=15)
GRANT_LIFETIME: Final = timedelta(days=90)
LONGEST_GRANT: Final = timedelta(days=365)


class Status(StrEnum):
    """Where a consent stands."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Assurance(StrEnum):
    """How sure it is who reads, least first."""

    SELF_ASSERTED = "self_asserted"
    EMAIL_VERIFIED = "email_verified"
    IN_PERSON_CONFIRMED = "in_person_confirmed"


class Side(StrEnum):
    """Who of the two did something to a grant."""

    PATIENT = "patient"
    CLINICIAN = "clinician"


class GrantRevoked(Refusal):
    """One of the two ended it."""

    code = "grant-revoked"


class GrantExpired(Refusal):
    """It ran out."""

    code = "grant-expired"


class GrantPaused(Refusal):
    """The patient paused it."""

    code = "grant-paused"


class GrantPending(Refusal):
    """The patient has not confirmed it yet, so there is nothing to pause."""

    code = "grant-pending"


class MatchNumberWrong(Refusal):
    """The patient typed another number than the clinician's screen shows."""

    code = "match-number-wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What grants and links have in common."""

    status: Status
    """As stored; ask `status_at` for what holds now."""
    expires_at: datetime
    ended_at: datetime | None
    """When it was revoked."""
    terms: Terms

    def status_at(self, now: datetime) -> Status:
        """What holds now."""
        return Status.EXPIRED if self.status is not Status.REVOKED and now >= self.expires_at else self.status

    def spent(self) -> Refusal | None:
        """Why it opens nothing any more, though it stands."""
        return None

    def revoked(self, now: datetime) -> Self:
        """The consent after one of the two ended it; ended twice is ended once."""
        return self if self.status is Status.REVOKED else replace(self, status=Status.REVOKED, ended_at=now)

    def paused(self, now: datetime) -> Self:
        """The consent after the patient paused it; refuses with what else it is."""
        return self._moved(Status.PAUSED, now)

    def resumed(self, now: datetime) -> Self:
        """The consent after the patient resumed it; refuses with what else it is."""
        return self._moved(Status.ACTIVE, now)

    def check_lives(self, now: datetime) -> None:
        """Refuses with GrantRevoked and GrantExpired."""
        status = self.status_at(now)
        if status in {Status.REVOKED, Status.EXPIRED}:
            raise _WHY[status]

    def _moved(self, to: Status, now: datetime) -> Self:
        self.check_lives(now)
        if self.status is Status.PENDING:
            raise GrantPending
        return replace(self, status=to)


def refusal(consent: Consent, needs: Collection[Scope], now: datetime) -> Refusal | None:
    """Why a read that needs these scopes is refused now; None where it is allowed. The one rule of access."""
    status = consent.status_at(now)
    if status is not Status.ACTIVE:
        return _WHY[status]()
    if (spent := consent.spent()) is not None:
        return spent
    return None if consent.terms.shows(*needs) else ScopeNotGranted()


_WHY: Final[Mapping[Status, type[Refusal]]] = {
    Status.PENDING: NotFound,
    Status.REVOKED: GrantRevoked,
    Status.EXPIRED: GrantExpired,
    Status.PAUSED: GrantPaused,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who reads, as it stood when the invite was redeemed: what the patient confirmed does not change later."""

    account: AccountKey | None
    """None once the account is erased."""
    name: str | None
    organisation: str | None
    email: str
    assurance: Assurance


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Consent):
    """A consent for a clinician with an account."""

    key: GrantKey
    id: GrantId
    pid: str
    """What the clinician knows the patient by: each grant's own."""
    patient: PatientKey
    purpose: str | None
    show_name: bool
    match_number: str
    recipient: Recipient
    created_at: datetime
    confirmed_at: datetime | None

    def confirmed(self, typed: str, terms: Terms, now: datetime) -> "Grant":
        """The grant after the patient compared both screens; refuses with what else it is and MatchNumberWrong."""
        self.check_lives(now)
        if self.status is not Status.PENDING:
            return self
        if typed != self.match_number:
            raise MatchNumberWrong
        recipient = replace(self.recipient, assurance=Assurance.IN_PERSON_CONFIRMED)
        return replace(self, status=Status.ACTIVE, terms=terms, recipient=recipient, confirmed_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A patient's offer, until it is redeemed once or is dead."""

    offer: Offer
    grant_expires_at: datetime
    purpose: str | None
    show_name: bool


def expiry_errors(expires_at: datetime, now: datetime, longest: timedelta) -> list[FieldError]:
    """What is wrong with the end of a consent; empty if nothing."""
    if now < expires_at <= now + longest:
        return []
    message = f"This must lie ahead, and at most {longest.days} days."
    return [FieldError(pointer="/expires_at", code="out-of-range", message=message)]
