"""What a reader of a summary should bear in mind (trends, section 7)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from app.domain.trends.confounders import Confounder
from app.domain.trends.coverage import Coverage
from app.domain.trends.look import Look
from app.domain.trends.periods import Period
from app.domain.trends.verdict import Standing, Status

SILENT_WEEKS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Caveat:
    """One reservation; the code is stable, the text is the reader's."""

    code: str
    text: str


def caveats(stands: Standing, seen: Look, covered: Coverage, others: Collection[Confounder]) -> tuple[Caveat, ...]:
    """Those that hold for the composite in the present period, in a fixed order."""
    period = seen.present
    held: dict[str, dict[str, int] | None] = {
        "not-yet-assessed": {} if stands.status is Status.NO_CLEAR_CHANGE else None,
        "confounded": {} if others else None,
        "low-coverage": {"days_scored": covered.days_scored, "days": covered.days} if covered.low else None,
        "primary-chosen-after-start": {} if seen.chosen_late else None,
        "first-dose-from-plan": {} if seen.diary.treatment.from_plan else None,
        "diary-silent": {"weeks": SILENT_WEEKS} if _silent(stands, period) else None,
    }
    say = seen.messages.say
    return tuple(
        Caveat(code=code, text=say(f"caveat-{code}", **told)) for code, told in held.items() if told is not None
    )


def _silent(stands: Standing, period: Period) -> bool:
    """Whether no week counts since more than 8 weeks; a diary that has not begun is not silent."""
    last = stands.last_week_on
    if last is None and period.treated:
        last = period.starts_on - timedelta(days=1)
    return last is not None and period.ends_on - last > timedelta(weeks=SILENT_WEEKS)
