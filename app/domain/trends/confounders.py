"""What else changed while the treatment ran: other medicines and events."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.domain.trends.dates import DateRange
from app.domain.trends.diary import Event, Medication
from app.domain.trends.look import Look
from app.domain.trends.messages import Messages
from app.domain.trends.periods import Period
from app.domain.trends.window import baseline_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Confounder:
    """One thing that may explain a change as well. The text names its kind, never what the patient wrote."""

    kind: str
    """`medication` or `event`."""
    what: str
    """The class of the medicine or the kind of the event."""
    id: str
    starts_on: date | None
    ends_on: date | None
    """None where it goes on or nothing is said."""
    text: str


def confounders_in(period: Period, seen: Look) -> tuple[Confounder, ...]:
    """What else changed from 8 weeks before a period's first dose on; without one nothing can be confounded yet."""
    if not period.treated:
        return ()
    window = DateRange(first=baseline_before(period.starts_on).first, last=period.ends_on)
    return confounders(seen.diary.medications, seen.diary.events, window, seen.messages)


def confounders(
    medications: Iterable[Medication], events: Iterable[Event], window: DateRange, messages: Messages
) -> tuple[Confounder, ...]:
    """Medicines that begin or end in the window and events that overlap it, by date and id.

    An opioid counts whenever it may have been taken in the window: naltrexone acts on it, even if neither changed.
    """
    found = [
        Confounder(
            kind="medication",
            what=one.drug_class or "other",
            id=one.id,
            starts_on=one.starts_on,
            ends_on=_end(one.ends_on, window),
            text=_medicine_text(one, window, messages),
        )
        for one in medications
        if _changes(one, window) or (one.drug_class == "opioid" and _overlaps(one.starts_on, one.ends_on, window))
    ]
    found += [
        Confounder(
            kind="event",
            what=one.kind,
            id=one.id,
            starts_on=one.starts_on,
            ends_on=_end(one.ends_on, window),
            text=_event_text(one, window, messages),
        )
        for one in events
        if _overlaps(one.starts_on, one.ends_on or one.starts_on, window)
    ]
    return tuple(sorted(found, key=lambda one: (one.starts_on or date.min, one.kind, one.id)))


def _changes(one: Medication, window: DateRange) -> bool:
    return _inside(one.starts_on, window) or _inside(one.ends_on, window)


def _overlaps(first: date | None, last: date | None, window: DateRange) -> bool:
    return (first is None or first <= window.last) and (last is None or window.first <= last)


def _end(day: date | None, window: DateRange) -> date | None:
    """An end that a look at the window's last day knows of."""
    return day if _inside(day, window) else None


def _inside(day: date | None, window: DateRange) -> bool:
    return day is not None and day in window


def _medicine_text(one: Medication, window: DateRange, messages: Messages) -> str:
    began = one.starts_on if _inside(one.starts_on, window) else None
    ended = one.ends_on if _inside(one.ends_on, window) else None
    kind = messages.name("medicine", one.drug_class or "other")
    if began is not None and ended is not None:
        text = messages.say("medicine-both", kind=kind, began=began, ended=ended)
    elif began is not None:
        text = messages.say("medicine-began", kind=kind, began=began)
    elif ended is not None:
        text = messages.say("medicine-ended", kind=kind, ended=ended)
    else:
        text = messages.say("medicine-meanwhile", kind=kind)
    return f"{text} {messages.say('opioid-label')}" if one.drug_class == "opioid" else text


def _event_text(one: Event, window: DateRange, messages: Messages) -> str:
    kind = messages.name("event", one.kind)
    if one.ends_on is None or one.ends_on <= one.starts_on:
        return messages.say("event-day", kind=kind, began=one.starts_on)
    if one.ends_on > window.last:
        return messages.say("event-since", kind=kind, began=one.starts_on)
    return messages.say("event-days", kind=kind, began=one.starts_on, ended=one.ends_on)
