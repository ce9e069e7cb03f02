"""An export as it is read for an import: every record judged by itself, so that a bad one stops none of the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from app.domain.errors import FieldError, Invalid, fault
from app.domain.ids import RecordId, Revision, is_record_id
from app.domain.records.kinds import CONFLICT, KINDS, Kind
from app.domain.records.record import Fields, KindName
from app.domain.records.validation import check_fields, check_id, check_record, fill_in
from app.domain.strict_json import JsonValue, RepeatedKeys
from app.domain.sync.change import Circumstances
from app.domain.sync.cursor import is_epoch
from app.domain.sync.disputes import conflict_id, field_of
from app.domain.sync.mutation import name_of
from app.domain.sync.past import PastRow, read_past, told_revision

FORMAT: Final = "onset-export"
FORMAT_VERSION: Final = 1
MOST_PAST_ROWS: Final = 10_000
"""Rows of history of one record."""
_MEMBERS: Final = frozenset(
    {"format", "version", "service_version", "exported_at", "account", "epoch", "rev", "records", "history"}
)
_OF_RECORD: Final = frozenset({"kind", "id", "rev", "deleted", "fields"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A record or tombstone that an import brings."""

    place: str
    """Where it stands in what was sent: a JSON Pointer, or a line of a table."""
    kind: Kind
    id: RecordId
    deleted: bool
    fields: Fields
    """For a tombstone what it held; empty where that is not told."""
    rev: Revision | None = None
    """At which it stands in the diary that it comes from, if that is told."""

    @property
    def key(self) -> tuple[KindName, RecordId]:
        """Its kind and id."""
        return self.kind.name, self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """What could not be taken, and why."""

    place: str
    kind: str
    """As sent, if a kind could be called so; else empty."""
    id: str
    """As sent, if a record may carry it; else empty."""
    error: FieldError


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What was sent, sorted."""

    records: Sequence[Brought]
    past: Sequence[Sequence[PastRow]]
    """The history of each record, in the order in which it was sent."""
    unfit: Sequence[Unfit]
    epoch: str | None = None
    """The history that its revisions belong to, if that is told."""
    rev: Revision | None = None
    """Where the diary stood that it comes from, if that is told."""


class Sorting:
    """Puts what is read where it belongs."""

    def __init__(self, by: Circumstances) -> None:
        self._by = by
        self._records: dict[tuple[KindName, RecordId], Brought] = {}
        self._past: dict[tuple[KindName, RecordId], list[PastRow]] = {}
        self._unfit: list[Unfit] = []

    def add(self, place: str, kind: str, record_id: str, read: Callable[[], Brought]) -> None:
        """Adds what `read` gives, if it is a record for itself and the first of its name."""
        try:
            brought = read()
            if brought.key in self._records:
                raise fault("id", "repeated-field", "This record stands here before.")
            if brought.fields or not brought.deleted:
                _check_whole(brought, self._by)
        except Invalid as invalid:
            self._unfit.append(_unfit(place, kind, record_id, invalid))
        else:
            self._records[brought.key] = brought

    def recall(self, place: str, sent: JsonValue) -> None:
        """Adds a row of the history, if it is one."""
        try:
            row = read_past(sent)
            of_record = self._past.setdefault((row.kind, row.id), [])
            if len(of_record) == MOST_PAST_ROWS:
                raise fault("", "out-of-range", f"Give at most {MOST_PAST_ROWS} rows of one record's history.")
            of_record.append(row)
        except Invalid as invalid:
            self._unfit.append(_unfit(place, *named(sent), invalid))

    def sorted(self) -> Import:
        """All of it."""
        return Import(records=[*self._records.values()], past=[*self._past.values()], unfit=self._unfit)


def read_export(sent: JsonValue, by: Circumstances) -> Import:
    """The records and history of an `onset.json`; refuses with Invalid what is none as a whole."""
    if not isinstance(sent, dict) or isinstance(sent, RepeatedKeys):
        raise fault("", "wrong-type", "An export is a JSON object, with each member once.")
    errors = [
        FieldError(pointer=f"/{name}", code="missing-field" if sent.get(name) is None else "out-of-range", message=why)
        for name, fits, why in (
            ("format", sent.get("format") == FORMAT, f"Give the onset.json of an export, whose format is {FORMAT}."),
            ("version", _is_version(sent.get("version")), "This version of the format is not known."),
            ("records", isinstance(sent.get("records"), list), "Give the records as a list."),
            ("history", isinstance(sent.get("history", []), list), "Give the history as a list, or leave it out."),
        )
        if not fits
    ]
    if not sent.keys() <= _MEMBERS:
        errors.append(FieldError(pointer="", code="unknown-field", message="An export has no such member."))
    if errors:
        raise Invalid(errors)
    sorting = Sorting(by)
    for number, record in enumerate(cast("list[JsonValue]", sent["records"])):
        sorting.add(f"/records/{number}", *named(record), _reader(f"/records/{number}", record))
    for number, row in enumerate(cast("list[JsonValue]", sent.get("history", []))):
        sorting.recall(f"/history/{number}", row)
    epoch = sent.get("epoch")
    return replace(
        sorting.sorted(),
        epoch=epoch if isinstance(epoch, str) and is_epoch(epoch) else None,
        rev=told_revision(sent.get("rev")),
    )


def named(sent: JsonValue) -> tuple[str, str]:
    """The kind and id that something sent calls itself by, each empty where nothing could be called so."""
    kind, record_id = (sent.get("kind"), sent.get("id")) if isinstance(sent, dict) else (None, None)
    return name_of(kind), name_of(record_id)


def _is_version(value: JsonValue) -> bool:
    return type(value) is int and value == FORMAT_VERSION


def _reader(place: str, sent: JsonValue) -> Callable[[], Brought]:
    def read() -> Brought:
        if not isinstance(sent, dict) or isinstance(sent, RepeatedKeys):
            raise fault("", "wrong-type", "A record is a JSON object, with each member once.")
        if not sent.keys() <= _OF_RECORD:
            raise fault("", "unknown-field", "A record has no other members than kind, id, rev, deleted and fields.")
        kind, record_id, deleted = sent.get("kind"), sent.get("id"), sent.get("deleted", False)
        known = KINDS.get(KindName(kind)) if isinstance(kind, str) else None
        if known is None:
            raise fault("kind", "out-of-range", "There is no such kind.")
        if not isinstance(record_id, str):
            raise fault("id", "missing-field" if record_id is None else "wrong-type", "Give the record's id as text.")
        if not isinstance(deleted, bool):
            raise fault("deleted", "wrong-type", "Give true or false.")
        check_id(known, record_id)
        fields = check_fields(known, sent.get("fields", {} if deleted else None))
        return Brought(
            place=place,
            kind=known,
            id=RecordId(record_id),
            deleted=deleted,
            fields=fields,
            rev=told_revision(sent.get("rev")),
        )

    return read


def _check_whole(brought: Brought, by: Circumstances) -> None:
    """Refuses what could not stand alone, so that the same file is judged alike whatever the diary holds."""
    fields, _ = fill_in(
        brought.kind,
        brought.id,
        brought.fields,
        account_time_zone=by.time_zone,
        day_start_minutes=by.day_start_minutes,
    )
    check_record(brought.kind, brought.id, fields, latest_day=by.latest_day)
    if brought.kind is CONFLICT:
        about, record_id = str(fields["record_kind"]), str(fields["record_id"])
        if about not in KINDS or not is_record_id(record_id):
            raise fault("record_id", "out-of-range", "A conflict is about a record.")
        if conflict_id(KindName(about), RecordId(record_id), field_of(fields)) != brought.id:
            raise fault("id", "id-mismatch", "This is not the id of a conflict about this field.")
        if brought.deleted:
            raise fault("deleted", "out-of-range", "A conflict is settled, and never deleted.")


def _unfit(place: str, kind: str, record_id: str, invalid: Invalid) -> Unfit:
    return Unfit(place=place, kind=kind, id=record_id, error=invalid.errors[0])
