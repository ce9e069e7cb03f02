"""Invites that can still be redeemed, and how often an account named one that it could not redeem."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from app.domain.access import SignedIn
from app.domain.ids import PatientKey
from app.domain.limits import REDEEM, Tally, counted_from
from app.domain.sharing.consent import Invitation
from app.storage.grants import invitation_values
from app.storage.tables import accounts, invites, wrong_invites
from app.storage.terms import offer_of

_LIVES = invites.c.expires_at > bindparam("now")
_by_secret = select(*invites.c).where(invites.c.fingerprint == bindparam("secret"), _LIVES).with_for_update()
_by_name = select(*invites.c).where(invites.c.name == bindparam("the_name"), _LIVES).with_for_update()
_named = select(invites.c.key).where(invites.c.name == bindparam("the_name"))
_add = insert(invites)
_forget_dead = delete(invites).where(invites.c.expires_at <= bindparam("now"))
_end = delete(invites).where(invites.c.key == bindparam("the_key"))
_count = update(invites).where(invites.c.key == bindparam("the_key")).values(wrong=invites.c.wrong + 1)
_turn = select(accounts.c.key).where(accounts.c.key == bindparam("me")).with_for_update(key_share=True)
_tally = select(func.count(), func.min(wrong_invites.c.at)).where(
    wrong_invites.c.account == bindparam("me"), wrong_invites.c.at > bindparam("counted_from")
)
_forget_old = delete(wrong_invites).where(wrong_invites.c.at <= bindparam("counted_from"))
_add_wrong = insert(wrong_invites)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvite:
    """An invite that a patient makes."""

    id: str
    patient: PatientKey
    fingerprint: bytes
    name: str
    code_mac: bytes
    expires_at: datetime
    invitation: Invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveInvite:
    """An invite that somebody named."""

    key: int
    patient: PatientKey
    code_mac: bytes
    wrong: int
    """How often its name was given with a wrong secret."""
    invitation: Invitation


class Invites:
    """Invites, for whoever makes or redeems one."""

    def __init__(self, connection: Connection, access: SignedIn) -> None:
        self._connection = connection
        self._mine = {"me": access.account}

    def is_free(self, name: str, now: datetime) -> bool:
        """Whether no invite has this name; those that ran out are deleted first."""
        self._connection.execute(_forget_dead, {"now": now})
        return self._connection.execute(_named, {"the_name": name}).one_or_none() is None

    def add(self, new: NewInvite) -> None:
        """Stores an invite."""
        values = {
            "id": new.id,
            "patient": new.patient,
            "fingerprint": new.fingerprint,
            "name": new.name,
            "code_mac": new.code_mac,
            "wrong": 0,
            "expires_at": new.expires_at,
            "grant_expires_at": new.invitation.grant_expires_at,
            **invitation_values(new.invitation),
        }
        self._connection.execute(_add, values)

    def by_secret(self, fingerprint: bytes, now: datetime) -> LiveInvite | None:
        """The invite with this secret, locked until the unit of work ends."""
        return _live(self._connection.execute(_by_secret, {"secret": fingerprint, "now": now}).one_or_none())

    def by_name(self, name: str, now: datetime) -> LiveInvite | None:
        """The invite with this name, locked until the unit of work ends."""
        return _live(self._connection.execute(_by_name, {"the_name": name, "now": now}).one_or_none())

    def end(self, invite: LiveInvite) -> None:
        """Nobody can redeem it any more."""
        self._connection.execute(_end, {"the_key": invite.key})

    def count_wrong(self, invite: LiveInvite) -> None:
        """Its name was given with a wrong secret."""
        self._connection.execute(_count, {"the_key": invite.key})

    def failures(self, now: datetime) -> Tally:
        """How often this account failed lately; others of its requests wait until the unit of work ends."""
        self._connection.execute(_turn, self._mine)
        values = {**self._mine, "counted_from": counted_from(REDEEM, now)}
        count, oldest = self._connection.execute(_tally, values).one()
        return Tally(count=count, oldest=oldest)

    def add_failure(self, now: datetime) -> None:
        """Counts one, and forgets all that no longer count."""
        self._connection.execute(_forget_old, {"counted_from": counted_from(REDEEM, now)})
        self._connection.execute(_add_wrong, {"account": self._mine["me"], "at": now})


def _live(row: Row[*tuple[Any, ...]] | None) -> LiveInvite | None:
    if row is None:
        return None
    return LiveInvite(
        key=row.key,
        patient=PatientKey(row.patient),
        code_mac=row.code_mac,
        wrong=row.wrong,
        invitation=Invitation(
            offer=offer_of(row),
            grant_expires_at=row.grant_expires_at,
            purpose=row.purpose,
            show_name=row.show_name,
        ),
    )
