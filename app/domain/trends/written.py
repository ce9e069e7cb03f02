"""Records of which a patient has few, as trends see them: plain values from their fields."""

from datetime import date
from decimal import Decimal

from app.domain.records.notices import is_opioid
from app.domain.records.record import Fields, Value
from app.domain.records.timing_order import timing_order
from app.domain.trends.diary import Event, Medication, OwnMeasure, TimingPlan, Tracked, Usual
from app.domain.trends.treatment import RegimenStep


def regimen_step(fields: Fields) -> RegimenStep:
    """A regimen_step record as trends see it."""
    return RegimenStep(
        starts_on=needed_date(fields, "starts_on"),
        ends_on=date_in(fields.get("ends_on")),
        mg=_milligrams(fields["mg"]),
        doses_per_day=_count(fields.get("doses_per_day"), 1),
        reason=text_in(fields.get("reason")),
        timing=text_in(fields.get("timing")),
    )


def timing_plan(record_id: str, fields: Fields) -> TimingPlan:
    """A timing_plan record as trends see it."""
    seed = str(fields["seed"])
    return TimingPlan(
        id=record_id,
        starts_on=needed_date(fields, "starts_on"),
        seed=seed,
        order=timing_order(seed, _count(fields["weeks"], 0)),
        ended_on=date_in(fields.get("ended_on")),
    )


def is_agreed(plan: Fields) -> bool:
    """Whether the patient says that the prescriber agreed to the timing plan."""
    return plan.get("agreed_with_prescriber") is True


def tracked_condition(record_id: str, fields: Fields) -> Tracked:
    """A condition record as trends see it."""
    targets = fields.get("target_measures")
    return Tracked(
        id=record_id,
        label=text_in(fields.get("label")),
        primary_measure=text_in(fields.get("primary_measure")),
        target_measures=targets if isinstance(targets, tuple) else (),
        targets_chosen_on=date_in(fields.get("targets_chosen_on")),
    )


def own_measure(slug: str, fields: Fields) -> OwnMeasure:
    """A measure record as trends see it."""
    return OwnMeasure(code=f"own:{slug}", label=str(fields["label"]), direction=str(fields["direction"]))


def medication(record_id: str, fields: Fields) -> Medication:
    """A medication record as trends see it."""
    return Medication(
        id=record_id,
        drug_class="opioid" if is_opioid(fields) else text_in(fields.get("drug_class")),
        starts_on=date_in(fields.get("starts_on")),
        ends_on=date_in(fields.get("ends_on")),
    )


def event(record_id: str, fields: Fields) -> Event:
    """An event record as trends see it."""
    return Event(
        id=record_id,
        kind=text_in(fields.get("kind")) or "other",
        starts_on=needed_date(fields, "starts_on"),
        ends_on=date_in(fields.get("ends_on")),
    )


def usual(record_id: str, fields: Fields) -> Usual:
    """A usual record as trends see it."""
    measure = record_id.replace("own-", "own:", 1) if record_id.startswith("own-") else record_id
    return Usual(measure=measure, value=_count(fields["value"], 0), asked_on=needed_date(fields, "asked_on"))


def text_in(value: Value) -> str | None:
    """The text of a field, if it holds one."""
    return value if isinstance(value, str) else None


def date_in(value: Value) -> date | None:
    """The date of a field, if it holds one."""
    return date.fromisoformat(value) if isinstance(value, str) else None


def needed_date(fields: Fields, name: str) -> date:
    """The date of a field that every record of its kind has."""
    return date.fromisoformat(str(fields[name]))


def _count(value: Value, absent: int) -> int:
    return value if isinstance(value, int) else absent


def _milligrams(value: Value) -> Decimal:
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal(0)
