"""Reads a diary under a consent and redacts it: the only door between patients' records and outlets for others.

Outlets take the VisibleDiary that comes out here; import contracts keep them from the records themselves.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from enum import Enum, auto

from app.domain.access import Guest
from app.domain.records.kinds import DAY, DOSE, MOMENT, REGIMEN_STEP, Kind
from app.domain.records.record import Dated, Fields, KindName
from app.domain.sharing.redaction import redacted
from app.domain.sharing.terms import Terms
from app.domain.sharing.visible import VisibleDiary
from app.domain.sharing.whole import FEW, WholeDiary
from app.domain.trends.dates import DateRange, clipped
from app.domain.trends.treatment import Treatment
from app.domain.trends.window import diary_window
from app.domain.trends.written import regimen_step
from app.services.diaries import course_of
from app.services.parts import Parts
from app.storage.records import Records
from app.storage.work import Work


class Reach(Enum):
    """Which days and doses an answer is about."""

    TREND = auto()
    """Those that a summary looks at: bounded, however long the diary is."""
    ALL = auto()
    """All that the consent shows: for lists and files."""


async def visible_diary(  # noqa: PLR0913 - a view is named by its reader, terms, date and reach
    parts: Parts, guest: Guest, terms: Terms, today: date, *, reach: Reach, kinds: Iterable[Kind] = (DAY, MOMENT, DOSE)
) -> VisibleDiary:
    """What the consent shows on a date; of days, moments and doses only the named kinds."""
    wanted = frozenset(kind.name for kind in kinds)
    whole = await parts.database.read(guest, lambda work: _whole(work, terms, terms.last_look(today), reach, wanted))
    if reach is Reach.TREND:
        return redacted(whole, terms)
    return await asyncio.to_thread(redacted, whole, terms)  # years of days take long enough to hold up everybody else


def _whole(work: Work, terms: Terms, as_of: date, reach: Reach, wanted: frozenset[KindName]) -> WholeDiary:
    records = work.lent
    few: dict[KindName, list[tuple[str, Fields]]] = {kind.name: [] for kind in FEW}
    for record in records.of_kinds(FEW):
        few[record.kind].append((record.id, record.fields))
    course = course_of(records, [regimen_step(fields) for _, fields in few[REGIMEN_STEP.name]], as_of)
    granted = terms.span(as_of)
    spans = [] if granted is None else [granted] if reach is Reach.ALL else _looked_at(course, granted, as_of)
    days, moments, doses = (
        _within(records, kind, spans) if kind.name in wanted else [] for kind in (DAY, MOMENT, DOSE)
    )
    return WholeDiary(as_of=as_of, treatment=course, few=few, days=days, moments=moments, doses=doses)


def _looked_at(course: Treatment, granted: DateRange, as_of: date) -> list[DateRange]:
    """As far as a summary looks that counts from the first dose, or from the first granted date where that is later."""
    start = course.first_dose and max(course.first_dose, granted.first)
    return clipped(diary_window(replace(course, first_dose=start), as_of), granted.first, granted.last)


def _within(records: Records, kind: Kind, spans: Iterable[DateRange]) -> list[Dated]:
    return [row for span in spans for row in records.dated(kind, span.first, span.last)]
