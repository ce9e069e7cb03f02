"""What `scripts/fleet` found, each as small as it could be made; it names the seed that showed it first."""

from datetime import date

import pytest

from app.domain.errors import Invalid
from app.domain.ids import Device, RecordId, Revision
from app.domain.records.kinds import DAY
from app.domain.records.record import Fields
from app.domain.sync.change import Circumstances, Known, Merged, Put
from app.domain.sync.merge import merge

DAY_ID = RecordId("day-2026-02-28")


def put(known: Known | None, device: str, rev: int, **fields: str | int) -> Merged:
    sent: Fields = fields
    by = Circumstances(
        device=Device(device), time_zone="Europe/London", day_start_minutes=240, latest_day=date(2026, 3, 3)
    )
    change = Put(kind=DAY, id=DAY_ID, fields=sent, base=Revision(0))
    return merge(known, change, rev=Revision(rev), by=by)


def test_a_date_that_contradicts_the_id_is_rejected_and_no_conflict_whoever_wrote_the_record() -> None:  # seed 23
    written = put(None, "theirs", 2, pain=3).written
    assert written
    theirs = Known(record=written.record, field_revs=written.field_revs)
    with pytest.raises(Invalid) as refused:
        put(theirs, "mine", 3, local_date="2026-02-26")
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/local_date", "id-mismatch")]
