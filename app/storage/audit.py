"""The access log of one patient: written by whoever answers a guest, read by the patient, checked by the operator."""

from collections.abc import Generator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.access import Guest, Operator, OwnDiary
from app.domain.ids import AccountId, PatientKey
from app.domain.sharing.access_log import FIRST, Entry, Head, Link, chained, row_text, sealed
from app.storage.tables import access_log, access_log_heads, accounts

_OF = access_log.c.patient == bindparam("patient")
_THE_HEAD = access_log_heads.c.patient == bindparam("patient")
_head = select(access_log_heads.c.seq, access_log_heads.c.hash, access_log_heads.c.seal).where(_THE_HEAD)
_head_to_move = _head.with_for_update()
_NEW_HEAD: dict[str, object] = {"patient": bindparam("patient"), "seq": 0, "hash": FIRST, "seal": FIRST}
_begin = {
    "postgresql": postgresql.insert(access_log_heads).values(_NEW_HEAD).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(access_log_heads).values(_NEW_HEAD).on_conflict_do_nothing(),
}
_move = (
    update(access_log_heads)
    .where(access_log_heads.c.patient == bindparam("the_patient"))
    .values(seq=bindparam("new_seq"), hash=bindparam("new_hash"), seal=bindparam("new_seal"))
)
_add = insert(access_log)
_id = select(accounts.c.id).where(accounts.c.key == bindparam("patient"))
_rows = select(access_log.c.seq, access_log.c.at, access_log.c.entry, access_log.c.hash).where(_OF)
_whole = _rows.order_by(access_log.c.seq)
_page = (
    _rows.where(
        access_log.c.seq > bindparam("after"),
        access_log.c.at >= bindparam("since"),
        access_log.c.at < bindparam("until"),
    )
    .order_by(access_log.c.seq)
    .limit(bindparam("limit"))
)
_between = _rows.where(access_log.c.at >= bindparam("since"), access_log.c.at < bindparam("until")).order_by(
    access_log.c.seq
)
_patients = (
    select(accounts.c.key, accounts.c.id, accounts.c.email).where(accounts.c.role == "patient").order_by(accounts.c.key)
)
_AT_ONCE = 500


class Audit:
    """Access logs: a guest's answers are added to the one patient's, a patient reads the own, an operator all."""

    def __init__(self, connection: Connection, access: Guest | OwnDiary | Operator) -> None:
        self._connection = connection
        self._access = access

    def append(self, entry: Entry, key: bytes, *, patient: PatientKey | None = None) -> int:
        """Adds a row to the chain and answers its number; the patient is the guest's, or named by an operator."""
        whose = self._whose(patient)
        of = {"patient": whose}
        account = AccountId(self._connection.execute(_id, of).scalar_one())
        self._connection.execute(_begin[self._connection.dialect.name], of)
        head = self._connection.execute(_head_to_move, of).one()
        seq = head.seq + 1
        text = row_text(seq, entry)
        its_hash = chained(key, account, head.hash, text)
        self._connection.execute(_add, {**of, "seq": seq, "at": entry.at, "entry": text, "hash": its_hash})
        moved = {
            "the_patient": whose,
            "new_seq": seq,
            "new_hash": its_hash,
            "new_seal": sealed(key, account, seq, its_hash),
        }
        self._connection.execute(_move, moved)
        return seq

    def page(self, *, after: int, since: datetime, until: datetime, limit: int) -> list[Link]:
        """The patient's own rows beyond a number, written in a stretch of time, the oldest first."""
        values = {"patient": self._whose(None), "after": after, "since": since, "until": until, "limit": limit}
        return [_link(row) for row in self._connection.execute(_page, values)]

    def whole(self, patient: PatientKey | None = None) -> Generator[Link]:
        """All rows of a log, the oldest first; to be closed where it is not read to its end."""
        values, at_once = {"patient": self._whose(patient)}, {"yield_per": _AT_ONCE}
        with self._connection.execute(_whole, values, execution_options=at_once) as found:
            for row in found:
                yield _link(row)

    def between(self, patient: PatientKey, since: datetime, until: datetime) -> list[Link]:
        """The rows of a log that were written in a stretch of time."""
        values = {"patient": self._whose(patient), "since": since, "until": until}
        return [_link(row) for row in self._connection.execute(_between, values)]

    def head(self, patient: PatientKey) -> Head | None:
        """Where a log says that it ends."""
        row = self._connection.execute(_head, {"patient": self._whose(patient)}).one_or_none()
        return None if row is None else Head(seq=row.seq, hash=row.hash, seal=row.seal)

    def patients(self) -> list[tuple[PatientKey, AccountId, str]]:
        """Key, id and address of every patient, for the operator."""
        self._only_operators()
        return [(PatientKey(row.key), AccountId(row.id), row.email) for row in self._connection.execute(_patients)]

    def _whose(self, named: PatientKey | None) -> PatientKey:
        if not isinstance(self._access, Operator):
            return self._access.patient
        if named is None:
            raise TypeError("an operator names the patient")
        return named

    def _only_operators(self) -> None:
        if not isinstance(self._access, Operator):
            raise TypeError("the list of all patients is the operator's")


def _link(row: Row[*tuple[Any, ...]]) -> Link:
    return Link(seq=row.seq, at=row.at, text=row.entry, hash=row.hash)
