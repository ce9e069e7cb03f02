"""Accounts as somebody meets them who is not signed in: made, found by e-mail, given a new password."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.access import Nobody, Operator, Role
from app.domain.accounts import Account, EmailTaken, Settings
from app.domain.ids import AccountId, AccountKey
from app.storage.accounts import SHOWN, account_of, settings_values
from app.storage.tables import accounts, password_resets, patient_state, sessions

FIRST_REVISION = 1

_THE_ACCOUNT = accounts.c.key == bindparam("account")

_ids = select(accounts.c.id)
_find = select(*SHOWN, accounts.c.password_hash).where(accounts.c.email == bindparam("address"))
_lock_unchanged = (
    select(accounts.c.key).where(_THE_ACCOUNT, accounts.c.password_hash == bindparam("known_hash")).with_for_update()
)
_add = insert(accounts).returning(accounts.c.key)
_add_state = insert(patient_state)
_set_password = update(accounts).where(_THE_ACCOUNT).values(password_hash=bindparam("new_hash"))
_end_sessions = delete(sessions).where(sessions.c.account == bindparam("account"))

_add_reset = insert(password_resets)
_of_reset = (
    select(*SHOWN, accounts.c.password_hash)
    .join_from(password_resets, accounts, accounts.c.key == password_resets.c.account)
    .where(password_resets.c.fingerprint == bindparam("token"), password_resets.c.expires_at > bindparam("now"))
)
_of_reset_to_use = _of_reset.with_for_update()
_forget_resets = delete(password_resets).where(password_resets.c.account == bindparam("account"))
_forget_old_resets = delete(password_resets).where(password_resets.c.expires_at <= bindparam("now"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """An account and the hash of its password."""

    account: Account
    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLogin:
    """An account that is to be made."""

    id: AccountId
    email: str
    """Normalised."""
    role: Role
    settings: Settings
    password_hash: str
    epoch: str
    """Names the diary's first life: a restored backup gets another one. Not used for clinicians."""
    created_at: datetime


class Logins:
    """Accounts by their e-mail addresses."""

    def __init__(self, connection: Connection, _access: Nobody | Operator) -> None:
        self._connection = connection

    def find(self, email: str) -> Login | None:
        """The account with a normalised address."""
        row = self._connection.execute(_find, {"address": email}).one_or_none()
        return None if row is None else Login(account=account_of(row), password_hash=row.password_hash)

    def ids(self) -> list[AccountId]:
        """Those of all accounts."""
        return [AccountId(found) for found in self._connection.execute(_ids).scalars()]

    def add(self, new: NewLogin) -> Account:
        """The new account, with an empty diary where it is a patient's; refuses with EmailTaken."""
        values = {
            "id": new.id,
            "email": new.email,
            "role": new.role,
            "password_hash": new.password_hash,
            "created_at": new.created_at,
            **settings_values(new.settings),
        }
        try:
            key = AccountKey(self._connection.execute(_add, values).scalar_one())
        except IntegrityError:
            raise EmailTaken from None
        if new.role is Role.PATIENT:
            self._connection.execute(_add_state, {"patient": key, "rev": FIRST_REVISION, "epoch": new.epoch})
        row = self._connection.execute(_find, {"address": new.email}).one()
        return account_of(row)

    def lock(self, login: Login) -> bool:
        """Whether the account still has this password; then it keeps it until the unit of work ends."""
        values = {"account": login.account.key, "known_hash": login.password_hash}
        return self._connection.execute(_lock_unchanged, values).one_or_none() is not None

    def set_password(self, account: AccountKey, new_hash: str) -> None:
        """Stores a hash in place of the present one; tokens for a reset are void from now on."""
        self._connection.execute(_set_password, {"account": account, "new_hash": new_hash})
        self._connection.execute(_forget_resets, {"account": account})

    def end_sessions(self, account: AccountKey) -> None:
        """Ends all sessions of the account."""
        self._connection.execute(_end_sessions, {"account": account})

    def add_reset(self, account: AccountKey, token: bytes, *, now: datetime, expires_at: datetime) -> None:
        """Remembers the fingerprint of a token with which the password can be set once, beside others still good."""
        self._connection.execute(_forget_old_resets, {"now": now})
        self._connection.execute(_add_reset, {"account": account, "fingerprint": token, "expires_at": expires_at})

    def of_reset(self, token: bytes, now: datetime, *, to_use: bool = False) -> Login | None:
        """Whose password the token can set; to be used, both are locked until the unit of work ends."""
        values = {"token": token, "now": now}
        row = self._connection.execute(_of_reset_to_use if to_use else _of_reset, values).one_or_none()
        return None if row is None else Login(account=account_of(row), password_hash=row.password_hash)
