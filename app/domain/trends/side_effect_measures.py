"""Which measures are looked at for side effects, and which night each score speaks of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Self

from app.domain.catalogue import MEASURES
from app.domain.catalogue.measures import MeasureRole, Recall
from app.domain.trends.choice import Choice
from app.domain.trends.series import SOURCES

COMMON: Final = (
    *(code for code, known in MEASURES.items() if MeasureRole.SIDE_EFFECT in known.roles),
    "sleep_disturbance",
)
"""The common side effects of the drug: vivid dreams, digestive upset, insomnia (domain, section 1)."""
_BOWEL_DISEASES: Final = frozenset({"crohns_disease", "ulcerative_colitis"})
_DIGESTION: Final = "digestive_upset"
_LAST_NIGHT: Final = frozenset(code for code, known in MEASURES.items() if known.recall is Recall.LAST_NIGHT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the conditions in view are about, so that the rest may be a side effect."""

    targets: frozenset[str]
    """What is meant to get better."""
    of_the_disease: frozenset[str]
    """Side effects that the disease has too: never counted without days to compare with (domain, section 6)."""

    @classmethod
    def at(cls, choices: Iterable[Choice]) -> Self:
        """For these conditions together."""
        chosen = list(choices)
        bowel = any(choice.condition in _BOWEL_DISEASES for choice in chosen)
        return cls(
            targets=frozenset(code for choice in chosen for code in choice.measures),
            of_the_disease=frozenset({_DIGESTION} if bowel else ()),
        )

    def measures(self, answered: set[str], known: Iterable[str]) -> Iterator[str]:
        """Of the known measures those that were answered: the common side effects, and all beside the targets."""
        scored = answered | {code for code, source in SOURCES.items() if source in answered}
        beside = (code for code in known if code not in self.targets and code not in COMMON)
        return (code for code in (*COMMON, *beside) if code in scored)


def lag_days(measure: str) -> int:
    """How many days after a dose night its score is written: 1 for measures recalled over the last night."""
    return int(measure in _LAST_NIGHT)
