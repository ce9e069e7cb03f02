"""What one measure-year costs from its weekly rows: scan, judgement and estimates."""

from time import perf_counter

from app.domain.trends.judgement import Case, judge
from app.domain.trends.weeks import WeekRow

_ROUNDS = 500
_FALL = 10


def measure_year_ms() -> float:
    """Milliseconds of one judgement of 52 treatment weeks after 8 before, the fastest of five goes."""
    rows = [WeekRow(week=week, days=6, total=(6 if week < _FALL else 4) * 6 + week % 3) for week in range(-8, 52)]
    case = Case(baseline=rows[:8], treatment=rows[8:], latest=rows[-4:], usual=None, beside_composite=False)
    return min(_go(case) for _ in range(5))


def _go(case: Case) -> float:
    begun = perf_counter()
    for _ in range(_ROUNDS):
        judge(case)
    return (perf_counter() - begun) / _ROUNDS * 1000
