"""How often somebody may try: the policies, the counting rule, and what the headers say of it.

A tally counts events within the policy's window, looking back from now. Wrong passwords for an address are tallied in
the database, everything else in memory (app/security/limits.py).

Signing in, for each e-mail address whether it has an account or not:

- 10 wrong passwords from one network in 15 minutes. Only wrong passwords count.
- 300 from one network for any address in 15 minutes.
- From networks where the account has not signed in within 90 days, taken together, 100 in an hour. The owner at home is
  neither counted nor stopped by it, so an attacker elsewhere locks nobody out of places where they have been.

The standing is asked before a password is hashed, and again in the write that follows: guesses sent side by side then
find the limit reached and learn nothing, not even the one that was right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from app.domain.errors import TooManyRequests

FAMILIAR_FOR = timedelta(days=90)
"""How long a network stays familiar to an account after a sign-in from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """At most so many events in a window."""

    name: str
    """Lower case and dashes; part of the header, so an API client may rely on it."""
    quota: int
    window: timedelta

    def __post_init__(self) -> None:
        if self.quota < 1 or self.window < timedelta(seconds=1):
            raise ValueError("a policy allows something, in a window of at least a second")


SIGN_IN = Policy(name="sign-in", quota=10, window=timedelta(minutes=15))
"""Wrong passwords for one e-mail address from one network."""
SIGN_IN_ELSEWHERE = Policy(name="sign-in-elsewhere", quota=100, window=timedelta(hours=1))
"""Wrong passwords for one e-mail address from all networks that are not familiar to it."""
SIGN_IN_NETWORK = Policy(name="sign-in-network", quota=300, window=timedelta(minutes=15))
"""Wrong passwords from one network for any address: a hospital behind one address stays below, a list of leaks not."""
SIGN_UP = Policy(name="sign-up", quota=300, window=timedelta(hours=1))
"""New accounts from one network."""
SIGN_UP_EVERYWHERE = Policy(name="sign-up-everywhere", quota=5_000, window=timedelta(hours=1))
"""New accounts from all networks together."""
TOKENS = Policy(name="tokens", quota=10_000, window=timedelta(hours=1))
"""Calls for new tokens, or to end a session, from one network; a mobile carrier may have thousands of phones there."""
TOKENS_EVERYWHERE = Policy(name="tokens-everywhere", quota=60_000, window=timedelta(minutes=1))
"""The same from all networks together; the window is short, since a flood that uses it up stops everybody."""
PASSWORD_RESET = Policy(name="password-reset", quota=10, window=timedelta(hours=1))
"""Reset mails asked for from one network for one e-mail address."""
PASSWORD_RESET_MAILS = Policy(name="password-reset-mails", quota=20, window=timedelta(hours=1))
"""Reset mails to one address, from wherever asked; beyond it the answer stays the same, and no mail goes out."""
PASSWORD_RESET_NETWORK = Policy(name="password-reset-network", quota=100, window=timedelta(hours=1))
"""Reset mails asked for from one network, and tokens tried there, for any address."""
PASSWORD_RESET_EVERYWHERE = Policy(name="password-reset-everywhere", quota=2_000, window=timedelta(hours=1))
"""Reset mails asked for from all networks together, so that nobody makes the service a spammer."""
PASSWORD_RESET_TOKENS_EVERYWHERE = Policy(
    name="password-reset-tokens-everywhere", quota=2_000, window=timedelta(minutes=1)
)
"""Reset tokens tried from all networks together; counted apart from mails, a flood of which stops no one here."""
REDEEM = Policy(name="redeem", quota=10, window=timedelta(hours=1))
"""Invites that one account named and could not redeem."""
SHARES = Policy(name="shares", quota=120, window=timedelta(hours=1))
"""Links that one account made or refreshed: each costs a whole diary."""
LINK = Policy(name="link", quota=60, window=timedelta(minutes=1))
"""Requests to one link."""
LINKS_NETWORK = Policy(name="links-network", quota=600, window=timedelta(minutes=1))
"""Requests to any links from one network; a hospital may be behind one address."""
LINKS_EVERYWHERE = Policy(name="links-everywhere", quota=60_000, window=timedelta(minutes=1))
"""The same from all networks together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Events of one policy and one key within the window before now."""

    count: int = 0
    oldest: datetime | None = None
    """When the oldest that still counts happened; absent if there is none."""

    def __post_init__(self) -> None:
        if self.count < 0 or (self.count == 0) != (self.oldest is None):
            raise ValueError("a tally has an oldest event exactly if it has any")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How somebody stands with a policy: the numbers that the headers show."""

    policy: Policy
    remaining: int
    reset_in_s: int
    """Seconds, rounded up, until the oldest event no longer counts; the whole window if there is none."""

    @property
    def allowed(self) -> bool:
        """Whether another event is within the quota."""
        return self.remaining > 0


class LimitReached(TooManyRequests):
    """A limit was reached; the wait is the longest of those that are used up."""

    def __init__(self, standings: Sequence[Standing]) -> None:
        super().__init__(retry_after_s=max(each.reset_in_s for each in standings if not each.allowed))
        self.standings = tuple(standings)


def counted_from(policy: Policy, now: datetime) -> datetime:
    """The instant after which events count."""
    return now - policy.window


def standing(policy: Policy, tally: Tally, now: datetime) -> Standing:
    """Where a tally leaves its owner."""
    leaves_at = (tally.oldest or now) + policy.window
    reset_in_s = ceil((leaves_at - now) / timedelta(seconds=1))
    return Standing(policy=policy, remaining=max(0, policy.quota - tally.count), reset_in_s=max(1, reset_in_s))


def sign_in_standings(
    *, here: Tally, elsewhere: Tally, last_signed_in_here: datetime | None, now: datetime
) -> tuple[Standing, ...]:
    """What a sign-in must stand up to.

    `here` tallies SIGN_IN for the address and the network, `elsewhere` SIGN_IN_ELSEWHERE for the address over all
    networks that are not familiar to it; `last_signed_in_here` is absent for an account that was never here.
    """
    at_this_network = standing(SIGN_IN, here, now)
    if is_familiar(last_signed_in_here, now):
        return (at_this_network,)
    return (at_this_network, standing(SIGN_IN_ELSEWHERE, elsewhere, now))


def is_familiar(last_signed_in: datetime | None, now: datetime) -> bool:
    """Whether a network with this last sign-in of the account is one where the owner has been lately."""
    return last_signed_in is not None and now - last_signed_in <= FAMILIAR_FOR


def check(standings: Iterable[Standing]) -> None:
    """Refuses with LimitReached if any is used up."""
    all_of_them = tuple(standings)
    if not all(each.allowed for each in all_of_them):
        raise LimitReached(all_of_them)


def limit_headers(standings: Sequence[Standing]) -> dict[str, str]:
    """The fields RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10); at least one standing."""
    return {
        "RateLimit-Policy": ", ".join(
            f'"{each.policy.name}";q={each.policy.quota};w={each.policy.window // timedelta(seconds=1)}'
            for each in standings
        ),
        "RateLimit": ", ".join(f'"{each.policy.name}";r={each.remaining};t={each.reset_in_s}' for each in standings),
    }
