"""The order of a planned alternation of dose times by weeks (domain, section 3, `timing_plan`)."""

from hashlib import sha256

BEDTIME = "bedtime"
MORNING = "morning"


def timing_order(seed: str, weeks: int) -> tuple[str, ...]:
    """The dose time of each week: for pair k of weeks, from 0, bit 0 of the first byte of sha256 of `seed:k`.

    0 is bedtime first. The seed tells the whole order, so that anybody can check that nobody chose it.
    """
    order: list[str] = []
    for pair in range(weeks // 2):
        morning_first = sha256(f"{seed}:{pair}".encode()).digest()[0] & 1
        order += (MORNING, BEDTIME) if morning_first else (BEDTIME, MORNING)
    return tuple(order)
