"""Cursors, epochs, versions of the schema, and the kept answer of a push (sync, sections 2 to 4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import FieldError, Invalid
from app.domain.ids import Device, RecordId, Revision
from app.domain.records.kinds import DAY, KINDS
from app.domain.records.notices import Notice
from app.domain.records.record import StoredRecord
from app.domain.sync.answer import Told, from_kept, kept_text, place
from app.domain.sync.change import Delete, Dispute, Merged, Status
from app.domain.sync.cursor import Cursor, read_cursor
from app.domain.sync.epoch import EMPTY, Fork, ResyncRequired, Standing
from app.domain.sync.mutation import Rejected
from app.domain.sync.schema import MAX_SCHEMA, Schema, SchemaUnsupported, brought_after, checked_schema, known_kinds

names = st.text(alphabet="abcXYZ019_-", min_size=1, max_size=64)


@given(names, st.integers(0, 2**53))
def test_a_cursor_comes_back_as_it_was_handed_out(epoch: str, rev: int) -> None:
    cursor = Cursor(epoch=epoch, rev=Revision(rev), schema=MAX_SCHEMA)
    assert read_cursor(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text", ["", "e1", "e1.5", "e1.x.1", "e1.5.0", "e1.5.2", "e1.5.1.1", "é.5.1", "e1.-5.1", ".5.1"]
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_cursor(text)
    assert refused.value.errors[0].pointer == "cursor"


FORKS = (
    Fork(epoch="e1", forked_at=Revision(40), resumed_at=Revision(1000)),
    Fork(epoch="e2", forked_at=Revision(1005), resumed_at=Revision(2000)),
)
STANDING = Standing(rev=Revision(2007), epoch="e3", forks=FORKS)


@pytest.mark.parametrize(
    ("rev", "lost"), [(0, False), (40, False), (41, True), (999, True), (1000, False), (1005, False), (1006, True)]
)
def test_what_a_restore_took_away_is_in_a_gap(rev: int, *, lost: bool) -> None:
    assert STANDING.in_gap(Revision(rev)) is lost


@pytest.mark.parametrize(("epoch", "forked_at"), [("e1", 40), ("e2", 1005), ("e0", 1005), ("other", 1005)])
def test_each_epoch_shares_its_past(epoch: str, forked_at: int) -> None:
    assert STANDING.forked_at(epoch) == forked_at


def test_who_has_to_start_over_is_told_from_where() -> None:
    told = ResyncRequired(STANDING.epoch, STANDING.forked_at("e1"), 12)
    assert (told.code, told.epoch, told.forked_at, told.last_seq) == ("resync-required", "e3", 40, 12)


def test_a_diary_that_was_never_restored_shares_the_empty_one_with_any_other() -> None:
    assert Standing(rev=Revision(7), epoch="e1", forks=()).forked_at("e9") == EMPTY == 1


@pytest.mark.parametrize("version", [0, 2])
def test_other_versions_are_not_understood(version: int) -> None:
    with pytest.raises(SchemaUnsupported):
        checked_schema(version)


def test_a_phone_is_told_of_what_came_after_its_version() -> None:
    assert checked_schema(1) == 1
    assert known_kinds(Schema(1)) == tuple(KINDS.values())
    assert brought_after(Schema(1)) == ()
    usual = KINDS[next(name for name in KINDS if name == "usual")]
    object.__setattr__(usual, "since", 2)
    object.__setattr__(DAY.fields["skipped"], "since", 3)
    try:
        assert usual not in known_kinds(Schema(1))
        assert usual in known_kinds(Schema(2))
        assert brought_after(Schema(1)) == ((DAY, frozenset({"skipped"})), (usual, frozenset()))
        assert brought_after(Schema(2)) == ((DAY, frozenset({"skipped"})),)
    finally:
        object.__setattr__(usual, "since", 1)
        object.__setattr__(DAY.fields["skipped"], "since", 1)


words = st.text(max_size=20)
told = st.builds(
    Told,
    status=st.sampled_from(Status),
    conflict_fields=st.lists(words, max_size=2).map(tuple),
    error=st.none() | st.builds(FieldError, pointer=words, code=words, message=words),
    notices=st.lists(st.builds(Notice, code=words, field=words, text=words), max_size=2).map(tuple),
)


@given(st.lists(told, max_size=5))
def test_what_was_told_is_kept_as_it_was(answers: list[Told]) -> None:
    assert from_kept(kept_text(answers)) == answers


def test_nothing_but_the_status_is_kept_where_that_is_all() -> None:
    assert kept_text([Told(status=Status.APPLIED)] * 2) == '[["applied"],["applied"]]'


def test_what_is_told_of_a_result() -> None:
    record = StoredRecord(kind=DAY.name, id=RecordId("day-2026-03-01"), rev=Revision(3), deleted=False, text="{}")
    notice = Notice(code="c", field="f", text="t")
    disputes = (Dispute(field="pain", kept=1, offered=2, offered_by=Device("b")),)
    merged = Merged(status=Status.CONFLICT, record=record, disputes=disputes, notices=(notice,))
    assert Told.of(merged, [notice]) == Told(
        status=Status.CONFLICT, conflict_fields=("pain",), notices=(notice, notice)
    )
    error = FieldError(pointer="/pain", code="out-of-range", message="m")
    refused = Rejected(kind="day", id="x", error=error, offered="{}")
    assert Told.of(refused) == Told(status=Status.REJECTED, error=error)
    assert place(refused) == ("day", "x")
    assert place(Delete(kind=DAY, id=record.id)) == ("day", "day-2026-03-01")
