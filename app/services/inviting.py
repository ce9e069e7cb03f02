"""Invites to share: made by a patient, redeemed once by a clinician (sharing, section 2)."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.access import OwnDiary, SignedIn
from app.domain.errors import Invalid, NotFound, Overloaded
from app.domain.ids import GrantId, uuid7
from app.domain.limits import REDEEM, Standing, check, standing
from app.domain.sharing.consent import (
    INVITE_LIFETIME,
    LONGEST_GRANT,
    Assurance,
    Invitation,
    Recipient,
    Status,
    expiry_errors,
)
from app.domain.sharing.spoken import (
    MOST_WRONG,
    NAME_CHARACTERS,
    SECRET_CHARACTERS,
    SpokenCode,
    characters,
    heard,
    match_number,
)
from app.domain.sharing.terms import offer_errors
from app.security.tokens import TokenKind, fingerprint, kind_of, new_token
from app.services.granting import check_known
from app.services.parts import Parts
from app.storage.grants import NewGrant
from app.storage.invites import LiveInvite, NewInvite
from app.storage.work import Work

INVITE_PATH: Final = "/invite"
_NAMES_TRIED: Final = 16
_ID_KEY_BYTES: Final = 32
_PID_CHARACTERS: Final = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What the patient shows or says to the clinician; it is stored nowhere."""

    id: str
    secret_url: str
    """The secret stands in its fragment, which no browser sends to any server."""
    spoken_code: str
    expires_at: datetime
    """When both are dead."""
    grant_expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """What the clinician is told."""

    grant_id: GrantId
    status: Status
    match_number: str


async def invite(parts: Parts, access: OwnDiary, invitation: Invitation, *, base: str) -> Invited:
    """A new invite, whose link begins with `base`; refuses with Invalid."""
    at = parts.clock()
    offer, purpose = invitation.offer, invitation.purpose
    errors = [*offer_errors(offer, purpose), *expiry_errors(invitation.grant_expires_at, at, LONGEST_GRANT)]
    if errors:
        raise Invalid(errors)
    token = new_token(TokenKind.INVITE, parts.chance)
    secret = characters(parts.chance(SECRET_CHARACTERS))
    names = [characters(parts.chance(NAME_CHARACTERS)) for _ in range(_NAMES_TRIED)]
    invite_id, expires_at = uuid7(at, parts.chance(10)), at + INVITE_LIFETIME

    def add(work: Work) -> SpokenCode:
        check_known(work, offer)
        name = next((name for name in names if work.invites.is_free(name, at)), None)
        if name is None:  # a million names, all taken within a quarter of an hour
            raise Overloaded
        code = SpokenCode(name, secret)
        new = NewInvite(
            id=invite_id,
            patient=access.patient,
            fingerprint=fingerprint(token),
            name=name,
            code_mac=_code_mac(parts, code),
            expires_at=expires_at,
            invitation=invitation,
        )
        work.invites.add(new)
        return code

    code = await parts.database.write(access, add)
    return Invited(
        id=invite_id,
        secret_url=f"{base}{INVITE_PATH}#{token}",
        spoken_code=code.text,
        expires_at=expires_at,
        grant_expires_at=invitation.grant_expires_at,
    )


async def redeem(
    parts: Parts, access: SignedIn, *, secret: str | None, spoken_code: str | None
) -> tuple[Redeemed, tuple[Standing, ...]]:
    """A pending grant; refuses with NotFound whatever it is that opens nothing, and with LimitReached.

    Answers how the account stands with the limit on failures too.
    """
    at = parts.clock()
    new = NewGrant(
        id=GrantId(uuid7(at, parts.chance(10))),
        pid=characters(parts.chance(_PID_CHARACTERS)).lower(),
        match_number=match_number(parts.chance(8)),
        id_key=parts.chance(_ID_KEY_BYTES),
    )

    def take(work: Work) -> tuple[Redeemed | None, tuple[Standing, ...]]:
        standings = _standings(parts, work, at)
        check(standings)
        found = _found(parts, work, at, secret=secret, spoken_code=spoken_code)
        if found is None:
            work.invites.add_failure(at)
            return None, _standings(parts, work, at)
        work.invites.end(found)
        work.grants.add(new, found.patient, found.invitation, _recipient(work), at)
        return Redeemed(grant_id=new.id, status=Status.PENDING, match_number=new.match_number), standings

    redeemed, standings = await parts.database.write(access, take)
    if redeemed is None:  # only now, since the failure is to be kept
        raise NotFound
    return redeemed, standings


def _found(parts: Parts, work: Work, at: datetime, *, secret: str | None, spoken_code: str | None) -> LiveInvite | None:
    """The invite that is meant; a wrong secret after a right name counts against the invite."""
    if secret is not None:
        return work.invites.by_secret(fingerprint(secret), at) if kind_of(secret) is TokenKind.INVITE else None
    code = heard(spoken_code or "")
    named = code and work.invites.by_name(code.name, at)
    if code is None or named is None:
        return None
    if hmac.compare_digest(named.code_mac, _code_mac(parts, code)):
        return named
    if named.wrong + 1 >= MOST_WRONG:
        work.invites.end(named)
    else:
        work.invites.count_wrong(named)
    return None


def _recipient(work: Work) -> Recipient:
    account = work.accounts.own()
    return Recipient(
        account=account.key,
        name=account.display_name,
        organisation=account.organisation,
        email=account.email,
        assurance=Assurance.SELF_ASSERTED,
    )


def _standings(parts: Parts, work: Work, at: datetime) -> tuple[Standing, ...]:
    return (standing(REDEEM, work.invites.failures(at), at),) if parts.limits else ()


def _code_mac(parts: Parts, code: SpokenCode) -> bytes:
    return hmac.digest(parts.secret_key, f"spoken code\0{code.text}".encode(), "sha256")
