"""Grants: listed, confirmed, paused, resumed and ended by the patient; listed and ended by the clinician too."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from app.domain.access import OwnDiary, SignedIn
from app.domain.catalogue import CONDITIONS
from app.domain.errors import FieldError, Invalid, NotFound
from app.domain.ids import GrantId, PatientKey, uuid7
from app.domain.records.kinds import CONDITION_KIND, MEASURE_KIND
from app.domain.sharing.consent import Grant, Status
from app.domain.sharing.receipts import Event, Receipt, grant_receipt
from app.domain.sharing.terms import Offer, Terms, frozen, unknown_condition
from app.domain.trends.diary import Tracked
from app.domain.trends.written import own_measure, tracked_condition
from app.services.parts import Parts
from app.storage.work import Work


class MakeReceipt(Protocol):
    """Writes what a receipt says."""

    def __call__(self, *, receipt_id: str, previous_id: str | None) -> dict[str, Any]: ...  # noqa: D102 - see above


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantPage:
    """Some grants, the oldest first."""

    grants: list[Grant]
    next_after: GrantId | None
    """The grant that the next page begins after; None where this was the last."""


async def list_grants(
    parts: Parts, access: SignedIn, *, after: str | None, limit: int, active_at: datetime | None = None
) -> GrantPage:
    """A page of those that a patient gave, or that a clinician holds; `active_at`, of those that are active then.

    Refuses with Invalid where there is no such grant to begin after.
    """

    def read(work: Work) -> list[Grant]:
        try:
            return work.grants.page(after=after, limit=limit + 1, active_at=active_at)
        except NotFound:
            message = "This is no cursor of this list."
            raise Invalid([FieldError(pointer="cursor", code="out-of-range", message=message)]) from None

    found = await parts.database.read(access, read)
    grants = found[:limit]
    return GrantPage(grants=grants, next_after=GrantId(grants[-1].id) if len(found) > limit else None)


async def confirm(parts: Parts, access: OwnDiary, grant_id: GrantId, typed: str) -> Grant:
    """The active grant, its measures frozen; refuses with NotFound, MatchNumberWrong, GrantRevoked, GrantExpired."""
    at = parts.clock()

    def change(work: Work) -> Grant:
        grant = _to_change(work, access.patient, grant_id)
        now_stands = grant.confirmed(typed, terms_of(work, grant.terms, grant.terms.id_key), at)
        return _store(parts, work, grant, now_stands, Event.GIVEN, at)

    return await parts.database.write(access, change)


async def revoke(parts: Parts, access: SignedIn, grant_id: GrantId) -> Grant:
    """The ended grant; refuses with NotFound."""
    at = parts.clock()

    def change(work: Work) -> Grant:
        seen = work.grants.find(grant_id)
        if seen is None:
            raise NotFound
        grant = _to_change(work, seen.patient, grant_id)
        return _store(parts, work, grant, grant.revoked(at), Event.REVOKED, at)

    return await parts.database.write(access, change)


def end_all_held(parts: Parts, work: Work, at: datetime) -> None:
    """Ends every grant that a clinician holds, whose account goes; patients keep a receipt as of any end."""
    for seen in work.grants.listed():
        grant = _to_change(work, seen.patient, seen.id)
        _store(parts, work, grant, grant.revoked(at), Event.REVOKED, at)


async def pause(parts: Parts, access: OwnDiary, grant_id: GrantId) -> Grant:
    """The paused grant; refuses with NotFound, GrantPending, GrantRevoked and GrantExpired."""
    return await _move(parts, access, grant_id, Grant.paused)


async def resume(parts: Parts, access: OwnDiary, grant_id: GrantId) -> Grant:
    """The active grant; refuses as `pause`."""
    return await _move(parts, access, grant_id, Grant.resumed)


def terms_of(work: Work, offer: Offer, id_key: bytes) -> Terms:
    """The terms of a consent that begins now, from the patient's own records."""
    records = work.records.of_kinds((CONDITION_KIND, MEASURE_KIND))
    tracked: dict[str, Tracked] = {
        one.id: tracked_condition(one.id, one.fields) for one in records if one.kind == CONDITION_KIND.name
    }
    own_measures = [own_measure(one.id, one.fields) for one in records if one.kind == MEASURE_KIND.name]
    return frozen(offer, tracked, own_measures, id_key)


def check_known(work: Work, offer: Offer) -> None:
    """Refuses with Invalid conditions that are neither in the catalogue nor the patient's own."""
    own = {record.id for record in work.records.of_kinds((CONDITION_KIND,))}
    unknown = [
        unknown_condition(place)
        for place, code in enumerate(offer.conditions)
        if code not in CONDITIONS and code not in own
    ]
    if unknown:
        raise Invalid(unknown)


def keep_receipt(  # noqa: PLR0913, PLR0917 - where it is kept, of what, and when
    parts: Parts, work: Work, patient: PatientKey, consent_id: str, made: MakeReceipt, at: datetime
) -> None:
    """Signs a receipt of what happened to a consent, and keeps it."""
    receipt_id = uuid7(at, parts.chance(10))
    said = made(receipt_id=receipt_id, previous_id=work.receipts.last_of(patient, consent_id))
    work.receipts.add(
        patient, Receipt(id=receipt_id, consent_id=consent_id, issued_at=at, jws=parts.signer.signed(said))
    )


async def _move(parts: Parts, access: OwnDiary, grant_id: GrantId, moved: Callable[[Grant, datetime], Grant]) -> Grant:
    at = parts.clock()

    def change(work: Work) -> Grant:
        grant = moved(_to_change(work, access.patient, grant_id), at)
        work.grants.change(grant)
        return grant

    return await parts.database.write(access, change)


def _to_change(work: Work, patient: PatientKey, grant_id: GrantId) -> Grant:
    work.grants.take_turn(patient)
    grant = work.grants.find(grant_id, to_change=True)
    if grant is None:
        raise NotFound
    return grant


def _store(  # noqa: PLR0913, PLR0917 - what was, what is, and the receipt of it
    parts: Parts, work: Work, before: Grant, after: Grant, event: Event, at: datetime
) -> Grant:
    """Stores the grant and a receipt of what happened to it, if anything did.

    A grant that was never confirmed showed nothing: declining it needs no receipt.
    """
    if after.status is before.status:
        return after
    work.grants.change(after)
    if event is Event.REVOKED and before.status is Status.PENDING:
        return after
    made = partial(grant_receipt, after, event, controller=parts.public_url, now=at)
    keep_receipt(parts, work, after.patient, after.id, made, at)
    return after
