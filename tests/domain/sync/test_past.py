"""Rows of history travel in an export and come back as they were."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given

from app.domain import strict_json
from app.domain.errors import Invalid
from app.domain.records.record import Value
from app.domain.strict_json import JsonValue
from app.domain.sync.change import Entry, Outcome
from app.domain.sync.past import changes_text, kept_entry, read_past
from tests.domain.records.samples import any_record

ROW: dict[str, Any] = {
    "kind": "day",
    "id": "day-2026-03-01",
    "rev": 57,
    "device": "api:0198c0de",
    "seq": 12,
    "at": "2026-03-01T22:15:00.123456+01:00",
    "outcome": "applied",
    "changes": {"old": {"pain": None}, "new": {"pain": 6}},
}


def read(row: object) -> JsonValue:
    return strict_json.read_batch(json.dumps(row).encode())


def test_a_row_is_read_whole() -> None:
    row = read_past(read(ROW))
    assert (row.kind, row.id, row.device, row.seq) == ("day", "day-2026-03-01", "api:0198c0de", 12)
    assert row.at == datetime(2026, 3, 1, 21, 15, 0, 123456, tzinfo=UTC)
    assert row.entry == Entry(outcome=Outcome.APPLIED, changes={"pain": (None, 6)})
    assert read_past(read({**ROW, "seq": None, "rev": 3})).seq is None


def test_where_a_row_stands_says_nothing_of_which_it_is() -> None:
    first, elsewhere = read_past(read(ROW)), read_past(read({**ROW, "rev": 3}))
    assert first.signature == elsewhere.signature
    for name, other in {
        "id": "x",
        "device": "y",
        "seq": 13,
        "at": "2026-03-01T22:15:00Z",
        "outcome": "deleted",
    }.items():
        assert read_past(read({**ROW, name: other})).signature != first.signature


changes = any_record.map(lambda record: record[1][1])


@given(old=changes, new=changes)
def test_values_come_back_as_they_were(old: dict[str, Value], new: dict[str, Value]) -> None:
    entry = Entry(
        outcome=Outcome.APPLIED, changes={name: (old.get(name), value) for name, value in new.items() if name}
    )
    text = changes_text(entry)
    assert kept_entry("applied", text) == entry
    sent = strict_json.read_batch(text.encode())
    row = read_past({**cast("dict[str, JsonValue]", read(ROW)), "changes": sent})
    assert changes_text(row.entry) == text


@given(changes)
def test_a_database_may_hand_values_back_in_another_form(new: dict[str, Value]) -> None:
    text = changes_text(Entry(outcome=Outcome.DELETED, changes={name: (None, value) for name, value in new.items()}))
    spaced = json.dumps(json.loads(text, parse_float=_Exact), default=str)
    spaced = json.dumps(dict(reversed(json.loads(spaced).items())))
    assert changes_text(kept_entry("deleted", spaced)) == text


class _Exact(float):
    """A number with few places, which a float writes as it was."""


def test_a_rejected_offer_is_kept_as_its_text() -> None:
    offered = json.dumps({"pain": "x" * 5000})
    row = read_past(read({**ROW, "outcome": "rejected", "changes": {"old": {"": None}, "new": {"": offered}}}))
    assert row.entry.changes == {"": (None, offered)}


def spoilt(**others: object) -> dict[str, Any]:
    row = deepcopy(ROW)
    row.update(others)
    return row


MANY = {str(number): 1 for number in range(401)}


@pytest.mark.parametrize(
    ("row", "pointer", "code"),
    [
        (7, "", "wrong-type"),
        ([], "", "wrong-type"),
        (None, "", "wrong-type"),
        (spoilt(more=1), "", "unknown-field"),
        (spoilt(kind=""), "/kind", "invalid-text"),
        (spoilt(kind=7), "/kind", "invalid-text"),
        (spoilt(id="a/b"), "/id", "invalid-text"),
        (spoilt(id=None), "/id", "invalid-text"),
        (spoilt(device=""), "/device", "out-of-range"),
        (spoilt(device="\0"), "/device", "invalid-text"),
        (spoilt(device=None), "/device", "wrong-type"),
        (spoilt(seq=0), "/seq", "out-of-range"),
        (spoilt(seq="1"), "/seq", "wrong-type"),
        (spoilt(seq=True), "/seq", "wrong-type"),
        (spoilt(at="2026-03-01"), "/at", "invalid-date"),
        (spoilt(at=None), "/at", "wrong-type"),
        (spoilt(at="0001-01-01T00:00:00Z"), "/at", "invalid-date"),
        (spoilt(at="1900-01-01T00:00:00+23:59"), "/at", "invalid-date"),  # 1899 in UTC, as an export tells it
        (spoilt(at="2999-12-31T23:59:59-01:00"), "/at", "invalid-date"),
        (spoilt(outcome="lost"), "/outcome", "out-of-range"),
        (spoilt(outcome=["applied"]), "/outcome", "out-of-range"),
        (spoilt(changes=None), "/changes", "wrong-type"),
        (spoilt(changes=[]), "/changes", "wrong-type"),
        (spoilt(changes={"old": {}}), "/changes", "wrong-type"),
        (spoilt(changes={"old": {}, "new": {}, "more": {}}), "/changes", "wrong-type"),
        (spoilt(changes={"old": {}, "new": []}), "/changes", "wrong-type"),
        (spoilt(changes={"old": {}, "new": {"pain": 6}}), "/changes", "out-of-range"),
        (spoilt(changes={"old": MANY, "new": MANY}), "/changes", "out-of-range"),
        (spoilt(changes={"old": {"x" * 65: 1}, "new": {"x" * 65: 1}}), "/changes", "out-of-range"),
        (spoilt(changes={"old": {"\ud800": 1}, "new": {"\ud800": 1}}), "/changes", "invalid-text"),
        (spoilt(changes={"old": {"a": {}}, "new": {"a": 1}}), "/changes", "wrong-type"),
        (spoilt(changes={"old": {"a": 1}, "new": {"a": 10**400}}), "/changes", "out-of-range"),
        (spoilt(changes={"old": {"a": "\0"}, "new": {"a": 1}}), "/changes", "invalid-text"),
        (spoilt(changes={"old": {"a": "x" * 4001}, "new": {"a": 1}}), "/changes", "out-of-range"),
        (spoilt(changes={"old": {"": "x" * 8193}, "new": {"": None}}), "/changes", "out-of-range"),
        (spoilt(changes={"old": {"": 1}, "new": {"": None}}), "/changes", "wrong-type"),
    ],
)
def test_what_is_no_row_says_why(row: object, pointer: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_past(read(row))
    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]


@pytest.mark.parametrize("text", ['{"kind":"day","kind":"day"}', '{"changes":{"old":{"a":1,"a":1},"new":{"a":1}}}'])
def test_a_member_that_stands_twice_is_refused(text: str) -> None:
    sent = strict_json.read_batch(text.encode())
    row = cast("dict[str, JsonValue]", sent)
    with pytest.raises(Invalid):
        read_past(sent if "kind" in row else {**cast("dict[str, JsonValue]", read(ROW)), **row})


def test_an_exponent_beyond_all_numbers_is_refused() -> None:
    sent = strict_json.read_batch(b'{"old":{"a":1},"new":{"a":1e999999999}}')
    with pytest.raises(Invalid):
        read_past({**cast("dict[str, JsonValue]", read(ROW)), "changes": sent})
    assert (
        Decimal("1.5") == read_past(read(spoilt(changes={"old": {"mg": 1}, "new": {"mg": 1.5}}))).entry.changes["mg"][1]
    )
