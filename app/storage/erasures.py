"""The ledger of erasures: which accounts were erased, so that a restored backup does not bring them back.

It lies beside the database, in the data folder, since a restore takes the database's place. It holds hashes of account
ids, which were random, and so tells nothing of anybody.

An erasure is noted before it is done, as an empty file of its own in a folder beside the ledger: where that cannot be
written, nothing is erased. The file goes once the ledger has the account, or the erasure was refused. One that stays,
since the process ended meanwhile or the database did not say what became of it, counts as erased at a restore, until
`settle` finds the account still there.
"""

import os
import time
from collections.abc import Collection
from errno import EDQUOT, ENOSPC
from hashlib import sha256
from pathlib import Path
from typing import Final

from app.domain.errors import DatabaseUnavailable, StorageFull
from app.domain.ids import AccountId

_NAME: Final = "erased.txt"
_FOLDER: Final = "erasing"
_UNDER_WAY_S: Final = 60.0
"""As long as an erasure may take; what is older was left behind."""


class Erasures:
    """The ledger in one data folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME
        self._folder = folder / _FOLDER

    def intend(self, account: AccountId) -> None:
        """Has the disk hold that the account is about to be erased; refuses with StorageFull, DatabaseUnavailable."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._folder / _fingerprint(account), os.O_WRONLY | os.O_CREAT, 0o600))
            _sync_folder(self._folder)
        except OSError as failure:
            raise (StorageFull if failure.errno in {ENOSPC, EDQUOT} else DatabaseUnavailable) from failure

    def withdraw(self, account: AccountId) -> None:
        """The account was not erased; raises OSError."""
        (self._folder / _fingerprint(account)).unlink(missing_ok=True)

    def note(self, account: AccountId) -> None:
        """Has the ledger hold the account, on the disk; raises OSError."""
        self._append(_fingerprint(account))
        self.withdraw(account)

    def has_left_behind(self) -> bool:
        """Whether there are intentions of which nobody knows what became; raises OSError."""
        return bool(self._left_behind())

    def settle(self, present: Collection[AccountId]) -> int:
        """Withdraws those of accounts that are present and notes the others, and says how many; raises OSError."""
        left, there = self._left_behind(), frozenset(map(_fingerprint, present))
        for path in left:
            if path.name not in there:
                self._append(path.name)
            path.unlink(missing_ok=True)
        return len(left)

    def among(self, accounts: list[AccountId]) -> list[AccountId]:
        """Those of the accounts that were erased; raises OSError where the ledger can't be read."""
        erased = frozenset(self._path.read_text("ascii").split()) if self._path.exists() else frozenset[str]()
        erased |= {path.name for path in self._intended()}
        return [account for account in accounts if _fingerprint(account) in erased]

    def _intended(self) -> list[Path]:
        return [*self._folder.iterdir()] if self._folder.is_dir() else []

    def _left_behind(self) -> list[Path]:
        return [path for path in self._intended() if time.time() - path.stat().st_mtime > _UNDER_WAY_S]

    def _append(self, fingerprint: str) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, f"{fingerprint}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Has the disk hold which files a folder has."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fingerprint(account: AccountId) -> str:
    return sha256(account.encode()).hexdigest()
