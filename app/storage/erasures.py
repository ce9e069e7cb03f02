"""The ledger of erasures: which accounts were erased, so that a restored backup does not bring them back.

It lies beside the database, in the data folder, since a restore takes the database's place. It holds hashes of account
ids, which were random, and so tells nothing of anybody.
"""

import os
from hashlib import sha256
from pathlib import Path
from typing import Final

from app.domain.ids import AccountId

_NAME: Final = "erased.txt"


class Erasures:
    """The ledger in one data folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME

    def note(self, account: AccountId) -> None:
        """Has the ledger hold the account, on the disk; raises OSError."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, f"{_fingerprint(account)}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def among(self, accounts: list[AccountId]) -> list[AccountId]:
        """Those of the accounts that were erased; raises OSError where the ledger can't be read."""
        if not self._path.exists():
            return []
        erased = frozenset(self._path.read_text("ascii").split())
        return [account for account in accounts if _fingerprint(account) in erased]


def _fingerprint(account: AccountId) -> str:
    return sha256(account.encode()).hexdigest()
