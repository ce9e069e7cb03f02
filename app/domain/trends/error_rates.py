"""How often a result appears without any effect, as `scripts/calibrate` measures it (trends, section 3).

Each is the share of simulated diaries that ever show it on one of the looks at each week's end, in whole percent; to
week 26 unless said otherwise.
"""

from app.domain.trends.judgement import Judgement, Status

BENEFIT = 4
BENEFIT_LONG = 7
"""To week 104."""
POSSIBLE = 24
WORSE = 5
STARTED_AT_WORST = 36
STARTED_AT_WORST_USUAL_TOLD = 28
SLOW_DRIFT = 11


def false_alarm_percent(judged: Judgement) -> int | None:
    """Of the state, or of a benefit where no change was found; None where nothing could be judged."""
    if judged.bar is None:
        return None
    match judged.status:
        case Status.POSSIBLE if not judged.back_to_usual:
            return POSSIBLE
        case Status.WORSE:
            return WORSE
        case _:
            return BENEFIT_LONG if judged.long else BENEFIT
