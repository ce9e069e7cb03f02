"""Gathers from the records what a trend summary is made from; bounded, however long the diary is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

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
    Kind,
)
from app.domain.records.record import Fields, KindName
from app.domain.trends.choice import Choice, choice, scales
from app.domain.trends.dates import DateRange
from app.domain.trends.diary import Day, Diary, Event, Lived, Medication, OwnMeasure, TimingPlan, Tracked, Usual
from app.domain.trends.reading import read_days, read_doses, read_moments
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
from app.storage.records import DayText, Records

_FEW = (REGIMEN_STEP, CONDITION_KIND, MEDICATION, EVENT, MEASURE_KIND, TIMING_PLAN, USUAL)
"""Kinds of which a patient has few, so that they are read whole."""
_FIRST_LOOK = 16


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
    days: Sequence[DayText]
    moments: Sequence[DayText]
    doses: Sequence[DayText]

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
            days=self._scored(None if only is None else (only,)),
            moments=read_moments(self.moments),
            doses=read_doses(self.doses),
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
            days=self._scored(None),
            moments=read_moments(self.moments),
            doses=read_doses(self.doses),
            steps=self.steps,
            own_measures=self.own_measures,
            timing_plans=self.timing_plans,
        )

    def choices(self) -> list[Choice]:
        """What each tracked condition is about."""
        known = scales(self.own_measures)
        return [choice(CONDITIONS.get(code), tracked, known) for code, tracked in self.tracked.items()]

    def _scored(self, measures: Iterable[str] | None) -> list[Day]:
        """The days with these scores; with all that anybody can tell the direction of, unless given."""
        return read_days(self.days, tuple(scales(self.own_measures) if measures is None else measures))


def gather(records: Records, as_of: date) -> Material:
    """Everything that summaries on this date look at."""
    few: dict[KindName, list[tuple[str, Fields]]] = {kind.name: [] for kind in _FEW}
    for record in records.of_kinds(_FEW):
        few[record.kind].append((record.id, record.fields))
    steps = [regimen_step(fields) for _, fields in few[REGIMEN_STEP.name]]
    course = course_of(records, steps, as_of)
    window = diary_window(course, as_of)
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
        days=_within(records, DAY, window),
        moments=_within(records, MOMENT, window),
        doses=_within(records, DOSE, window),
    )


def steps_of(records: Records) -> list[RegimenStep]:
    """The regimen, ascending by its dates."""
    return [regimen_step(record.fields) for record in records.of_kinds((REGIMEN_STEP,))]


def course_of(records: Records, steps: Sequence[RegimenStep], as_of: date) -> Treatment:
    """When the treatment began, paused and went on."""

    def nights_from(first: date) -> Iterator[tuple[date, DoseStatus]]:
        seen, limit = 0, _FIRST_LOOK
        while rows := records.days(DOSE, first, as_of, limit=limit, skip=seen):
            yield from ((dose.local_date, dose.status) for dose in read_doses(rows))
            if len(rows) < limit:
                return
            seen, limit = seen + limit, 2 * limit

    return treatment(steps=steps, nights_from=nights_from, quiet_nights=records.quiet_nights(), as_of=as_of)


def _within(records: Records, kind: Kind, window: Iterable[DateRange]) -> list[DayText]:
    return [row for span in window for row in records.days(kind, span.first, span.last)]
