"""A diary as FHIR for those to whom it was granted: an outlet like any other, which sees a redacted diary alone."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from app import __version__
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
from app.domain.fhir.patient import patient
from app.domain.fhir.search import Found, Search, Span, named, only, page
from app.domain.fhir.shared import permission_of, shared_diary, shared_names
from app.domain.fhir.shown import Person, Shown
from app.domain.records.kinds import DAY, DOSE, MOMENT, Kind
from app.domain.sharing.scopes import Scope, ScopeNotGranted
from app.domain.sharing.visible import VisibleDiary
from app.services import clinic
from app.services.clinic import Held
from app.services.parts import Parts
from app.services.visible import Reach, visible_diary

_ALL_KINDS: Final = (DAY, MOMENT, DOSE)
Build = Callable[[Shown, Names], Iterator[Dated]]


async def shared_summary(parts: Parts, its: Held, span: Span) -> Resource:
    """The document Bundle of what the grant shows on these dates, with the grant as its Consent."""
    visible = await _visible(parts, its, _ALL_KINDS)
    names = shared_names(its.grant.terms, pid=its.grant.pid, in_bundle=True)
    now = parts.clock()

    def build() -> Resource:
        shown = shared_diary(visible, _person(its), span, with_trends=True)
        return document(shown, names, now, __version__, permission=permission_of(its.grant, now))

    return await asyncio.to_thread(build)  # as of the own diary


async def shared_patient(_parts: Parts, its: Held) -> Resource:
    """The Patient: a pseudonym of this grant, and a name only if the patient chose to show one."""
    return patient(_person(its), _names(its))


async def shared_devices(_parts: Parts, its: Held) -> list[Resource]:
    """The service itself."""
    return [device(_names(its), __version__)]


async def shared_conditions(parts: Parts, its: Held) -> list[Resource]:
    """The granted conditions."""
    return [*conditions(await _shown(parts, its, Span(), ()), _names(its))]


async def shared_statements(parts: Parts, its: Held) -> list[Resource]:
    """The plan, with the scope `doses`, and the medicines that are taken for a granted condition."""
    return [*medication_statements(await _shown(parts, its, Span(), ()), _names(its))]


async def shared_consents(parts: Parts, its: Held) -> list[Resource]:
    """The grant itself."""
    return [consent(permission_of(its.grant, parts.clock()), _names(its))]


async def shared_observation(parts: Parts, its: Held, name: str) -> Resource:
    """One granted Observation, written or computed.

    Without the scope `observations` nobody can tell what an id is of: refuses with ScopeNotGranted.
    """
    found = await search_shared_observations(parts, its, named(name), ANY)
    if not found.resources and Scope.OBSERVATIONS not in its.grant.terms.scopes:
        raise ScopeNotGranted
    return only(name, found.resources)


async def shared_administration(parts: Parts, its: Held, name: str) -> Resource:
    """One night that was logged."""
    return only(name, (await search_shared_administrations(parts, its, named(name))).resources)


async def search_shared_observations(parts: Parts, its: Held, search: Search, sought: Sought) -> Found:
    """A page of the granted scores, readings and notes, and of what is computed from them."""
    visible = await _visible(parts, its, _ALL_KINDS if sought.computed else (DAY, MOMENT))
    names = _names(its)

    def build() -> Found:
        entries = _ordered(visible, its, search, observations) if sought.entries else []
        trends = shared_diary(visible, _person(its), Span(), with_trends=True) if sought.computed else None
        return page(search, in_order(search, entries, by_date(computed(trends, names) if trends else (), search)))

    return await asyncio.to_thread(build)  # as of the own diary


async def search_shared_administrations(parts: Parts, its: Held, search: Search) -> Found:
    """A page of the nights that were logged."""
    visible = await _visible(parts, its, (DOSE,))
    return page(search, _ordered(visible, its, search, medication_administrations))


def _ordered(visible: VisibleDiary, its: Held, search: Search, build: Build) -> list[Dated]:
    """What a page may come from, in the search's order."""
    dated = [*build(shared_diary(visible, _person(its), search.left), _names(its))]
    return dated[::-1] if search.descending else dated


async def _shown(parts: Parts, its: Held, span: Span, kinds: Iterable[Kind]) -> Shown:
    return shared_diary(await _visible(parts, its, kinds), _person(its), span)


async def _visible(parts: Parts, its: Held, kinds: Iterable[Kind]) -> VisibleDiary:
    today = clinic.today(parts, its, None)
    return await visible_diary(parts, its.guest, its.grant.terms, today, reach=Reach.ALL, kinds=kinds)


def _person(its: Held) -> Person:
    return Person(name=its.display_name)


def _names(its: Held) -> Names:
    return shared_names(its.grant.terms, pid=its.grant.pid)
