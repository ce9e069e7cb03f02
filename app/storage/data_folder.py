"""The data folder: its one owner, and the secret key that is made there once."""

import fcntl
import os
import secrets
from pathlib import Path
from typing import IO

_KEY_BYTES = 32


class DataFolderInUse(Exception):
    """Another service process owns the folder; on SQLite there is exactly one."""


def own(folder: Path) -> IO[bytes]:
    """Makes the folder and takes it for this process; held until the answer is closed. Raises DataFolderInUse."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (folder / "service.lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise DataFolderInUse(f"another Onset process serves {folder}") from None
    return lock


def secret_key(folder: Path) -> bytes:
    """The key kept in the folder; made at the first call, readable by its owner alone."""
    path = folder / "secret.key"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(_KEY_BYTES).encode())
    return path.read_bytes()
