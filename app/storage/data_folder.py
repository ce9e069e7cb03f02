"""The data folder: the one owner of the database in it, and the secret key that is made there once."""

import fcntl
import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from typing import IO

_KEY_BYTES = 32


class DataFolderInUse(Exception):
    """Another service process owns the folder; that of an SQLite database has exactly one."""


class ShortKey(Exception):
    """What is kept as the secret key is too short to keep a secret."""


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


def present_key(folder: Path) -> bytes | None:
    """The key kept in the folder; None where none was made yet. Raises ShortKey."""
    path = _key_path(folder)
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return None
    if len(key) < _KEY_BYTES:
        raise ShortKey(f"{path} holds fewer than {_KEY_BYTES} bytes; restore it, or remove it to have a new one made")
    return key


def secret_key(folder: Path) -> bytes:
    """The key kept in the folder; made at the first call, readable by its owner alone. Raises ShortKey."""
    while (key := present_key(folder)) is None:
        _make_key(folder)
    return key


def _key_path(folder: Path) -> Path:
    return folder / "secret.key"


def _make_key(folder: Path) -> None:
    """It appears under its name whole and on the disk, or not at all; of two that make it, the first one's stays."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = mkstemp(prefix="secret.key.", dir=folder)  # for its owner alone
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(_KEY_BYTES).encode())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, _key_path(folder))
    finally:
        Path(draft).unlink()
    _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
