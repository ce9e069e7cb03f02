"""A verdict in words: at most three short sentences, describing and never advising."""

from collections.abc import Callable, Iterator
from datetime import date

from app.domain.trends.look import Look, Subject
from app.domain.trends.periods import BASELINE_VALID_WEEKS, Period
from app.domain.trends.verdict import BASELINE_ENTRIES, TREATMENT_WEEKS, Standing, Status, enough_baseline
from app.domain.trends.weeks import VALID_DAYS
from app.domain.trends.window import BASELINE_WEEKS

Say = Callable[..., str]


def verdict_text(subject: Subject, stands: Standing, seen: Look, period: Period, possible_from: date | None) -> str:
    """Of a verdict that lacks something: what the status means, what is missing, from when an answer is possible."""
    say = seen.messages.say
    match stands.status:
        case Status.NO_BASELINE if not subject.targets:
            sentences = iter([say("no-measures")])
        case Status.NO_BASELINE:
            sentences = _without_baseline(period, say)
        case Status.NOT_ENOUGH_DATA if not period.treated:
            sentences = _before_first_dose(stands, possible_from, seen.diary.treatment.planned_on, say)
        case Status.NOT_ENOUGH_DATA:
            sentences = _too_few_weeks(stands, period, possible_from, say)
        case _:
            mean, best = subject.scale.shown(stands.baseline.mean or 0), subject.scale.shown(0)
            sentences = iter([say("too-low", mean=float(mean), best=best)])
    return " ".join(sentences)


def _before_first_dose(
    stands: Standing, possible_from: date | None, planned_on: date | None, say: Say
) -> Iterator[str]:
    yield say("no-first-dose")
    if enough_baseline(stands.baseline):
        yield say("baseline-is-there")
    else:
        yield say(
            "baseline-is-missing",
            want_days=BASELINE_ENTRIES,
            want_weeks=BASELINE_VALID_WEEKS,
            have_days=stands.scored_baseline_days,
        )
    if possible_from is not None:
        yield say("possible-from", possible_from=possible_from)
    elif planned_on is not None:
        yield say("plan-too-soon", planned_on=planned_on)
    else:
        yield say("no-measures")


def _without_baseline(period: Period, say: Say) -> Iterator[str]:
    yield say("no-baseline", weeks=BASELINE_WEEKS, first_dose=period.starts_on)
    if not period.ended:
        yield say("older-notes")


def _too_few_weeks(stands: Standing, period: Period, possible_from: date | None, say: Say) -> Iterator[str]:
    if period.ended:
        yield say("ended-early", ended_on=period.ends_on)
    elif not enough_baseline(stands.baseline):
        yield say(
            "baseline-too-small",
            first_dose=period.starts_on,
            have_days=stands.scored_baseline_days,
            want_days=BASELINE_ENTRIES,
            want_weeks=BASELINE_VALID_WEEKS,
        )
        yield say("older-notes")
    else:
        yield say("weeks-missing", want_weeks=TREATMENT_WEEKS, valid_days=VALID_DAYS, have_weeks=len(stands.treatment))
        yield (say("no-date") if possible_from is None else say("possible-from", possible_from=possible_from))
