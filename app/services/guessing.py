"""Proving a password, with a limit on guesses that is the same for addresses with and without an account.

The limit is asked twice: before the password is hashed, and in the write that follows, so that guesses sent side by
side learn nothing beyond it, not even the one that was right.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime

from app.domain.access import Nobody
from app.domain.limits import SIGN_IN, SIGN_IN_NETWORK, Standing, check
from app.domain.sessions import InvalidGrant
from app.services.parts import Parts
from app.storage.guesses import Guesser
from app.storage.logins import Login
from app.storage.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Somebody knows the password of an account."""

    login: Login
    guesser: Guesser
    replacement: str | None
    """A hash of today's cost, to be stored in place of the old one."""
    standings: tuple[Standing, ...]
    """To be shown to the caller."""


async def prove(
    parts: Parts, visitor: Nobody, email: str, password: str, *, refusal: type[InvalidGrant] = InvalidGrant
) -> Proof:
    """Whose password it is; refuses with the given refusal, and with LimitReached after too many wrong ones."""
    subject = subject_of(parts, email)
    at = parts.clock()

    def look(work: Work) -> tuple[Login | None, Guesser, tuple[Standing, ...]]:
        login = work.logins.find(email)
        guesser = Guesser(subject=subject, account=login and login.account.key, network=visitor.network)
        return login, guesser, _standings(parts, work, guesser, at)

    login, guesser, standings = await parts.database.read(visitor, look)
    in_network = _in_network(parts, guesser)
    check((*standings, *in_network))
    found = await parts.passwords.verify(password, login and login.password_hash)
    if login is None or not found.matches:
        raise refusal(await _count_wrong(parts, visitor, guesser, at))
    shown = (*_shown(standings), *in_network)
    return Proof(login=login, guesser=guesser, replacement=found.replacement, standings=shown)


def prove_again(parts: Parts, work: Work, proof: Proof, at: datetime) -> None:
    """Asks the limit a second time, in the write that uses the proof; refuses with LimitReached."""
    work.guesses.take_turn(proof.guesser)
    check(_standings(parts, work, proof.guesser, at))


def subject_of(parts: Parts, email: str) -> bytes:
    """What stands for an address where wrong passwords are counted, so that none is kept of people without account."""
    return hmac.digest(parts.secret_key, b"sign-in subject\0" + email.encode(), "sha256")


def _standings(parts: Parts, work: Work, guesser: Guesser, at: datetime) -> tuple[Standing, ...]:
    return work.guesses.standings(guesser, at) if parts.limits else ()


def _in_network(parts: Parts, guesser: Guesser) -> tuple[Standing, ...]:
    return (parts.limits.standing(SIGN_IN_NETWORK, guesser.network),) if parts.limits else ()


async def _count_wrong(parts: Parts, visitor: Nobody, guesser: Guesser, at: datetime) -> tuple[Standing, ...]:
    """What to show of the standings after it."""

    def count(work: Work) -> tuple[Standing, ...]:
        work.guesses.take_turn(guesser)
        check(_standings(parts, work, guesser, at))
        work.guesses.add(guesser, at)
        return _standings(parts, work, guesser, at)

    if parts.limits:
        parts.limits.count(SIGN_IN_NETWORK, guesser.network)
    standings = await parts.database.write(visitor, count)
    return (*_shown(standings), *_in_network(parts, guesser))


def _shown(standings: tuple[Standing, ...]) -> tuple[Standing, ...]:
    """Those that are the same for every address: the others would tell whose network this is."""
    return tuple(each for each in standings if each.policy is SIGN_IN)
