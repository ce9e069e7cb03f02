"""Each rule of the page (sync, sections 2 to 4), and how the service or the phone behaves without it.

Nothing in the product can be switched off: the functions that hold a rule are replaced from here, for one run.
"""

# What takes a function's place takes whatever that takes:
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false, reportUnknownVariableType=false

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, Final
from unittest.mock import patch

from sqlalchemy import text

from app.domain.errors import Invalid
from app.domain.sync import disputes, merge
from app.domain.sync.change import Merged, Put, Status
from app.domain.sync.epoch import Standing
from app.domain.sync.mutation import Rejected
from app.services import sync
from app.storage import ledger
from app.storage.devices import Devices
from app.storage.pulls import Page, Pulls
from scripts.lib.fleet.content import FIELDS
from scripts.lib.fleet.phone import Edit, Kept, Offer, Phone, Sent

Off = Callable[[], Any]
"""Makes a context manager in which the rule does not hold."""
_Putting: Any = merge._Putting  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
_Batch: Any = ledger._Batch  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
_NOBODY: Final = frozenset[str]()


def _of_put(name: str, instead: Any) -> Off:  # noqa: ANN401 - a method
    return lambda: patch.object(_Putting, name, instead)


def _of_merge(name: str, instead: Any) -> Off:  # noqa: ANN401 - a function or a value
    return lambda: patch.object(merge, name, instead)


def _of_phone(name: str, instead: Any) -> Off:  # noqa: ANN401 - a method
    return lambda: patch.object(Phone, name, instead)


def _last_push_wins() -> Any:  # noqa: ANN401
    return patch.object(merge, "_unseen", lambda *_: _NOBODY)


def _no_origins() -> Any:  # noqa: ANN401 - puts only: a delete still looks at them
    made = _Putting.__init__

    def init(self: Any, *given: Any) -> None:  # noqa: ANN401
        made(self, *given)
        self._unseen = _NOBODY

    return patch.object(_Putting, "__init__", init)


@contextmanager
def _whole_record() -> Generator[None]:
    def offered(self: Any) -> Mapping[str, Any]:  # noqa: ANN401
        return {**dict.fromkeys(self._before), **self._change.fields}

    with _no_origins(), patch.object(_Putting, "_offered", offered):
        yield


@contextmanager
def _no_sequence() -> Generator[None]:
    count = text(
        "INSERT INTO devices (patient, device, last_seq) VALUES (:patient, :device, :seq) "
        "ON CONFLICT (patient, device) DO UPDATE SET last_seq = excluded.last_seq"
    )

    def remember(self: Any, push: Any, _told: Any) -> None:  # noqa: ANN401
        self._connection.execute(count, {**self._mine, "device": push.device, "seq": push.seq})

    with patch.object(sync, "is_repeated", lambda *_: False), patch.object(Devices, "remember", remember):
        yield


def _no_digest() -> Any:  # noqa: ANN401 - whatever comes under a known number counts as the push of before
    kept = Devices.kept

    def told(work: Any, sent: Any, last_seq: int) -> Any:  # noqa: ANN401, ARG001
        before = kept(work.devices, sent.device, sent.seq)
        told = list(before.told) if before else []
        return [*told, *[told[-1]] * len(sent.mutations)][: len(sent.mutations)]

    return patch.object(sync, "_told_before", told)


def _delete_sees_all() -> Any:  # noqa: ANN401
    delete: Any = merge._delete  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return patch.object(merge, "_delete", lambda known, _base, rev, *more: delete(known, rev, rev, *more))


def _dead_stay_dead() -> Any:  # noqa: ANN401
    whole = ledger.merge

    def instead(known: Any, change: Any, **more: Any) -> Merged:  # noqa: ANN401
        if known is not None and not known.alive and isinstance(change, Put):
            return Merged(status=Status.UNCHANGED, record=known.record)
        return whole(known, change, **more)

    return patch.object(ledger, "merge", instead)


def _merged(change: Callable[[Merged], Merged]) -> Any:  # noqa: ANN401
    whole = ledger.merge
    return patch.object(ledger, "merge", lambda *given, **more: change(whole(*given, **more)))


def _only_fields(merged: Merged) -> Merged:
    return replace(merged, disputes=tuple(each for each in merged.disputes if each.field is not None))


def _own_conflicts() -> Any:  # noqa: ANN401
    def unseen(origins: Mapping[str, Any], base: int, _device: str) -> frozenset[str]:
        return frozenset(name for name, (rev, _) in origins.items() if rev > base and name)

    return patch.object(merge, "_unseen", unseen)


def _pages_cut() -> Any:  # noqa: ANN401
    after = Pulls.after

    def cut(self: Any, rev: Any, kinds: Any, *, limit: int) -> Any:  # noqa: ANN401
        page = after(self, rev, kinds, limit=limit)
        if len(page.lines) <= limit:
            return page
        lines = page.lines[:limit]
        return Page(lines, json.loads(lines[-1])["rev"])

    return patch.object(Pulls, "after", cut)


def _no_joint_rules() -> Any:  # noqa: ANN401
    check = merge.check_record
    return patch.object(
        merge, "check_record", lambda kind, *given, **more: check(replace(kind, rules=()), *given, **more)
    )


def _all_or_nothing() -> Any:  # noqa: ANN401
    push = _Batch.push

    def instead(self: Any, mutation: Any) -> Any:  # noqa: ANN401
        result = push(self, mutation)
        if isinstance(result, Rejected):
            raise Invalid([result.error])
        return result

    return patch.object(_Batch, "push", instead)


def _anybody_settles() -> Any:  # noqa: ANN401
    return patch.object(merge, "_seen", lambda named, disputes, _base: frozenset(n for n in named if n in disputes))


def _settled_unseen() -> Any:  # noqa: ANN401
    of_conflict = disputes.of_conflict
    return patch.object(
        merge,
        "of_conflict",
        lambda known, change, **more: of_conflict(known, replace(change, base=None), **more),
    )


def _base_is_cursor(self: Phone, _edits: list[Edit]) -> int:
    cursor = self.kept.cursor or "0"
    return int(cursor if cursor.isdecimal() else cursor.split(".")[1])


def _drops_when_sent(self: Phone, seq: int, edits: list[Edit], extra: list[Offer], most: int) -> Sent | None:
    sent = _push(self, seq, edits, extra, most)
    if sent:
        done = {id(edit) for offer in sent.offers for edit in offer.edits}
        self.kept.edits = [edit for edit in self.kept.edits if id(edit) not in done]
        self.kept.sents.remove(sent)
    return sent


_push: Any = Phone._push  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
_put: Any = Phone._put  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def _clears_unknown(self: Phone, key: tuple[str, str], edits: list[Edit]) -> Offer:
    offer: Offer = _put(self, key, edits)
    unknown = dict.fromkeys(name for name in FIELDS[key[0]] if name not in self.author.knows[key[0]])
    offer.mutation["fields"] = {**offer.mutation["fields"], **unknown}
    if "changed" in offer.mutation:
        offer.mutation["changed"] = [*offer.mutation["changed"], *unknown]
    return offer


def _forgets_pending(self: Phone) -> Kept:
    self.incarnation += 1
    self.min_rev = 0
    self.kept.edits.clear()
    self.kept.sents.clear()
    return self.kept


RULES: Final[Mapping[str, Off]] = {
    "each field's last write is checked against the base": _no_origins,
    "(last push wins)": _last_push_wins,
    "(whole records are overwritten)": _whole_record,
    "a device's pushes are in sequence, and replayed": _no_sequence,
    "a replay has the digest of what was performed": _no_digest,
    "a dose's safety fields are one unit": _of_merge("DOSE_UNIT", ()),
    "edit beats delete": _delete_sees_all,
    "a put on a tombstone revives (delete always wins)": _dead_stay_dead,
    "a revival restores all fields": _of_put("_knew_of_the_delete", lambda *_: True),
    "a revival is told": lambda: _merged(_only_fields),
    "own earlier writes are never a conflict": _own_conflicts,
    "a refused value stands in a conflict": lambda: _merged(lambda merged: replace(merged, disputes=())),
    "a refused value stands in the history": lambda: patch.object(_Batch, "_remember", lambda *_: None),
    "conflicts are settled by who has seen them": _anybody_settles,
    "a conflict is settled as it stands": _settled_unseen,
    "time_zone goes to the last writer": _of_merge("_LAST_WRITER", ""),
    "skipped merges by element": _of_merge("_BY_ELEMENT", ""),
    "a score beats a decline": _of_merge("_without_declined_scores", lambda fields: fields),
    "joint rules are checked on the merged record": _no_joint_rules,
    "valid alone and not merged is a conflict": _of_put("_within_rules", _Putting._checked),  # noqa: SLF001
    "a bad record is rejected alone": _all_or_nothing,
    "a page never cuts a revision": _pages_cut,
    "a cursor or base of another history is refused": lambda: patch.object(Standing, "in_gap", lambda *_: False),
    "phone: base, and not the cursor": _of_phone("base_of", _base_is_cursor),
    "phone: an edit waits for its own push's answer": _of_phone("_push", _drops_when_sent),
    "phone: an edit outlives a kill": _of_phone("killed", _forgets_pending),
    "phone: a record is applied only if not older": _of_phone("is_newer", lambda *_: True),
    "phone: what was held beyond a restore comes back": _of_phone("brought_back", lambda *_: []),
    "phone: an old app clears nothing it does not know": _of_phone("_put", _clears_unknown),
}
"""The rules by their names; those in brackets are what others do instead."""


@contextmanager
def switched_off(rule: str) -> Generator[None]:
    """While it lasts, the rule does not hold."""
    with ExitStack() as stack:
        stack.enter_context(RULES[rule]())
        yield
