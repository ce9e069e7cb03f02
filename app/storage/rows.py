"""Rows of a diary's two tables, as app/storage/ledger.py stores them."""

from app.domain.access import OwnDiary
from app.domain.ids import PatientKey, Revision
from app.domain.records.kinds import KINDS
from app.domain.records.listing import day_of
from app.domain.sync.change import FieldRevs, Written
from app.domain.sync.past import PastRow, changes_text
from app.domain.sync.whole import WholeDiary

Row = dict[str, object]


class ReadyDiary:
    """A whole diary as rows of one patient's; made before the unit of work that stores it, which then is short."""

    def __init__(self, whole: WholeDiary, access: OwnDiary) -> None:
        patient = access.patient
        self.rev = whole.rev
        self.resumes_at = whole.fork.resumed_at
        self.records = [record_row(patient, written) for written in whole.records]
        self.history = [history_row(patient, row, rev=rev, ordinal=ordinal) for row, rev, ordinal in whole.history]


def record_row(patient: PatientKey, written: Written, prefix: str = "") -> Row:
    """A record; `prefix` stands before the names of its key."""
    record = written.record
    return {
        f"{prefix}patient": patient,
        f"{prefix}kind": record.kind,
        f"{prefix}id": record.id,
        "rev": record.rev,
        "deleted": record.deleted,
        "local_day": day_of(KINDS[record.kind], written.fields),
        "fields": record.text,
        "field_revs": _origins_text(written.field_revs),
    }


def history_row(patient: PatientKey, row: PastRow, *, rev: Revision, ordinal: int) -> Row:
    """What became of a record in a revision, as one of several things, of which the first is 0."""
    return {
        "patient": patient,
        "kind": row.kind,
        "id": row.id,
        "rev": rev,
        "ordinal": ordinal,
        "device": row.device,
        "seq": row.seq,
        "at": row.at,
        "outcome": row.entry.outcome,
        "changes": changes_text(row.entry),
    }


def _origins_text(origins: FieldRevs) -> str:
    """As JSON, by hand: names of fields and devices hold nothing that JSON escapes, and there are many of them."""
    return "{" + ",".join([f'"{name}":[{rev},"{device}"]' for name, (rev, device) in origins.items()]) + "}"
