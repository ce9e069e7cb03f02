"""A patient's whole diary as one zip: `onset.json`, exact and with its history, and the same to look at and hand over.

That is FHIR for other programs and a CSV of each kind for spreadsheets; beside them stand the access log and the
consent receipts.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson

from app import __version__
from app.domain.access import Operator, OwnDiary, Role
from app.domain.accounts import Account, normalised_email
from app.domain.clock import Clock
from app.domain.errors import NotFound, StorageFull
from app.domain.fhir.names import Names
from app.domain.fhir.shown import Person
from app.domain.ids import PatientKey, RecordId, Revision, SessionId, SessionKey
from app.domain.records.cells import to_cell
from app.domain.records.kinds import KINDS, Kind
from app.domain.records.record import Fields, KindName, StoredRecord
from app.domain.sharing.access_log import Actor, ActorKind, Asked, Entry, Outcome, log_key
from app.domain.sync.imported import FORMAT, FORMAT_VERSION
from app.services.export_fhir import Diary, Render, fhir_files
from app.services.fhir import own_names, person_of
from app.storage.database import Database
from app.storage.work import Work

_IN_MEMORY_BYTES: Final = 4 * 1024 * 1024
"""A larger diary waits on the disk, in a file without a name."""
_CHUNK_BYTES: Final = 64 * 1024
_SHOWN: Final = (
    *("id", "email", "role", "time_zone", "locale", "display_name", "day_start", "research_opt_in"),
    *("birth_year", "sex", "created_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file of the patient's own."""

    name: str
    chunks: Iterator[bytes]
    """The zip, a piece at a time; to be read once, from any thread."""


_README: Final = """\
Your Onset diary, as it stood on {at:%Y-%m-%d at %H:%M} UTC.

onset.json        everything, exactly, with what was deleted and how each entry changed; Onset can import this file
csv/              a table of each kind of entry, for a spreadsheet
fhir/             the diary as HL7 FHIR R4, one resource a line, for other health programs
access-log.json   who else was shown something of it, and when
receipts.json     what you agreed to share: signed receipts

These files hold health data. Whoever has them can read them.
"""


@dataclass(slots=True)
class _Draft:
    """The JSON files of the zip, written one after the other, and where in them the records of each kind stand."""

    file: IO[bytes]
    files: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    """Where each begins and ends, by its name."""
    places: dict[KindName, tuple[int, int]] = field(default_factory=dict[KindName, tuple[int, int]])
    person: Person = field(default_factory=Person)


async def export_own(
    database: Database, clock: Clock, access: OwnDiary, *, secret_key: bytes, render: Render
) -> Export:
    """The diary of whoever is signed in, as it stands now; refuses with StorageFull where there is no room for it."""
    at = clock()
    draft = _Draft(SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES))  # noqa: SIM115 - closed once the zip is read
    with ExitStack() as failing:
        failing.callback(draft.file.close)
        try:
            await database.read(access, lambda work: _write(draft, work, at))
        except OSError:
            raise StorageFull from None
        failing.pop_all()
    return Export(
        name=f"onset-export-{at:%Y-%m-%d}.zip", chunks=_zipped(draft, at, own_names(secret_key, access), render)
    )


async def export_of(  # noqa: PLR0913 - what is exported, of whom, with which key and in which form
    database: Database, clock: Clock, operator: Operator, email: str, *, secret_key: bytes, render: Render
) -> Export:
    """The diary of the patient with this address, at the operator's command; refuses with NotFound.

    The patient's access log tells of it first.
    """
    login = await database.read(operator, lambda work: work.logins.find(normalised_email(email)))
    if login is None or login.account.role is not Role.PATIENT:
        raise NotFound
    patient, key = PatientKey(login.account.key), log_key(secret_key)
    entry = Entry(
        at=clock(),
        actor=Actor(kind=ActorKind.OPERATOR, label="the operator of this service", assurance="self_asserted"),
        grant_id=None,
        share_id=None,
        asked=Asked(route="scripts/onset export"),
        counts={},
        outcome=Outcome.SERVED,
        code=None,
    )
    await database.write(operator, lambda work: work.audit.append(entry, key, patient=patient))
    return await export_own(
        database, clock, _on_behalf_of(login.account, operator), secret_key=secret_key, render=render
    )


def _on_behalf_of(account: Account, operator: Operator) -> OwnDiary:
    return OwnDiary(
        account=account.key,
        account_id=account.id,
        role=account.role,
        session=SessionKey(0),
        session_id=SessionId(f"operator:{operator.reason}"),
        patient=PatientKey(account.key),
        time_zone=account.time_zone,
        locale=account.locale,
        day_start_minutes=account.day_start_minutes,
        revision=Revision(0),
    )


def _write(draft: _Draft, work: Work, at: datetime) -> None:
    """`onset.json`, with a line for each record and each row of the history; begins anew if it is run again."""
    file, account = draft.file, work.accounts.own()
    standing, _ = work.devices.standing()
    file.seek(0)
    file.truncate()
    draft.places.clear()
    draft.files.clear()
    draft.person = person_of(account)
    head = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "service_version": __version__,
        "exported_at": at,
        "account": {name: getattr(account, name) for name in _SHOWN},
        "epoch": standing.epoch,
        "rev": standing.rev,
    }
    file.write(_json(head)[:-1] + b',\n"records":[')
    separator = b"\n"
    for record in work.exports.records():
        file.write(separator)
        begins = file.tell()
        about = {"kind": record.kind, "id": record.id, "rev": record.rev, "deleted": record.deleted}
        file.write(_json({**about, "fields": orjson.Fragment(record.text)}))
        draft.places[record.kind] = (draft.places.get(record.kind, (begins, 0))[0], file.tell())
        separator = b",\n"
    file.write(b'\n],\n"history":[')
    separator = b"\n"
    for kind, record_id, rev, device, seq, when, outcome, changes in work.exports.history():
        about = {"kind": kind, "id": record_id, "rev": rev, "device": device, "seq": seq, "at": when}
        file.write(separator)
        file.write(_json({**about, "outcome": outcome, "changes": orjson.Fragment(changes)}))
        separator = b",\n"
    file.write(b"\n]}\n")
    draft.files["onset.json"] = (0, file.tell())
    for name, rows in (("access-log.json", _access_log(work)), ("receipts.json", _receipts(work))):
        begins = file.tell()
        file.write(b"[")
        separator = b"\n"
        for row in rows:
            file.write(separator + _json(row))
            separator = b",\n"
        file.write(b"\n]\n")
        draft.files[name] = (begins, file.tell())


def _access_log(work: Work) -> Iterator[dict[str, Any]]:
    for link in work.audit.whole():
        yield {**orjson.loads(link.text), "hash": link.hash.hex()}


def _receipts(work: Work) -> Iterator[dict[str, Any]]:
    for receipt in work.receipts.listed():
        yield {
            "id": receipt.id,
            "consent_id": receipt.consent_id,
            "issued_at": receipt.issued_at,
            "jws": receipt.jws,
        }


def _json(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


class _Pipe(io.RawIOBase):
    """What the zip is written to: hands on what has gathered."""

    def __init__(self) -> None:
        self._gathered = bytearray()

    def writable(self) -> bool:
        """It is, and nothing else."""
        return True

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - any buffer
        """Gathers it."""
        self._gathered += data
        return len(data)

    def taken(self, at_least: int = 1) -> Iterator[bytes]:
        """What has gathered, if it is as much."""
        if len(self._gathered) >= at_least:
            yield bytes(self._gathered)
            self._gathered.clear()


def _zipped(draft: _Draft, at: datetime, names: Names, render: Render) -> Iterator[bytes]:
    pipe = _Pipe()
    readme = ("README.txt", iter([_README.format(at=at).encode()]))
    files = ((name, _pieces(draft.file, *place)) for name, place in draft.files.items())
    diary = Diary(
        person=draft.person, as_of=at.date(), names=names, records=lambda kind: _stored(draft, kind), render=render
    )
    with draft.file, ZipFile(pipe, "w") as archive:
        for name, content in chain([readme], files, fhir_files(diary), _tables(draft)):
            with archive.open(_entry(name, at), "w") as member:
                for piece in content:
                    member.write(piece)
                    yield from pipe.taken(_CHUNK_BYTES)
        archive.close()
        yield from pipe.taken()


def _entry(name: str, at: datetime) -> ZipInfo:
    entry = ZipInfo(name, at.timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _pieces(file: IO[bytes], begins: int, ends: int) -> Iterator[bytes]:
    file.seek(begins)
    while piece := file.read(min(_CHUNK_BYTES, ends - file.tell())):
        yield piece


def _tables(draft: _Draft) -> Iterator[tuple[str, Iterator[bytes]]]:
    for kind in KINDS.values():
        yield f"csv/{kind.name}.csv", _table(draft, kind)


def _table(draft: _Draft, kind: Kind) -> Iterator[bytes]:
    """The live records of a kind (RFC 4180: a header, CRLF, quotes where they are needed)."""
    others = {name for _, _, fields in _records(draft, kind) for name in fields} - kind.fields.keys()
    columns = [*kind.fields, *sorted(others)]
    yield _line(["id", "rev", *columns])
    for record_id, rev, fields in _records(draft, kind):
        yield _line([record_id, str(rev), *(to_cell(fields.get(name)) for name in columns)])


def _records(draft: _Draft, kind: Kind) -> Iterator[tuple[str, int, Fields]]:
    for record in _stored(draft, kind):
        yield record.id, record.rev, record.fields


def _stored(draft: _Draft, kind: Kind) -> Iterator[StoredRecord]:
    """The live records; others may read the draft between any two of them."""
    place, ends = draft.places.get(kind.name, (0, 0))
    while place < ends:
        draft.file.seek(place)
        line = draft.file.readline()
        place = draft.file.tell()
        about, _, rest = line.partition(b',"fields":')
        record: dict[str, Any] = json.loads(about + b"}")
        if not record["deleted"]:
            yield StoredRecord(
                kind=kind.name,
                id=RecordId(record["id"]),
                rev=Revision(record["rev"]),
                deleted=False,
                text=rest.rstrip(b",\n").removesuffix(b"}").decode(),
            )


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()
