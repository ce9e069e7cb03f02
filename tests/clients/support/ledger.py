"""The books of what was written on the phones, held against the service's history: nothing is lost in silence."""

import json
from typing import Any

from tests.clients.support.household import Household
from tests.clients.support.phones import Content, Edit

_TAKEN = ("applied", "revived")


def check_that_nothing_is_lost(household: Household, stored: Content) -> None:
    """Each value written is the current one, or was replaced by somebody who had seen it, or stands in a conflict.

    Holds for phones that have synced, and that wrote each value once.
    """
    books: dict[tuple[str, str], list[tuple[str, Edit]]] = {}
    for phone in household.phones:
        device = phone.device()
        for edit in phone.edits:
            if edit.kind != "conflict":
                books.setdefault((edit.kind, edit.id), []).append((device, edit))
    for place, written in books.items():
        items = household.history(*place)
        for device, edit in written:
            _check_arrived(items, device, edit)
        _check_kept(items, stored, place)
        _check_replaced_knowingly(items, written)


def _check_arrived(items: list[dict[str, Any]], device: str, edit: Edit) -> None:
    """It stands in the history, whatever became of it."""
    mine = [item for item in items if item["device"] == device]
    if edit.fields is None:
        assert any(item["outcome"] in ("deleted", "conflict") and item["field"] is None for item in mine), edit
        return
    for name, value in edit.fields.items():
        refused = [json.loads(item["new"]) for item in mine if item["outcome"] == "rejected"]
        assert any((item["field"], item["new"]) == (name, value) for item in mine) or any(
            fields.get(name) == value for fields in refused
        ), (edit, name)


def _check_kept(items: list[dict[str, Any]], stored: Content, place: tuple[str, str]) -> None:
    """The current value of a field is the last that was taken, and what was not taken has a conflict record."""
    last = {item["field"]: item["new"] for item in items if item["outcome"] in _TAKEN and item["field"]}
    if place in stored:
        assert stored[place][1] == {name: value for name, value in last.items() if value is not None}
    told = {
        (fields["record_kind"], fields["record_id"], fields.get("field"))
        for (kind, _), (_, fields) in stored.items()
        if kind == "conflict"
    }
    assert {(*place, item["field"]) for item in items if item["outcome"] == "conflict"} <= told


def _check_replaced_knowingly(items: list[dict[str, Any]], written: list[tuple[str, Edit]]) -> None:
    """Whoever replaced or deleted what another phone wrote had been shown it."""
    writers: dict[str, tuple[int, str, Any]] = {}
    for item in items:
        rev, device, name, new = item["rev"], item["device"], item["field"], item["new"]
        if item["outcome"] == "deleted":
            seen = max(edit.seen for by, edit in written if by == device and edit.fields is None)
            assert all(at <= seen or by == device for at, by, _ in writers.values()), item
        elif item["outcome"] in _TAKEN and name:
            at, by, before = writers.get(name, (0, device, None))
            if new == before:  # a revived record brings back what stood there; it was not written anew
                continue
            if by != device:
                seen = max(edit.seen for own, edit in written if own == device and (edit.fields or {}).get(name) == new)
                assert seen >= at, item
            writers[name] = (rev, device, new)
