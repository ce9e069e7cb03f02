"""What `scripts/fleet` found, each as small as it could be made; it names the seed that showed it first."""

from collections.abc import Iterable
from datetime import date

import pytest

from app.domain.errors import Invalid
from app.domain.ids import Device, RecordId, Revision
from app.domain.records.kinds import DAY, EVENT, Kind
from app.domain.records.record import Fields
from app.domain.sync.change import Circumstances, Known, Merged, Put, Status
from app.domain.sync.merge import merge

DAY_ID, EVENT_ID = RecordId("day-2026-02-28"), RecordId("0198c0de-7a00-7cc3-98c4-000000000002")


def put(  # noqa: PLR0913 - a put is named by its record, content, base, device and revision
    known: Known | None,
    kind: Kind,
    fields: Fields,
    *,
    device: str,
    rev: int,
    base: int = 0,
    changed: Iterable[str] | None = None,
) -> Merged:
    by = Circumstances(
        device=Device(device), time_zone="Europe/London", day_start_minutes=240, latest_day=date(2026, 3, 3)
    )
    change = Put(
        kind=kind,
        id=DAY_ID if kind is DAY else EVENT_ID,
        fields=fields,
        base=Revision(base),
        changed=None if changed is None else frozenset(changed),
    )
    return merge(known, change, rev=Revision(rev), by=by)


def known(merged: Merged) -> Known:
    assert merged.written
    return Known(record=merged.written.record, field_revs=merged.written.field_revs)


def test_a_date_that_contradicts_the_id_is_rejected_and_no_conflict_whoever_wrote_the_record() -> None:  # seed 23
    theirs = known(put(None, DAY, {"pain": 3}, device="theirs", rev=2))
    with pytest.raises(Invalid) as refused:
        put(theirs, DAY, {"local_date": "2026-02-26"}, device="mine", rev=3)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/local_date", "id-mismatch")]


def test_a_start_that_only_another_device_s_end_makes_wrong_is_a_conflict() -> None:  # seed 177
    first = known(put(None, EVENT, {"starts_on": "2026-03-01"}, device="mine", rev=2))
    theirs = known(put(first, EVENT, {"ends_on": "2026-03-02"}, device="theirs", rev=3, base=2))
    # The phone has pulled the end since, and shows it beside the start that was written before.
    shown: Fields = {"starts_on": "2026-03-05", "ends_on": "2026-03-02"}
    merged = put(theirs, EVENT, shown, device="mine", rev=4, base=2, changed=["starts_on"])
    assert merged.status is Status.CONFLICT
    assert merged.conflict_fields == ("starts_on",)
