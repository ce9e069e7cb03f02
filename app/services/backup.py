"""Backups of the whole service, and bringing one back (sync, section 2; reliability, section 1)."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Final

from app import __version__
from app.domain.access import Operator
from app.domain.sync.resume import resumed
from app.security.tokens import Chance
from app.services.backup_file import DamagedBackup, Manifest, rows_in, verified, whole_digest, write_backup
from app.services.whole_file import whole_file
from app.storage.backups import KEPT, Restoring, UnfitRows, columns_of, restoring, snapshot
from app.storage.erasures import Erasures
from app.storage.schema import wanted_revision

_BACKUP: Final = Operator(reason="backup")
_RESTORE: Final = Operator(reason="restore")


class RestoreRefused(Exception):
    """The backup cannot, or must not, be put into this database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A backup that was written and read back."""

    manifest: Manifest
    sha256: str
    """Of the whole file, in hexadecimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored(Taken):
    """A backup that was brought back."""

    diaries: int
    erased_again: int
    """Accounts that the backup holds, and that were erased since."""


def take_backup(url: str, path: Path, *, at: datetime) -> Taken:
    """Writes what the database holds at one moment, while others write on; refuses as Database does.

    The file is there once it was read back; raises DamagedBackup where the disk did not keep it.
    """
    with whole_file(path) as file:
        with snapshot(url, _BACKUP) as view:
            manifest = write_backup(
                file,
                ((name, columns_of(name), view.rows(name)) for name in KEPT),
                service_version=__version__,
                schema_revision=view.schema_revision or "",
                taken_at=at,
            )
        if verified(file) != manifest:
            raise DamagedBackup("what was read back is not what was written")
        return Taken(manifest=manifest, sha256=whole_digest(file))


def is_blank(url: str) -> bool:
    """Whether the database has no schema yet; refuses as Database does."""
    with snapshot(url, _RESTORE) as view:
        return view.schema_revision is None


def read_backup(file: IO[bytes]) -> Taken:
    """A backup that this version can bring back; raises DamagedBackup and RestoreRefused."""
    manifest = verified(file)
    if manifest.schema_revision != wanted_revision():
        raise RestoreRefused(
            f"the backup was taken by Onset {manifest.service_version}, whose database looks otherwise; "
            "restore it with that version, and then `scripts/onset migrate` with this one"
        )
    if {name: contents.columns for name, contents in manifest.tables.items()} != {
        name: columns_of(name) for name in KEPT
    }:
        raise DamagedBackup("the backup holds other tables than it should")
    return Taken(manifest=manifest, sha256=whole_digest(file))


def restore_backup(  # noqa: PLR0913 - what, where to, over what, without whom, when and by what chance
    url: str, file: IO[bytes], backup: Taken, *, replace: bool, erasures: Erasures, at: datetime, chance: Chance
) -> Restored:
    """Puts a backup that `read_backup` read into a database of this version's schema, all or nothing.

    Every diary begins a new epoch, so that its phones start over, all sessions end, and who was erased stays so.
    Refuses as Database does; raises RestoreRefused where the database holds accounts and `replace` does not say that
    they may go.
    """
    with restoring(url, _RESTORE) as database:
        database.lock()
        if not database.is_empty():
            if not replace:
                raise RestoreRefused("the database holds accounts; --replace deletes them all, and their diaries")
            database.erase()
        _fill(database, file, backup.manifest)
        try:
            diaries = database.resume(partial(resumed, at=at), lambda: f"e{chance(6).hex()}")
        except ValueError:
            raise RestoreRefused("a diary has used up its revisions; is this machine's clock right?") from None
        database.pause_consents(at)
        database.keep_counting()
        erased = database.erase_again(erasures)
    return Restored(manifest=backup.manifest, sha256=backup.sha256, diaries=diaries, erased_again=erased)


def _fill(database: Restoring, file: IO[bytes], manifest: Manifest) -> None:
    for name in KEPT:
        try:
            database.put(name, rows_in(file, name))
        except UnfitRows:
            raise DamagedBackup(f"the database refuses rows of {name}") from None
    for name, wanted in manifest.tables.items():
        if sum(1 for _ in database.rows(name)) != wanted.rows:
            raise DamagedBackup(f"the database keeps other rows of {name} than were put into it")
