"""What the page lets a push, a pull or a REST write do, held against what the database says that it did."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from scripts.lib.fleet.content import REQUIRED, SCORES, is_sound, joined_with
from scripts.lib.fleet.phone import Offer, Sent
from scripts.lib.fleet.stores import Diary, Fields, HistoryRow, Key, Row
from scripts.lib.fleet.truth import Truth, Write, conflict_key, is_open, require

_FILLED_IN: Final = frozenset({"local_date", "time_zone"})
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NOTHING = Write(0, "")
EVER: Final = 2**62
"""Later than all revisions."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the oracle finds once something was done."""

    after: Diary
    history: Callable[[int], Sequence[HistoryRow]]
    """The rows after a revision."""
    now: datetime


class Judge:
    """Judges what one writer did in one revision."""

    def __init__(self, truth: Truth, seen: Seen, device: str, knows: Mapping[str, Sequence[str]]) -> None:
        self._truth = truth
        self._before = truth.known.diary
        self._after = seen.after
        self._history = seen.history(self._before.rev)
        self._device = device
        self._knows = knows
        self._latest = (seen.now + timedelta(hours=14)).date().isoformat()
        self._explained: set[Key] = set()
        self._ended: set[Key] = set()
        """Conflicts that the same push ends by their own records."""

    @property
    def _rev(self) -> int:
        return self._after.rev

    def push(self, sent: Sent, results: Sequence[Mapping[str, Any]]) -> None:
        """Every result of a push that was performed."""
        require(len(results) == len(sent.offers), "P6", "a push has not one result for each mutation")
        self._ended = {offer.key for offer in sent.offers if offer.settles and offer.key}
        for offer, result in zip(sent.offers, results, strict=True):
            self._offer(offer, result)
            row = self._after.rows.get((result["kind"], result["id"]))
            require(
                is_record(result["record"], row), "P1", f"the answer's record of {result['id']} is not the stored one"
            )
        self.all_is_explained()

    def all_is_explained(self) -> None:
        """Nothing may have changed but what was asked for, and its conflicts."""
        for key, row in self._after.rows.items():
            if row == self._before.rows.get(key):
                continue
            require(key in self._explained, "P2", f"{key} changed, and nobody asked for it")
            require(row.rev == self._rev, "P4", f"{key} changed and stayed at {row.rev}")
            if not row.deleted and key[0] != "conflict":
                require(is_sound(key[0], row.fields), "P2", f"{key} was merged into what breaks a rule: {row.fields}")

    def _offer(self, offer: Offer, result: Mapping[str, Any]) -> None:
        key, status = offer.key, result["status"]
        if offer.is_bad:
            require(status == "rejected", "P6", f"{offer.mutation} was {status}")
            error = result["error"]
            require(error and error["code"] and "field" in error, "P6", "a rejection names no code or field")
            kind, record_id = offer.mutation.get("kind"), offer.mutation.get("id")
            if _NAME.fullmatch(str(kind)) and _NAME.fullmatch(str(record_id)):
                outcomes = [row.outcome for row in self._history if row.key == (kind, record_id)]
                require(
                    "rejected" in outcomes, "P6", f"the history has no trace of what was rejected: {offer.mutation}"
                )
            return
        assert key is not None  # noqa: S101 - only a bad mutation is about nothing
        if offer.settles:
            self._settling(offer, status)
        elif offer.writes is None:
            self.delete(offer, status)
        else:
            self.put(offer, status, result["conflict_fields"], result["error"])
        self._truth.performed |= {edit.number for edit in offer.edits}

    # A put

    def put(self, offer: Offer, status: str, conflict_fields: Sequence[str], error: Mapping[str, Any] | None) -> None:
        """One put that is valid as its writer sees it."""
        key, writes = offer.key, offer.writes
        assert key is not None  # noqa: S101 - as of _offer
        assert writes is not None  # noqa: S101 - it is a put
        before, after = self._before.rows.get(key), self._after.rows.get(key)
        if status == "rejected":
            self._rejected(offer, before, after, error)
            return
        require(after and not after.deleted, "P11", f"{key} is not there after a put that was {status}")
        assert after is not None  # noqa: S101 - just required
        self._explained.add(key)
        if before is None:
            self._all_new(offer, after, "P2")
            refused: list[str] = []
        elif before.deleted:
            refused = self._revival(offer, before, after)
        else:
            refused = self._fields(offer, before.fields, after)
        require(sorted(conflict_fields) == sorted(refused), "P2", f"{key}: refused {refused}, told {conflict_fields}")
        require((status == "conflict") == bool(refused), "P2", f"{key}: refused {refused}, told {status}")
        if status == "unchanged":
            require(before == after, "P3", f"{key} is told to be unchanged, and is not")
        self._in_history(key, before, after)
        for name in refused:
            self._conflict(offer, name, kept=after.fields.get(name), offered=writes[name])
        self._settled(offer, [name for name in writes if name not in refused])

    def _rejected(self, offer: Offer, before: Row | None, after: Row | None, error: Mapping[str, Any] | None) -> None:
        require(before == after, "P6", f"{offer.key} was rejected, and changed")
        fields: dict[str, Any] = {**(before.fields if before else {}), **(offer.mutation.get("fields") or {})}
        is_early = str(fields.get("local_date")) > self._latest
        code = error and error["code"]
        is_torn = before is None and not REQUIRED[str(offer.mutation["kind"])] <= fields.keys()
        is_fault = (code == "date-in-future" and is_early) or (code == "missing-field" and is_torn)
        is_fault = is_fault or (code in {"out-of-range", "day-mismatch"} and not self._is_sound_as_seen(offer, before))
        require(is_fault, "P6", f"a good put of {offer.key} was rejected: {error}")

    def _is_sound_as_seen(self, offer: Offer, before: Row | None) -> bool:
        """Whether it keeps the rules that join fields, beside what its base says that its writer had seen.

        It may not, though no person writes so here: where an edit was made beside one that was refused meanwhile, or
        beside what was brought back from a lost history.
        """
        assert offer.key is not None  # noqa: S101 - as of _offer
        known = self._truth.known.writes.get(offer.key, {})
        stored: Fields = before.fields if before else {}
        seen = {
            name: value
            for name, value in stored.items()
            if (last := known.get(name, _NOTHING)).rev <= offer.mutation["base"] or last.device == self._device
        }
        return is_sound(offer.key[0], {**seen, **(offer.writes or {})})

    def _all_new(self, offer: Offer, after: Row, guarantee: str) -> None:
        """Nothing may stand in the record but what was sent, or filled in."""
        assert offer.writes is not None  # noqa: S101 - it is a put
        assert offer.key is not None  # noqa: S101 - as of _offer
        sent: dict[str, Any] = {**(offer.mutation.get("fields") or {}), **offer.writes}
        required = REQUIRED[offer.key[0]]
        for name, value in after.fields.items():
            is_sent = sent.get(name) == value and (name in offer.writes or name in required)
            is_filled = name in _FILLED_IN and sent.get(name) is None
            is_left = name == "skipped" and set(value) <= set(sent.get(name) or ())
            require(is_sent or is_filled or is_left, guarantee, f"{offer.key} begins with {name} = {value}, never sent")
        for name, value in offer.writes.items():
            if name != "skipped" and value is not None:
                require(after.fields.get(name) == value, "P2", f"{offer.key}: {name} = {value} was not written")
        self._truth.known.writes[offer.key] = dict.fromkeys(
            [*after.fields, *offer.writes], Write(self._rev, self._device)
        )
        self._truth.known.deletes.pop(offer.key, None)

    def _revival(self, offer: Offer, before: Row, after: Row) -> list[str]:
        assert offer.key is not None  # noqa: S101 - as of _offer
        key = offer.key
        deleted = self._truth.known.deletes[key]
        is_own = deleted.device == self._device
        if is_own or offer.mutation["base"] >= deleted.rev:
            seen = max((edit.seen.get("", 0) for edit in offer.edits), default=EVER)
            require(is_own or seen >= deleted.rev, "P11", f"{key} begins anew for somebody who had not seen its delete")
            self._all_new(offer, after, "P11")
            return []
        refused = self._fields(offer, before.fields, after, "P11")
        about = conflict_key(key, None)
        told = self._after.rows.get(about)
        require(is_open(told) and told and told.rev == self._rev, "P11", f"{key} was revived, and nobody is told")
        self._explained.add(about)
        self._truth.known.deletes.pop(key, None)
        return refused

    def _fields(self, offer: Offer, before: Fields, after: Row, guarantee: str = "P2") -> list[str]:
        """Field by field; the names of those that were not taken."""
        assert offer.key is not None  # noqa: S101 - as of _offer
        newer = before.keys() - set(self._knows[offer.key[0]]) - {"skipped"}
        kept = all(after.fields.get(name) == before[name] for name in newer)
        require(kept, "P8", f"{offer.key}: an old app changed what it does not know, of {sorted(newer)}")
        assert offer.writes is not None  # noqa: S101 - it is a put
        key, writes = offer.key, offer.writes
        sent: Mapping[str, Any] = offer.mutation.get("fields") or {}
        known = self._truth.known.writes.setdefault(key, {})
        refused: list[str] = []
        taken: list[str] = []
        for name in {**before, **after.fields, **writes}:
            old, new = before.get(name), after.fields.get(name)
            if name == "skipped":
                self._declined(offer, before, after)
                if old != new:
                    taken.append(name)
            elif name not in writes:
                is_filled = old is None and (name in _FILLED_IN or new == sent.get(name))
                broken = {"local_date": "P9", "time_zone": "P9"}.get(name, guarantee)
                require(old == new or is_filled, broken, f"{key}: nobody wrote {name}, which went from {old} to {new}")
            elif writes[name] == old:
                require(new == old, guarantee, f"{key}: {name} = {old} was written again and became {new}")
            elif new == writes[name]:
                if name != "time_zone":
                    self._had_seen(offer, name)
                taken.append(name)
            else:
                require(name != "time_zone", "P9", f"{key}: the last writer's time zone was not taken")
                require(new == old, "P2", f"{key}: {name} was {old}, offered {writes[name]} and became {new}")
                self._is_disputed(offer, name)
                refused.append(name)
        known |= dict.fromkeys(taken, Write(self._rev, self._device))
        return refused

    def _had_seen(self, offer: Offer, name: str) -> None:
        """Who writes over a value must have seen it; of a dose's safety fields, all four."""
        assert offer.key is not None  # noqa: S101 - as of _offer
        known = self._truth.known.writes[offer.key]
        together = joined_with("dose", name) if offer.key[0] == "dose" else (name,)
        seen = next((edit.seen for edit in reversed(offer.edits) if edit.writes and name in edit.writes), None)
        for other in together:
            last = known.get(other, _NOTHING)
            fine = seen is None or last.device == self._device or last.rev <= seen.get(other, 0)
            said = f"{offer.key}: {name} written over {other} of revision {last.rev} by {last.device}, unseen"
            require(fine, "P2", said)

    def _is_disputed(self, offer: Offer, name: str) -> None:
        """There is a conflict only where another device wrote after the base."""
        assert offer.key is not None  # noqa: S101 - as of _offer
        known = self._truth.known.writes[offer.key]
        lasts = [known.get(other, _NOTHING) for other in joined_with(offer.key[0], name)]
        fine = any(last.device != self._device and last.rev > offer.mutation["base"] for last in lasts)
        require(fine, "P2", f"{offer.key}: {name} is in conflict with nobody")

    def _declined(self, offer: Offer, before: Fields, after: Row) -> None:
        """Declined measures merge by element, and a score beats a decline."""
        assert offer.key is not None  # noqa: S101 - as of _offer
        assert offer.writes is not None  # noqa: S101 - it is a put
        old, new = set(before.get("skipped") or ()), set(after.fields.get("skipped") or ())
        scored = {name for name in SCORES if after.fields.get(name) is not None}
        known = self._truth.known.writes[offer.key]
        joins = any(each.device != self._device and each.rev > offer.mutation["base"] for each in known.values())
        if joins:
            require(not new & scored, "P2", f"{offer.key} declines {new}, and has a score of {scored}")
        if "skipped" not in offer.writes:
            require(new <= old and old - new <= scored, "P2", f"{offer.key}: skipped changed, and nobody wrote it")
            return
        offered = set(offer.writes["skipped"] or ())
        require(offered - new <= scored, "P2", f"{offer.key}: declined {offered}, stored {new}")
        last = known.get("skipped", _NOTHING)
        seen = next((edit.seen for edit in reversed(offer.edits) if edit.writes and "skipped" in edit.writes), None)
        if seen is not None and last.device != self._device and last.rev > seen.get("skipped", 0):
            require(old - new <= scored, "P2", f"{offer.key}: unseen declines {old - new} are gone")

    # A delete

    def delete(self, offer: Offer, status: str) -> None:
        """One delete."""
        key = offer.key
        assert key is not None  # noqa: S101 - as of _offer
        before, after = self._before.rows.get(key), self._after.rows.get(key)
        if before is None or before.deleted:
            require(before == after and status == "unchanged", "P11", f"a delete of nothing at {key} was {status}")
            return
        assert after is not None  # noqa: S101 - records never vanish
        self._explained.add(key)
        known = self._truth.known.writes[key]
        others = {name: last for name, last in known.items() if last.device != self._device}
        if after.deleted:
            seen = offer.edits[-1].seen if offer.edits else None
            for name, last in others.items():
                fine = seen is None or last.rev <= seen.get(name, 0)
                require(fine, "P11", f"{key} was deleted over {name} of revision {last.rev}, unseen")
            require(status == "applied", "P11", f"{key} was deleted, told {status}")
            require(self._outcomes(key, "deleted"), "P2", f"the history has no delete of {key}")
            self._truth.known.deletes[key] = Write(self._rev, self._device)
            self._settled(offer, None)
            return
        require(after.fields == before.fields, "P11", f"{key} changed by a delete that was refused")
        require(status == "conflict", "P11", f"a refused delete of {key} is told {status}")
        fine = any(last.rev > offer.mutation["base"] for last in others.values())
        require(fine, "P11", f"a delete of {key} is in conflict with nobody")
        require(self._outcomes(key, "conflict"), "P2", f"the history has no refused delete of {key}")
        self._conflict(offer, None, kept=None, offered=None)

    # Conflicts

    def _conflict(self, offer: Offer, name: str | None, *, kept: Any, offered: Any) -> None:  # noqa: ANN401 - any value
        assert offer.key is not None  # noqa: S101 - as of _offer
        about = conflict_key(offer.key, name)
        row = self._after.rows.get(about)
        require(is_open(row), "P2", f"{offer.key}: no open conflict about {name}")
        assert row is not None  # noqa: S101 - just required
        said = {"record_kind": offer.key[0], "record_id": offer.key[1], "field": name, "kept": kept, "offered": offered}
        stored = {what: row.fields.get(what) for what in said}
        require(stored == said, "P2", f"{offer.key}: the conflict says {stored}, for {said}")
        stands = self._after.rows[offer.key].rev
        require(row.rev == self._rev and stands == self._rev, "P2", f"{offer.key}: a conflict that moves no revision")
        if name is not None:
            kept_rows = [entry for entry in self._outcomes(offer.key, "conflict") if name in entry.new]
            is_kept = any(entry.new[name] == offered for entry in kept_rows)
            require(is_kept, "P2", f"{offer.key}: the history lacks the offered {name} = {offered}")
        self._explained.add(about)

    def _settled(self, offer: Offer, names: Sequence[str] | None) -> None:
        """Open conflicts end by those who have seen them, and then they do; None: all about the record."""
        assert offer.key is not None  # noqa: S101 - as of _offer
        explicit = offer.writes is None or "changed" in offer.mutation
        for about, row in self._before.rows.items():
            if not (is_open(row) and (row.fields["record_kind"], row.fields["record_id"]) == offer.key):
                continue
            name = row.fields.get("field")
            now = self._after.rows[about]
            is_named = names is None or name in names
            if is_named and explicit and offer.edits and offer.mutation["base"] >= row.rev:
                require(not is_open(now), "P2", f"{offer.key}: a conflict about {name} outlived who settled it")
            if now == row or is_open(now) or about in self._ended:
                continue
            self._explained.add(about)
            edits = [edit for edit in offer.edits if edit.writes is None or name in edit.writes]
            seen = max((edit.seen.get(name or "", 0) for edit in edits), default=offer.seen_conflict)
            fine = is_named and explicit and seen >= row.rev
            require(fine, "P2", f"{offer.key}: a conflict about {name} was settled by one who had not seen it")

    def _settling(self, offer: Offer, status: str) -> None:
        """A write on the conflict record itself."""
        assert offer.key is not None  # noqa: S101 - as of _offer
        before, after = self._before.rows.get(offer.key), self._after.rows.get(offer.key)
        if after == before:
            require(status != "applied", "P2", "a conflict was told to be settled, and is not")
            return
        assert before is not None  # noqa: S101 - a client makes none
        assert after is not None  # noqa: S101 - records never vanish
        if after.rev == self._rev and is_open(after):
            return  # raised again by the same push, which its own mutation explains
        self._explained.add(offer.key)
        require(not is_open(after), "P2", "a settled conflict is open")
        fine = offer.seen_conflict >= before.rev or not is_open(before)
        require(fine, "P2", "a conflict was settled as it was before it moved")

    # The history

    def _outcomes(self, key: Key, outcome: str) -> list[HistoryRow]:
        return [row for row in self._history if row.key == key and row.outcome == outcome and row.rev == self._rev]

    def _in_history(self, key: Key, before: Row | None, after: Row) -> None:
        old: Fields = before.fields if before and not before.deleted else {}
        rows = [*self._outcomes(key, "applied"), *self._outcomes(key, "revived")]
        for name in {**old, **after.fields}:
            if old.get(name) != after.fields.get(name):
                fine = any(
                    row.old.get(name) == old.get(name) and row.new.get(name) == after.fields.get(name) for row in rows
                )
                require(fine, "P2", f"{key}: the history does not say that {name} changed")


def is_record(told: Mapping[str, Any] | None, row: Row | None) -> bool:
    """Whether a record on the wire is the stored one."""
    if told is None or row is None:
        return told is None and row is None
    fields = {name: value for name, value in told["fields"].items() if value is not None}
    return (told["rev"], told["deleted"], fields) == (row.rev, row.deleted, {} if row.deleted else row.fields)
