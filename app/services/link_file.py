"""What a link carries: a Bundle of what the share shows, encrypted; an outlet that sees a redacted diary alone."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app import __version__
from app.domain.access import Guest, OwnDiary
from app.domain.clock import day_in_zone
from app.domain.fhir.bundle import collection, document
from app.domain.fhir.datatypes import Resource
from app.domain.fhir.search import Span
from app.domain.fhir.shared import link_permission, shared_diary, shared_names
from app.domain.fhir.shown import Person
from app.domain.ids import ShareId
from app.domain.report.check_in import rendering, story
from app.domain.sharing.consent import Assurance
from app.domain.sharing.share import Identity
from app.domain.sharing.terms import Terms
from app.domain.sharing.visible import VisibleDiary
from app.security.links import encrypted
from app.services.parts import Parts
from app.services.visible import Reach, visible_diary
from app.storage.shares import File

Render = Callable[[Resource], bytes]
"""A resource as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Which share a file is of."""

    id: ShareId
    terms: Terms
    given_at: datetime
    expires_at: datetime
    identity: Identity | None = None


async def made(parts: Parts, access: OwnDiary, contents: Contents, key: bytes, render: Render) -> File:
    """The file as of now, readable with the key alone; a check-in where the patient says who they are."""
    now = parts.clock()
    visible = await visible_diary(
        parts, _reader(access, contents), contents.terms, day_in_zone(now, access.time_zone), reach=Reach.ALL
    )
    if contents.identity is None:
        bundle = await asyncio.to_thread(_document, visible, contents, now)
    else:
        bundle = await _check_in(parts, visible, contents, contents.identity, now)
    jwe = await asyncio.to_thread(lambda: encrypted(key, render(bundle), parts.chance))
    return File(jwe=jwe, counts=_counts(visible), last_day=visible.as_of, made_at=now)


def _reader(access: OwnDiary, contents: Contents) -> Guest:
    """Whoever will hold the link."""
    return Guest(patient=access.patient, label="", assurance=Assurance.SELF_ASSERTED, share_id=contents.id)


def _document(visible: VisibleDiary, contents: Contents, now: datetime) -> Resource:
    terms = contents.terms
    permission = link_permission(contents.id, terms, contents.given_at, contents.expires_at, active=True)
    shown = shared_diary(visible, Person(), Span(), with_trends=True)
    return document(shown, shared_names(terms, in_bundle=True), now, __version__, permission=permission)


async def _check_in(
    parts: Parts, visible: VisibleDiary, contents: Contents, identity: Identity, now: datetime
) -> Resource:
    person = Person(name=identity.name, born=identity.birth_date.isoformat(), gender=identity.gender)
    shown = await asyncio.to_thread(shared_diary, visible, person, Span(), with_trends=True)
    papers = [await asyncio.to_thread(paper, shown) for paper in (story, rendering)]
    told, everything = [await parts.printer.printed(paper) for paper in papers]
    names = shared_names(contents.terms, in_bundle=True)
    return await asyncio.to_thread(lambda: collection(shown, names, now, __version__, story=told, rendering=everything))


def _counts(visible: VisibleDiary) -> dict[str, int]:
    """How much of what is in it, for the access log; what is not there is not counted."""
    found = {
        "conditions": len(visible.conditions),
        "days": len(visible.days),
        "moments": len(visible.moments),
        "doses": len(visible.doses),
        "medications": len(visible.medications),
    }
    return {name: count for name, count in found.items() if count}
