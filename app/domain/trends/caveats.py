"""What a reader of a summary should bear in mind (trends, section 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.domain.trends.coverage import Coverage
from app.domain.trends.error_rates import (
    SLOW_DRIFT,
    STARTED_AT_WORST,
    STARTED_AT_WORST_USUAL_TOLD,
    false_alarm_percent,
)
from app.domain.trends.judgement import BETTER
from app.domain.trends.look import Look, Subject
from app.domain.trends.periods import Period
from app.domain.trends.verdict import Standing, Status

SILENT_WEEKS = 8
_CODES = {
    "chance-possible": "chance",
    "chance-worse": "chance",
    "started-at-worst-usual-told": "started-at-worst",
}
"""The codes of caveats that have more than one text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caveat:
    """One reservation; the code is stable, the text is the reader's."""

    code: str
    text: str


def caveats(
    together: Subject, stands: Standing, seen: Look, covered: Coverage, *, confounded: bool
) -> tuple[Caveat, ...]:
    """Those that hold for the composite in the present period, in a fixed order."""
    period = seen.present
    held: dict[str, Mapping[str, object] | None] = {
        **_of_change(together, stands, period),
        "confounded": {} if confounded else None,
        "low-coverage": {"days_scored": covered.days_scored, "days": covered.days} if covered.low else None,
        "primary-chosen-after-start": {} if seen.chosen_late else None,
        "first-dose-from-plan": {} if seen.diary.treatment.from_plan else None,
        "diary-silent": {"weeks": SILENT_WEEKS} if _silent(stands, period) else None,
    }
    return tuple(
        Caveat(code=_CODES.get(text, text), text=seen.messages.say(f"caveat-{text}", **told))
        for text, told in held.items()
        if told is not None
    )


def _of_change(together: Subject, stands: Standing, period: Period) -> Mapping[str, Mapping[str, object]]:
    """By text: what goes with a change, and with one for the better alone."""
    if stands.status not in BETTER | {Status.WORSE}:
        return {}
    percent = false_alarm_percent(stands.judged)
    if stands.status is Status.WORSE:
        return {"chance-worse": {"percent": percent}}
    told: dict[str, Mapping[str, object]] = {}
    if stands.judged.back_to_usual:
        told["may-be-return-to-usual"] = {}
    elif stands.status is Status.POSSIBLE:
        told["chance-possible"] = {"percent": percent}
    else:
        told["chance"] = {"percent": percent, "drift": SLOW_DRIFT}
    if together.usual_level(period.starts_on) is None:
        told["started-at-worst"] = {"percent": STARTED_AT_WORST}
    else:
        told["started-at-worst-usual-told"] = {"percent": STARTED_AT_WORST_USUAL_TOLD}
    return {**told, "placebo": {}}


def _silent(stands: Standing, period: Period) -> bool:
    """Whether no week counts since more than 8 weeks; a diary that has not begun is not silent."""
    last = stands.last_week_on
    if last is None and period.treated:
        last = period.starts_on - timedelta(days=1)
    return last is not None and period.ends_on - last > timedelta(weeks=SILENT_WEEKS)
