"""Tallies in memory, for limited routes other than wrong passwords for an account: those are tallied in the database.

Each service process keeps its own, so several processes allow that many times the quota together: enough against a
flood. A window begins with its first event, so a burst at its end and one at the beginning of the next can follow each
other.
"""

from collections import OrderedDict

from app.domain.clock import Clock
from app.domain.limits import Policy, Standing, Tally, check, counted_from, standing

MOST_KEYS = 50_000
"""About 20 MiB."""


class RouteLimits:
    """Who called what how often lately; used on the event loop alone."""

    def __init__(self, *, clock: Clock, most_keys: int = MOST_KEYS) -> None:
        self._clock = clock
        self._most_keys = most_keys
        self._tallies: OrderedDict[tuple[str, str], Tally] = OrderedDict()

    def standing(self, policy: Policy, key: str) -> Standing:
        """How the key stands now; counts nothing."""
        return standing(policy, self._tally(policy, key), self._clock())

    def count(self, policy: Policy, key: str) -> Standing:
        """Counts one event and says how the key stands after it."""
        now = self._clock()
        before = self._tally(policy, key)
        after = Tally(count=before.count + 1, oldest=before.oldest or now)
        self._tallies[policy.name, key] = after
        self._tallies.move_to_end((policy.name, key))
        if len(self._tallies) > self._most_keys:
            # The key that was quiet for longest is forgotten first.
            self._tallies.popitem(last=False)
        return standing(policy, after, now)

    def admit(self, *calls: tuple[Policy, str]) -> tuple[Standing, ...]:
        """Counts a call under each policy and its key, or refuses with LimitReached and counts it nowhere."""
        check(self.standing(policy, key) for policy, key in calls)
        return tuple(self.count(policy, key) for policy, key in calls)

    def _tally(self, policy: Policy, key: str) -> Tally:
        tally = self._tallies.get((policy.name, key), Tally())
        over = tally.oldest is not None and tally.oldest <= counted_from(policy, self._clock())
        return Tally() if over else tally
