"""Signing in and staying signed in: from a password to tokens, from a token to what it opens."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from app.domain.access import ANYWHERE, Nobody, OwnDiary, SignedIn
from app.domain.accounts import LONGEST_NAME, normalised_email
from app.domain.errors import NotFound, StorageFull
from app.domain.ids import SessionId, SessionKey, is_uuid7, uuid7
from app.domain.limits import Standing
from app.domain.sessions import (
    AccessToken,
    Confirmed,
    InvalidGrant,
    Refused,
    Revoked,
    Session,
    TokenExpired,
    TokenFamily,
    TokenInvalid,
    TokenMissing,
    begin,
    use,
)
from app.domain.sessions import refresh as refreshed
from app.security.tokens import TokenKind, family_fingerprint, fingerprint, kind_of, new_token, successor
from app.services.guessing import Proof, prove, prove_again
from app.services.letters import session_revoked
from app.services.parts import Parts
from app.storage.tokens import Bearer, NewSession, OpenSession
from app.storage.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a client is handed; written down nowhere."""

    access_token: str
    refresh_token: str
    expires_in_s: int
    """Seconds for which the access token is good."""
    standings: tuple[Standing, ...] = ()


async def admit(parts: Parts, token: str | None) -> SignedIn | OwnDiary:
    """Who asks; refuses with TokenMissing, TokenInvalid or TokenExpired.

    One read for each request, and a write only when the first token of a generation is used. A full disk stops nobody
    from reading: what cannot be stored now is stored at the next request.
    """
    if token is None:
        raise TokenMissing
    if kind_of(token) is not TokenKind.ACCESS:
        raise TokenInvalid
    its_fingerprint, at = fingerprint(token), parts.clock()
    bearer = await parts.database.bearer(its_fingerprint)
    access, confirmed = _verdict(bearer, at)
    if confirmed:
        with suppress(StorageFull):
            return await parts.database.write(ANYWHERE, lambda work: _confirm(work, its_fingerprint, at))
    return access


async def sign_in(parts: Parts, visitor: Nobody, *, email: str, password: str, device_name: str | None) -> Tokens:
    """A new session; refuses with InvalidGrant and LimitReached."""
    proof = await prove(parts, visitor, normalised_email(email), password)
    at = parts.clock()
    refresh_token = new_token(TokenKind.REFRESH, parts.chance)
    access_token = new_token(TokenKind.ACCESS, parts.chance)
    family = begin(fingerprint(refresh_token), at)
    new = NewSession(
        id=SessionId(uuid7(at, parts.chance(10))),
        account=proof.login.account.key,
        device_name=_tidy(device_name),
        fingerprint=family_fingerprint(refresh_token),
        family=family,
    )

    def enter(work: Work) -> None:
        prove_again(parts, work, proof, at)
        _keep_account(work, proof, at)
        _hand_out(work, work.tokens.begin(new, at), family, access_token, at)

    await parts.database.write(visitor, enter)
    return Tokens(
        access_token=access_token,
        refresh_token=refresh_token,
        expires_in_s=_seconds_left(family, at),
        standings=proof.standings,
    )


async def refresh(parts: Parts, refresh_token: str) -> Tokens:
    """The next pair of tokens, or the same again where it was never used; refuses with InvalidGrant.

    If two hold the token, the session ends and its owner is told.
    """
    if kind_of(refresh_token) is not TokenKind.REFRESH:
        raise InvalidGrant
    at = parts.clock()
    next_token = successor(parts.secret_key, refresh_token)
    access_token = new_token(TokenKind.ACCESS, parts.chance)

    def renew(work: Work) -> TokenFamily | OpenSession:
        session = work.tokens.session(family_fingerprint(refresh_token))
        if session is None:
            raise InvalidGrant
        outcome = refreshed(session.family, fingerprint(refresh_token), fingerprint(next_token), at)
        if isinstance(outcome, Refused):
            raise InvalidGrant
        if isinstance(outcome, Revoked):
            work.tokens.revoke(session.key, at)
            return session
        work.tokens.renew(session.key, outcome.family, at)
        _hand_out(work, session.key, outcome.family, access_token, at)
        return outcome.family

    family = await parts.database.write(ANYWHERE, renew)
    if isinstance(family, OpenSession):
        if parts.mailer:
            parts.mailer.send(session_revoked(family.email))
        raise InvalidGrant
    return Tokens(access_token=access_token, refresh_token=next_token, expires_in_s=_seconds_left(family, at))


async def revoke(parts: Parts, token: str) -> None:
    """Ends the session of either token, of whatever age; a token that is none of ours is as good as revoked."""
    kind = kind_of(token)

    def end(work: Work) -> None:
        if kind is TokenKind.REFRESH:
            session = work.tokens.session(family_fingerprint(token))
            key = session and session.key
        else:
            bearer = work.tokens.bearer(fingerprint(token))
            key = bearer and bearer.access.session
        if key is not None:
            work.tokens.end(key)

    if kind in (TokenKind.ACCESS, TokenKind.REFRESH):
        await parts.database.write(ANYWHERE, end)


async def list_sessions(parts: Parts, access: SignedIn) -> list[Session]:
    """The devices that are signed in, and sessions that were revoked lately, the oldest first."""
    at = parts.clock()
    return await parts.database.read(access, lambda work: work.sessions.listed(at))


async def end_session(parts: Parts, access: SignedIn, session: SessionId) -> None:
    """Signs a device out; refuses with NotFound."""
    if not is_uuid7(session):  # what came in a path may hold what no database could look for
        raise NotFound

    def end(work: Work) -> None:
        if not work.sessions.end(session):
            raise NotFound

    await parts.database.write(access, end)


def _verdict(bearer: Bearer | None, at: datetime) -> tuple[SignedIn | OwnDiary, Confirmed | None]:
    """What the token opens, and what is to be stored first."""
    if bearer is None:
        raise TokenInvalid
    match use(bearer.family, bearer.token, at):
        case Refused.EXPIRED:
            raise TokenExpired
        case Refused.INVALID:
            raise TokenInvalid
        case Confirmed() as confirmed:
            return bearer.access, confirmed
        case _:
            return bearer.access, None


def _confirm(work: Work, its_fingerprint: bytes, at: datetime) -> SignedIn | OwnDiary:
    # Looked at once more: it may have been refreshed, revoked or confirmed since.
    access, confirmed = _verdict(work.tokens.bearer(its_fingerprint), at)
    if confirmed:
        work.tokens.confirm(access.session, confirmed, at)
    return access


def _keep_account(work: Work, proof: Proof, at: datetime) -> None:
    """Refuses where the password was changed since it was proved, so that no session outlives its password."""
    account = proof.login.account.key
    if not work.logins.lock(proof.login):
        raise InvalidGrant
    if proof.replacement:
        work.logins.set_password(account, proof.replacement)
    work.guesses.make_familiar(account, proof.guesser.network, at)


def _hand_out(work: Work, session: SessionKey, family: TokenFamily, access_token: str, at: datetime) -> None:
    token = AccessToken(generation=family.generation, issued_at=at, expires_at=family.access_until(at))
    work.tokens.hand_out(session, fingerprint(access_token), token)


def _seconds_left(family: TokenFamily, at: datetime) -> int:
    return int((family.access_until(at) - at).total_seconds())


def _tidy(device_name: str | None) -> str | None:
    shown = "".join(sign for sign in device_name or "" if sign.isprintable())
    return shown[:LONGEST_NAME].strip() or None
