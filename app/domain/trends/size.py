"""The size of a fall in words, for pain alone: the one measure with an agreed important change (trends, section 2).

Farrar JT et al. (2001), Pain 94:149; Dworkin RH et al. (2008, IMMPACT), J Pain 9:105.
"""

from app.domain.trends.judgement import Judgement, reaches
from app.domain.trends.look import Subject

_MODERATE_SHARE = 0.3
_MODERATE_POINTS = 2.0
_SUBSTANTIAL_SHARE = 0.5


def size_in_words(subject: Subject, judged: Judgement) -> str | None:
    """`small`, `moderate` or `substantial`; None where no fall is estimated.

    A share is of the mean before the change. The points are those that a reader sees, with one decimal: nobody is told
    that 2.0 points are less than 2.
    """
    if subject.measure != "pain" or judged.drop is None or judged.split is None:
        return None
    points, before = round(judged.drop.estimate, 1), judged.split.before
    if reaches(points, _SUBSTANTIAL_SHARE * before):
        return "substantial"
    moderate = reaches(points, _MODERATE_SHARE * before) or reaches(points, _MODERATE_POINTS)
    return "moderate" if moderate else "small"
