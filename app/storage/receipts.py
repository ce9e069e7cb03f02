"""A patient's consent receipts."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from app.domain.access import OwnDiary, SignedIn
from app.domain.ids import PatientKey
from app.domain.sharing.receipts import Receipt
from app.storage.tables import receipts

_OF = receipts.c.patient == bindparam("patient")
_last_number = select(func.coalesce(func.max(receipts.c.number), 0)).where(_OF)
_last_of = (
    select(receipts.c.id)
    .where(_OF, receipts.c.consent_id == bindparam("consent"))
    .order_by(receipts.c.number.desc())
    .limit(1)
)
_add = insert(receipts)
_listed = select(receipts.c.id, receipts.c.consent_id, receipts.c.issued_at, receipts.c.jws).where(_OF)
_in_order = _listed.order_by(receipts.c.number)
_page = _in_order.add_columns(receipts.c.number).where(receipts.c.number > bindparam("after")).limit(bindparam("limit"))


class Receipts:
    """Receipts of consents: added by either side of one, read by the patient."""

    def __init__(self, connection: Connection, access: SignedIn) -> None:
        self._connection = connection
        self._access = access

    def last_of(self, patient: PatientKey, consent_id: str) -> str | None:
        """The id of the latest receipt of a consent."""
        return self._connection.execute(_last_of, {"patient": patient, "consent": consent_id}).scalar_one_or_none()

    def add(self, patient: PatientKey, receipt: Receipt) -> None:
        """Stores a receipt; the patient's consents must be locked (`Grants.take_turn`)."""
        number = self._connection.execute(_last_number, {"patient": patient}).scalar_one() + 1
        values = {
            "patient": patient,
            "number": number,
            "id": receipt.id,
            "consent_id": receipt.consent_id,
            "issued_at": receipt.issued_at,
            "jws": receipt.jws,
        }
        self._connection.execute(_add, values)

    def listed(self) -> Iterator[Receipt]:
        """The patient's own, the oldest first."""
        for row in self._connection.execute(_in_order, {"patient": self._patient}):
            yield _receipt(row)

    def page(self, *, after: int, limit: int) -> list[tuple[int, Receipt]]:
        """So many of the patient's own that come after this number, each with its number."""
        where = {"patient": self._patient, "after": after, "limit": limit}
        return [(row.number, _receipt(row)) for row in self._connection.execute(_page, where)]

    @property
    def _patient(self) -> PatientKey:
        if not isinstance(self._access, OwnDiary):
            raise TypeError("receipts are the patient's")
        return self._access.patient


def _receipt(row: Row[*tuple[Any, ...]]) -> Receipt:
    return Receipt(id=row.id, consent_id=row.consent_id, issued_at=row.issued_at, jws=row.jws)
