"""The own diary as FHIR resources."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hmac import digest
from typing import Final, NamedTuple

from app import __version__
from app.domain.access import OwnDiary
from app.domain.accounts import Account
from app.domain.clock import day_in_zone
from app.domain.errors import NotFound
from app.domain.fhir.audit_event import audit_event
from app.domain.fhir.bundle import document
from app.domain.fhir.condition import conditions
from app.domain.fhir.consent import consent
from app.domain.fhir.datatypes import Dated, Resource
from app.domain.fhir.device import device
from app.domain.fhir.medication_administration import medication_administrations
from app.domain.fhir.medication_statement import medication_statements
from app.domain.fhir.names import Names
from app.domain.fhir.observation import observations
from app.domain.fhir.observation_search import ANY, Sought, by_date, computed, in_order
from app.domain.fhir.occasional import occasional
from app.domain.fhir.own import FEW, MANY, OCCASIONAL, own_diary
from app.domain.fhir.patient import patient
from app.domain.fhir.search import Found, Search, Span, named, only, page
from app.domain.fhir.shared import link_permission, permission_of
from app.domain.fhir.shown import Person, Shown
from app.domain.records.kinds import CONDITION_KIND, DAY, DOSE, MEASURE_KIND, MEDICATION, MOMENT, REGIMEN_STEP, Kind
from app.domain.records.listing import Window
from app.domain.records.record import StoredRecord
from app.domain.sharing.consent import Status
from app.domain.trends.summary import summary
from app.services.diaries import Material, gather
from app.services.holding import read_access_log
from app.services.parts import Parts
from app.storage.records import Records
from app.storage.work import Work

_DAY: Final = timedelta(days=1)
_STRETCH: Final = 100
"""Days that are read at once, at the least: what is looked for may be rare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvents:
    """Rows of the access log as AuditEvents."""

    resources: list[Resource]
    next_after: int | None
    """The number that the next page begins after; None where this was the last."""


class _Rows(NamedTuple):
    """What resources are made of records of which kinds."""

    kinds: tuple[Kind, ...]
    build: Callable[[Shown, Names], Iterator[Dated]]


_NIGHTS: Final = _Rows((DOSE,), medication_administrations)


def own_names(secret_key: bytes, access: OwnDiary, *, in_bundle: bool = False) -> Names:
    """The names under which a patient knows the own resources: the same each time, and nobody else's."""
    key = digest(secret_key, f"fhir:{access.account_id}".encode(), "sha256")
    return Names(key, in_bundle=in_bundle)


async def own_summary(parts: Parts, access: OwnDiary, span: Span) -> Resource:
    """The document Bundle of the diary on these dates; trends and plan are those of today."""
    at = parts.clock()
    as_of = day_in_zone(at, access.time_zone)

    def read(work: Work) -> tuple[Account, list[StoredRecord], Material]:
        window = Window(first=span.first.isoformat(), last=span.last.isoformat())
        many = [record for kind in MANY for record in work.records.listed(kind, window)]
        return work.accounts.own(), [*work.records.of_kinds(FEW), *many], gather(work.records, as_of)

    account, records, material = await parts.database.read(access, read)

    def build() -> Resource:
        summaries = [summary(material.diary(condition), as_of, None) for condition in material.tracked]
        shown = own_diary(person_of(account), as_of, records, summaries)
        return document(shown, own_names(parts.secret_key, access, in_bundle=True), at, __version__)

    return await asyncio.to_thread(build)  # five years of it take as long as a hundred other answers


async def own_patient(parts: Parts, access: OwnDiary) -> Resource:
    """The Patient, with what the account tells."""
    account = await parts.database.read(access, lambda work: work.accounts.own())
    return patient(person_of(account), own_names(parts.secret_key, access))


async def own_conditions(parts: Parts, access: OwnDiary) -> list[Resource]:
    """The conditions that are tracked."""
    return [*conditions(await _few(parts, access, CONDITION_KIND), own_names(parts.secret_key, access))]


async def own_medication_statements(parts: Parts, access: OwnDiary) -> list[Resource]:
    """The plan's steps and the other medicines."""
    shown = await _few(parts, access, REGIMEN_STEP, MEDICATION)
    return [*medication_statements(shown, own_names(parts.secret_key, access))]


async def own_consents(parts: Parts, access: OwnDiary) -> list[Resource]:
    """What the patient allowed others, the ended ones too; an invitation that waits for an answer is none yet."""
    names, now = own_names(parts.secret_key, access), parts.clock()
    grants, shares = await parts.database.read(access, lambda work: (work.grants.listed(), work.shares.listed()))
    given = [permission_of(grant, now) for grant in grants if grant.status is not Status.PENDING]
    for share in shares:
        active = share.status_at(now) is Status.ACTIVE and share.spent() is None
        given.append(link_permission(share.id, share.terms, share.created_at, share.expires_at, active=active))
    return [consent(permission, names) for permission in given]


async def own_audit_events(parts: Parts, access: OwnDiary, span: Span, *, after: int, limit: int) -> LogEvents:
    """A page of the access log: the rows written on these dates (in UTC), the oldest first."""
    names = own_names(parts.secret_key, access)
    found = await read_access_log(parts, access, first=span.first, last=span.last, after=after, limit=limit)
    return LogEvents(resources=[audit_event(link, names) for link in found.links], next_after=found.next_after)


async def search_observations(parts: Parts, access: OwnDiary, search: Search, sought: Sought) -> Found:
    """A page of the diary's scores, readings and notes, of what is written now and then, and of what is computed."""
    beside = await _occasional(parts, access) if sought.occasional else []
    if sought.computed:
        beside += await _computed(parts, access)
    kinds = (DAY, MOMENT) if sought.entries else ()
    return await _search(parts, access, search, _Rows(kinds, observations), by_date(beside, search))


async def search_administrations(parts: Parts, access: OwnDiary, search: Search) -> Found:
    """A page of the nights that were logged."""
    return await _search(parts, access, search, _NIGHTS, [])


async def own_observation(parts: Parts, access: OwnDiary, name: str) -> Resource:
    """One Observation, written or computed; refuses with NotFound, as all that name one resource."""
    return only(name, (await search_observations(parts, access, named(name), ANY)).resources)


async def own_administration(parts: Parts, access: OwnDiary, name: str) -> Resource:
    """One MedicationAdministration."""
    return only(name, (await search_administrations(parts, access, named(name))).resources)


async def own_devices(parts: Parts, access: OwnDiary) -> list[Resource]:
    """The service itself."""
    return [device(own_names(parts.secret_key, access), __version__)]


async def own_audit_event(parts: Parts, access: OwnDiary, name: str) -> Resource:
    """One row of the access log."""
    after: int | None = 0
    while after is not None:
        found = await own_audit_events(parts, access, Span(), after=after, limit=_STRETCH)
        if seen := [one for one in found.resources if one["id"] == name]:
            return seen[0]
        after = found.next_after
    raise NotFound


def person_of(account: Account) -> Person:
    """The patient, with what the account tells."""
    year, sex = account.birth_year, account.sex
    return Person(name=account.display_name, born=str(year) if year else None, gender=sex.value if sex else None)


async def _few(parts: Parts, access: OwnDiary, *kinds: Kind) -> Shown:
    records = await parts.database.read(access, lambda work: work.records.of_kinds(kinds))
    return own_diary(Person(), day_in_zone(parts.clock(), access.time_zone), records, ())


async def _search(parts: Parts, access: OwnDiary, search: Search, rows: _Rows, beside: list[Dated]) -> Found:
    """A page out of what these records make and what is there beside it."""
    names = own_names(parts.secret_key, access)
    as_of = day_in_zone(parts.clock(), access.time_zone)

    def read(work: Work) -> Found:
        return page(search, in_order(search, _dated(work.records), beside))

    def _dated(records: Records) -> Iterator[Dated]:
        own = records.of_kinds((MEASURE_KIND,))
        for span in _stretches(records, rows.kinds, search):
            window = Window(first=span.first.isoformat(), last=span.last.isoformat())
            many = [record for kind in rows.kinds for record in records.listed(kind, window)]
            dated = [*rows.build(own_diary(Person(), as_of, [*own, *many], ()), names)]
            yield from reversed(dated) if search.descending else dated

    return await parts.database.read(access, read)


async def _occasional(parts: Parts, access: OwnDiary) -> list[Resource]:
    shown = await _few(parts, access, CONDITION_KIND, MEASURE_KIND, *OCCASIONAL)
    return [*occasional(shown, own_names(parts.secret_key, access))]


async def _computed(parts: Parts, access: OwnDiary) -> list[Resource]:
    as_of = day_in_zone(parts.clock(), access.time_zone)

    def read(work: Work) -> tuple[list[StoredRecord], Material]:
        return [*work.records.of_kinds(FEW)], gather(work.records, as_of)

    few, material = await parts.database.read(access, read)

    def build() -> list[Resource]:
        summaries = [summary(material.diary(condition), as_of, None) for condition in material.tracked]
        shown = own_diary(Person(), as_of, few, summaries)
        return [*computed(shown, own_names(parts.secret_key, access))]

    return await asyncio.to_thread(build)  # as the whole document


def _stretches(records: Records, kinds: tuple[Kind, ...], search: Search) -> Iterator[Span]:
    """The dates that a page may come from, in short stretches in the search's order: most pages need one."""
    first, last = search.left.first, search.left.last
    while first <= last:
        ends = [_ahead(records, kind, first, last, search) for kind in kinds]
        if search.descending:
            begin = max([first, *filter(None, ends)])
            yield Span(first=begin, last=last)
            last = begin - _DAY
        else:
            end = min([last, *filter(None, ends)])
            yield Span(first=first, last=end)
            first = end + _DAY


def _ahead(records: Records, kind: Kind, first: date, last: date, search: Search) -> date | None:
    """The date of the record that is a page's length ahead; None where there are not so many."""
    limit = max(_STRETCH, search.count)
    if search.descending:
        found = records.before(kind, (last + _DAY).isoformat(), limit=limit)
    else:
        found = records.listed(kind, Window(first=first.isoformat(), last=last.isoformat()), limit=limit)
    return date.fromisoformat(str(found[-1].fields["local_date"])) if len(found) == limit else None
