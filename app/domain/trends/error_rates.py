"""How often a result appears without any effect, as `scripts/calibrate` measures it (trends, section 3).

Each is the share of simulated diaries that ever show it, whole percent.
"""

from app.domain.trends.judgement import Status

BENEFIT = 4
POSSIBLE = 4
WORSE = 4
STARTED_AT_WORST = 35
STARTED_AT_WORST_USUAL_TOLD = 10
SLOW_DRIFT = 11


def false_alarm_percent(status: Status, bar: float | None) -> int | None:
    """Of the state, or of a benefit where none was found; None where nothing could be judged."""
    if bar is None:
        return None
    match status:
        case Status.POSSIBLE:
            return POSSIBLE
        case Status.WORSE:
            return WORSE
        case _:
            return BENEFIT
