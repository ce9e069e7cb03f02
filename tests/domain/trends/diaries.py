"""Diaries as patients write them, and what storage makes of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from app.domain.catalogue import Condition, condition
from app.domain.records.timing_order import timing_order
from app.domain.trends.diary import Diary, Dose, Event, Medication, Moment, OwnMeasure, TimingPlan, Tracked, Usual
from app.domain.trends.treatment import TAKEN, DoseStatus, RegimenStep, Treatment, treatment

FIRST_DOSE = date(2026, 2, 9)
TARGETS = ("pain", "sleep_disturbance", "fatigue")
ONE_DAY = timedelta(days=1)
FIBROMYALGIA = condition("fibromyalgia")


def on(day: int) -> date:
    """A date counted from the first dose."""
    return FIRST_DOSE + timedelta(days=day)


def steady(days: Iterable[int], **scores: int | None) -> dict[date, dict[str, int | None]]:
    """The same scores on each of the days, counted from the first dose; all targets at 6 unless given."""
    return {on(day): dict(scores) or dict.fromkeys(TARGETS, 6) for day in days}


def taken(days: Iterable[int], mg: str | None = "1.5") -> list[Dose]:
    return [dose(day, DoseStatus.TAKEN, mg) for day in days]


def dose(day: int, status: DoseStatus, mg: str | None = None, timing: str | None = None) -> Dose:
    return Dose(on(day), status, None if mg is None else Decimal(mg), timing)


def step(day: int, mg: str = "1.5", *, reason: str | None = None, ends: int | None = None) -> RegimenStep:
    ends_on = None if ends is None else on(ends)
    return RegimenStep(starts_on=on(day), ends_on=ends_on, mg=Decimal(mg), doses_per_day=1, reason=reason)


def course(doses: Sequence[Dose], steps: Sequence[RegimenStep], as_of: date) -> Treatment:
    """What storage tells of the treatment."""
    nights = sorted((one.local_date, one.status) for one in doses)
    dosed = {day for day, status in nights if status in TAKEN}
    return treatment(
        steps=steps,
        nights_from=lambda first: (night for night in nights if night[0] >= first),
        quiet_nights={day for day, _ in nights} - dosed,
        as_of=as_of,
    )


@dataclass(frozen=True, kw_only=True)
class Written:
    """Everything a patient wrote, whenever it was."""

    days: Mapping[date, Mapping[str, int | None]] = field(default_factory=dict[date, Mapping[str, int | None]])
    moments: Sequence[Moment] = ()
    doses: Sequence[Dose] = ()
    steps: Sequence[RegimenStep] = ()
    tracked: Tracked | None = None
    own_measures: Sequence[OwnMeasure] = ()
    medications: Sequence[Medication] = ()
    events: Sequence[Event] = ()
    usuals: Sequence[Usual] = ()
    timing_plans: Sequence[TimingPlan] = ()
    condition: Condition | None = FIBROMYALGIA

    def at(self, as_of: date) -> Diary:
        return Diary(
            condition=self.condition,
            tracked=self.tracked,
            treatment=course(self.doses, self.steps, as_of),
            days=[(day.toordinal(), scores) for day, scores in self.days.items()],
            moments=self.moments,
            doses=self.doses,
            steps=self.steps,
            own_measures=self.own_measures,
            medications=self.medications,
            events=self.events,
            usuals=self.usuals,
            timing_plans=self.timing_plans,
        )

    def with_more(self, days: Mapping[date, Mapping[str, int | None]], doses: Sequence[Dose] = ()) -> "Written":
        return replace(self, days={**self.days, **days}, doses=[*self.doses, *doses])


def tracked(*targets: str, chosen: date | None = FIRST_DOSE, primary: str | None = None) -> Tracked:
    return Tracked(
        id="fibromyalgia", label=None, primary_measure=primary, target_measures=targets, targets_chosen_on=chosen
    )


def plan(begins: int, weeks: int = 12, *, seed: str = "s", ended: int | None = None) -> TimingPlan:
    return TimingPlan(
        id="plan",
        starts_on=on(begins),
        seed=seed,
        order=timing_order(seed, weeks),
        ended_on=None if ended is None else on(ended),
    )


DOSE_TIMES = st.sampled_from([None, "bedtime", "morning", "other"])
STATUSES = st.sampled_from(DoseStatus)
MILLIGRAMS = st.sampled_from([None, Decimal("0.5"), Decimal("1.5"), Decimal(3), Decimal("4.5")])
MOMENT_MEASURES = st.sampled_from([*TARGETS, "sleep_quality"])
REASONS = st.sampled_from([None, "start", "planned_up", "restart", "stop"])


@st.composite
def stretches(draw: st.DrawFn, first: int, last: int) -> list[int]:
    """Days in a few stretches, so that runs and gaps both come about."""
    chosen: set[int] = set()
    for _ in range(draw(st.integers(0, 4))):
        begin = draw(st.integers(first, last))
        chosen |= set(range(begin, min(last, begin + draw(st.integers(0, 60))) + 1))
    return sorted(chosen)


@st.composite
def diaries(draw: st.DrawFn, first: int = -70, last: int = 140) -> Written:
    """Any diary around the first dose: gaps, zeros, pauses, stops, plans, moments, other medicines."""
    chance = draw(st.randoms(use_true_random=False))
    missing = draw(st.sampled_from([0.0, 0.2, 0.7]))

    def score() -> int | None:
        return None if chance.random() < missing else chance.randint(0, 10)

    days = {on(day): {code: score() for code in (*TARGETS, "vivid_dreams")} for day in draw(stretches(first, last))}
    doses = [
        Dose(on(day), status, mg, time)
        for status, mg, time in draw(st.lists(st.tuples(STATUSES, MILLIGRAMS, DOSE_TIMES), max_size=4))
        for day in draw(stretches(0, last))
    ]
    steps = [
        step(draw(st.integers(-10, last)), str(draw(st.integers(1, 6))), reason=draw(REASONS))
        for _ in range(draw(st.integers(0, 3)))
    ]
    moments = [
        Moment(on(draw(st.integers(first, last))), draw(MOMENT_MEASURES), draw(st.integers(0, 10)))
        for _ in range(draw(st.integers(0, 5)))
    ]
    events = [
        Event(id=f"e{at}", kind="flare", starts_on=on(draw(st.integers(first, last))), ends_on=None)
        for at in range(draw(st.integers(0, 2)))
    ]
    medications = [
        Medication(id=f"m{at}", drug_class=None, starts_on=on(draw(st.integers(first, last))), ends_on=None)
        for at in range(draw(st.integers(0, 2)))
    ]
    plans = [plan(draw(st.integers(-10, last)), 4, seed=draw(st.text(min_size=1, max_size=3)))]
    return Written(
        days=days,
        moments=moments,
        doses=doses,
        steps=steps,
        events=events,
        medications=medications,
        timing_plans=plans[: draw(st.integers(0, 1))],
    )
