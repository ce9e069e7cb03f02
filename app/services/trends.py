"""Trend summaries of one's own diary, and the adherence of a range of dates."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain.access import OwnDiary
from app.domain.clock import day_in_zone, latest_day
from app.domain.errors import FieldError, Invalid, NotFound
from app.domain.ids import Revision
from app.domain.report.chart import COMPOSITE
from app.domain.trends.adherence import Adherence, AdherenceCount, adherence
from app.domain.trends.choice import Scale, choice, scales
from app.domain.trends.dates import DateRange
from app.domain.trends.diary import Diary
from app.domain.trends.dose_bands import dose_bands
from app.domain.trends.entries import entries
from app.domain.trends.languages import messages_for
from app.domain.trends.messages import Messages
from app.domain.trends.regimen import Regimen
from app.domain.trends.side_effect_measures import Looked
from app.domain.trends.side_effects import SideEffect, side_effects
from app.domain.trends.summary import ShortSummary, Summary, short, summary
from app.domain.trends.weekly_dose import daily_totals
from app.domain.trends.window import diary_window
from app.services.diaries import Material, course_of, doses_between, gather, steps_of
from app.services.parts import Parts
from app.storage.work import Work

_DREAMS: Final = "vivid_dreams"
"""The side effect that people ask about first."""


def _no_such_measure() -> Invalid:
    return Invalid([FieldError(pointer="measure", code="out-of-range", message="There is no such measure.")])


async def summarise(parts: Parts, access: OwnDiary, condition: str, as_of: date) -> tuple[Summary, Revision]:
    """The whole summary of a condition of the catalogue, or of an own one; refuses with NotFound for any other."""
    material, revision = await _gathered(parts, access, as_of)
    return summary(_diary(material, condition), as_of, revision, messages_for(access.locale)), revision


async def summarise_all(parts: Parts, access: OwnDiary, as_of: date) -> tuple[list[ShortSummary], Revision]:
    """A line for each tracked condition."""
    material, revision = await _gathered(parts, access, as_of)
    messages = messages_for(access.locale)
    diaries = [material.diary(condition) for condition in material.tracked]
    return [short(summary(diary, as_of, revision, messages)) for diary in diaries], revision


async def summarise_measure(
    parts: Parts, access: OwnDiary, condition: str, measure: str | None, as_of: date
) -> tuple[Summary, str | None, Revision]:
    """The summary of one series beside the doses, and its code: the condition's primary measure unless given.

    The `composite` is of all targets. Refuses with NotFound for an unknown condition, and with Invalid for an unknown
    measure. The code is None where an own condition has no measure yet.
    """
    material, revision = await _gathered(parts, access, as_of)
    diary, messages = _diary(material, condition), messages_for(access.locale)
    if measure == COMPOSITE:
        return summary(diary, as_of, revision, messages), measure, revision
    shown = measure or choice(diary.condition, diary.tracked, scales(diary.own_measures)).primary
    if measure is not None and not material.scores(measure):
        raise _no_such_measure()
    return summary(material.diary(condition, only=shown), as_of, revision, messages), shown, revision


async def list_side_effects(parts: Parts, access: OwnDiary, as_of: date) -> tuple[tuple[SideEffect, ...], Revision]:
    """What is scored beside the targets of all tracked conditions, at each step to a higher dose."""
    material, revision = await _gathered(parts, access, as_of)
    return _side_effects(material, as_of, messages_for(access.locale)), revision


@dataclass(frozen=True, slots=True, kw_only=True)
class SideEffectsOfOne:
    """One measure at each step to a higher dose."""

    measure: str
    scale: Scale
    effects: tuple[SideEffect, ...]


async def side_effects_of(
    parts: Parts, access: OwnDiary, measure: str | None, as_of: date
) -> tuple[SideEffectsOfOne, Revision]:
    """The side effects of one measure; the first that is scored unless given, and vivid dreams where none is.

    Refuses with Invalid for an unknown measure.
    """
    material, revision = await _gathered(parts, access, as_of)
    if measure is not None and not material.scores(measure):
        raise _no_such_measure()
    messages = messages_for(access.locale)
    found = _side_effects(material, as_of, messages)
    shown = measure or next((one.measure for one in found), _DREAMS)
    its = tuple(one for one in found if one.measure == shown)
    return SideEffectsOfOne(measure=shown, scale=scales(material.own_measures, messages)[shown], effects=its), revision


def _side_effects(material: Material, as_of: date, messages: Messages) -> tuple[SideEffect, ...]:
    lived = material.lived()
    regimen = Regimen(lived.steps, as_of)
    seen = entries(lived, diary_window(lived.treatment, as_of))
    bands = dose_bands(daily_totals(lived.doses, regimen), regimen, lived.treatment, seen.view)
    return side_effects(seen, Looked.at(material.choices()), bands, as_of, messages)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdherenceReport:
    """The adherence of the days from `first` to `last`, and what it is made from."""

    first: date
    last: date
    range: Adherence
    counts: AdherenceCount


async def adherence_between(parts: Parts, access: OwnDiary, first: date | None, last: date | None) -> AdherenceReport:
    """From the first dose to today, unless given otherwise; a range without a day counts none."""
    until = min(last, today(parts, access)) if last else today(parts, access)

    def read(work: Work) -> AdherenceReport:
        records = work.records
        course = course_of(records, steps_of(records), until)
        since = first or course.first_dose or until
        spans = [DateRange(first=since, last=until)] if since <= until else []
        counts = adherence(doses_between(records, since, until), course, spans)
        return AdherenceReport(first=since, last=until, range=counts.range, counts=counts)

    return await parts.database.read(access, read)


def today(parts: Parts, access: OwnDiary) -> date:
    """The date in the account's zone."""
    return day_in_zone(parts.clock(), access.time_zone)


def checked_as_of(parts: Parts, access: OwnDiary, as_of: date | None, *, pointer: str = "as_of") -> date:
    """The date of a look: today unless given; refuses with Invalid a day that has not begun anywhere."""
    if as_of is None:
        return today(parts, access)
    if as_of > latest_day(parts.clock()):
        message = "This day has not begun anywhere yet."
        raise Invalid([FieldError(pointer=pointer, code="date-in-future", message=message)])
    return as_of


def _diary(material: Material, condition: str) -> Diary:
    if not material.knows(condition):
        raise NotFound
    return material.diary(condition)


async def _gathered(parts: Parts, access: OwnDiary, as_of: date) -> tuple[Material, Revision]:
    def read(work: Work) -> tuple[Material, Revision]:
        return gather(work.records, as_of), work.records.revision()

    return await parts.database.read(access, read)
