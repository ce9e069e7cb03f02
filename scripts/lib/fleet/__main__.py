"""scripts/fleet: simulated phones against the real service; a violation prints its seed, which shows it again."""

import argparse
import sys
import time
from collections import Counter

from scripts.lib.fleet.ground import MOST_PHONES, Ground
from scripts.lib.fleet.rules_off import RULES, switched_off
from scripts.lib.fleet.runs import FAILURE, runs

_MOST_SHOWN = 5
_PROGRESS = 100


def main() -> int:
    """Runs it, and says how many runs broke a guarantee."""
    parser = argparse.ArgumentParser(prog="scripts/fleet", description=__doc__)
    parser.add_argument("--runs", type=int, help="3000 of them, or 100 with each rule off, unless given")
    parser.add_argument("--seed", type=int, default=1, help="of the first run")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--phones", type=_span, default=(2, MOST_PHONES), metavar="2-5")
    parser.add_argument("--rules-off", action="store_true", help="switch off one rule at a time, and count broken runs")
    chosen = parser.parse_args()
    with Ground(chosen.engine) as ground:
        if chosen.rules_off:
            return _table(ground, chosen.seed, chosen.runs or 100, chosen.phones)
        return _fleet(ground, chosen.seed, chosen.runs or 3000, chosen.phones)


def _fleet(ground: Ground, seed: int, count: int, phones: tuple[int, int]) -> int:
    began = time.monotonic()
    broken: Counter[str] = Counter()
    for number, found in enumerate(runs(ground, range(seed, seed + count), phones), start=1):
        if found:
            broken[found.guarantee] += 1
            if broken.total() <= _MOST_SHOWN:
                print(found, flush=True)
        if number % _PROGRESS == 0:
            print(f"{number} runs, {broken.total()} broken, {time.monotonic() - began:.0f} s", flush=True)
    took = time.monotonic() - began
    print(f"{count} runs of {phones[0]} to {phones[1]} phones in {took:.1f} s, {1000 * took / count:.0f} ms each")
    for guarantee, times in sorted(broken.items()):
        print(f"{guarantee:8} {times:6} runs")
    print(f"{broken.total()} violations")
    return 1 if broken else 0


def _table(ground: Ground, seed: int, count: int, phones: tuple[int, int]) -> int:
    print(f"{'rule switched off':55} broken of {count}", flush=True)
    harmless = 0
    for rule in ["(none)", *RULES]:
        broken: Counter[str] = Counter()
        if rule in RULES:
            with switched_off(rule):
                broken.update(found.guarantee for found in runs(ground, range(seed, seed + count), phones) if found)
            harmless += not broken.keys() - {FAILURE}
        else:
            broken.update(found.guarantee for found in runs(ground, range(seed, seed + count), phones) if found)
        by = ", ".join(f"{guarantee} {times}" for guarantee, times in sorted(broken.items()))
        print(f"{rule:55} {broken.total():6}   {by}", flush=True)
    return 1 if harmless else 0


def _span(given: str) -> tuple[int, int]:
    first, _, last = given.partition("-")
    fewest, most = int(first), int(last or first)
    if not 1 <= fewest <= most <= MOST_PHONES:
        raise argparse.ArgumentTypeError(f"give 1 to {MOST_PHONES}, as 2-5")
    return fewest, most


if __name__ == "__main__":
    sys.exit(main())
