"""Shares and their encrypted files: made by the patient, read by whoever holds a link."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from app.domain.access import Guest, Nobody, Operator, OwnDiary
from app.domain.errors import NotFound
from app.domain.ids import PatientKey, ShareId, ShareKey
from app.domain.sharing.consent import Status
from app.domain.sharing.share import Share, ShareKind
from app.domain.sharing.terms import Terms
from app.storage.tables import share_files, shares
from app.storage.terms import chosen_values, offer_values, terms_of

_SHOWN = [column for column in shares.c if column is not shares.c.fingerprint]
_MINE = shares.c.patient == bindparam("me")
_listed = select(*_SHOWN).where(_MINE).order_by(shares.c.key)
_page = _listed.where(shares.c.key > bindparam("after")).limit(bindparam("limit"))
_key = select(shares.c.key).where(_MINE, shares.c.id == bindparam("the_id"))
_one_to_change = select(*_SHOWN).where(_MINE, shares.c.id == bindparam("the_id")).with_for_update()
_by_token = select(*_SHOWN).where(shares.c.fingerprint == bindparam("token"))
_to_read = select(*_SHOWN).where(shares.c.id == bindparam("the_id")).with_for_update()
_add = insert(shares).returning(shares.c.key)
_THIS = shares.c.key == bindparam("the_key")
_change = update(shares).where(_THIS).values({name: bindparam(f"new_{name}") for name in ("status", "ended_at")})
_opened = update(shares).where(_THIS).values(uses=shares.c.uses + 1, last_opened_at=bindparam("now"))
_take_attempt = (
    update(shares)
    .where(_THIS, shares.c.attempts_left > 0)
    .values(attempts_left=shares.c.attempts_left - 1)
    .returning(shares.c.attempts_left)
)
_attempts = select(shares.c.attempts_left).where(_THIS)
_give_back = update(shares).where(_THIS).values(attempts_left=shares.c.attempts_left + 1)
_filled = (
    update(shares).where(_THIS).values({name: bindparam(f"new_{name}") for name in ("filled_at", "last_day", "counts")})
)
_purged = update(shares).where(_THIS).values(purged_at=bindparam("now"))
_old = (
    select(shares.c.key, shares.c.patient)
    .where(shares.c.expires_at <= bindparam("before"), shares.c.purged_at.is_(None))
    .order_by(shares.c.expires_at)
    .limit(bindparam("limit"))
)
_FILE = (share_files.c.patient == bindparam("the_patient"), share_files.c.share == bindparam("the_share"))
_file = select(share_files.c.jwe).where(*_FILE)
_add_file = insert(share_files)
_drop_file = delete(share_files).where(*_FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShare:
    """A share that a patient makes."""

    id: ShareId
    kind: ShareKind
    fingerprint: bytes
    terms: Terms
    passcode_hash: str | None
    attempts_left: int | None
    max_uses: int | None
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What a link carries."""

    jwe: str
    counts: Mapping[str, int]
    """How much of what is in it, for the access log."""
    last_day: date
    """The last diary date that it knows of."""
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A share, and how much of what its file holds."""

    share: Share
    counts: Mapping[str, int]


class Shares:
    """The patient's own; for a guest the one that is read under; for anybody else the one whose token they hold."""

    def __init__(self, connection: Connection, access: OwnDiary | Guest | Nobody | Operator) -> None:
        self._connection = connection
        self._access = access

    def listed(self) -> list[Share]:
        """All of the patient, the oldest first."""
        return [_share(row) for row in self._connection.execute(_listed, {"me": self._patient})]

    def page(self, *, after: str | None, limit: int) -> list[Share]:
        """So many of the patient's that come after the one of this id, the oldest first.

        Refuses with NotFound where there is no such share to begin after.
        """
        key = 0
        if after is not None:
            key = self._connection.execute(_key, {"me": self._patient, "the_id": after}).scalar_one_or_none()
            if key is None:
                raise NotFound
        where = {"me": self._patient, "after": key, "limit": limit}
        return [_share(row) for row in self._connection.execute(_page, where)]

    def find(self, share_id: str) -> Share | None:
        """The patient's own, locked until the unit of work ends."""
        row = self._connection.execute(_one_to_change, {"me": self._patient, "the_id": share_id}).one_or_none()
        return None if row is None else _share(row)

    def by_token(self, fingerprint: bytes) -> Found | None:
        """The share with this token."""
        row = self._connection.execute(_by_token, {"token": fingerprint}).one_or_none()
        return None if row is None else Found(share=_share(row), counts=json.loads(row.counts))

    def to_read(self, share_id: ShareId) -> Share | None:
        """The share as it stands, kept so until the unit of work ends; None where the patient's account is gone."""
        row = self._connection.execute(_to_read, {"the_id": share_id}).one_or_none()
        return None if row is None else _share(row)

    def add(self, new: NewShare, file: File) -> ShareKey:
        """Stores an active share with its file."""
        values = {
            "id": new.id,
            "patient": self._patient,
            "kind": new.kind,
            "status": Status.ACTIVE,
            **offer_values(new.terms),
            **chosen_values(new.terms),
            "id_key": new.terms.id_key,
            "fingerprint": new.fingerprint,
            "passcode_hash": new.passcode_hash,
            "attempts_left": new.attempts_left,
            "uses": 0,
            "max_uses": new.max_uses,
            "created_at": file.made_at,
            "expires_at": new.expires_at,
            **_file_values(file),
        }
        key = ShareKey(self._connection.execute(_add, values).scalar_one())
        self._connection.execute(_add_file, {"patient": self._patient, "share": key, "jwe": file.jwe})
        return key

    def change(self, share: Share) -> None:
        """Stores its state."""
        values = {"the_key": share.key, "new_status": share.status, "new_ended_at": share.ended_at}
        self._connection.execute(_change, values)

    def refill(self, share: Share, file: File) -> None:
        """Puts another file in place of the one that is there."""
        self._connection.execute(_drop_file, self._file_of(share.key))
        self._connection.execute(_add_file, {"patient": self._patient, "share": share.key, "jwe": file.jwe})
        values = {f"new_{name}": value for name, value in _file_values(file).items()}
        self._connection.execute(_filled, {"the_key": share.key, **values})

    def file(self, share: Share) -> str | None:
        """What the link carries; None once it is purged."""
        return self._connection.execute(_file, self._file_of(share.key)).scalar_one_or_none()

    def count_open(self, share: Share, now: datetime) -> None:
        """Somebody was given what the link carries."""
        self._connection.execute(_opened, {"the_key": share.key, "now": now})

    def attempts_left(self, share: Share) -> int | None:
        """How many wrong passcodes are left now."""
        return self._connection.execute(_attempts, {"the_key": share.key}).scalar_one_or_none()

    def take_attempt(self, share: Share) -> int | None:
        """How many wrong passcodes are left after this one; None where there was none left."""
        return self._connection.execute(_take_attempt, {"the_key": share.key}).scalar_one_or_none()

    def give_back_attempt(self, share: Share) -> None:
        """The passcode was right."""
        self._connection.execute(_give_back, {"the_key": share.key})

    def purge(self, share: Share, now: datetime) -> None:
        """Deletes its file for good."""
        self._purge(share.key, share.patient, now)

    def purge_old(self, *, before: datetime, now: datetime, limit: int) -> int:
        """Deletes the files of shares that ran out by then, whoever's they are, and says how many."""
        found = self._connection.execute(_old, {"before": before, "limit": limit}).all()
        for row in found:
            self._purge(ShareKey(row.key), PatientKey(row.patient), now)
        return len(found)

    def _purge(self, key: ShareKey, patient: PatientKey, now: datetime) -> None:
        self._connection.execute(_drop_file, {"the_patient": patient, "the_share": key})
        self._connection.execute(_purged, {"the_key": key, "now": now})

    def _file_of(self, key: ShareKey) -> dict[str, object]:
        return {"the_patient": self._patient, "the_share": key}

    @property
    def _patient(self) -> PatientKey:
        if isinstance(self._access, (Nobody, Operator)):
            raise TypeError("a file opens for its patient, or for a guest")
        return self._access.patient


def _file_values(file: File) -> dict[str, object]:
    return {"filled_at": file.made_at, "last_day": file.last_day.isoformat(), "counts": json.dumps(dict(file.counts))}


def _share(row: Row[*tuple[Any, ...]]) -> Share:
    return Share(
        key=ShareKey(row.key),
        id=ShareId(row.id),
        patient=PatientKey(row.patient),
        kind=ShareKind(row.kind),
        status=Status(row.status),
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        terms=terms_of(row),
        passcode_hash=row.passcode_hash,
        attempts_left=row.attempts_left,
        uses=row.uses,
        max_uses=row.max_uses,
        created_at=row.created_at,
        filled_at=row.filled_at,
        last_day=date.fromisoformat(row.last_day),
        last_opened_at=row.last_opened_at,
    )
