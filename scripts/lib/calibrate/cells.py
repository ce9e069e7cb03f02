"""The cells of the calibration: diaries of one world, looked at through the summary that the API serves."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from app.domain.trends.diary import Diary
from app.domain.trends.judgement import CLAIMS, Status
from app.domain.trends.summary import summary
from app.domain.trends.verdict import Verdict
from scripts.lib.calibrate.worlds import FIRST_DOSE, World, diary

LOOK = 16
"""The week after which the one look is."""
FIRST_LOOK = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Diaries of one world."""

    name: str
    world: World
    ever: bool = False
    """Whether every week's end is looked at, or that of LOOK alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one diary was told."""

    at_look: Verdict
    ever_published: bool = False
    ever: frozenset[Status] = frozenset()

    @property
    def claims(self) -> bool:
        """Whether the one look tells of a benefit."""
        return self.at_look.status in CLAIMS


def watch(cell: Cell, seed: str) -> Seen:
    """Makes a diary and looks at it."""
    one = diary(cell.world, Random(f"{seed}/{cell.name}"))  # noqa: S311 - a simulation, the same for each seed
    if not cell.ever:
        return Seen(at_look=_look(one, LOOK))
    looks = {week: _look(one, week) for week in range(FIRST_LOOK, cell.world.weeks + 1)}
    return Seen(
        at_look=looks[LOOK],
        ever_published=any(told.published for told in looks.values()),
        ever=frozenset(told.status for told in looks.values()),
    )


def _look(one: Diary, week: int) -> Verdict:
    return summary(one, FIRST_DOSE + timedelta(days=7 * week - 1), None).composite.verdict
