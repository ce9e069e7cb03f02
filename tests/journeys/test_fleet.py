"""Simulated phones on a bad network against the service, in short; `scripts/fleet` runs thousands of them."""

from collections.abc import Iterator

import pytest

from scripts.lib.fleet.ground import Ground
from scripts.lib.fleet.rules_off import RULES, switched_off
from scripts.lib.fleet.runs import run, runs

PHONES = (2, 5)


@pytest.fixture(scope="module")
def on_sqlite() -> Iterator[Ground]:
    with Ground("sqlite") as ground:
        yield ground


def test_no_guarantee_breaks_on_sqlite(on_sqlite: Ground) -> None:
    found = [each for each in runs(on_sqlite, range(1, 61), PHONES) if each]
    assert not found, "\n".join(map(str, found))


def test_no_guarantee_breaks_on_postgresql(postgres_server: str) -> None:
    with Ground("postgresql", server=postgres_server) as ground:
        found = [each for each in runs(ground, range(1, 11), PHONES) if each]
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("rule", RULES)
def test_without_any_single_rule_a_guarantee_breaks(on_sqlite: Ground, rule: str) -> None:
    with switched_off(rule):
        first = next(filter(None, runs(on_sqlite, range(1, 151), PHONES)), None)
    assert first, "150 runs did not miss it"
    assert first.guarantee.startswith("P"), first


def test_a_seed_plays_the_same_run_again(on_sqlite: Ground) -> None:
    with switched_off("(last push wins)"):
        seed = next(found.seed for found in runs(on_sqlite, range(1, 50), PHONES) if found)
        first, second = (run(on_sqlite, seed, PHONES) for _ in range(2))
    assert first is not None
    assert second is not None
    assert (first.said, len(first.trace)) == (second.said, len(second.trace))
