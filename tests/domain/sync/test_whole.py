"""Which exports may stand in an empty diary as they are: those that a diary could have given, and no others."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain import strict_json
from app.domain.ids import Device, RecordId, Revision
from app.domain.records.record import KindName
from app.domain.sync import whole as whole_diaries
from app.domain.sync.change import THE_DELETE, Circumstances, FieldRevs
from app.domain.sync.disputes import conflict_id
from app.domain.sync.epoch import Fork
from app.domain.sync.imported import FORMAT, FORMAT_VERSION, Import, read_export
from app.domain.sync.push import MOST_MUTATIONS
from app.domain.sync.resume import MOST_REVISION
from app.domain.sync.whole import MOST_CONFLICTS, MOST_ROWS, WholeDiary, forks_after, whole_diary
from tests.domain.records.samples import LATEST_DAY

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
BY = Circumstances(device=Device("import:1"), time_zone="Asia/Tokyo", day_start_minutes=240, latest_day=LATEST_DAY)
DAY, DOSE = "day-2026-03-01", "0198c0de-1111-7222-8333-444455556666"
TOLD = {"local_date": "2026-03-01", "time_zone": "Europe/London"}
GONE = conflict_id(KindName("day"), RecordId(DAY), None)
"""The conflict about a delete of the day."""
Json = dict[str, Any]


def record(rev: int, fields: Json, *, deleted: bool = False, kind: str = "day", record_id: str = DAY) -> Json:
    return {"kind": kind, "id": record_id, "rev": rev, "deleted": deleted, "fields": fields}


def row(rev: int, device: str, new: Json | None = None, outcome: str = "applied", **others: object) -> Json:
    """Whatever it says was there before counts for nothing."""
    changes = {"old": dict.fromkeys(new or {}), "new": new or {}}
    about = {"kind": "day", "id": DAY, "rev": rev, "device": device, "at": "2026-03-01T22:15:00Z"}
    return {**about, "outcome": outcome, "changes": changes, **others}


def export(records: list[Json], history: list[Json], rev: int = 9) -> Json:
    head = {"format": FORMAT, "version": FORMAT_VERSION, "epoch": "e7", "rev": rev}
    return {**head, "records": records, "history": history}


def read(file: object) -> Import:
    return read_export(strict_json.read_batch(json.dumps(file).encode()), BY)


def whole(file: object) -> WholeDiary | None:
    return whole_diary(read(file), BY, at=AT)


def origins(*history: Json, rev: int, deleted: bool = False, **fields: object) -> FieldRevs | None:
    """Those of the day's fields, but for its date and zone."""
    found = whole(export([record(rev, {**TOLD, **fields}, deleted=deleted)], [*history]))
    return found and {name: its for name, its in found.records[0].field_revs.items() if name not in TOLD}


OF_DOSE: Json = {"kind": "dose", "id": DOSE}
SKIPPED = {**TOLD, "status": "skipped"}
FILE = export(
    [record(3, {**TOLD, "pain": 6}), record(5, SKIPPED, deleted=True, kind="dose", record_id=DOSE)],
    [
        row(2, "phone-1", {**TOLD, "pain": 4}),
        row(3, "phone-1", {"": "[1]"}, "rejected"),
        row(3, "api:a-b", {"pain": 6}),
        row(4, "phone-1", SKIPPED, **OF_DOSE),
        row(5, "phone-2", outcome="deleted", **OF_DOSE),
        row(9, "phone-2", {"": "7"}, "rejected", kind="mood", id="x"),
    ],
)


def test_a_diary_stands_as_it_stood() -> None:
    found = whole(FILE)
    assert found
    assert found.rev == 9
    assert [(each.record.kind, each.record.rev, each.record.deleted, each.entries) for each in found.records] == [
        ("day", 3, False, ()),
        ("dose", 5, True, ()),
    ]
    assert found.records[0].field_revs == {**dict.fromkeys(TOLD, (2, "phone-1")), "pain": (3, "api:a-b")}
    assert found.records[1].field_revs == {**dict.fromkeys(SKIPPED, (4, "phone-1")), THE_DELETE: (5, "phone-2")}
    assert [(each.row.kind, each.rev, each.ordinal) for each in found.history] == [
        *(("day", 2, 0), ("day", 3, 0), ("day", 3, 1)),
        *(("dose", 4, 0), ("dose", 5, 0), ("mood", 9, 0)),
    ]


def test_it_goes_on_beyond_what_its_phones_may_have_seen_elsewhere() -> None:
    found = whole(FILE)
    assert found
    resumed_at = int(AT.timestamp()) * 2**20
    empty = Fork(epoch="e1", forked_at=Revision(1), resumed_at=Revision(2))
    assert forks_after(found, "e1") == [empty, Fork(epoch="e7", forked_at=Revision(9), resumed_at=Revision(resumed_at))]
    # Who knew an empty diary by the name that the file gives has seen nothing of it.
    assert forks_after(found, "e7") == [Fork(epoch="e7", forked_at=Revision(1), resumed_at=Revision(2))]


def test_revisions_made_by_a_clock_that_is_a_little_fast_are_believed() -> None:
    now = int(AT.timestamp()) * 2**20
    for rev, fits in ((now + 3600 * 2**20, True), (now + 86_401 * 2**20, False)):
        found = whole({**FILE, "rev": rev})
        assert (found is not None) is fits
        assert found is None or found.fork.resumed_at == rev + 1


def _on(path: str, **members: object) -> Callable[[Any], None]:
    """Sets members of what stands at a place, or takes away those that are `...`."""

    def change(file: Any) -> None:  # noqa: ANN401 - what JSON holds
        found = file
        for step in filter(None, path.split("/")):
            found = found[int(step) if step.isdecimal() else step]
        for name, value in members.items():
            if value is ...:
                del found[name]
            else:
                found[name] = value

    return change


MADE_BY_HAND: dict[str, Callable[[Any], None]] = {
    "no revision": _on("", rev=...),
    "a revision below its records": _on("", rev=4),
    "a revision that no diary reaches": _on("", rev=MOST_REVISION - 2),
    "a revision beyond all": _on("", rev=MOST_REVISION),
    "an empty diary's revision": _on("", rev=1),
    "a revision in quotes": _on("", rev="9"),
    "true for a revision": _on("", rev=True),
    "no epoch": _on("", epoch=...),
    "an epoch that is none": _on("", epoch="e1.2,3"),
    "an epoch that is no text": _on("", epoch=7),
    "no history": _on("", history=[]),
    "a record before the beginning": _on("/records/0", rev=1),
    "a record without revision": _on("/records/0", rev=...),
    "a record at another revision": _on("/records/0", rev=4),
    "a record at an earlier revision": _on("/records/0", rev=2),
    "a record beyond the diary": _on("/records/0", rev=10),
    "a value that nobody wrote": _on("/records/0/fields", pain=7),
    "a field that nobody wrote": _on("/records/0/fields", fatigue=0),
    "a bad value": _on("/records/0/fields", pain=11),
    "true for one": _on("/history/2/changes/new", pain=True),
    "a live record that was deleted": _on("/records/0", deleted=True),
    "a tombstone that lives": _on("/records/1", deleted=False),
    "a tombstone that nobody deleted": _on("/history/4", outcome="conflict"),
    "a tombstone of nothing": _on("/records/1", fields={}),
    "what a service would fill in": _on("/records/0/fields", time_zone=...),
    "an unknown kind": _on("/records/0", kind="mood"),
    "a row without revision": _on("/history/5", rev=...),
    "a row beyond the diary": _on("/history/5", rev=10),
    "a row before the beginning": _on("/history/5", rev=0),
    "a row of another record": _on("/history/0", id="elsewhere"),
    "a device that would be JSON": _on("/history/0", device='x",9],"pain":[1,"'),
    "a device with a line end": _on("/history/0", device="phone\n1"),
    "a bad row": _on("/history/5", outcome="invented"),
}


@pytest.mark.parametrize("name", MADE_BY_HAND)
def test_what_no_diary_gave_is_none(name: str) -> None:
    file = copy.deepcopy(FILE)
    MADE_BY_HAND[name](file)
    assert whole(file) is None


def test_rows_come_into_the_order_of_their_revisions() -> None:
    history = [row(3, "phone-1", {"pain": 6}), row(2, "phone-1", {**TOLD, "pain": 4})]
    found = whole(export([record(3, {**TOLD, "pain": 6})], history))
    assert found
    assert [each.rev for each in found.history] == [2, 3]


def test_one_revision_holds_no_more_than_a_push() -> None:
    first = datetime(1990, 1, 1, tzinfo=UTC)
    days = [(first + timedelta(days=number)).date().isoformat() for number in range(MOST_MUTATIONS + 1)]
    each_fields = {f"day-{day}": {**TOLD, "local_date": day} for day in days}
    records = [record(2, fields, record_id=name) for name, fields in each_fields.items()]
    history = [row(2, "phone-1", fields, id=name) for name, fields in each_fields.items()]
    assert whole(export(records, history)) is None
    assert whole(export(records[:-1], history[:-1]))
    records[-1]["rev"] = history[-1]["rev"] = 3
    assert whole(export(records, history))


def test_a_push_may_raise_more_conflicts_than_it_has_mutations(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_CONFLICTS > MOST_MUTATIONS
    monkeypatch.setattr(whole_diaries, "MOST_CONFLICTS", 3)
    conflicts = {name: _conflict(name) for name in ("pain", "fatigue", "note", "headache")}
    records = [record(2, said, kind="conflict", record_id=its) for its, said in conflicts.values()]
    history = [row(2, "phone-1", _written(said), kind="conflict", id=its) for its, said in conflicts.values()]
    found = whole(export(records[:-1], history[:-1]))
    assert found
    assert found.records[0].field_revs == dict.fromkeys(("record_kind", "record_id", "field", "status"), (2, "phone-1"))
    assert whole(export(records, history)) is None


def _written(said: Json) -> Json:
    return {name: value for name, value in said.items() if value is not None}


def _conflict(field: str | None) -> tuple[str, Json]:
    said = {"record_kind": "day", "record_id": DAY, "field": field, "kept": None, "status": "open"}
    return conflict_id(KindName("day"), RecordId(DAY), field), said


def test_one_transaction_holds_only_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_ROWS > 5 * 1825 * 3  # five years with a day and four other records, some edited
    monkeypatch.setattr(whole_diaries, "MOST_ROWS", len(FILE["records"]) + len(FILE["history"]))
    assert whole(FILE)
    assert whole({**FILE, "history": [*FILE["history"], FILE["history"][-1]]}) is None


def test_an_overwritten_field_goes_back_to_the_last_write_of_its_value() -> None:
    history = [row(2, "a", {**TOLD, "pain": 4}), row(3, "b", {"pain": 6}), row(4, "c", {"pain": 4, "fatigue": 1})]
    assert origins(*history, rev=4, pain=4, fatigue=1) == {"pain": (4, "c"), "fatigue": (4, "c")}


def test_what_an_earlier_import_took_up_from_elsewhere_is_no_write_of_this_diary() -> None:
    history = [
        row(2, "a", {**TOLD, "pain": 4}),
        row(3, "x", {**TOLD, "pain": 1, "note": "elsewhere"}),
        row(3, "x", outcome="deleted"),
        row(4, "import:1:2", {"pain": 1}, "conflict"),
        row(5, "x", {"pain": 4}),
    ]
    assert origins(*history, rev=4, pain=4) == {"pain": (2, "a")}


def test_a_refused_delete_moves_the_record_and_no_field() -> None:
    history = [row(2, "a", {**TOLD, "pain": 4}), row(3, "b", outcome="conflict")]
    assert origins(*history, rev=3, pain=4) == {"pain": (2, "a")}


def test_a_null_goes_back_to_its_write_or_to_where_the_record_began() -> None:
    history = [
        row(2, "a", {**TOLD, "pain": 4}),
        row(3, "b", {"pain": None, "own:grip": None}),
        row(4, "b", {"note": ""}),
    ]
    assert origins(*history, rev=4, pain=None, headache=None, note="") == {
        "pain": (3, "b"),
        "headache": (2, "a"),
        "own:grip": (3, "b"),
        "note": (4, "b"),
    }


DELETED = (row(2, "a", {**TOLD, "pain": 4, "fatigue": 1}), row(3, "b", outcome="deleted"))
AGAIN = {**TOLD, "pain": 4, "note": "x"}


def raising(rev: int, new: Json) -> Json:
    return row(rev, "c", new, kind="conflict", id=GONE)


def test_a_revival_by_somebody_who_knew_begins_the_record_anew() -> None:
    revived = row(4, "c", AGAIN, "revived")
    assert origins(*DELETED, revived, rev=4, pain=4, note="x") == {"pain": (4, "c"), "note": (4, "c")}
    # A conflict record that is settled just then tells of no revival.
    settling = raising(4, {"status": "settled"})
    settling["changes"]["old"]["status"] = "open"
    assert origins(*DELETED, revived, settling, rev=4, pain=4, note="x") == {"pain": (4, "c"), "note": (4, "c")}
    # Nor is whoever deleted told of an own revival,
    own = row(4, "b", AGAIN, "revived")
    assert origins(*DELETED, own, raising(4, {}), rev=4, pain=4, note="x") == {"pain": (4, "b"), "note": (4, "b")}
    # and whether it was, where a delete was refused in the same revision, is not known: then it is the later write.
    refused = row(4, "c", outcome="conflict")
    assert origins(*DELETED, revived, refused, raising(4, {}), rev=4, pain=4, note="x") == {
        "pain": (4, "c"),
        "note": (4, "c"),
    }


def test_a_revival_that_is_told_brings_back_what_stood() -> None:
    revived = row(4, "c", AGAIN, "revived")
    raised = raising(4, {"status": "open"})
    assert origins(*DELETED, revived, raised, rev=4, pain=4, note="x", fatigue=None) == {
        "pain": (2, "a"),
        "note": (4, "c"),
        "fatigue": (4, "c"),
    }


def test_a_revived_record_may_be_deleted_again() -> None:
    revived, again = row(4, "c", AGAIN, "revived"), row(5, "d", outcome="deleted")
    found = origins(*DELETED, revived, again, rev=5, deleted=True, pain=4, note="x")
    assert found == {"pain": (4, "c"), "note": (4, "c"), THE_DELETE: (5, "d")}


def test_hostile_names_of_fields_are_no_fields() -> None:
    history = [
        row(2, "a", {**TOLD, "": "1", 'x":[1,"y"],"z': "1"}),
        *DELETED[1:],
        row(4, "c", {**TOLD, "": "1"}, "revived"),
    ]
    assert origins(*history, raising(4, {}), rev=4) == {}
