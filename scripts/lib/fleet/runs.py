"""Many runs, one after the other, and what was found in them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from scripts.lib.fleet.ground import Ground
from scripts.lib.fleet.truth import Violation
from scripts.lib.fleet.world import last_trace, play

STEPS: Final = 50
FAILURE: Final = "failure"
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Found:
    """A run that broke a guarantee."""

    seed: int
    guarantee: str
    """P1 to P13; FAILURE where the run itself came to nothing."""
    said: str
    trace: list[str]
    """The last things that happened."""

    def __str__(self) -> str:
        return "\n".join([f"seed {self.seed}: {self.said}", *(f"    {line[:240]}" for line in self.trace)])


def run(ground: Ground, seed: int, phones: tuple[int, int], steps: int = STEPS) -> Found | None:
    """One run; what it broke first."""
    try:
        ground.wait_for(play(ground, seed, phones, steps))
    except Violation as violation:
        return Found(seed, violation.guarantee, str(violation), last_trace()[-_SHOWN:])
    except Exception as failure:  # noqa: BLE001 - whatever goes wrong is to be told with its seed
        ground.spoil()
        said = f"{type(failure).__name__}: {failure}"
        return Found(seed, FAILURE, said, last_trace()[-_SHOWN:])
    return None


def runs(ground: Ground, seeds: Iterable[int], phones: tuple[int, int], steps: int = STEPS) -> Iterator[Found | None]:
    """What each run broke."""
    for seed in seeds:
        yield run(ground, seed, phones, steps)
