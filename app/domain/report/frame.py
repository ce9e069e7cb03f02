"""Where things stand on a chart: from weeks and means to pixels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

WIDTH = 360
LEFT, RIGHT = 40, 346
TOP, BOTTOM = 50, 214
STRIP_TOP, STRIP_HEIGHT = BOTTOM + 6, 20
"""The strip of dose levels below the plot."""
SCALE_TOP = 10
_FEWEST_WEEKS = 6
_BREAK_WEEKS = 8
_MOST_TICKS = 8
_TICK_STEPS = (1, 2, 4, 8, 13, 26, 52, 104)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The weeks from first up to, and without, after; origin is the date on which week 0 begins."""

    first: int
    after: int
    origin: date
    unseen: range
    """The weeks between the first years and the latest one, which a long diary's series leaves out: a narrow break."""

    @classmethod
    def of(cls, weeks: Sequence[int], origin: date) -> "Frame":
        """The frame of these weeks (ascending, at least one), so wide that a few don't look like a whole life."""
        jumps = (range(week + 1, after) for week, after in pairwise(weeks) if after > week + 1)
        after = max(weeks[-1] + 1, weeks[0] + _FEWEST_WEEKS)
        return cls(first=weeks[0], after=after, origin=origin, unseen=next(jumps, range(after, after)))

    @property
    def week_width(self) -> float:
        """Pixels a week."""
        return (RIGHT - LEFT) / (self._place(self.after) - self.first)

    def x(self, week: float) -> float:
        """Where a week begins, inside the frame."""
        return min(max(LEFT + (self._place(week) - self.first) * self.week_width, LEFT), RIGHT)

    def _place(self, week: float) -> float:
        """The week number as if the unseen weeks were few."""
        inside = min(max(week - self.unseen.start, 0), len(self.unseen))
        return week - inside + min(inside, _BREAK_WEEKS)

    def x_of(self, day: date) -> float:
        """Where a date begins."""
        return self.x((day - self.origin).days / 7)

    def day(self, week: int) -> date:
        """The date on which a week begins."""
        return self.origin + timedelta(weeks=week)

    def shows(self, week: float) -> bool:
        """Whether a time stands inside the frame, and in no break."""
        return self.first <= week <= self.after and not self.unseen.start <= week < self.unseen.stop

    def ticks(self) -> Iterator[int]:
        """Week numbers for the axis, at most nine of them."""
        weeks = self._place(self.after) - self.first
        step = next((step for step in _TICK_STEPS if weeks <= step * _MOST_TICKS), _TICK_STEPS[-1])
        yield from (week for week in range(-(-self.first // step) * step, self.after, step) if week not in self.unseen)


def y(value: float) -> float:
    """Where a value of the scale 0 to 10 stands; 10 is at the top."""
    return BOTTOM - value / SCALE_TOP * (BOTTOM - TOP)
