"""scripts/bench: fills diaries, then asks the service and a bare handler in turns, and prints the ratios."""

import argparse
import asyncio
import tempfile
from pathlib import Path
from uuid import uuid4

from app.config import Settings
from app.storage.engines import make_engine
from app.storage.schema import migrate
from scripts.lib.bench import sync_cases
from scripts.lib.bench.cases import (
    BARE,
    COLD_TREND_OF_ONE,
    COLD_TREND_OF_TEN,
    COLD_TREND_OF_TREATED,
    CONNECTIONS,
    TREND_OF_ONE,
    TREND_OF_TEN,
    TREND_OF_TREATED,
    Case,
    People,
    cases,
    sign_in_twice_at_once,
)
from scripts.lib.bench.client import load
from scripts.lib.bench.diaries import EMPTY, Length, written
from scripts.lib.bench.fhir import fhir_lines
from scripts.lib.bench.processes import Process, bare, service
from scripts.lib.bench.raw import DAYS_A_PUSH, raw_rates
from scripts.lib.bench.sync_cases import MIXED, OF_ONE_YEAR, OF_TWENTY_YEARS, PULL, PUSH_OF_MANY, first_sync_bytes
from scripts.lib.bench.tally import HEADING, Tally
from tests.support import postgres

_A_YEAR = Length(days=421, treated_days=365, devices=CONNECTIONS)
_TEN_YEARS = Length(days=3650, treated_days=365, devices=CONNECTIONS)
_TREATED_TEN_YEARS = Length(days=3650, treated_days=3594, devices=CONNECTIONS)
_FIVE_YEARS = Length(days=1825, treated_days=0, devices=CONNECTIONS)
_YOUNG = Length(days=421, treated_days=365, devices=1)
_TWENTY_YEARS = Length(days=7300, treated_days=365, devices=1)
_COMPARED = (
    (TREND_OF_ONE, TREND_OF_TEN),
    (TREND_OF_ONE, TREND_OF_TREATED),
    (COLD_TREND_OF_ONE, COLD_TREND_OF_TEN),
    (COLD_TREND_OF_ONE, COLD_TREND_OF_TREATED),
    *((f"{what}, {OF_ONE_YEAR}", f"{what}, {OF_TWENTY_YEARS}") for what in (PULL, PUSH_OF_MANY)),
)


def main() -> None:
    """Runs it on the chosen engines."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each case in each round")
    chosen = parser.parse_args()
    for line in fhir_lines():
        print(line)
    for engine in ("sqlite", "postgresql") if chosen.engine == "both" else (chosen.engine,):
        with tempfile.TemporaryDirectory() as folder:
            _run(engine, Path(folder), rounds=chosen.rounds, seconds=chosen.seconds)


def _run(engine: str, folder: Path, *, rounds: int, seconds: float) -> None:
    settings = _settings(engine, folder)
    url = settings.resolved_database_url()
    lengths = [*[EMPTY] * 2 * CONNECTIONS, _A_YEAR, _TEN_YEARS, _TREATED_TEN_YEARS, _FIVE_YEARS, _YOUNG, _TWENTY_YEARS]
    *empty, one, ten, treated, five, young, twenty = written(settings, lengths)
    people = People(
        writers=empty[:CONNECTIONS],
        pushers=empty[CONNECTIONS:],
        of_a_year=one,
        of_ten_years=ten,
        treated_ten_years=treated,
        of_five_years=five,
        young=young,
        of_twenty_years=twenty,
    )
    with service(settings.data, settings.database_url) as onset, bare() as nothing:
        asked = [*cases(people, onset.port), *sync_cases.cases(people, onset.port)]
        tallies = {case.name: Tally() for case in (BARE, *asked)}
        for _ in range(rounds):
            _take(tallies, nothing, BARE, seconds)
            for case in asked:
                _take(tallies, onset, case, seconds)
        sign_in_twice_at_once(onset.port, one.email)
        memory_mb = onset.memory_mb(), onset.memory_mb("VmHWM")
        weight = first_sync_bytes(onset.port, five.tokens[0])
    raw = raw_rates(url, 2 * CONNECTIONS + 1, seconds)
    raw_each = {"PUT of a day": raw.puts, "list of a year": raw.years, PUSH_OF_MANY: raw.pushed_days / DAYS_A_PUSH}
    _print(engine, tallies, memory_mb, raw_each)
    print(f"first sync of 1,825 days: {weight / 1000:.0f} kB compressed\n")


def _settings(engine: str, folder: Path) -> Settings:
    settings = Settings(data=folder / "data")
    settings.data.mkdir()
    if engine == "postgresql":
        server = postgres.start(uuid4().hex)
        settings = settings.model_copy(update={"database_url": postgres.create_database(server, "bench")})
    migrate(make_engine(settings.resolved_database_url()))
    return settings


def _take(tallies: dict[str, Tally], process: Process, case: Case, seconds: float) -> None:
    asyncio.run(load(process.port, case.requests(), 0))  # one each, for what is kept to be there
    before = process.cpu_s()
    found = asyncio.run(load(process.port, case.requests(), seconds))
    tallies[case.name].add(found, process.cpu_s() - before)
    if set(found.statuses) - {case.status, 201}:
        raise SystemExit(f"{case.name}: {found.statuses}")


def _print(engine: str, tallies: dict[str, Tally], memory_mb: tuple[float, float], raw: dict[str, float]) -> None:
    unit = tallies[BARE.name]
    print(f"{engine}, {CONNECTIONS} connections; ratios to a bare FastAPI handler in the same run")
    print(HEADING)
    for name, tally in tallies.items():
        print(tally.line(name, unit))
    for one, ten in _COMPARED:
        time, cpu = 1 / tallies[ten].rate_to(tallies[one]), tallies[ten].cpu_to(tallies[one])
        print(f"{ten} : {one}  {time:.2f} times the time, {cpu:.2f} times the CPU")
    for name, rate in raw.items():
        share = sorted(tallies[name].rates)[len(tallies[name].rates) // 2] / rate
        print(f"{name} : raw driver  {share:.3f} of {rate:.0f}/s by one connection of the driver alone")
    median, last = tallies[MIXED].median_ms, tallies[MIXED].last_ms
    print(f"{MIXED}: p99 {last / median:.1f} times the median")
    print(f"resident memory {memory_mb[0]:.0f} MB, at most {memory_mb[1]:.0f} MB, with two logins at once")


if __name__ == "__main__":
    main()
