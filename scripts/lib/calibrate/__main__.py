"""scripts/calibrate: simulates diaries whose truth is known, asks the summary, and prints how often it is right."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from multiprocessing import Pool
from time import monotonic

from scripts.lib.calibrate.cells import Cell, Seen, watch
from scripts.lib.calibrate.speed import measure_year_ms
from scripts.lib.calibrate.table import CELLS, LONG, Row, rows

_TOGETHER = 25


def main() -> None:
    """Prints the table; the exit code is 1 where a figure misses its bound."""
    parser = argparse.ArgumentParser(prog="scripts/calibrate", description=__doc__)
    parser.add_argument("--diaries", type=int, default=1000, help="in each cell")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--no-long", action="store_true", help="leave out the looks to week 104")
    chosen = parser.parse_args()
    begun = monotonic()
    cells = CELLS if chosen.no_long else (*CELLS, LONG)
    told = calibrated(cells, chosen.diaries, chosen.seed, chosen.processes)
    table = [*rows(told), *_speed()]
    print("| figure | must be | measured |", "|---|---|---|", *table, sep="\n")
    print(f"{len(cells)} cells of {chosen.diaries} diaries, seed {chosen.seed}: {monotonic() - begun:.0f} s")
    sys.exit(not all(row.holds for row in table))


def calibrated(cells: Sequence[Cell], diaries: int, seed: str, processes: int) -> dict[Cell, list[Seen]]:
    """What each diary of each cell was told."""
    with Pool(processes) as pool:
        return {
            cell: pool.starmap(watch, [(cell, f"{seed}/{number}") for number in range(diaries)], chunksize=_TOGETHER)
            for cell in cells
        }


def _speed() -> Iterator[Row]:
    yield Row(figure="milliseconds a measure-year, from weekly rows", value=measure_year_ms(), high=0.5, percent=False)


if __name__ == "__main__":
    main()
