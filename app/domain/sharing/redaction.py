"""THE redaction: from a whole diary and the terms of a consent to what may be seen (sharing, section 2).

A pure function, and the only one that makes a VisibleDiary. Whatever is not named here does not come through: fields
are taken over one by one.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.domain.catalogue import CONDITIONS
from app.domain.records.kinds import (
    CONDITION_KIND,
    DAY,
    DOSE,
    EVENT,
    MEASURE_KIND,
    MEDICATION,
    MOMENT,
    REGIMEN_STEP,
    USUAL,
)
from app.domain.records.record import Dated, Fields
from app.domain.sharing.scopes import Scope
from app.domain.sharing.shared_summary import OTHER_TREATMENT, Shared
from app.domain.sharing.terms import Chosen, Terms
from app.domain.sharing.visible import (
    VisibleCondition,
    VisibleDay,
    VisibleDiary,
    VisibleDose,
    VisibleEvent,
    VisibleMedication,
    VisibleMoment,
    VisibleStep,
)
from app.domain.sharing.whole import WholeDiary
from app.domain.trends.choice import Scale, scales
from app.domain.trends.dates import DateRange, clipped
from app.domain.trends.diary import Diary, Dose, Event, Medication, Moment, OwnMeasure, Tracked
from app.domain.trends.treatment import DoseStatus, RegimenStep, Treatment, in_order
from app.domain.trends.written import date_in, event, medication, own_measure, regimen_step, text_in, usual

_DAY = timedelta(days=1)
_NO_TREATMENT = Treatment(first_dose=None, from_plan=False, planned_on=None, pauses=(), stopped=(), quiet=())


def redacted(whole: WholeDiary, terms: Terms) -> VisibleDiary:
    """What the consent shows of the diary, which was looked at on a date within those that are granted."""
    if terms.data_to is not None and whole.as_of > terms.data_to:
        raise ValueError("a consent shows nothing from after its last date")
    return _Redaction(whole, terms).visible()


class _Redaction:
    """One diary under one consent."""

    def __init__(self, whole: WholeDiary, terms: Terms) -> None:
        self._whole = whole
        self._terms = terms
        self._span = terms.span(whole.as_of)
        self._notes = terms.shows(Scope.NOTES)
        self._own_measures = [
            measure
            for slug, fields in whole.of(MEASURE_KIND)
            if (measure := own_measure(slug, fields)).code in terms.measures
        ]

    def visible(self) -> VisibleDiary:
        """All that comes through."""
        days, moments, doses = (
            tuple(self._inside(rows)) for rows in (self._whole.days, self._whole.moments, self._whole.doses)
        )
        sees_days, sees_doses = self._terms.shows(Scope.OBSERVATIONS), self._terms.shows(Scope.DOSES)
        conditions = {one.code: one for one in self._conditions()}
        known: dict[str, Scale] = dict(scales(self._own_measures))
        shown_days = [day for row, fields in days if not _is_empty(day := self._day(row, fields))]
        read = [self._moment(row, fields) for row, fields in moments if fields["measure"] in self._terms.day_fields]
        return VisibleDiary(
            as_of=self._whole.as_of,
            span=self._span,
            scopes=self._terms.scopes,
            conditions=conditions,
            measures={code: known[code] for code in self._terms.measures if code in known},
            days=tuple(shown_days) if sees_days else (),
            moments=tuple(read) if sees_days else (),
            doses=tuple(self._dose(row, fields) for row, fields in doses) if sees_doses else (),
            steps=tuple(self._steps()) if sees_doses else (),
            medications=tuple(self._medications()),
            events=tuple(self._events()),
            _shared=self._summaries(shown_days, read, [_trend_dose(row, fields) for row, fields in doses]),
        )

    def _inside(self, rows: Iterable[Dated]) -> Iterator[tuple[Dated, dict[str, Any]]]:
        if self._span is not None:
            for row in rows:
                if row.day in self._span:
                    yield row, json.loads(row.text, parse_float=Decimal)

    def _note(self, fields: Fields | dict[str, Any]) -> str | None:
        return text_in(fields.get("note")) if self._notes else None

    def _conditions(self) -> Iterator[VisibleCondition]:
        records = dict(self._whole.of(CONDITION_KIND))
        for code, chosen in self._terms.chosen.items():
            listed, fields = CONDITIONS.get(code), records.get(code, {})
            if listed is None and code not in records:
                continue
            yield VisibleCondition(
                code=self._terms.shown_condition(code),
                listed=listed,
                label=text_in(fields.get("label")) or (listed.label if listed else None),
                status=text_in(fields.get("status")),
                diagnosed_on=self._date(fields, "diagnosed_on"),
                tracked_since=self._date(fields, "tracked_since"),
                primary_measure=chosen.primary,
                target_measures=chosen.targets,
            )

    def _day(self, row: Dated, fields: dict[str, Any]) -> VisibleDay:
        granted = self._terms.day_fields
        return VisibleDay(
            id=self._terms.shown_id(DAY.name, row.id),
            local_date=row.day,
            scores={name: fields[name] for name in sorted(granted) if name in fields},
            skipped=tuple(code for code in fields.get("skipped") or () if code in granted),
            note=self._note(fields),
        )

    def _moment(self, row: Dated, fields: dict[str, Any]) -> VisibleMoment:
        return VisibleMoment(
            id=self._terms.shown_id(MOMENT.name, row.id),
            local_date=row.day,
            at=fields["at"],
            measure=fields["measure"],
            value=fields["value"],
            note=self._note(fields),
        )

    def _dose(self, row: Dated, fields: dict[str, Any]) -> VisibleDose:
        return VisibleDose(
            id=self._terms.shown_id(DOSE.name, row.id),
            local_date=row.day,
            status=fields["status"],
            mg=_milligrams(fields.get("mg")),
            taken_at=fields.get("taken_at"),
            timing=fields.get("timing"),
            formulation=fields.get("formulation"),
            note=self._note(fields),
        )

    def _plan(self) -> Iterator[tuple[str, Fields, RegimenStep]]:
        """The steps that are in force within the dates; what began before begins with them."""
        if self._span is None:
            return
        known = [(regimen_step(fields), record_id, fields) for record_id, fields in self._whole.of(REGIMEN_STEP)]
        known = [one for one in known if one[0].starts_on <= self._span.last]
        before = in_order(step for step, _, _ in known if step.starts_on < self._span.first)
        for step, record_id, fields in sorted(known, key=lambda one: (one[0].starts_on, one[1])):
            begins = max(step.starts_on, self._span.first)
            is_over = step.ends_on is not None and step.ends_on < begins
            if (step.starts_on < self._span.first and step is not before[-1]) or is_over:
                continue
            ends_on = step.ends_on if step.ends_on is not None and step.ends_on <= self._span.last else None
            yield record_id, fields, replace(step, starts_on=begins, ends_on=ends_on)

    def _steps(self) -> Iterator[VisibleStep]:
        for record_id, fields, step in self._plan():
            yield VisibleStep(
                id=self._terms.shown_id(REGIMEN_STEP.name, record_id),
                starts_on=step.starts_on,
                ends_on=step.ends_on,
                mg=step.mg,
                doses_per_day=step.doses_per_day,
                timing=text_in(fields.get("timing")),
                formulation=text_in(fields.get("formulation")),
                stops=step.stops,
            )

    def _granted(self, named: Iterable[str]) -> tuple[str, ...]:
        """Of the conditions that something is assigned to, the granted ones, as they are shown."""
        return tuple(self._terms.shown_condition(code) for code in named if code in self._terms.chosen)

    def _medicines(self) -> Iterator[tuple[str, Fields, Medication, tuple[str, ...]]]:
        """Those that can matter within the dates, with the granted conditions that they are taken for."""
        for record_id, fields in self._whole.of(MEDICATION):
            known = medication(record_id, fields)
            if self._reaches(known.starts_on, known.ends_on):
                named = fields.get("conditions")
                granted = self._granted(named if isinstance(named, tuple) else ())
                cut = replace(
                    known,
                    # Of an opioid more is told than of others, which would tell that it is one.
                    drug_class=known.drug_class if granted else None,
                    starts_on=self._known(known.starts_on),
                    ends_on=self._known(known.ends_on),
                )
                yield record_id, fields, cut, granted

    def _happenings(self) -> Iterator[tuple[str, Fields, Event, tuple[str, ...]]]:
        for record_id, fields in self._whole.of(EVENT):
            known = event(record_id, fields)
            span = self._span
            if span is not None and self._reaches(known.starts_on, known.ends_on or known.starts_on):
                cut = replace(known, starts_on=max(known.starts_on, span.first), ends_on=self._known(known.ends_on))
                named = text_in(fields.get("condition"))
                yield record_id, fields, cut, self._granted(() if named is None else (named,))

    def _medications(self) -> Iterator[VisibleMedication]:
        for record_id, fields, known, conditions in self._medicines():
            if conditions:
                yield VisibleMedication(
                    id=self._terms.shown_id(MEDICATION.name, record_id),
                    name=str(fields["name"]),
                    drug_class=known.drug_class,
                    conditions=conditions,
                    starts_on=known.starts_on,
                    ends_on=known.ends_on,
                    note=self._note(fields),
                )

    def _events(self) -> Iterator[VisibleEvent]:
        for record_id, fields, known, conditions in self._happenings():
            if conditions:
                severity = fields.get("severity")
                yield VisibleEvent(
                    id=self._terms.shown_id(EVENT.name, record_id),
                    kind=known.kind,
                    condition=conditions[0],
                    starts_on=known.starts_on,
                    ends_on=known.ends_on,
                    severity=severity if isinstance(severity, int) else None,
                    note=self._note(fields),
                )

    def _summaries(
        self, days: Sequence[VisibleDay], moments: Sequence[VisibleMoment], doses: Sequence[Dose]
    ) -> dict[str, Shared]:
        """What each granted condition's summary is made from."""
        scored = [(day.local_date.toordinal(), day.scores) for day in days]
        read = [Moment(one.local_date, one.measure, one.value) for one in moments]
        records = dict(self._whole.of(CONDITION_KIND))
        steps = [step for _, _, step in self._plan()]
        usuals = [usual(record_id, fields) for record_id, fields in self._whole.of(USUAL)]
        asked = [one for one in usuals if one.measure in self._terms.measures and self._known(one.asked_on)]
        found: dict[str, Shared] = {}
        for code, chosen in self._terms.chosen.items():
            if code not in CONDITIONS and code not in records:
                continue
            shown = self._terms.shown_condition(code)
            diary = Diary(
                condition=CONDITIONS.get(code),
                tracked=_tracked(shown, chosen),
                treatment=self._treatment(),
                days=scored,
                moments=read,
                doses=doses,
                steps=steps,
                own_measures=_named(self._own_measures, chosen),
                medications=self._marked(MEDICATION.name, self._medicines()),
                events=self._marked(EVENT.name, self._happenings()),
                usuals=asked,
            )
            first = self._whole.treatment.first_dose
            found[shown] = Shared(
                diary=diary,
                starts_outside=self._starts_outside,
                chosen_late=first is not None and (chosen.chosen_on is None or chosen.chosen_on > first),
                shows_doses=self._terms.shows(Scope.DOSES),
                shows_observations=self._terms.shows(Scope.OBSERVATIONS),
            )
        return found

    @property
    def _starts_outside(self) -> date | None:
        first, begins = self._whole.treatment.first_dose, self._terms.data_from
        return begins if first is not None and begins is not None and first < begins else None

    def _treatment(self) -> Treatment:
        """The course of the treatment within the dates, as if it had begun with them where it began before."""
        whole, span = self._whole.treatment, self._span
        if span is None:
            return _NO_TREATMENT
        if whole.first_dose is None:
            planned_on = whole.planned_on if whole.planned_on and self._before_the_end(whole.planned_on) else None
            return replace(_NO_TREATMENT, planned_on=planned_on)
        start = max(whole.first_dose, span.first)
        pauses = (
            replace(pause, nights=DateRange(first=max(pause.nights.first, start), last=pause.nights.last))
            for pause in whole.pauses
            if pause.nights.last >= start
        )
        return Treatment(
            first_dose=start,
            from_plan=whole.from_plan and whole.first_dose == start,
            planned_on=None,
            pauses=tuple(pauses),
            stopped=tuple(clipped(whole.stopped, start, span.last)),
            quiet=tuple(clipped(whole.quiet, start, span.last)),
        )

    def _marked(self, kind: str, found: Iterable[tuple[str, Fields, Any, tuple[str, ...]]]) -> list[Any]:
        """With ids of the consent's own; those that are not assigned to a granted condition are marked as such."""
        return [
            replace(known, id=("" if conditions else OTHER_TREATMENT) + self._terms.shown_id(kind, record_id))
            for record_id, _, known, conditions in found
        ]

    def _reaches(self, begins: date | None, ends: date | None) -> bool:
        """Whether something that lasted so long, for ever where that is not known, has a day within the dates."""
        span = self._span
        return span is not None and (begins or span.first) <= span.last and span.first <= (ends or span.last)

    def _known(self, day: date | None) -> date | None:
        """The date, if it is one of those that can be seen."""
        return day if day is not None and self._span is not None and day in self._span else None

    def _date(self, fields: Fields, name: str) -> date | None:
        return self._known(date_in(fields.get(name)))

    def _before_the_end(self, day: date) -> bool:
        return self._terms.data_to is None or day <= self._terms.data_to


def _is_empty(day: VisibleDay) -> bool:
    """Whether nothing of the day was granted: that there is a record would tell that something else was scored."""
    return day.note is None and not day.skipped and all(score is None for score in day.scores.values())


def _tracked(shown: str, chosen: Chosen) -> Tracked:
    return Tracked(
        id=shown,
        label=None,
        primary_measure=chosen.primary,
        target_measures=chosen.targets,
        targets_chosen_on=chosen.chosen_on,
    )


def _named(own_measures: Iterable[OwnMeasure], chosen: Chosen) -> list[OwnMeasure]:
    return [measure for measure in own_measures if measure.code in {chosen.primary, *chosen.targets}]


def _trend_dose(row: Dated, fields: dict[str, Any]) -> Dose:
    return Dose(row.day, DoseStatus(fields["status"]), _milligrams(fields.get("mg")), fields.get("timing"))


def _milligrams(number: int | Decimal | None) -> Decimal | None:
    return Decimal(number) if isinstance(number, int) else number
