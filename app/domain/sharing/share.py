"""Shares: consents for whoever holds a link (sharing, sections 1 and 3)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final

from app.domain.errors import FieldError, NotFound, Refusal
from app.domain.ids import PatientKey, ShareId, ShareKey
from app.domain.sharing.consent import Consent, expiry_errors
from app.domain.sharing.terms import Offer, offer_errors

MOST_OPENS: Final = 5
"""Of a visit link."""
MOST_COUNTED_OPENS: Final = 1000
"""Of an ongoing link that has a limit at all."""
ATTEMPTS: Final = 10
"""Wrong passcodes over a link's life."""
SHORTEST_PASSCODE: Final = 4
LONGEST_PASSCODE: Final = 200
LONGEST_NAME: Final = 200
LONGEST_RECIPIENT: Final = 200
KEPT_AFTER_EXPIRY: Final = timedelta(days=7)
"""How long a file stays that nobody can open any more."""


class ShareKind(StrEnum):
    """What a link is for."""

    VISIT = "visit"
    ONGOING = "ongoing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What holds for one kind of link."""

    lifetime: timedelta
    """Unless said otherwise."""
    longest: timedelta
    opens: int | None
    """Unless said otherwise; None for any number."""
    most_opens: int


RULES: Final = {
    ShareKind.VISIT: Rule(
        lifetime=timedelta(hours=24), longest=timedelta(hours=72), opens=MOST_OPENS, most_opens=MOST_OPENS
    ),
    ShareKind.ONGOING: Rule(
        lifetime=timedelta(days=30), longest=timedelta(days=90), opens=None, most_opens=MOST_COUNTED_OPENS
    ),
}


class LinkSpent(NotFound):
    """It opens nothing any more; whoever holds it is told no more than of a link that never was."""

    reason: ClassVar[str]
    """What the patient reads in the access log."""


class LinkUsedUp(LinkSpent):
    """It was opened as often as it may be."""

    reason = "link-used-up"


class LinkLocked(LinkSpent):
    """Too many wrong passcodes were tried."""

    reason = "link-locked"


class PasscodeMissing(Refusal):
    """The link asks for a passcode."""

    code = "passcode-missing"

    def __init__(self, remaining_attempts: int) -> None:
        super().__init__(self.code)
        self.remaining_attempts = remaining_attempts


class PasscodeWrong(PasscodeMissing):
    """Another one than the patient's was given."""

    code = "passcode-wrong"


class NotRefreshable(Refusal):
    """A visit link holds what it held when it was made."""

    code = "not-refreshable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Consent):
    """A consent for whoever holds a link."""

    key: ShareKey
    id: ShareId
    patient: PatientKey
    kind: ShareKind
    passcode_hash: str | None = field(repr=False)
    attempts_left: int | None
    """Wrong passcodes until nobody can open it any more; None where it has no passcode."""
    uses: int
    max_uses: int | None
    created_at: datetime
    filled_at: datetime
    """When its file was made."""
    last_day: date
    """The last diary date that its file knows of."""
    last_opened_at: datetime | None

    def spent(self) -> Refusal | None:
        """Why it opens nothing any more, though it stands."""
        if self.attempts_left == 0:
            return LinkLocked()
        return LinkUsedUp() if self.max_uses is not None and self.uses >= self.max_uses else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the patient is, for check-in: it stands in the encrypted file and nowhere else."""

    name: str
    birth_date: date
    gender: str
    """A word of FHIR's administrative-gender."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The link that a patient asks for."""

    kind: ShareKind
    offer: Offer
    expires_at: datetime
    max_uses: int | None
    passcode: str | None = field(repr=False)
    identity: Identity | None = field(repr=False)


def wanted_errors(wanted: Wanted, now: datetime, today: date) -> list[FieldError]:
    """What is wrong with it, but for conditions that nobody knows of; empty if nothing."""
    longest = RULES[wanted.kind].longest
    return [*offer_errors(wanted.offer, None), *expiry_errors(wanted.expires_at, now, longest), *_errors(wanted, today)]


def _errors(wanted: Wanted, today: date) -> Iterator[FieldError]:
    most, passcode = RULES[wanted.kind].most_opens, wanted.passcode
    if wanted.max_uses is not None and not 1 <= wanted.max_uses <= most:
        yield _fault("max_uses", f"Give a whole number from 1 to {most}.")
    if wanted.kind is ShareKind.VISIT:
        if passcode is not None:
            yield _fault("passcode", "A visit link has no passcode; an ongoing one has.")
    elif passcode is None:
        yield _fault("passcode", "An ongoing link needs a passcode.", code="missing-field")
    elif not SHORTEST_PASSCODE <= len(passcode) <= LONGEST_PASSCODE:
        yield _fault("passcode", f"A passcode has {SHORTEST_PASSCODE} to {LONGEST_PASSCODE} characters.")
    if wanted.identity is not None:
        if wanted.kind is ShareKind.ONGOING:
            yield _fault("identity", "Only a visit link can tell who you are.")
        if wanted.identity.birth_date > today:
            yield _fault("identity/birth_date", "This date lies ahead.", code="date-in-future")


def _fault(name: str, message: str, *, code: str = "out-of-range") -> FieldError:
    return FieldError(pointer=f"/{name}", code=code, message=message)
