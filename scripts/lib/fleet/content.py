"""What people write: records and edits that are valid as their writer sees them, and mutations that never are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from scripts.lib.fleet.stores import Key

Writes = dict[str, Any]
Shown = Mapping[str, Any]

ZONES: Final = ("Europe/London", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", "Australia/Lord_Howe")
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "day": ("local_date", "time_zone", "pain", "fatigue", "note", "skipped"),
    "dose": ("local_date", "time_zone", "status", "mg", "taken_at", "reason", "note"),
    "event": ("starts_on", "ends_on", "kind", "severity", "note"),
}
"""What an app of today knows."""
OLD_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "day": ("local_date", "time_zone", "pain"),
    "dose": ("local_date", "time_zone", "status", "mg", "taken_at"),
}
"""What an app of long ago knows."""
REQUIRED: Final[Mapping[str, frozenset[str]]] = {
    "day": frozenset({"local_date", "time_zone"}),
    "dose": frozenset({"local_date", "time_zone", "status"}),
    "event": frozenset({"starts_on"}),
}
UNIT: Final = ("mg", "status", "taken_at", "local_date")
"""The safety fields of a dose."""
SCORES: Final = ("pain", "fatigue")
_DECLINED: Final = ("pain", "fatigue", "sleep_quality")
_FIRST: Final = date(2026, 2, 27)


@dataclass(slots=True)
class Author:
    """A person at a device, whose clock may be wrong."""

    rng: Random
    knows: Mapping[str, tuple[str, ...]]
    skew: timedelta
    zone: str
    made: int = 0
    """Texts and ids are numbered, so that each is written once."""
    number: int = 0

    def new_record(self, now: datetime) -> tuple[Key, Writes]:
        """A record that this person begins; of days, often one that others begin too."""
        kind = self.rng.choice([kind for kind in ("day", "day", "dose", "event") if kind in self.knows])
        if kind == "day":
            shared = self.rng.random() < 0.8  # noqa: PLR2004
            day = _FIRST + timedelta(self.rng.randrange(2)) if shared else self._local(now).date()
            fields: Writes = {"local_date": day.isoformat(), "time_zone": self.zone, "pain": self.rng.randrange(11)}
            key = ("day", f"day-{day}")
        elif kind == "dose":
            at = self._local(now) - timedelta(hours=self.rng.randrange(60))
            fields = {
                "local_date": (at - timedelta(hours=4)).date().isoformat(),
                "time_zone": self.zone,
                "status": self.rng.choice(("taken", "partial")),
                "mg": self.rng.randrange(1, 40) / 4,
                "taken_at": at.isoformat(timespec="seconds"),
            }
            key = ("dose", self._uuid())
        else:
            fields = {"starts_on": (_FIRST + timedelta(self.rng.randrange(9))).isoformat(), "kind": "flare"}
            key = ("event", self._uuid())
        return key, {name: value for name, value in fields.items() if name in self.knows[kind]}

    def edit(self, kind: str, shown: Shown) -> Writes:
        """A change of what is shown."""
        writes = {"day": self._edit_day, "dose": self._edit_dose, "event": self._edit_event}[kind](shown)
        writes = {name: value for name, value in writes.items() if name in self.knows[kind]}
        if kind != "event" and shown.get("time_zone") != self.zone and self.rng.random() < 0.5:  # noqa: PLR2004
            writes["time_zone"] = self.zone
        if writes and is_sound(kind, {**shown, **writes}):
            return writes
        return {"pain": self.rng.randrange(11)} if kind == "day" else {"time_zone": self.zone} if kind == "dose" else {}

    def text(self) -> str:
        """A text that nobody else writes."""
        self.made += 1
        return f"note {self.number}.{self.made}"

    def _edit_day(self, shown: Shown) -> Writes:
        writes: Writes = {}
        for name in self.rng.sample(("pain", "pain", "fatigue", "note", "skipped"), self.rng.choice((1, 1, 2))):
            if name in SCORES:
                writes[name] = self.rng.randrange(11) if self.rng.random() < 0.85 else None  # noqa: PLR2004
            elif name == "note":
                writes[name] = self.text()
            else:
                writes[name] = self._declined(shown)
        return writes

    def _declined(self, shown: Shown) -> list[str]:
        now = list(shown.get("skipped") or [])
        other = self.rng.choice(_DECLINED)
        return [name for name in now if name != other] if other in now else [*now, other]

    def _edit_dose(self, shown: Shown) -> Writes:  # noqa: PLR0911 - one for each thing to change
        what = self.rng.randrange(6)
        if what == 0:
            return {"note": self.text()}
        if what == 1:
            return {"status": self.rng.choice(("taken", "partial", "held"))}
        if what == 2:  # noqa: PLR2004
            return {"reason": self.text()}
        at, day = shown.get("taken_at"), shown.get("local_date")
        if what == 3 and at and day:  # noqa: PLR2004
            by = timedelta(days=self.rng.choice((-1, 1)))
            if self.rng.random() < 0.5:  # noqa: PLR2004
                return {"local_date": (date.fromisoformat(day) + by).isoformat()}
            moved = datetime.fromisoformat(at) + by
            return {"taken_at": moved.isoformat(), "local_date": (date.fromisoformat(day) + by).isoformat()}
        if what == 4 and at:  # noqa: PLR2004
            moved = datetime.fromisoformat(at) + timedelta(hours=self.rng.randrange(-20, 20))
            return {"taken_at": moved.isoformat()}
        return {"mg": self.rng.randrange(1, 40) / 4}

    def _edit_event(self, shown: Shown) -> Writes:
        what = self.rng.randrange(6)
        if what == 0:
            return {"note": self.text()}
        if what == 1:
            return {"severity": self.rng.randrange(11)}
        name = "starts_on" if what % 2 else "ends_on"
        day = date.fromisoformat(shown.get("starts_on") or _FIRST.isoformat())
        return {name: (day + timedelta(self.rng.randrange(-4, 6))).isoformat()}

    def _local(self, now: datetime) -> datetime:
        return (now + self.skew).astimezone(_zone(self.zone))

    def _uuid(self) -> str:
        self.made += 1
        return f"0198c0de-7a00-7cc3-98c4-{self.number:04x}{self.made:08x}"


@lru_cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def is_sound(kind: str, fields: Shown) -> bool:
    """Whether the fields fit together, by the rules that join two of them."""
    if kind == "event":
        first, last = fields.get("starts_on"), fields.get("ends_on")
        return not (first and last and last < first)
    if kind == "dose":
        at, day = fields.get("taken_at"), fields.get("local_date")
        if at and day:
            noon = datetime.combine(date.fromisoformat(day), time(12))
            return abs(datetime.fromisoformat(at).replace(tzinfo=None) - noon) <= timedelta(hours=36)
    return True


def joined_with(kind: str, name: str) -> tuple[str, ...]:
    """The fields with which one stands or falls."""
    if kind == "dose" and name in UNIT:
        return UNIT
    if kind == "event" and name in {"starts_on", "ends_on"}:
        return ("starts_on", "ends_on")
    return (name,)


def bad_mutation(rng: Random, keys: list[Key]) -> dict[str, Any]:
    """What the service rejects by itself, whatever the diary holds."""
    kind, record_id = rng.choice(keys) if keys else ("day", "day-2026-02-27")
    other = {"kind": "day", "op": "put", "id": "day-2026-02-28", "base": 0}
    return rng.choice(
        [
            {"kind": kind, "op": "put", "id": record_id, "base": 0, "fields": {"no_such_field": 1}},
            {**other, "fields": {"pain": 11}},
            {**other, "fields": {"pain": "6"}},
            {**other, "fields": {"note": "half \ud800 of a pair"}},
            {**other, "fields": {"note": "nul \x00"}},
            {**other, "fields": {"local_date": "2026-02-30"}},
            {**other, "fields": {"local_date": "2026-02-26"}},
            {**other, "fields": {"pain": 3}, "changed": ["fatigue"]},
            {**other, "fields": ["pain"]},
            {**other, "fields": {"pain": 3}, "base": -1},
            {"kind": "day", "op": "put", "id": "day-2026-02-99", "base": 0, "fields": {"pain": 3}},
            {"kind": "dose", "op": "put", "id": "a:b/c", "base": 0, "fields": {"mg": 1.5}},
            {"kind": "no_such_kind", "op": "put", "id": "x", "base": 0, "fields": {}},
            {"kind": "day", "op": "burn", "id": "day-2026-02-27", "base": 0},
            {"kind": "conflict", "op": "put", "id": "conflict-" + "0" * 40, "base": 0, "fields": {"status": "open"}},
        ]
    )
