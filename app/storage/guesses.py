"""Wrong passwords, and the networks that an account is familiar with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, update

from app.domain.access import Nobody, Operator, SignedIn
from app.domain.ids import AccountKey
from app.domain.limits import (
    FAMILIAR_FOR,
    SIGN_IN,
    SIGN_IN_ELSEWHERE,
    Policy,
    Standing,
    Tally,
    counted_from,
    sign_in_standings,
)
from app.storage.tables import known_networks, wrong_passwords

_NOBODYS_KEY = AccountKey(0)  # accounts are numbered from 1
_LONGEST_WINDOW = max(SIGN_IN, SIGN_IN_ELSEWHERE, key=lambda policy: policy.window)

_familiar = select(known_networks.c.network).where(
    known_networks.c.account == bindparam("account"), known_networks.c.signed_in_at >= bindparam("familiar_from")
)
_tally = select(func.count(), func.min(wrong_passwords.c.at)).where(
    wrong_passwords.c.subject == bindparam("subject"), wrong_passwords.c.at > bindparam("counted_from")
)
_here = _tally.where(wrong_passwords.c.network == bindparam("network"))
_elsewhere = _tally.where(wrong_passwords.c.network.not_in(_familiar))
_last_signed_in_here = select(known_networks.c.signed_in_at).where(
    known_networks.c.account == bindparam("account"), known_networks.c.network == bindparam("network")
)
_add = insert(wrong_passwords)
_forget_old = delete(wrong_passwords).where(wrong_passwords.c.at <= bindparam("counted_from"))
_forget = delete(wrong_passwords).where(wrong_passwords.c.subject == bindparam("the_subject"))
_seen_again = (
    update(known_networks)
    .where(known_networks.c.account == bindparam("the_account"), known_networks.c.network == bindparam("the_network"))
    .values(signed_in_at=bindparam("now"))
)
_seen_first = insert(known_networks)
_forget_strange = delete(known_networks).where(
    known_networks.c.account == bindparam("the_account"), known_networks.c.signed_in_at < bindparam("familiar_from")
)
_take_turn = select(func.pg_advisory_xact_lock(bindparam("number")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Guesser:
    """Somebody who tries a password."""

    subject: bytes
    """Stands for the e-mail address, whether it has an account or not."""
    account: AccountKey | None
    network: str


class Guesses:
    """How often whose password was guessed wrong, from where."""

    def __init__(self, connection: Connection, _access: Nobody | Operator | SignedIn) -> None:
        self._connection = connection

    def take_turn(self, guesser: Guesser) -> None:
        """Lets units of work about the same address run one after the other, so that none is miscounted."""
        if self._connection.dialect.name == "postgresql":  # on SQLite writes do so anyway
            number = int.from_bytes(guesser.subject[:8], "big", signed=True)
            self._connection.execute(_take_turn, {"number": number})

    def standings(self, guesser: Guesser, now: datetime) -> tuple[Standing, ...]:
        """What a sign-in must stand up to; the same statements run for an address without an account."""
        account = _NOBODYS_KEY if guesser.account is None else guesser.account
        here = {"account": account, "network": guesser.network}
        last_signed_in_here = self._connection.execute(_last_signed_in_here, here).scalar_one_or_none()
        everywhere = {"account": account, "familiar_from": now - FAMILIAR_FOR, "subject": guesser.subject}
        return sign_in_standings(
            here=self._tally(_here, SIGN_IN, now, {"subject": guesser.subject, "network": guesser.network}),
            elsewhere=self._tally(_elsewhere, SIGN_IN_ELSEWHERE, now, everywhere),
            last_signed_in_here=last_signed_in_here,
            now=now,
        )

    def add(self, guesser: Guesser, now: datetime) -> None:
        """Counts a wrong password, and forgets all that no longer count."""
        self._connection.execute(_forget_old, {"counted_from": counted_from(_LONGEST_WINDOW, now)})
        self._connection.execute(_add, {"subject": guesser.subject, "network": guesser.network, "at": now})

    def forget(self, subject: bytes) -> None:
        """Forgets the wrong passwords for an address."""
        self._connection.execute(_forget, {"the_subject": subject})

    def make_familiar(self, account: AccountKey, network: str, now: datetime) -> None:
        """The account has signed in here."""
        values = {"the_account": account, "the_network": network, "now": now}
        if self._connection.execute(_seen_again, values).rowcount == 0:
            values = {"account": account, "network": network, "signed_in_at": now}
            self._connection.execute(_seen_first, values)
        self._connection.execute(_forget_strange, {"the_account": account, "familiar_from": now - FAMILIAR_FOR})

    def _tally(self, query: Select[int, Any], policy: Policy, now: datetime, values: dict[str, Any]) -> Tally:
        count, oldest = self._connection.execute(query, {**values, "counted_from": counted_from(policy, now)}).one()
        return Tally(count=count, oldest=oldest)
