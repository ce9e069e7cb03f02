"""Sessions as the bearer of a token meets them: begun, found by a token, renewed, ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select, update

from app.domain.access import Nobody, OwnDiary, Role, SignedIn
from app.domain.ids import AccountId, AccountKey, PatientKey, Revision, SessionId, SessionKey
from app.domain.sessions import AccessToken, Confirmed, TokenFamily
from app.storage.sessions import SHOWN, times
from app.storage.tables import access_tokens, accounts, patient_state, sessions

_FAMILY = (
    sessions.c.current_fingerprint,
    sessions.c.previous_fingerprint,
    sessions.c.generation,
    sessions.c.confirmed,
    sessions.c.refresh_expires_at,
    sessions.c.ends_at,
)
_THE_SESSION = sessions.c.key == bindparam("the_session")
_ITS_TOKENS = access_tokens.c.session == bindparam("the_session")

_bearers = (
    select(
        *_FAMILY,
        access_tokens.c.generation.label("token_generation"),
        access_tokens.c.issued_at,
        access_tokens.c.expires_at,
        sessions.c.key.label("session_key"),
        sessions.c.id.label("session_id"),
        accounts.c.key.label("account_key"),
        accounts.c.id.label("account_id"),
        accounts.c.role,
        accounts.c.time_zone,
        accounts.c.locale,
        accounts.c.day_start_minutes,
        patient_state.c.rev,
        access_tokens.c.fingerprint,
    )
    .join_from(access_tokens, sessions, sessions.c.key == access_tokens.c.session)
    .join(accounts, accounts.c.key == sessions.c.account)
    .join(patient_state, patient_state.c.patient == accounts.c.key, isouter=True)
    .where(access_tokens.c.fingerprint.in_(bindparam("tokens", expanding=True)))
)
_lock_its_session = (
    select(sessions.c.key)
    .join(access_tokens, access_tokens.c.session == sessions.c.key)
    .where(access_tokens.c.fingerprint == bindparam("token"))
    .with_for_update(of=sessions)
)
_family = (
    select(*_FAMILY, sessions.c.key.label("session_key"), accounts.c.email)
    .join_from(sessions, accounts, accounts.c.key == sessions.c.account)
    .where(sessions.c.family_fingerprint == bindparam("family"), sessions.c.revoked_at.is_(None))
    .with_for_update(of=sessions)
)
_begin = insert(sessions).returning(sessions.c.key)
_forget_hidden = delete(sessions).where(sessions.c.account == bindparam("the_account"), ~SHOWN)
_store_family = (
    update(sessions)
    .where(_THE_SESSION)
    .values(
        current_fingerprint=bindparam("current"),
        previous_fingerprint=bindparam("previous"),
        generation=bindparam("the_generation"),
        confirmed=bindparam("is_confirmed"),
        refresh_expires_at=bindparam("expires"),
        last_seen_at=bindparam("now"),
    )
)
_revoke = update(sessions).where(_THE_SESSION).values(revoked_at=bindparam("now"))
_end = delete(sessions).where(_THE_SESSION)
_hand_out = insert(access_tokens)
_forget_tokens = delete(access_tokens).where(_ITS_TOKENS)
_forget_older = delete(access_tokens).where(_ITS_TOKENS, access_tokens.c.generation < bindparam("oldest"))
_forget_strangers = delete(access_tokens).where(
    _ITS_TOKENS,
    access_tokens.c.generation == bindparam("the_generation"),
    or_(access_tokens.c.issued_at < bindparam("first"), access_tokens.c.issued_at > bindparam("last")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """What an access token opens, and what decides whether it does."""

    access: SignedIn | OwnDiary
    family: TokenFamily
    token: AccessToken


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A session that has not been revoked."""

    key: SessionKey
    email: str
    family: TokenFamily


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session that is to begin."""

    id: SessionId
    account: AccountKey
    device_name: str | None
    fingerprint: bytes
    """Of what all its refresh tokens have in common."""
    family: TokenFamily


class Tokens:
    """Sessions by their tokens, for whoever holds one."""

    def __init__(self, connection: Connection, _access: Nobody) -> None:
        self._connection = connection

    def bearers(self, tokens: Sequence[bytes]) -> dict[bytes, Bearer]:
        """What the access tokens with these fingerprints open, in one look; those that open nothing are absent."""
        rows = self._connection.execute(_bearers, {"tokens": tokens})
        return {row.fingerprint: _bearer_of(row) for row in rows}

    def bearer(self, token: bytes) -> Bearer | None:
        """What the access token opens; its session is locked until the unit of work ends.

        Looked up once the lock is held: PostgreSQL looks again at the row that it waited for, but not at the token's,
        which may have been voided meanwhile.
        """
        if self._connection.execute(_lock_its_session, {"token": token}).one_or_none() is None:
            return None
        return self.bearers([token]).get(token)

    def confirm(self, session: SessionKey, confirmed: Confirmed, now: datetime) -> None:
        """Stores that an access token of this generation was used; what went to others is void."""
        self._store(session, confirmed.family, now)
        self._connection.execute(
            _forget_strangers,
            {
                "the_session": session,
                "the_generation": confirmed.family.generation,
                "first": confirmed.twins_from,
                "last": confirmed.twins_until,
            },
        )

    def session(self, family: bytes) -> OpenSession | None:
        """The session whose refresh tokens have this in common, locked until the unit of work ends."""
        row = self._connection.execute(_family, {"family": family}).one_or_none()
        return (
            None
            if row is None
            else OpenSession(key=SessionKey(row.session_key), email=row.email, family=_family_of(row))
        )

    def begin(self, new: NewSession, now: datetime) -> SessionKey:
        """Begins a session, and forgets those of the account that are no longer shown."""
        self._connection.execute(_forget_hidden, {"the_account": new.account, **times(now)})
        values = {
            "id": new.id,
            "account": new.account,
            "device_name": new.device_name,
            "family_fingerprint": new.fingerprint,
            "current_fingerprint": new.family.current,
            "previous_fingerprint": new.family.previous,
            "generation": new.family.generation,
            "confirmed": new.family.confirmed,
            "created_at": now,
            "last_seen_at": now,
            "refresh_expires_at": new.family.expires_at,
            "ends_at": new.family.ends_at,
        }
        return SessionKey(self._connection.execute(_begin, values).scalar_one())

    def renew(self, session: SessionKey, family: TokenFamily, now: datetime) -> None:
        """Stores the family of the next generation; access tokens before the last are void."""
        self._store(session, family, now)
        values = {"the_session": session, "oldest": family.oldest_access_generation}
        self._connection.execute(_forget_older, values)

    def hand_out(self, session: SessionKey, fingerprint: bytes, token: AccessToken) -> None:
        """Remembers an access token."""
        values = {
            "session": session,
            "fingerprint": fingerprint,
            "generation": token.generation,
            "issued_at": token.issued_at,
            "expires_at": token.expires_at,
        }
        self._connection.execute(_hand_out, values)

    def revoke(self, session: SessionKey, now: datetime) -> None:
        """Voids all tokens; the session stays, for its owner to see that it was revoked."""
        self._connection.execute(_revoke, {"the_session": session, "now": now})
        self._connection.execute(_forget_tokens, {"the_session": session})

    def end(self, session: SessionKey) -> None:
        """Ends the session and its tokens, and leaves nothing of them."""
        self._connection.execute(_end, {"the_session": session})

    def _store(self, session: SessionKey, family: TokenFamily, now: datetime) -> None:
        values = {
            "the_session": session,
            "current": family.current,
            "previous": family.previous,
            "the_generation": family.generation,
            "is_confirmed": family.confirmed,
            "expires": family.expires_at,
            "now": now,
        }
        self._connection.execute(_store_family, values)


def _family_of(row: Row[*tuple[Any, ...]]) -> TokenFamily:
    return TokenFamily(
        current=row.current_fingerprint,
        previous=row.previous_fingerprint,
        generation=row.generation,
        confirmed=row.confirmed,
        expires_at=row.refresh_expires_at,
        ends_at=row.ends_at,
    )


def _bearer_of(row: Row[*tuple[Any, ...]]) -> Bearer:
    token = AccessToken(generation=row.token_generation, issued_at=row.issued_at, expires_at=row.expires_at)
    return Bearer(access=_access_of(row), family=_family_of(row), token=token)


def _access_of(row: Row[*tuple[Any, ...]]) -> SignedIn | OwnDiary:
    role = Role(row.role)
    account, account_id = AccountKey(row.account_key), AccountId(row.account_id)
    session, session_id = SessionKey(row.session_key), SessionId(row.session_id)
    if role is not Role.PATIENT:
        return SignedIn(
            account=account,
            account_id=account_id,
            role=role,
            session=session,
            session_id=session_id,
            locale=row.locale,
        )
    return OwnDiary(
        account=account,
        account_id=account_id,
        role=role,
        session=session,
        session_id=session_id,
        patient=PatientKey(row.account_key),
        time_zone=row.time_zone,
        locale=row.locale,
        day_start_minutes=row.day_start_minutes,
        revision=Revision(row.rev),
    )
