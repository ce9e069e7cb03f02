"""Gathers from the records what a trend summary is made from; bounded, however long the diary is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from json import JSONDecoder
from typing import Final

import orjson

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
    TIMING_PLAN,
    USUAL,
)
from app.domain.records.record import Fields, KindName
from app.domain.trends.choice import Choice, choice, scales
from app.domain.trends.diary import (
    Day,
    Diary,
    Dose,
    Event,
    Lived,
    Medication,
    Moment,
    OwnMeasure,
    TimingPlan,
    Tracked,
    Usual,
)
from app.domain.trends.reading import read_days, read_doses, read_moments, with_only
from app.domain.trends.treatment import DoseStatus, RegimenStep, Treatment, treatment
from app.domain.trends.window import diary_window
from app.domain.trends.written import (
    event,
    is_agreed,
    medication,
    own_measure,
    regimen_step,
    timing_plan,
    tracked_condition,
    usual,
)
from app.storage.records import Records

_FEW = (REGIMEN_STEP, CONDITION_KIND, MEDICATION, EVENT, MEASURE_KIND, TIMING_PLAN, USUAL)
"""Kinds of which a patient has few, so that they are read whole."""
_FIRST_LOOK: Final = 16
_EXACT: Final = JSONDecoder(parse_float=Decimal, parse_int=Decimal)
"""For doses, whose mg never passes through a float. Scores are whole, so that the faster parser reads them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The records of one look, read in one transaction; what is made of them needs no database."""

    tracked: Mapping[str, Tracked]
    """The conditions that have a record, by code or own id, in the order of those."""
    treatment: Treatment
    steps: Sequence[RegimenStep]
    own_measures: Sequence[OwnMeasure]
    medications: Sequence[Medication]
    events: Sequence[Event]
    usuals: Sequence[Usual]
    timing_plans: Sequence[TimingPlan]
    """Those agreed with the prescriber; the others are kept, and nothing follows from them."""
    days: Sequence[Day]
    moments: Sequence[Moment]
    doses: Sequence[Dose]

    def knows(self, condition: str) -> bool:
        """Whether there can be a summary of the condition: it is the catalogue's or the patient's own."""
        return condition in CONDITIONS or condition in self.tracked

    def scores(self, measure: str) -> bool:
        """Whether there is such a measure: the catalogue's or the patient's own."""
        return measure in scales(self.own_measures)

    def diary(self, condition: str, *, only: str | None = None) -> Diary:
        """The diary as seen for one known condition; with `only`, for that measure in place of its targets."""
        listed, tracked = CONDITIONS.get(condition), self.tracked.get(condition)
        if only is not None:
            tracked = Tracked(
                id=condition,
                label=tracked.label if tracked else None,
                primary_measure=only,
                target_measures=(only,),
                targets_chosen_on=tracked.targets_chosen_on if tracked else None,
            )
        return Diary(
            condition=listed,
            tracked=tracked,
            treatment=self.treatment,
            days=self.days if only is None else with_only(only, self.days),
            moments=self.moments,
            doses=self.doses,
            steps=self.steps,
            own_measures=self.own_measures,
            timing_plans=self.timing_plans,
            medications=self.medications,
            events=self.events,
            usuals=self.usuals,
        )

    def lived(self) -> Lived:
        """What was lived, whatever it is looked at for."""
        return Lived(
            treatment=self.treatment,
            days=self.days,
            moments=self.moments,
            doses=self.doses,
            steps=self.steps,
            own_measures=self.own_measures,
            timing_plans=self.timing_plans,
        )

    def choices(self) -> list[Choice]:
        """What each tracked condition is about."""
        known = scales(self.own_measures)
        return [choice(CONDITIONS.get(code), tracked, known) for code, tracked in self.tracked.items()]


def gather(records: Records, as_of: date) -> Material:
    """Everything that summaries on this date look at."""
    few: dict[KindName, list[tuple[str, Fields]]] = {kind.name: [] for kind in _FEW}
    for record in records.of_kinds(_FEW):
        few[record.kind].append((record.id, record.fields))
    steps = [regimen_step(fields) for _, fields in few[REGIMEN_STEP.name]]
    course = course_of(records, steps, as_of)
    window = diary_window(course, as_of)
    texts = [records.days((DAY, MOMENT, DOSE), span.first, span.last) for span in window]
    return Material(
        tracked={record_id: tracked_condition(record_id, fields) for record_id, fields in few[CONDITION_KIND.name]},
        treatment=course,
        steps=steps,
        own_measures=[own_measure(slug, fields) for slug, fields in few[MEASURE_KIND.name]],
        medications=[medication(record_id, fields) for record_id, fields in few[MEDICATION.name]],
        events=[event(record_id, fields) for record_id, fields in few[EVENT.name]],
        usuals=[usual(record_id, fields) for record_id, fields in few[USUAL.name]],
        timing_plans=[
            timing_plan(record_id, fields) for record_id, fields in few[TIMING_PLAN.name] if is_agreed(fields)
        ],
        days=[day for days, _, _ in texts for day in read_days(orjson.loads(days))],
        moments=[one for _, moments, _ in texts for one in read_moments(orjson.loads(moments))],
        doses=[dose for _, _, doses in texts for dose in read_doses(_EXACT.decode(doses))],
    )


def steps_of(records: Records) -> list[RegimenStep]:
    """The regimen, ascending by its dates."""
    return [regimen_step(record.fields) for record in records.of_kinds((REGIMEN_STEP,))]


def course_of(records: Records, steps: Sequence[RegimenStep], as_of: date) -> Treatment:
    """When the treatment began, paused and went on."""

    def nights_from(first: date) -> Iterator[tuple[date, DoseStatus]]:
        seen, limit = 0, _FIRST_LOOK
        while doses := read_doses(_EXACT.decode(records.some_days(DOSE, first, as_of, limit=limit, skip=seen))):
            yield from sorted((dose.local_date, dose.status) for dose in doses)
            if len(doses) < limit:
                return
            seen, limit = seen + limit, 2 * limit

    return treatment(steps=steps, nights_from=nights_from, quiet_nights=records.quiet_nights(), as_of=as_of)


def doses_between(records: Records, first: date, last: date) -> list[Dose]:
    """The doses of a range of days, in no order."""
    (doses,) = records.days((DOSE,), first, last)
    return read_doses(_EXACT.decode(doses))
