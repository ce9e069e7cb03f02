"""The account of whoever is signed in: read, changed, erased."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from app.domain.access import Role, SignedIn
from app.domain.accounts import Account, Settings, Sex, day_start_text
from app.domain.ids import AccountId, AccountKey
from app.domain.sessions import TokenInvalid
from app.storage.tables import accounts, password_resets

SHOWN = (
    accounts.c.key,
    accounts.c.id,
    accounts.c.email,
    accounts.c.role,
    accounts.c.created_at,
    accounts.c.time_zone,
    accounts.c.locale,
    accounts.c.display_name,
    accounts.c.organisation,
    accounts.c.day_start_minutes,
    accounts.c.research_opt_in,
    accounts.c.birth_year,
    accounts.c.sex,
)

_MINE = accounts.c.key == bindparam("me")
_UNCHANGED = accounts.c.password_hash == bindparam("known_hash")
_SETTINGS = (
    "time_zone",
    "locale",
    "display_name",
    "organisation",
    "day_start_minutes",
    "research_opt_in",
    "birth_year",
    "sex",
)

_own = select(*SHOWN).where(_MINE)
_own_to_change = _own.with_for_update()
_change = update(accounts).where(_MINE).values({name: bindparam(name) for name in _SETTINGS})
_set_password = update(accounts).where(_MINE, _UNCHANGED).values(password_hash=bindparam("new_hash"))
_forget_resets = delete(password_resets).where(password_resets.c.account == bindparam("me"))
_erase = delete(accounts).where(_MINE, _UNCHANGED)


class Accounts:
    """The account of one access."""

    def __init__(self, connection: Connection, access: SignedIn) -> None:
        self._connection = connection
        self._mine = {"me": access.account}

    def own(self, *, to_change: bool = False) -> Account:
        """The account; refuses with TokenInvalid where it was erased since the caller was let in.

        To be changed, it is locked until the unit of work ends.
        """
        row = self._connection.execute(_own_to_change if to_change else _own, self._mine).one_or_none()
        if row is None:
            raise TokenInvalid
        return account_of(row)

    def change(self, settings: Settings) -> None:
        """Stores the settings, all of them."""
        self._connection.execute(_change, {**self._mine, **settings_values(settings)})

    def set_password(self, new_hash: str, *, instead_of: str) -> bool:
        """Whether the stored hash was still the known one, and is now the new one; tokens for a reset are void."""
        values = {**self._mine, "known_hash": instead_of, "new_hash": new_hash}
        self._connection.execute(_forget_resets, self._mine)
        return self._connection.execute(_set_password, values).rowcount == 1

    def erase(self, *, password_hash: str) -> bool:
        """Whether the stored hash was still the known one, and the account is gone with all that hangs on it."""
        return self._connection.execute(_erase, {**self._mine, "known_hash": password_hash}).rowcount == 1


def account_of(row: Row[*tuple[Any, ...]]) -> Account:
    """The account of a row that begins with SHOWN."""
    created_at: datetime = row.created_at
    return Account(
        key=AccountKey(row.key),
        id=AccountId(row.id),
        email=row.email,
        role=Role(row.role),
        created_at=created_at,
        time_zone=row.time_zone,
        locale=row.locale,
        display_name=row.display_name,
        organisation=row.organisation,
        day_start=day_start_text(row.day_start_minutes),
        research_opt_in=row.research_opt_in,
        birth_year=row.birth_year,
        sex=row.sex and Sex(row.sex),
    )


def settings_values(settings: Settings) -> dict[str, object]:
    """The settings by the names of their columns."""
    return {name: getattr(settings, name) for name in _SETTINGS}
