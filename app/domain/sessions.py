"""Refresh rotation that survives a lost answer and gives a thief away (reliability, section 2).

A sign-in begins a family of tokens. Each generation is a pair: one refresh token, and one access token for each time
the pair was handed out. Only fingerprints are known here.

Why this is safe: an honest client keeps a new pair before it uses it and lets its outstanding refreshes end first, so
it never presents an old refresh token once the next pair was used. Whoever does holds a copy.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.errors import Refusal
from app.domain.ids import SessionId
from app.domain.limits import Standing

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=90)
LONGEST_SESSION = timedelta(days=365)
TWIN_TOLERANCE = timedelta(minutes=2)
"""How far apart the answers to one client's outstanding refreshes can have been given."""
REVOKED_SHOWN_FOR = timedelta(days=90)
"""How long a session that was revoked because of a copied token is shown to its owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A device that is signed in, as its owner sees it."""

    id: SessionId
    device_name: str | None
    """As the device gave it."""
    created_at: datetime
    last_seen_at: datetime
    """To about a quarter of an hour."""
    expires_at: datetime
    revoked_at: datetime | None
    """When two held the same refresh token; absent while the session is good."""
    is_current: bool
    """Whether it is the one that asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFamily:
    """What a session remembers of its tokens."""

    current: bytes
    """Fingerprint of the newest refresh token."""
    previous: bytes | None
    """Fingerprint of the one before; none before the first rotation."""
    generation: int
    """1 at sign-in, one more with each rotation."""
    confirmed: bool
    """Whether an access token of this generation was used; a use of the refresh token begins the next generation."""
    expires_at: datetime
    ends_at: datetime
    """The end that no refresh can move."""

    def __post_init__(self) -> None:
        if self.generation < 1 or (self.previous is None) != (self.generation == 1):
            raise ValueError("only the first generation has no refresh token before it")
        if self.expires_at > self.ends_at:
            raise ValueError("a session does not outlive its end")

    @property
    def oldest_access_generation(self) -> int:
        """Access tokens of this generation on are accepted: the one before is for requests that are on their way."""
        return self.generation - 1

    def access_until(self, now: datetime) -> datetime:
        """When an access token that is handed out now expires."""
        return min(now + ACCESS_LIFETIME, self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What is remembered of an access token."""

    generation: int
    issued_at: datetime
    expires_at: datetime


class TokenMissing(Refusal):
    """Nobody said who is asking."""

    code = "token-missing"


class TokenInvalid(Refusal):
    """The access token was never handed out, was ended, or is older than two generations."""

    code = "token-invalid"


class TokenExpired(Refusal):
    """The access token is older than 15 minutes; a refresh helps."""

    code = "token-expired"


class InvalidGrant(Refusal):
    """The password or refresh token opens nothing; which of all reasons it is stays unsaid."""

    code = "invalid-grant"

    def __init__(self, standings: Sequence[Standing] = ()) -> None:
        super().__init__(self.code)
        self.standings = tuple(standings)
        """How the caller stands with limits on guessing; none where there are none."""


class PasswordWrong(InvalidGrant):
    """Somebody who is signed in gave another password than the account's."""

    detail = "The password is wrong."


class ResetRefused(InvalidGrant):
    """The token of a reset mail was used, has run out, or never was one."""

    detail = "This link was used already, or has run out. Please ask for a new one."


class WrongRole(Refusal):
    """Meant for accounts of the other role."""

    code = "wrong-role"


class Refused(StrEnum):
    """Why a token opens nothing; nothing is to be stored."""

    EXPIRED = "expired"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """The successor and a new access token of this family are handed out.

    To be stored: the family; a new access token of its generation. To be deleted: access tokens older than its
    `oldest_access_generation`.
    """

    family: TokenFamily
    repeated: bool
    """The same refresh token was handed out before, and that answer may have been lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The access token is good, and the first of its generation to be used.

    To be stored before the answer, if the disk has room: the family. To be deleted: access tokens of its generation
    that were issued before `twins_from` or after `twins_until`; they went to somebody else, or to nobody.
    """

    family: TokenFamily
    twins_from: datetime
    twins_until: datetime


class Revoked:
    """Two hold the same refresh token: the family ends with all its tokens, and the patient is told."""


class Accepted:
    """The access token is good; nothing is to be stored."""


def begin(first: bytes, now: datetime) -> TokenFamily:
    """The family that a sign-in begins with the fingerprint of its first refresh token."""
    return TokenFamily(
        current=first,
        previous=None,
        generation=1,
        confirmed=False,
        expires_at=now + REFRESH_LIFETIME,
        ends_at=now + LONGEST_SESSION,
    )


def refresh(family: TokenFamily, presented: bytes, successor: bytes, now: datetime) -> Renewed | Revoked | Refused:
    """What becomes of a family when one of its refresh tokens, of whatever age, is presented.

    `presented` and `successor` are the fingerprints of that token and of the one derived from it.
    """
    if now >= family.expires_at:
        return Refused.EXPIRED
    expires_at = min(now + REFRESH_LIFETIME, family.ends_at)
    if presented == family.current:
        rotated = replace(
            family,
            current=successor,
            previous=presented,
            generation=family.generation + 1,
            confirmed=False,
            expires_at=expires_at,
        )
        return Renewed(family=rotated, repeated=False)
    if presented == family.previous and not family.confirmed:
        # The successor differs from the current one only if the service's secret key was changed in between.
        return Renewed(family=replace(family, current=successor, expires_at=expires_at), repeated=True)
    return Revoked()


def use(family: TokenFamily, token: AccessToken, now: datetime) -> Accepted | Confirmed | Refused:
    """What becomes of a family when one of its access tokens is used."""
    if token.generation < family.oldest_access_generation:
        return Refused.INVALID
    if now >= token.expires_at:
        return Refused.EXPIRED
    if token.generation < family.generation or family.confirmed:
        return Accepted()
    return Confirmed(
        family=replace(family, confirmed=True),
        twins_from=token.issued_at - TWIN_TOLERANCE,
        twins_until=token.issued_at + TWIN_TOLERANCE,
    )
