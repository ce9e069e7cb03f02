"""The rounds of one case, and the line that they come to."""

import statistics
from dataclasses import dataclass, field

from scripts.lib.bench.client import Load

HEADING = f"{'':38}{'rate':>11} {'ratio':>8} {'CPU each':>10} {'ratio':>8} {'median':>8} {'p99':>9}"


@dataclass(slots=True)
class Tally:
    """Rate, CPU time and latencies of each round; a ratio is the median of the rounds' own."""

    rates: list[float] = field(default_factory=list[float])
    cpu_ms: list[float] = field(default_factory=list[float])
    p50_ms: list[float] = field(default_factory=list[float])
    p99_ms: list[float] = field(default_factory=list[float])

    def add(self, found: Load, cpu_s: float) -> None:
        """Takes in one round."""
        self.rates.append(found.rate)
        self.cpu_ms.append(cpu_s * 1000 / found.answers)
        self.p50_ms.append(found.latency_ms(0.5))
        self.p99_ms.append(found.latency_ms(0.99))

    def rate_to(self, unit: "Tally") -> float:
        """The rate as a share of the unit's."""
        return _ratio(self.rates, unit.rates)

    def cpu_to(self, unit: "Tally") -> float:
        """The CPU time of an answer as a multiple of the unit's."""
        return _ratio(self.cpu_ms, unit.cpu_ms)

    @property
    def median_ms(self) -> float:
        """Of the rounds' medians."""
        return statistics.median(self.p50_ms)

    @property
    def last_ms(self) -> float:
        """The latency that one in a hundred exceeds."""
        return statistics.median(self.p99_ms)

    def line(self, name: str, unit: "Tally") -> str:
        """Medians, and the ratios to the bare handler."""
        return (
            f"{name:38}{statistics.median(self.rates):9.0f}/s {self.rate_to(unit):8.3f}"
            f" {statistics.median(self.cpu_ms):7.3f} ms {self.cpu_to(unit):8.1f}"
            f" {self.median_ms:5.1f} ms {self.last_ms:6.1f} ms"
        )


def _ratio(mine: list[float], its: list[float]) -> float:
    return statistics.median(one / other for one, other in zip(mine, its, strict=True))
