"""Which SQLite library the service runs on.

SQLite 3.7.0 to 3.51.2 can lose committed writes in WAL mode when two connections write and checkpoint at the same
moment; 3.51.3 mends it. Where the system's library is older, the one bundled with the package pysqlite3 is used.
"""

import sqlite3
from importlib import import_module
from types import ModuleType

FIRST_SAFE = (3, 51, 3)


def _choose() -> ModuleType:
    if sqlite3.sqlite_version_info >= FIRST_SAFE:
        return sqlite3
    try:
        return import_module("pysqlite3.dbapi2")
    except ImportError:  # no wheel for this platform: said at start and in /readyz, refused in production
        return sqlite3


driver = _choose()
version: str = driver.sqlite_version
is_safe: bool = driver.sqlite_version_info >= FIRST_SAFE
