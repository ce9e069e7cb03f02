"""The laws of the merge between devices (sync, section 3): nobody overwrites what was not seen, and nothing is lost."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Invalid
from app.domain.ids import Device, RecordId, Revision
from app.domain.records.kinds import CONDITION_KIND, DAY, DOSE, MEDICATION, REGIMEN_STEP, TIMING_PLAN, Kind
from app.domain.records.record import Fields, Value
from app.domain.records.timing_order import timing_order
from app.domain.records.validation import absent_is_null
from app.domain.sync.change import Change, Circumstances, Delete, Known, Merged, Outcome, Put, Status
from app.domain.sync.merge import DOSE_UNIT, OpenDisputes, may_settle, merge
from tests.domain.records.samples import LATEST_DAY, UUID

A, B = Device("phone-a"), Device("phone-b")
DAY_ID = RecordId("day-2026-03-01")
FILLED_IN = {"local_date": "2026-03-01", "time_zone": "Europe/London"}


@dataclass
class Diary:
    """One record through the pushes of several devices."""

    kind: Kind = DAY
    record_id: RecordId = DAY_ID
    known: Known | None = None
    rev: int = 1
    history: list[tuple[Device, Merged]] = field(default_factory=list[tuple[Device, Merged]])

    def put(
        self,
        device: Device,
        base: int,
        fields: Fields,
        changed: frozenset[str] | None = None,
        disputes: OpenDisputes | None = None,
    ) -> Merged:
        change = Put(kind=self.kind, id=self.record_id, fields=fields, base=Revision(base), changed=changed)
        return self.change(device, change, disputes)

    def delete(self, device: Device, base: int, disputes: OpenDisputes | None = None) -> Merged:
        return self.change(device, Delete(kind=self.kind, id=self.record_id, base=Revision(base)), disputes)

    def change(self, device: Device, change: Change, disputes: OpenDisputes | None = None) -> Merged:
        self.rev += 1
        by = Circumstances(device=device, time_zone="Europe/London", day_start_minutes=240, latest_day=LATEST_DAY)
        merged = merge(self.known, change, rev=Revision(self.rev), by=by, disputes=disputes)
        if merged.written:
            self.known = Known(record=merged.written.record, field_revs=merged.written.field_revs)
        self.history.append((device, merged))
        return merged

    @property
    def stored(self) -> Known:
        assert self.known
        return self.known

    @property
    def fields(self) -> Fields:
        return self.stored.record.fields


def day(**fields: Value) -> Fields:
    return {**FILLED_IN, **fields}


def seen_by(diary: Diary) -> int:
    return diary.stored.record.rev


scores = st.dictionaries(st.sampled_from(["pain", "fatigue", "own:grip"]), st.none() | st.integers(0, 3), max_size=3)
devices = st.sampled_from([A, B])
steps = st.lists(st.tuples(devices, st.booleans(), scores, st.booleans()), min_size=1, max_size=10)


@dataclass
class Phone:
    """What a device holds: the record as it saw it last."""

    base: int = 0
    view: Fields = field(default_factory=dict[str, Value])


def play(made: list[tuple[Device, bool, Fields, bool]]) -> tuple[Diary, list[tuple[Fields, Merged]]]:
    """Devices write in turn, each from what it saw last, which it takes from its answers and from some pulls.

    Gives what each meant to write, and what became of it.
    """
    diary, phones = Diary(), {A: Phone(), B: Phone()}
    told: list[tuple[Fields, Merged]] = []
    for device, pulls, wrote, names in made:
        phone = phones[device]
        if pulls and diary.known:
            phone.base, phone.view = seen_by(diary), diary.fields
        sent = day(**{**phone.view, **wrote})
        merged = diary.put(device, phone.base, sent, frozenset(wrote) if names else None)
        told.append((wrote if names else sent, merged))
        phone.base, phone.view = diary.rev, diary.fields
    return diary, told


@given(steps)
def test_what_another_wrote_since_is_never_overwritten(made: list[tuple[Device, bool, Fields, bool]]) -> None:
    diary = Diary()
    phones = {A: Phone(), B: Phone()}
    for device, pulls, wrote, names in made:
        phone, before = phones[device], diary.known
        if pulls and before:
            phone.base, phone.view = seen_by(diary), diary.fields
        diary.put(device, phone.base, day(**{**phone.view, **wrote}), frozenset(wrote) if names else None)
        if before:
            for name, (rev, writer) in before.field_revs.items():
                if rev > phone.base and writer != device and name != "time_zone":
                    assert absent_is_null(diary.fields.get(name), before.record.fields.get(name)), name
        phone.base, phone.view = diary.rev, diary.fields


@given(steps)
def test_every_value_is_taken_or_in_dispute(made: list[tuple[Device, bool, Fields, bool]]) -> None:
    _, told = play(made)
    for wrote, merged in told:
        assert merged.record
        disputed: dict[str | None, Value] = {dispute.field: dispute.offered for dispute in merged.disputes}
        after = merged.record.fields
        for name, value in wrote.items():
            assert absent_is_null(disputed[name] if name in disputed else after.get(name), value)
        assert (merged.status is Status.CONFLICT) == bool(disputed)
        assert set(merged.conflict_fields) == disputed.keys()


@given(steps)
def test_disputes_tell_what_stays_and_move_the_record(made: list[tuple[Device, bool, Fields, bool]]) -> None:
    diary, told = play(made)
    for _, merged in told:
        for dispute in merged.disputes:
            assert merged.written
            assert merged.record
            assert merged.written.record.rev == merged.record.rev
            assert dispute.field is not None
            assert absent_is_null(merged.record.fields.get(dispute.field), dispute.kept)
            conflicts = [entry for entry in merged.written.entries if entry.outcome is Outcome.CONFLICT]
            assert dispute.field in conflicts[0].changes
    assert all(rev <= diary.rev for rev, _ in diary.stored.field_revs.values())


@given(steps)
def test_a_device_alone_is_never_in_conflict(made: list[tuple[Device, bool, Fields, bool]]) -> None:
    _, told = play([(A, pulls, wrote, names) for _, pulls, wrote, names in made])
    assert {merged.status for _, merged in told} <= {Status.APPLIED, Status.UNCHANGED}


@given(steps)
def test_who_has_seen_everything_is_never_in_conflict(made: list[tuple[Device, bool, Fields, bool]]) -> None:
    _, told = play([(device, True, wrote, names) for device, _, wrote, names in made])
    assert Status.CONFLICT not in {merged.status for _, merged in told}


@given(scores, scores)
def test_two_who_had_not_seen_each_other_end_alike_in_either_order_but_for_disputes(one: Fields, other: Fields) -> None:
    diaries = Diary(), Diary()
    for diary, order in zip(diaries, ((A, one, B, other), (B, other, A, one)), strict=True):
        first, first_fields, second, second_fields = order
        diary.put(first, 0, day(**first_fields))
        diary.put(second, 0, day(**second_fields))
    left, right = (diary.fields for diary in diaries)
    disputed = {name for diary in diaries for _, merged in diary.history for name in merged.conflict_fields}
    for name in {**left, **right}.keys() - disputed:
        assert absent_is_null(left.get(name), right.get(name)), name


def test_equal_values_are_no_conflict() -> None:
    diary = Diary()
    diary.put(A, 0, day(pain=4))
    assert diary.put(B, 0, day(pain=4)).status is Status.UNCHANGED


def test_others_beside_are_told_as_merged() -> None:
    diary = Diary()
    diary.put(A, 0, day(pain=4))
    merged = diary.put(B, 0, day(fatigue=2))
    assert merged.status is Status.MERGED
    assert diary.fields == day(pain=4, fatigue=2)


def test_a_cleared_field_is_a_write_like_any_other() -> None:
    diary = Diary()
    diary.put(A, 0, day(pain=4))
    seen = diary.rev
    diary.put(B, seen, day(pain=None), frozenset({"pain"}))
    merged = diary.put(A, 1, day(pain=6))
    assert (merged.status, merged.conflict_fields) == (Status.CONFLICT, ("pain",))
    assert diary.fields["pain"] is None


def test_only_what_was_changed_is_written() -> None:
    diary = Diary()
    diary.put(A, 0, day(pain=4, fatigue=1))
    diary.put(B, 2, day(pain=5, fatigue=1), frozenset({"pain"}))
    merged = diary.put(A, 2, day(pain=4, fatigue=3), frozenset({"fatigue"}))
    assert merged.status is Status.MERGED
    assert diary.fields == day(pain=5, fatigue=3)


def test_the_time_zone_is_the_last_writers() -> None:
    diary = Diary()
    diary.put(A, 0, day(pain=4))
    merged = diary.put(B, 0, day(time_zone="Asia/Tokyo"))
    assert merged.status is Status.MERGED
    assert diary.fields["time_zone"] == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"skipped": ("pain",)}, {"skipped": ("fatigue",)}, ("pain", "fatigue")),
        ({"skipped": ("pain", "fatigue")}, {"skipped": ("fatigue",), "pain": 3}, ("fatigue",)),
        ({"pain": 3}, {"skipped": ("pain", "fatigue")}, ("fatigue",)),
        ({"skipped": ("pain",)}, {"skipped": None, "fatigue": 1}, ("pain",)),
    ],
)
def test_skipped_merges_by_element_and_a_score_beats_a_decline(
    first: dict[str, Value], second: dict[str, Value], expected: tuple[str, ...]
) -> None:
    diary = Diary()
    diary.put(A, 0, day(**first))
    merged = diary.put(B, 0, day(**second))
    assert merged.status is (Status.APPLIED if second["skipped"] == expected else Status.MERGED)
    assert diary.fields["skipped"] == expected


def test_who_saw_the_list_may_shorten_it() -> None:
    diary = Diary()
    diary.put(A, 0, day(skipped=("pain", "fatigue")))
    assert diary.put(B, diary.rev, day(skipped=("pain",))).status is Status.APPLIED
    assert diary.fields["skipped"] == ("pain",)


def dose(**fields: Value) -> Fields:
    return {**FILLED_IN, "status": "taken", "mg": Decimal("1.5"), **fields}


@pytest.mark.parametrize(
    "wrote",
    [{"mg": Decimal(3)}, {"status": "skipped"}, {"taken_at": "2026-03-01T22:00:00Z"}, {"local_date": "2026-03-02"}],
)
@pytest.mark.parametrize("theirs", [{"mg": Decimal("4.5")}, {"taken_at": "2026-03-01T23:00:00Z"}])
def test_a_doses_safety_fields_are_one_unit(wrote: dict[str, Value], theirs: dict[str, Value]) -> None:
    diary = Diary(DOSE, RecordId(UUID))
    diary.put(A, 0, dose())
    seen = diary.rev
    diary.put(B, seen, dose(**theirs), frozenset(theirs))
    merged = diary.put(A, seen, dose(**wrote), frozenset(wrote))
    (name,) = wrote
    assert (merged.status, merged.conflict_fields) == (Status.CONFLICT, (name,))
    assert {name: diary.fields.get(name) for name in theirs} == theirs
    assert name in DOSE_UNIT


def test_beside_the_unit_a_dose_merges_like_any_record() -> None:
    diary = Diary(DOSE, RecordId(UUID))
    diary.put(A, 0, dose())
    seen = diary.rev
    diary.put(B, seen, dose(mg=Decimal(3)), frozenset({"mg"}))
    merged = diary.put(A, seen, dose(note="late"), frozenset({"note"}))
    assert merged.status is Status.MERGED
    assert (diary.fields["mg"], diary.fields["note"]) == (Decimal(3), "late")


STEP = {"starts_on": "2026-03-01", "mg": Decimal("1.5")}


def test_what_is_valid_alone_and_not_beside_anothers_is_a_conflict() -> None:
    diary = Diary(REGIMEN_STEP, RecordId(UUID))
    diary.put(A, 0, STEP)
    seen = diary.rev
    diary.put(B, seen, {**STEP, "starts_on": "2026-05-01"}, frozenset({"starts_on"}))
    merged = diary.put(
        A, seen, {**STEP, "ends_on": "2026-04-01", "timing": "bedtime"}, frozenset({"ends_on", "timing"})
    )
    assert (merged.status, merged.conflict_fields) == (Status.CONFLICT, ("ends_on",))
    assert (diary.fields["starts_on"], diary.fields.get("ends_on")) == ("2026-05-01", None)
    assert diary.fields["timing"] == "bedtime"


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        ({"starts_on": "2026-05-01"}, {"starts_on": "2026-03-01", "ends_on": "2026-02-01"}),
        ({"timing": "morning"}, {"ends_on": "2026-02-01"}),
    ],
)
def test_what_is_wrong_by_itself_is_refused_whatever_others_wrote(
    theirs: dict[str, Value], mine: dict[str, Value]
) -> None:
    diary = Diary(REGIMEN_STEP, RecordId(UUID))
    diary.put(A, 0, STEP)
    seen = diary.rev
    diary.put(B, seen, {**STEP, **theirs}, frozenset(theirs))
    with pytest.raises(Invalid):
        diary.put(A, seen, {**STEP, **mine}, frozenset(mine))


def test_each_rule_that_joins_fields_is_a_conflict_of_those_fields() -> None:
    condition = Diary(CONDITION_KIND, RecordId(UUID))
    condition.put(A, 0, {"label": "Rare", "status": "active"})
    seen = condition.rev
    condition.put(B, seen, {"label": "Rarer", "status": "active"}, frozenset({"label"}))
    assert condition.put(A, seen, {"status": "remission"}).status is Status.MERGED
    plan = Diary(TIMING_PLAN, RecordId(UUID))
    told = {"starts_on": "2026-03-01", "agreed_with_prescriber": True}
    plan.put(A, 0, {**told, "weeks": 4, "seed": "a"})
    seen = plan.rev
    plan.put(B, seen, {"seed": "b", "order": timing_order("b", 4)}, frozenset({"seed", "order"}))
    merged = plan.put(A, seen, {**told, "weeks": 6, "seed": "a", "order": timing_order("a", 6)}, frozenset({"weeks"}))
    assert (merged.status, merged.conflict_fields) == (Status.CONFLICT, ("weeks",))


def test_a_rule_broken_by_what_was_seen_is_the_writers_fault() -> None:
    diary = Diary(MEDICATION, RecordId(UUID))
    diary.put(A, 0, {"name": "Ibuprofen", "starts_on": "2026-03-01"})
    with pytest.raises(Invalid):
        diary.put(B, diary.rev, {"ends_on": "2026-02-01"})


def test_an_edit_beats_a_delete_that_had_not_seen_it() -> None:
    diary = Diary()
    diary.put(A, 0, day(pain=4))
    seen = diary.rev
    diary.put(B, seen, day(pain=5), frozenset({"pain"}))
    refused = diary.delete(A, seen)
    assert refused.status is Status.CONFLICT
    assert (refused.conflict_fields, [dispute.field for dispute in refused.disputes]) == ((), [None])
    assert refused.disputes[0].offered_by == A
    assert not diary.stored.record.deleted
    assert seen_by(diary) == diary.rev
    assert diary.delete(A, diary.rev).status is Status.APPLIED
    assert diary.stored.record.deleted


def test_own_edits_do_not_stand_in_the_way_of_a_delete() -> None:
    diary = Diary()
    diary.put(A, 0, day(pain=4))
    diary.put(A, 0, day(pain=5))
    assert diary.delete(A, 0).status is Status.APPLIED


@pytest.mark.parametrize(("device", "base"), [(B, 3), (B, 9), (A, 2)])
def test_who_knew_of_the_delete_revives_with_the_new_fields_alone(device: Device, base: int) -> None:
    diary = Diary()
    diary.put(A, 0, day(pain=4, note="old"))
    diary.delete(A, diary.rev)
    revived = diary.put(device, base, day(pain=1), frozenset({"pain"}))
    assert (revived.status, revived.created, revived.disputes) == (Status.APPLIED, True, ())
    assert diary.fields == day(pain=1)
    assert {writer for _, writer in diary.stored.field_revs.values()} == {device}


def test_who_had_not_seen_the_delete_revives_with_all_fields_and_whoever_deleted_is_told() -> None:
    diary = Diary()
    diary.put(A, 0, day(pain=4, note="old"))
    seen = diary.rev
    diary.delete(A, seen)
    revived = diary.put(B, seen, day(fatigue=1), frozenset({"fatigue"}))
    assert (revived.status, revived.created) == (Status.MERGED, True)
    assert [(dispute.field, dispute.offered_by) for dispute in revived.disputes] == [(None, A)]
    assert diary.fields == day(pain=4, note="old", fatigue=1)
    origins = diary.stored.field_revs
    assert (origins["pain"], origins["fatigue"]) == ((2, A), (diary.rev, B))
    assert [entry.outcome for entry in revived.written.entries] == [Outcome.REVIVED] if revived.written else False


def test_a_revival_may_be_in_dispute_as_well() -> None:
    diary = Diary()
    diary.put(A, 0, day(pain=4))
    diary.delete(A, diary.rev)
    revived = diary.put(B, 0, day(pain=9))
    assert (revived.status, revived.conflict_fields) == (Status.CONFLICT, ("pain",))
    assert {dispute.field for dispute in revived.disputes} == {"pain", None}
    assert diary.fields["pain"] == 4


def test_a_tombstone_of_before_devices_were_kept_counts_as_anybodys() -> None:
    diary = Diary()
    diary.put(A, 0, day(pain=4))
    diary.delete(A, diary.rev)
    record = diary.stored.record
    diary.known = Known(record=record, field_revs={"pain": (Revision(2), A)})
    assert diary.put(A, 2, day(fatigue=1)).disputes[0].offered_by == ""


@pytest.mark.parametrize(
    ("change", "settles"),
    [
        (Put(kind=DAY, id=DAY_ID, fields={}, base=Revision(5), changed=frozenset()), True),
        (Put(kind=DAY, id=DAY_ID, fields={}, base=Revision(5), replaces=True), True),
        (Put(kind=DAY, id=DAY_ID, fields={}, base=Revision(5)), False),
        (Put(kind=DAY, id=DAY_ID, fields={}), False),
        (Delete(kind=DAY, id=DAY_ID, base=Revision(5)), True),
        (Delete(kind=DAY, id=DAY_ID), False),
    ],
)
def test_a_change_settles_only_where_it_says_what_it_saw_and_means(change: Change, *, settles: bool) -> None:
    assert may_settle(change) is settles


def put_day(base: int, **scores: Value) -> Put:
    return Put(kind=DAY, id=DAY_ID, fields=day(**scores), base=Revision(base), changed=frozenset(scores))


@pytest.mark.parametrize(
    ("change", "settled"),
    [
        (put_day(9, pain=4), {"pain"}),
        (put_day(9, pain=7), {"pain"}),
        (put_day(7, pain=7), set[str]()),
        (put_day(9, fatigue=1), set[str]()),
        (Delete(kind=DAY, id=DAY_ID, base=Revision(9)), {"pain", None}),
        (Delete(kind=DAY, id=DAY_ID, base=Revision(7)), {None}),
    ],
)
def test_a_dispute_is_settled_by_who_has_seen_it(change: Change, settled: set[str | None]) -> None:
    diary = Diary()
    diary.put(A, 0, day(pain=4))
    diary.rev = 9
    assert diary.change(B, change, {"pain": Revision(8), None: Revision(3)}).settles == settled


def test_what_is_refused_again_is_not_settled() -> None:
    diary = Diary()
    diary.put(A, 0, day(pain=4))
    diary.rev = 8
    diary.put(A, 8, day(pain=6), frozenset({"pain"}))
    merged = diary.put(B, 5, day(pain=7), frozenset({"pain"}), {"pain": Revision(3)})
    assert (merged.status, merged.settles) == (Status.CONFLICT, frozenset())


def test_a_null_for_what_was_never_answered_changes_nothing() -> None:
    diary = Diary()
    diary.put(A, 0, day(pain=4))
    assert diary.put(B, 0, day(pain=4, fatigue=None)).status is Status.UNCHANGED
    merged = diary.put(B, 0, day(pain=4, fatigue=None, anxiety=2))
    assert merged.status is Status.APPLIED
    assert "fatigue" not in diary.stored.field_revs


def test_a_replacing_put_clears_what_it_leaves_out_as_a_write_of_its_own() -> None:
    diary = Diary()
    diary.put(A, 0, day(pain=4, fatigue=1))
    diary.change(B, Put(kind=DAY, id=DAY_ID, fields=day(pain=5), base=Revision(2), replaces=True))
    assert diary.fields == day(pain=5)
    assert diary.stored.field_revs["fatigue"] == (3, B)
    assert diary.put(A, 2, day(pain=5, fatigue=9)).conflict_fields == ("fatigue",)


def test_a_record_that_is_kept_is_the_same_but_for_its_revision() -> None:
    diary = Diary()
    diary.put(A, 0, day(pain=4))
    before = diary.stored.record
    diary.put(B, 0, day(pain=5))
    assert diary.stored.record == replace(before, rev=Revision(3))
