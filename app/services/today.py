"""What a phone shows first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.domain.access import OwnDiary
from app.domain.ids import RecordId
from app.domain.records.kinds import CONFLICT, DAY, REGIMEN_STEP
from app.domain.records.record import StoredRecord
from app.domain.trends.diary import TimingPlan
from app.domain.trends.dose_times import plan_on, week_of
from app.domain.trends.regimen import Regimen
from app.domain.trends.summary import today_needs
from app.domain.trends.verdict import Need
from app.domain.trends.written import regimen_step
from app.services.diaries import gather
from app.services.parts import Parts
from app.storage.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedDose:
    """What the regimen step in force says of a day; derived, never stored."""

    regimen_step: RecordId
    mg: Decimal
    doses_per_day: int
    timing: str | None
    """Of a planned alternation that the day belongs to, else of the step."""
    formulation: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingWeek:
    """A week of a planned alternation of dose times, as chance ordered it."""

    id: str
    week: int
    """From 1."""
    weeks: int
    timing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """One diary day at a glance."""

    date: date
    day: StoredRecord | None
    expected_dose: ExpectedDose | None
    """None where no step is in force."""
    yesterday: StoredRecord | None
    """For reference; never an answer for today."""
    open_conflicts: Sequence[StoredRecord]
    needs: Sequence[Need]
    """What can only be given before the first dose, and is still missing."""
    timing_plan: TimingWeek | None
    """The week of the plan that the day belongs to."""


async def look_at_day(parts: Parts, access: OwnDiary, day: date) -> Today:
    """The day as it stands."""

    def read(work: Work) -> Today:
        records = work.records
        material = gather(records, day)
        conflicts = records.listed(CONFLICT)
        week = _timing_week(material.timing_plans, day)
        return Today(
            date=day,
            day=_live(records.get(DAY, _day_id(day))),
            expected_dose=_expected(records.listed(REGIMEN_STEP), week, day),
            timing_plan=week,
            yesterday=_live(records.get(DAY, _day_id(day - timedelta(days=1)))),
            open_conflicts=[record for record in conflicts if record.fields.get("status") == "open"],
            needs=today_needs([material.diary(condition) for condition in material.tracked], day),
        )

    return await parts.database.read(access, read)


def _day_id(day: date) -> RecordId:
    return RecordId(f"day-{day.isoformat()}")


def _live(record: StoredRecord | None) -> StoredRecord | None:
    return None if record is None or record.deleted else record


def _timing_week(plans: Sequence[TimingPlan], day: date) -> TimingWeek | None:
    plan = plan_on(plans, day.toordinal())
    if plan is None:
        return None
    week = week_of(plan, day.toordinal())
    return TimingWeek(id=plan.id, week=week + 1, weeks=len(plan.order), timing=plan.order[week])


def _expected(steps: Sequence[StoredRecord], week: TimingWeek | None, day: date) -> ExpectedDose | None:
    planned = {regimen_step(record.fields): record for record in steps}
    step = Regimen(list(planned), day).in_force(day.toordinal())
    if step is None:
        return None
    record = planned[step]
    formulation = record.fields.get("formulation")
    return ExpectedDose(
        regimen_step=record.id,
        mg=step.mg,
        doses_per_day=step.doses_per_day,
        timing=step.timing if week is None else week.timing,
        formulation=formulation if isinstance(formulation, str) else None,
    )
