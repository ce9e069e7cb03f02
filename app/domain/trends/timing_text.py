"""Bedtime against morning doses in words: at most three short sentences, describing and never advising."""

from datetime import date

from app.domain.records.timing_order import BEDTIME, MORNING
from app.domain.trends.messages import Messages
from app.domain.trends.timing_shape import LEAST_PAIRS, TimingStatus

_SHOWN = 0.05
"""Smaller differences round to nothing."""
_HUNDRED = 100


def observed_text(bedtime_days: int, morning_days: int, difference: float | None, messages: Messages) -> str:
    """What was recorded, and why it is no answer."""
    texts = [messages.say("timing-observed", bedtime_days=bedtime_days, morning_days=morning_days)]
    if difference is not None:
        texts.insert(0, _means("timing-means", difference, messages))
    return " ".join(texts)


def planned_text(  # noqa: PLR0913, PLR0917 - the parts of one answer
    status: TimingStatus, pairs: int, difference: float | None, p: float | None, last_day: date, messages: Messages
) -> str:
    """What the plan found."""
    if status is TimingStatus.RUNNING:
        return messages.say("timing-running", last_day=last_day)
    if difference is None or p is None:
        return messages.say("timing-nothing")
    texts = [_means("timing-plan", difference, messages)]
    if pairs < LEAST_PAIRS:
        texts.append(messages.say("timing-few-pairs", pairs=pairs, want=LEAST_PAIRS))
    else:
        code = "timing-clear" if status is TimingStatus.CLEAR_DIFFERENCE else "timing-unclear"
        texts.append(messages.say(code, percent=float(p * _HUNDRED)))
    return " ".join(texts)


def _means(code: str, difference: float, messages: Messages) -> str:
    if abs(difference) < _SHOWN:
        return messages.say(f"{code}-alike")
    better = messages.name("dose-time", MORNING if difference > 0 else BEDTIME)
    return messages.say(f"{code}-better", points=float(abs(difference)), better=better)
