"""A phone as "What the phone does" in section 3 of the sync page asks for; it knows nothing of the other ones."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from scripts.lib.fleet.content import FIELDS, Author, Writes
from scripts.lib.fleet.stores import Key, Row

Record = Mapping[str, Any]
"""As the wire has it."""


@dataclass(slots=True, eq=False)
class Edit:
    """What a person did to a record, until the service has answered for it."""

    key: Key
    writes: Writes | None
    """None: deleted it."""
    base: int
    """The record's revision as it was shown."""
    shown: Mapping[str, Any] | None
    """The record as it was shown; None where there was none."""
    known: dict[str, list[Any]]
    """For each field that is written: the values that this person has seen in it or typed into it."""
    seen: Mapping[str, int]
    """The oracle's: the revision up to which each field was seen."""
    brings_back: bool = False
    """Whether it is what the phone held beyond a restore."""
    number: int = field(default_factory=count().__next__)
    """The oracle's: a copy of a phone's store holds the same edit."""


@dataclass(slots=True, eq=False)
class Offer:
    """A mutation, and the edits that it carries."""

    mutation: dict[str, Any]
    key: Key | None
    edits: list[Edit]
    writes: Writes | None = None
    """None: a delete."""
    is_bad: bool = False
    settles: bool = False
    """Whether it is about a conflict record, to settle it."""
    seen_conflict: int = 0
    """The oracle's: the revision of the conflict that was looked at."""


@dataclass(slots=True, eq=False)
class Sent:
    """A push that was sent, until it is answered or known to be lost for good."""

    device: str
    seq: int
    epoch: str
    offers: list[Offer]
    body: bytes


@dataclass(slots=True)
class Kept:
    """What a phone keeps on its disk."""

    device: str
    held: dict[Key, Row] = field(default_factory=dict[Key, Row])
    base: dict[Key, int] = field(default_factory=dict[Key, int])
    edits: list[Edit] = field(default_factory=list[Edit])
    sents: list[Sent] = field(default_factory=list[Sent])
    seq: int = 0
    """The last one given to a push."""
    epoch: str | None = None
    cursor: str | None = None
    clones: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """How its app was written."""

    style: str
    """full: all fields and what changed; sparse: only what changed, and says so; default: without saying."""
    kinds: tuple[str, ...] | None
    """The kinds that an old app knows; None: all."""
    rebuilds: bool
    """Whether a push that came too early is made anew instead of sent again."""
    counts: bool
    """Whether it keeps a number in place of a cursor, and no epoch beside it."""


class Phone:
    """One phone, and the person who holds it."""

    def __init__(self, name: str, author: Author, traits: "Traits") -> None:
        self.name = name
        self.author = author
        self.style = traits.style
        self.kinds = traits.kinds
        self.rebuilds = traits.rebuilds
        self.counts = traits.counts
        self.doubts = False
        """Whether its number may be of another history."""
        self.kept = Kept(device=name)
        self.incarnation = 0
        self.min_rev = 0

    # What the person does

    def shown(self, key: Key) -> dict[str, Any] | None:
        """The record as the screen has it; None where there is none."""
        held = self.kept.held.get(key)
        edits = self.edits_of(key)
        fields = dict(held.fields) if held and not held.deleted else None
        if edits and held and held.deleted and edits[0].shown is not None:
            fields = dict(edits[0].shown)  # a delete that the edit hides
        for edit in edits:
            fields = None if edit.writes is None else {**(fields or {}), **edit.writes}
        return fields

    def edits_of(self, key: Key) -> list[Edit]:
        """The edits of a record that wait for an answer."""
        return [edit for edit in self.kept.edits if edit.key == key]

    def write(self, key: Key, writes: Writes | None, seen: Mapping[str, int]) -> Edit:
        """Edits or deletes what is shown."""
        shown = self.shown(key)
        known: dict[str, list[Any]] = {}
        for name, value in (writes or {}).items():
            known[name] = [(shown or {}).get(name), value]
            for earlier in self.edits_of(key):
                known[name] += earlier.known.get(name, [])
        edit = Edit(key, writes, self.kept.base.get(key, 0), shown, known, seen)
        self.kept.edits.append(edit)
        return edit

    # What the phone sends

    def next_push(self, extra: list[Offer], most: int) -> Sent | None:
        """A push of what no push that is on its way carries."""
        carried = {id(edit) for sent in self.kept.sents for offer in sent.offers for edit in offer.edits}
        free = [edit for edit in self.kept.edits if id(edit) not in carried]
        return self._push(self.kept.seq + 1, free, extra, most)

    def present_state(self, last_seq: int) -> Sent | None:
        """A push of all that waits, under the number that the service asks for."""
        return self._push(last_seq + 1, self.kept.edits, [], len(self.kept.edits))

    def _push(self, seq: int, edits: list[Edit], extra: list[Offer], most: int) -> Sent | None:
        offers = [*list(self._offers(edits))[:most], *extra]
        if not offers or self.kept.epoch is None:
            return None
        body = {
            "device": self.kept.device,
            "seq": seq,
            "schema": 1,
            "epoch": self.kept.epoch,
            "mutations": [offer.mutation for offer in offers],
        }
        sent = Sent(self.kept.device, seq, self.kept.epoch, offers, json.dumps(body).encode())
        self.kept.sents.append(sent)
        self.kept.seq = max(self.kept.seq, seq)
        return sent

    def _offers(self, edits: list[Edit]) -> Iterator[Offer]:
        for key in dict.fromkeys(edit.key for edit in edits):
            of_key = [edit for edit in edits if edit.key == key]
            if of_key[-1].writes is None:
                yield self._delete(key, of_key)
            elif of_key[0].writes is None:
                until = next(number for number, edit in enumerate(of_key) if edit.writes is not None)
                yield self._delete(key, of_key[:until])  # what was written anew goes into the next push
            else:
                last_delete = max((number for number, edit in enumerate(of_key) if edit.writes is None), default=-1)
                if last_delete >= 0:
                    yield self._delete(key, of_key[: last_delete + 1])
                else:
                    yield self._put(key, of_key)

    def _delete(self, key: Key, edits: list[Edit]) -> Offer:
        mutation = {"kind": key[0], "op": "delete", "id": key[1], "base": self.base_of(edits)}
        return Offer(mutation, key, edits)

    def _put(self, key: Key, edits: list[Edit]) -> Offer:
        writes: Writes = {}
        for edit in edits:
            writes |= edit.writes or {}
        held = self.kept.held.get(key)
        is_new = held is None or held.deleted
        shown = {**(self.shown(key) or {}), **writes}
        known = {name: value for name, value in shown.items() if name in self.author.knows[key[0]]}
        mutation: dict[str, Any] = {"kind": key[0], "op": "put", "id": key[1], "base": self.base_of(edits)}
        if is_new or self.style == "full":
            mutation |= {"fields": known, "changed": sorted(writes)}
        elif self.style == "sparse":
            mutation |= {"fields": writes, "changed": sorted(writes)}
        else:
            mutation |= {"fields": writes}
        return Offer(mutation, key, edits, writes)

    def base_of(self, edits: list[Edit]) -> int:
        """What the edits were made on: the revision of the record as it was shown, and no later one."""
        return min(edit.base for edit in edits)

    # What the phone is told

    def answered(self, sent: Sent, answer: Mapping[str, Any]) -> bool:
        """Drops what the push carried and takes the records; says whether it was an answer to something that waits.

        Answers are taken in the order of the pushes, or an older edit would cover a newer one that was answered first;
        this one will be sent again.
        """
        if answer["epoch"] != self.kept.epoch:
            return False
        is_due = sent in self.kept.sents and not any(earlier.seq < sent.seq for earlier in self.kept.sents)
        if is_due:
            self.kept.sents.remove(sent)
            done = {id(edit) for offer in sent.offers for edit in offer.edits}
            self.kept.edits = [edit for edit in self.kept.edits if id(edit) not in done]
        for result in answer["results"]:
            if result["record"] is not None:
                self.apply(result["record"])
        for offer in sent.offers:
            if offer.key:
                self._settle_base(offer.key)
        self.min_rev = max(self.min_rev, answer["rev"])
        return is_due

    def apply(self, record: Record) -> None:
        """Takes a record, unless a later one is held; what waits for an answer stays on the screen."""
        key = (record["kind"], record["id"])
        if self.kinds and key[0] not in self.kinds:
            return
        held = self.kept.held.get(key)
        if held and not self.is_newer(record["rev"], held.rev):
            return
        fields = {name: value for name, value in record["fields"].items() if value is not None}
        row = Row(record["rev"], record["deleted"], fields)
        self.kept.held[key] = row
        if not any(self.hides(edit, row) for edit in self.edits_of(key)):
            self.kept.base[key] = row.rev

    def is_newer(self, rev: int, held: int) -> bool:
        """Whether what comes is at least as new as what is held."""
        return rev >= held

    def hides(self, edit: Edit, row: Row) -> bool:
        """Whether the edit keeps something new from being shown."""
        if edit.writes is None:
            return not row.deleted and dict(row.fields) != {
                name: value for name, value in (edit.shown or {}).items() if value is not None
            }
        if row.deleted:
            return row.rev > edit.base
        return any(row.fields.get(name) not in edit.known[name] for name in edit.writes)

    def _settle_base(self, key: Key) -> None:
        held = self.kept.held.get(key)
        if held and not self.edits_of(key):
            self.kept.base[key] = held.rev

    def out_of_order(self, sent: Sent, last_seq: int) -> Sent | None:
        """What to send after a `bad-seq`, beside what is to be sent again anyway."""
        kept = self.kept
        if sent not in kept.sents:
            return None
        if last_seq > kept.seq:  # somebody else has sent under this name: this phone is a copy
            kept.clones += 1
            kept.device, kept.seq = f"{self.name}-{kept.clones}", 0
            kept.sents.clear()
            return None
        if sent.seq <= last_seq:  # another push stands under its number: this one never arrived, and never will
            kept.sents.remove(sent)
            return None
        follows = any(other.seq == last_seq + 1 for other in kept.sents)
        if follows and not self.rebuilds:
            return None
        return self.present_state(last_seq)

    def resync(self, told: Mapping[str, Any]) -> bool:
        """The history is another one: pulls from the start, and brings back what was held beyond the fork."""
        kept = self.kept
        if kept.epoch == told["epoch"] and kept.cursor is None:
            return False
        forked_at: int = told["forked_at"]
        kept.epoch, kept.cursor, kept.seq = told["epoch"], None, told["last_seq"]
        kept.sents.clear()
        self.min_rev, self.doubts = 0, False
        for edit in kept.edits:
            edit.base = min(edit.base, forked_at)
        kept.base = {key: min(base, forked_at) for key, base in kept.base.items()}
        kept.edits = [*self.brought_back(forked_at), *kept.edits]
        kept.held = {key: row for key, row in kept.held.items() if row.rev <= forked_at}
        return True

    def brought_back(self, forked_at: int) -> list[Edit]:
        """What was held beyond the fork, as edits."""
        found: list[Edit] = []
        for key, row in self.kept.held.items():
            is_hidden = row.deleted and any(edit.writes is not None for edit in self.edits_of(key))
            if row.rev <= forked_at or key[0] not in self.author.knows or is_hidden:
                continue  # an edit that hides a delete beats it, and would not once the delete were this phone's own
            known = {name: value for name, value in row.fields.items() if name in self.author.knows[key[0]]}
            writes = None if row.deleted else known
            values = {name: [value] for name, value in known.items()}
            seen = dict.fromkeys(("", *FIELDS[key[0]]), row.rev)
            found.append(Edit(key, writes, forked_at, known, values, seen, brings_back=True))
        return found

    # What befalls the phone

    def killed(self) -> None:
        """Loses its memory, and so every answer that is on its way."""
        self.incarnation += 1
        self.min_rev = 0

    def copy_of_store(self) -> Kept:
        """What a backup of the phone holds."""
        return deepcopy(self.kept)

    def goes_back_to(self, kept: Kept) -> None:
        """Is replaced by its backup."""
        self.kept = deepcopy(kept)
        self.killed()
