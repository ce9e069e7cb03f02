"""What was found, in words: at most three short sentences that claim no cause and advise nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.trends.error_rates import false_alarm_percent
from app.domain.trends.look import Look, Subject
from app.domain.trends.periods import Period
from app.domain.trends.verdict import Standing, Status
from app.domain.trends.weeks import baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One judged series of one period, and what its words hang on beside the numbers."""

    subject: Subject
    stands: Standing
    period: Period
    published: bool
    confirmed_on: date | None
    """When a second look can confirm a benefit; None where there is none to confirm, or no second look."""
    size: str | None
    confounded: bool


def result_text(it: Found, seen: Look) -> str:
    """The change or its absence; how sure that is; and what it may come from."""
    figures = _figures(it)
    return " ".join(seen.messages.say(code, **figures) for code in _sentences(it, figures))


def _sentences(it: Found, figures: Mapping[str, object]) -> Iterator[str]:
    """The codes of the sentences."""
    match it.stands.status:
        case Status.BENEFIT:
            yield "better-in-one-week" if figures["first_week"] == figures["last_week"] else "better"
            yield _how_sure(it, "by-chance", "to-confirm")
        case Status.BENEFIT_EARLY:
            yield "better-early"
            yield _how_sure(it, "early-may-be-hope", "early-to-confirm")
        case Status.FADED:
            yield "faded"
            yield "by-chance"
        case Status.WORSE:
            yield "worse"
            yield "by-chance"
        case Status.POSSIBLE if it.stands.judged.back_to_usual:
            yield "back-to-usual"
            yield "usual-again"
        case Status.POSSIBLE:
            yield "maybe-better"
            yield "maybe-by-chance"
        case _:
            yield "no-clear-change"
            yield "small-may-hide"
    if it.confounded:
        yield "mixed"
    elif it.stands.status is not Status.NO_CLEAR_CHANGE:
        yield "cause-unknown" if it.size is None else f"size-{it.size}"


def _how_sure(it: Found, confirmed: str, to_confirm: str) -> str:
    if it.published:
        return confirmed
    return "never-confirmed" if it.confirmed_on is None else to_confirm


def _figures(it: Found) -> Mapping[str, object]:
    """Everything that a sentence may name, on the measure's own scale."""
    judged, shown = it.stands.judged, it.subject.scale.shown
    figures: dict[str, object] = {
        "first_dose": it.period.starts_on,
        "ended_on": it.period.ends_on,
        "confirmed_on": it.confirmed_on,
        "before": float(shown(it.stands.baseline.mean or 0)),
        "latest": float(shown(baseline(it.stands.latest).mean or 0)),
        "percent": false_alarm_percent(judged),
    }
    if judged.drop is not None:
        figures |= {"points": judged.drop.estimate, "low": judged.drop.low, "high": judged.drop.high}
    if judged.weeks_to_benefit is not None:
        weeks = judged.weeks_to_benefit
        figures |= {"week": _week(weeks.estimate), "first_week": _week(weeks.low), "last_week": _week(weeks.high)}
    return figures


def _week(weeks: float) -> int:
    """As people count: nobody speaks of a week 0."""
    return max(1, round(weeks))
