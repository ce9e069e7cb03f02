"""scripts/onset: what an operator does with data as a whole: backup, restore, one patient's export."""

import argparse
import asyncio
import os
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Protocol

from app.api.render import json_of
from app.config import Settings
from app.domain.access import Operator
from app.domain.clock import system_clock
from app.domain.errors import NotFound
from app.main import open_database, secret_key_of
from app.services.backup import Taken, is_blank, read_backup, restore_backup, take_backup
from app.services.export import export_of
from app.services.whole_file import whole_file
from app.storage.data_folder import own
from app.storage.engines import make_engine, sqlite_file
from app.storage.erasures import Erasures
from app.storage.schema import migrate

_PRIVATE = "It holds password hashes and health data: encrypt it, and keep it from everybody's eyes."


class NoSuchPatient(Exception):
    """No patient has this address."""


class Commands(Protocol):
    """Adds a command to the parser."""

    def __call__(
        self, name: str, run: Callable[[Settings, argparse.Namespace], int], about: str
    ) -> argparse.ArgumentParser:
        """The command's own parser."""
        ...


def add_commands(add: Commands, need_database: Callable[[Settings], None]) -> None:
    """Adds these commands; `need_database` raises where the database is away, or not at this version's schema."""

    def backup(settings: Settings, chosen: argparse.Namespace) -> int:
        need_database(settings)
        taken = take_backup(settings.resolved_database_url(), chosen.file, at=system_clock())
        _tell(taken, chosen.file)
        _say(_PRIVATE)
        _say("The secret key is not in it (secret.key in the data folder, or ONSET_SECRET_KEY): keep a copy elsewhere.")
        return 0

    def export(settings: Settings, chosen: argparse.Namespace) -> int:
        need_database(settings)
        asyncio.run(_export(settings, chosen.email, chosen.file))
        _say(
            f"Wrote the whole diary, with what was deleted, to {chosen.file}. It is the patient's; nobody else's eyes."
        )
        return 0

    def restore(settings: Settings, chosen: argparse.Namespace) -> int:
        return _restore(settings, chosen, need_database)

    about_backup = f"Write a backup, while the service runs. {_PRIVATE}"
    add("backup", backup, about_backup).add_argument("file", type=Path, metavar="FILE")
    restoring = add(
        "restore", restore, "Put a backup into the database: all of it, or nothing. Stop the service first."
    )
    restoring.add_argument("file", type=Path, metavar="FILE")
    restoring.add_argument("--replace", action="store_true", help="delete the accounts and diaries that are there")
    exporting = add("export", export, "Write one patient's diary to a zip: onset.json, FHIR, and a CSV of each kind.")
    exporting.add_argument("email")
    exporting.add_argument("file", type=Path, metavar="FILE")


async def _export(settings: Settings, email: str, path: Path) -> None:
    with whole_file(path) as file:
        database = open_database(settings)
        try:
            operator, key = Operator(reason="export"), secret_key_of(settings)
            export = await export_of(database, system_clock, operator, email, secret_key=key, render=json_of)
        except NotFound:
            raise NoSuchPatient("there is no patient's account with this e-mail address") from None
        finally:
            database.close()
        for chunk in export.chunks:
            file.write(chunk)


def _restore(settings: Settings, chosen: argparse.Namespace, need_database: Callable[[Settings], None]) -> int:
    url = settings.resolved_database_url()
    database_file = sqlite_file(url)
    with chosen.file.open("rb") as file:
        backup = read_backup(file)
        # On SQLite the database's folder has one owner: nothing is put under a service that runs.
        with own(database_file.parent) if database_file else nullcontext():
            if is_blank(url):
                migrate(make_engine(url))
            need_database(settings)
            restored = restore_backup(
                url,
                file,
                backup,
                replace=chosen.replace,
                erasures=Erasures(settings.data),
                at=system_clock(),
                chance=os.urandom,
            )
    _tell(restored, chosen.file)
    _say(
        f"Restored as of {backup.manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC, diaries: {restored.diaries}. All sessions "
        "have ended; once signed in again, phones bring back what they hold that is newer."
    )
    if restored.erased_again:
        _say(f"Accounts that were erased since the backup, and are not brought back: {restored.erased_again}.")
    return 0


def _tell(backup: Taken, path: Path) -> None:
    for name, contents in backup.manifest.tables.items():
        _say(f"{name}: {contents.rows}")
    _say(f"sha256: {backup.sha256}  {path}")


def _say(line: str) -> None:
    print(line, flush=True)
