"""A backup's file: a zip of one file of JSON lines for each table, and a manifest that says what must be in them."""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import file_digest, sha256
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from app.storage.backups import Row

_FORMAT: Final = "onset-backup"
_FORMAT_VERSION: Final = 1
_MANIFEST: Final = "manifest.json"
# A flipped bit can make a zip look encrypted, or like a later kind of zip: both are kinds of RuntimeError.
_DAMAGED: Final = (BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, TypeError, RuntimeError)
"""What a zip, its compression and JSON raise where bytes are missing or wrong."""


class DamagedBackup(Exception):
    """The file is no backup, or no longer holds what was written to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """One table."""

    columns: list[str]
    rows: int
    sha256: str
    """Of its lines, in hexadecimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself."""

    service_version: str
    schema_revision: str
    taken_at: datetime
    tables: Mapping[str, Contents]


Table = tuple[str, list[str], Iterable[Row]]
"""Name, columns and rows."""


def write_backup(
    file: IO[bytes], tables: Iterable[Table], *, service_version: str, schema_revision: str, taken_at: datetime
) -> Manifest:
    """Writes the tables, a row at a time, and then the manifest."""
    found: dict[str, Contents] = {}
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, columns, rows in tables:
            counted, digest = 0, sha256()
            with archive.open(_member(name), "w", force_zip64=True) as member:
                for row in rows:
                    line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                    member.write(line)
                    digest.update(line)
                    counted += 1
            found[name] = Contents(columns=columns, rows=counted, sha256=digest.hexdigest())
        manifest = Manifest(
            service_version=service_version, schema_revision=schema_revision, taken_at=taken_at, tables=found
        )
        archive.writestr(_MANIFEST, _manifest_text(manifest))
    return manifest


def verified(file: IO[bytes]) -> Manifest:
    """The manifest, once every line was read and counted; raises DamagedBackup."""
    try:
        with ZipFile(file) as archive:
            manifest = _read_manifest(archive.read(_MANIFEST))
            if sorted(archive.namelist()) != sorted([*map(_member, manifest.tables), _MANIFEST]):
                raise DamagedBackup("the backup holds other files than its manifest names")
            for name, wanted in manifest.tables.items():
                counted, digest = 0, sha256()
                with archive.open(_member(name)) as lines:
                    for line in lines:
                        digest.update(line)
                        counted += 1
                if (counted, digest.hexdigest()) != (wanted.rows, wanted.sha256):
                    raise DamagedBackup(f"the rows of {name} are not those that were written")
    except _DAMAGED as damage:
        raise DamagedBackup("the file is no backup of Onset, or is damaged") from damage
    return manifest


def rows_in(file: IO[bytes], table: str) -> Iterator[Row]:
    """The rows of a table of a verified backup."""
    with ZipFile(file) as archive, archive.open(_member(table)) as lines:
        for line in lines:
            yield json.loads(line)


def whole_digest(file: IO[bytes]) -> str:
    """SHA-256 of the file, in hexadecimal: what `sha256sum` prints."""
    file.seek(0)
    return file_digest(file, "sha256").hexdigest()  # pyright: ignore[reportArgumentType] - an IO is enough of a file


def _member(table: str) -> str:
    return f"{table}.jsonl"


def _manifest_text(manifest: Manifest) -> str:
    said = {"format": _FORMAT, "format_version": _FORMAT_VERSION, **asdict(manifest)}
    return json.dumps(said | {"taken_at": manifest.taken_at.isoformat()}, indent=1)


def _read_manifest(text: bytes) -> Manifest:
    said: dict[str, Any] = json.loads(text)
    if (said["format"], said["format_version"]) != (_FORMAT, _FORMAT_VERSION):
        raise DamagedBackup("this version of Onset does not read this kind of backup")
    return Manifest(
        service_version=said["service_version"],
        schema_revision=said["schema_revision"],
        taken_at=datetime.fromisoformat(said["taken_at"]),
        tables={name: Contents(**contents) for name, contents in said["tables"].items()},
    )
