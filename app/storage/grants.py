"""Grants: found by the patient who gave them, or by the clinician who holds them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from app.domain.access import Guest, SignedIn
from app.domain.errors import NotFound
from app.domain.ids import AccountId, AccountKey, GrantId, GrantKey, PatientKey, Revision
from app.domain.sharing.consent import Assurance, Grant, Invitation, Recipient, Status
from app.storage.tables import accounts, grants, patient_state
from app.storage.terms import chosen_values, offer_values, terms_of

_MINE = or_(grants.c.patient == bindparam("me"), grants.c.clinician == bindparam("me"))
_listed = select(*grants.c).where(_MINE).order_by(grants.c.key)
_page = _listed.where(grants.c.key > bindparam("after")).limit(bindparam("limit"))
_active_page = _page.where(grants.c.status == Status.ACTIVE, grants.c.expires_at > bindparam("now"))
_one = select(*grants.c).where(_MINE, grants.c.id == bindparam("the_id"))
_one_to_change = _one.with_for_update()
_by_pid = select(*grants.c).where(grants.c.clinician == bindparam("me"), grants.c.pid == bindparam("the_pid"))
_to_read = select(*grants.c).where(grants.c.id == bindparam("the_id")).with_for_update(read=True)
_patient = (
    select(accounts.c.id, accounts.c.time_zone, accounts.c.display_name, patient_state.c.rev)
    .join_from(accounts, patient_state, patient_state.c.patient == accounts.c.key)
    .where(accounts.c.key == bindparam("patient"), patient_state.c.patient == bindparam("patient"))
)
_turn = select(accounts.c.key).where(accounts.c.key == bindparam("patient")).with_for_update(key_share=True)
_add = insert(grants).returning(grants.c.key)
_change = (
    update(grants)
    .where(grants.c.key == bindparam("the_key"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("status", "chosen", "side_effects", "assurance", "confirmed_at", "ended_at")
        }
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The patient of a grant, as far as reading under it needs to know."""

    id: AccountId
    time_zone: str
    display_name: str | None
    revision: Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGrant:
    """What only this grant has."""

    id: GrantId
    pid: str
    match_number: str
    id_key: bytes


class Grants:
    """The grants of whoever is signed in, or the one that a guest reads under."""

    def __init__(self, connection: Connection, access: SignedIn | Guest) -> None:
        self._connection = connection
        self._access = access
        self._mine = {"me": access.account if isinstance(access, SignedIn) else 0}

    def listed(self) -> list[Grant]:
        """All, the oldest first."""
        return [grant_of(row) for row in self._connection.execute(_listed, self._mine)]

    def page(self, *, after: str | None, limit: int, active_at: datetime | None = None) -> list[Grant]:
        """So many of those that come after one's own grant of this id; `active_at`, those that are active then.

        Refuses with NotFound where there is no such grant to begin after.
        """
        found = None if after is None else self.find(after)
        if after is not None and found is None:
            raise NotFound
        where = {**self._mine, "after": found.key if found else 0, "limit": limit}
        if active_at is None:
            rows = self._connection.execute(_page, where)
        else:
            rows = self._connection.execute(_active_page, {**where, "now": active_at})
        return [grant_of(row) for row in rows]

    def find(self, grant_id: str, *, to_change: bool = False) -> Grant | None:
        """One's own grant, given or held; to be changed, it is locked until the unit of work ends."""
        query = _one_to_change if to_change else _one
        row = self._connection.execute(query, {**self._mine, "the_id": grant_id}).one_or_none()
        return None if row is None else grant_of(row)

    def held(self, pid: str) -> Grant | None:
        """The grant that a clinician holds for this pseudonym."""
        row = self._connection.execute(_by_pid, {**self._mine, "the_pid": pid}).one_or_none()
        return None if row is None else grant_of(row)

    def to_read(self, grant_id: GrantId) -> Grant | None:
        """The grant as it stands, kept so until the unit of work ends; None where the patient's account is gone."""
        row = self._connection.execute(_to_read, {"the_id": grant_id}).one_or_none()
        return None if row is None else grant_of(row)

    def subject(self, patient: PatientKey) -> Subject | None:
        """The patient of a grant."""
        row = self._connection.execute(_patient, {"patient": patient}).one_or_none()
        if row is None:
            return None
        return Subject(
            id=AccountId(row.id), time_zone=row.time_zone, display_name=row.display_name, revision=Revision(row.rev)
        )

    def take_turn(self, patient: PatientKey) -> None:
        """Lets units of work about the same patient's consents run one after the other."""
        self._connection.execute(_turn, {"patient": patient})

    def add(
        self, new: NewGrant, patient: PatientKey, invitation: Invitation, recipient: Recipient, now: datetime
    ) -> None:
        """Stores a pending grant."""
        values = {
            "id": new.id,
            "pid": new.pid,
            "patient": patient,
            "clinician": recipient.account,
            "status": Status.PENDING,
            **invitation_values(invitation),
            "chosen": "{}",
            "side_effects": "[]",
            "expires_at": invitation.grant_expires_at,
            "match_number": new.match_number,
            "id_key": new.id_key,
            "recipient_name": recipient.name,
            "recipient_organisation": recipient.organisation,
            "recipient_email": recipient.email,
            "assurance": recipient.assurance,
            "created_at": now,
        }
        self._connection.execute(_add, values)

    def change(self, grant: Grant) -> None:
        """Stores what can change of a grant: state, frozen measures, assurance."""
        values = {
            "the_key": grant.key,
            "new_status": grant.status,
            **{f"new_{name}": value for name, value in chosen_values(grant.terms).items()},
            "new_assurance": grant.recipient.assurance,
            "new_confirmed_at": grant.confirmed_at,
            "new_ended_at": grant.ended_at,
        }
        self._connection.execute(_change, values)


def invitation_values(invitation: Invitation) -> dict[str, object]:
    """The columns that invites and grants share."""
    return {**offer_values(invitation.offer), "purpose": invitation.purpose, "show_name": invitation.show_name}


def grant_of(row: Row[*tuple[Any, ...]]) -> Grant:
    """The grant of a row of all columns."""
    return Grant(
        key=GrantKey(row.key),
        id=GrantId(row.id),
        pid=row.pid,
        patient=PatientKey(row.patient),
        status=Status(row.status),
        expires_at=row.expires_at,
        terms=terms_of(row),
        purpose=row.purpose,
        show_name=row.show_name,
        match_number=row.match_number,
        recipient=Recipient(
            account=None if row.clinician is None else AccountKey(row.clinician),
            name=row.recipient_name,
            organisation=row.recipient_organisation,
            email=row.recipient_email,
            assurance=Assurance(row.assurance),
        ),
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        ended_at=row.ended_at,
    )
