"""What a push must be as a whole, and what is a mutation's own fault (sync, section 3)."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Invalid
from app.domain.ids import RecordId, Revision
from app.domain.records.kinds import DAY
from app.domain.strict_json import read_batch
from app.domain.sync.change import Delete, Outcome, Put
from app.domain.sync.mutation import Rejected, checked_base, read_mutation
from app.domain.sync.push import KEPT_PUSHES, BadSeq, TooManyMutations, is_repeated, read_push
from app.domain.sync.schema import SchemaUnsupported

DELETE = {"kind": "day", "op": "delete", "id": "day-2026-03-01", "base": 40}
PUT = {"kind": "day", "op": "put", "id": "day-2026-03-01", "base": 41, "fields": {"pain": 6, "note": "é"}}
PUSH: dict[str, Any] = {"device": "0198c0de-a", "seq": 12, "schema": 1, "epoch": "e1", "mutations": [PUT, DELETE]}


def read(**changed: object) -> Any:  # noqa: ANN401 - a JSON value
    return read_batch(json.dumps({**PUSH, **changed}).encode())


def rejected(**changed: object) -> Rejected:
    found = read_mutation(read_batch(json.dumps({**PUT, **changed}).encode()))
    assert isinstance(found, Rejected)
    return found


def test_a_push_is_read() -> None:
    push = read_push(read())
    assert (push.device, push.seq, push.schema, push.epoch) == ("0198c0de-a", 12, 1, "e1")
    put, delete = push.mutations
    fields = {"pain": 6, "note": "é"}
    assert put == Put(kind=DAY, id=RecordId("day-2026-03-01"), fields=fields, base=Revision(41))
    assert delete == Delete(kind=DAY, id=RecordId("day-2026-03-01"), base=Revision(40))


def test_a_base_may_be_left_out_by_who_never_saw_the_record() -> None:
    sent = {name: value for name, value in PUT.items() if name != "base"} | {"changed": ["pain"]}
    put = read_mutation(read_batch(json.dumps(sent).encode()))
    assert isinstance(put, Put)
    assert (put.base, put.changed) == (0, frozenset({"pain"}))


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"device": None}, [("/device", "missing-field")]),
        ({"device": "a:b"}, [("/device", "invalid-text")]),
        ({"device": 7}, [("/device", "wrong-type")]),
        ({"seq": 0}, [("/seq", "out-of-range")]),
        ({"seq": True}, [("/seq", "wrong-type")]),
        ({"seq": 1.5, "schema": "1"}, [("/seq", "wrong-type"), ("/schema", "wrong-type")]),
        ({"epoch": 1}, [("/epoch", "wrong-type")]),
        ({"mutations": {}}, [("/mutations", "wrong-type")]),
        ({"still": 2, "more": 1}, [("/more", "unknown-field"), ("/still", "unknown-field")]),
    ],
)
def test_what_is_wrong_with_a_push_as_a_whole_is_refused(
    changed: dict[str, object], errors: list[tuple[str, str]]
) -> None:
    with pytest.raises(Invalid) as refused:
        read_push(read(**changed))
    assert [(error.pointer, error.code) for error in refused.value.errors] == errors


@pytest.mark.parametrize(
    ("body", "code"), [(b"[]", "wrong-type"), (b"7", "wrong-type"), (b'{"seq":1,"seq":2}', "repeated-field")]
)
def test_a_push_is_one_object(body: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_push(read_batch(body))
    assert [error.code for error in refused.value.errors] == [code]


def test_a_push_has_its_bounds_and_its_schema() -> None:
    assert len(read_push(read(mutations=[DELETE] * 500)).mutations) == 500
    with pytest.raises(TooManyMutations):
        read_push(read(mutations=[DELETE] * 501))
    with pytest.raises(SchemaUnsupported):
        read_push(read(schema=2))


def test_its_digest_is_of_the_mutations_however_they_are_written() -> None:
    one = read_push(read()).digest
    again = {"mutations": [dict(reversed(PUT.items())), DELETE], "epoch": "e1", "schema": 1, "seq": 99, "device": "x"}
    assert read_push(read_batch(json.dumps(again, indent=2, ensure_ascii=False).encode())).digest == one
    assert read_push(read(mutations=[DELETE, PUT])).digest != one
    milligrams = [{"kind": "usual", "op": "put", "id": "pain", "fields": {"value": 1.5}}]
    assert read_push(read(mutations=milligrams)).digest != one


def test_a_number_in_quotes_is_another_push() -> None:
    digests = {read_push(read(mutations=[PUT | {"fields": {"mg": mg}}])).digest for mg in (4.5, "4.5", "4", 4)}
    assert len(digests) == 4


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"kind": "dream"}, "out-of-range", "kind"),
        ({"kind": 7}, "wrong-type", "kind"),
        ({"op": "patch"}, "out-of-range", "op"),
        ({"op": 7}, "wrong-type", "op"),
        ({"op": None}, "missing-field", "op"),
        ({"more": 1}, "unknown-field", "more"),
        ({"\ud800": 1}, "unknown-field", ""),
        ({"id": None}, "missing-field", "id"),
        ({"id": 7}, "wrong-type", "id"),
        ({"id": "day:1"}, "invalid-text", "id"),
        ({"id": "day-2026-02-30"}, "id-mismatch", "id"),
        ({"base": -1}, "out-of-range", "base"),
        ({"base": True}, "wrong-type", "base"),
        ({"base": 2**53 + 1}, "out-of-range", "base"),
        ({"fields": None}, "missing-field", "fields"),
        ({"fields": [1]}, "wrong-type", "fields"),
        ({"fields": {"pain": 11}}, "out-of-range", "pain"),
        ({"fields": {"note": "\ud800"}}, "invalid-text", "note"),
        ({"fields": {"dreams": 1}}, "unknown-field", "dreams"),
        ({"changed": "pain"}, "wrong-type", "changed"),
        ({"changed": [1]}, "wrong-type", "changed"),
        ({"changed": ["fatigue"]}, "unknown-field", "changed"),
    ],
)
def test_a_mutations_fault_is_its_own(changed: dict[str, object], code: str, field: str) -> None:
    found = rejected(**changed)
    assert (found.error.code, found.error.pointer.removeprefix("/")) == (code, field)
    assert found.entry.outcome is Outcome.REJECTED


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"7", "wrong-type"),
        (b"null", "wrong-type"),
        (b'{"kind":"day","kind":"dose"}', "repeated-field"),
        (b'{"kind":"day","op":"put","id":"day-2026-03-01","fields":{"pain":1,"pain":2}}', "repeated-field"),
        (b'{"kind":"day","op":"put","id":"day-2026-03-01","fields":{"pain":1e999999999999999999999}}', "out-of-range"),
    ],
)
def test_what_is_no_mutation_is_rejected_alone(body: bytes, code: str) -> None:
    found = read_mutation(read_batch(body))
    assert isinstance(found, Rejected)
    assert found.error.code == code


def test_what_was_offered_is_kept_as_escaped_text_within_a_bound() -> None:
    found = rejected(fields={"note": "\ud800é", "pain": 1.5})
    assert (found.kind, found.id, found.offered) == (
        "day",
        "day-2026-03-01",
        r'{"note": "\ud800\u00e9", "pain": "1.5"}',
    )
    assert found.entry.changes == {"": (None, found.offered)}
    assert len(rejected(fields={"note": "x" * 20_000}).offered) == 8 * 1024
    assert (rejected(kind="a:b", id="c d").kind, rejected(kind="a:b", id="c d").id) == ("", "")


def test_a_change_that_meets_its_fault_later_is_kept_alike() -> None:
    put = Put(kind=DAY, id=RecordId("day-2026-03-01"), fields={"mg": Decimal("1.5")})
    error = rejected(base=-1).error
    assert Rejected.of(put, error).offered == '{"mg": "1.5"}'
    assert Rejected.of(Delete(kind=DAY, id=put.id), error).offered == "null"


@pytest.mark.parametrize(("base", "passes"), [(None, True), (0, True), (56, True), (57, False), (99, False)])
def test_nobody_has_seen_a_revision_that_is_not_there_yet(base: int | None, *, passes: bool) -> None:
    change = Delete(kind=DAY, id=RecordId("day-2026-03-01"), base=None if base is None else Revision(base))
    if passes:
        assert checked_base(change, Revision(57)) is change
        return
    with pytest.raises(Invalid):
        checked_base(change, Revision(57))


@given(st.integers(0, 1000), st.integers(1, 1100))
def test_a_push_is_new_or_among_the_last_or_out_of_order(last_seq: int, seq: int) -> None:
    if seq == last_seq + 1:
        assert not is_repeated(seq, last_seq)
    elif last_seq - KEPT_PUSHES < seq <= last_seq:
        assert is_repeated(seq, last_seq)
    else:
        with pytest.raises(BadSeq) as refused:
            is_repeated(seq, last_seq)
        assert refused.value.last_seq == last_seq
