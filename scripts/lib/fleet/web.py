"""A person at a browser, who writes the same records over REST."""

from datetime import timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from scripts.lib.fleet.content import FIELDS, UNIT, Author, Writes
from scripts.lib.fleet.ground import Tokens
from scripts.lib.fleet.judge import Judge, Seen
from scripts.lib.fleet.phone import Offer
from scripts.lib.fleet.service import Answer
from scripts.lib.fleet.stores import Key, Row
from scripts.lib.fleet.truth import require

if TYPE_CHECKING:
    from scripts.lib.fleet.world import World

_NO_SKEW = timedelta()
_PATHS = {"day": "days", "dose": "doses", "event": "events"}


class Web:
    """A session without memory: it reads before it writes, or does not care."""

    def __init__(self, rng: Random, tokens: Tokens) -> None:
        self._rng = rng
        self._tokens = tokens
        self._sessions = 0

    async def act(self, world: "World") -> None:
        """Writes or deletes something."""
        rng, rows = self._rng, world.truth.known.diary.rows
        author = Author(rng, FIELDS, _NO_SKEW, rng.choice(("Europe/London", "Asia/Tokyo")), world.web_writes, number=9)
        keys = [key for key in rows if key[0] in _PATHS]
        if keys and rng.random() < 0.8:  # noqa: PLR2004
            key = rng.choice(keys)
            row: Row | None = rows[key]
        else:
            (key, _), row = author.new_record(world.ground.clock()), None
            row = rows.get(key)
        if row and not row.deleted:
            writes = None if rng.random() < 0.15 else author.edit(key[0], row.fields)  # noqa: PLR2004
        else:
            fresh, writes = author.new_record(world.ground.clock())
            while fresh[0] != key[0]:
                fresh, writes = author.new_record(world.ground.clock())
            if key[0] == "day":
                writes["local_date"] = key[1].removeprefix("day-")
        world.web_writes = author.made
        if writes != {}:
            await self._send(world, key, row, writes)

    async def _send(self, world: "World", key: Key, row: Row | None, writes: Writes | None) -> None:
        alive = row is not None and not row.deleted
        matches = self._rng.random() < 0.4 and alive  # noqa: PLR2004
        seen = row.rev if row and self._rng.random() < 0.8 else 1  # noqa: PLR2004
        headers = {"If-Match": f'"{seen}"'} if matches else {}
        method = "DELETE" if writes is None else self._rng.choice(("PUT", "PATCH")) if alive else "PUT"
        path = f"/v1/{_PATHS[key[0]]}/{key[1]}"
        if method == "PUT" and matches and row:
            dropped = self._rng.choice(("pain", "note", "reason", "severity"))
            writes = {**{name: value for name, value in row.fields.items() if name != dropped}, **(writes or {})}
        ask = partial(world.ground.service.ask, method, path, body=writes, headers=headers)
        answer = await ask(token=self._tokens.access)
        if answer.status == 401:  # noqa: PLR2004
            self._tokens = await world.ground.sign_in()
            self._sessions += 1
            answer = await ask(token=self._tokens.access)
        world.say(f"web {method} {key[1][-10:]} {headers} {writes}: {answer.status} {answer.code}")
        replaces = method == "PUT" and matches
        self._judge(world, answer, key, writes, row, replaces=replaces, matched=seen if matches else None)

    def _judge(  # noqa: PLR0913 - what was asked, of what, and how
        self,
        world: "World",
        answer: Answer,
        key: Key,
        writes: Writes | None,
        row: Row | None,
        *,
        replaces: bool,
        matched: int | None,
    ) -> None:
        truth, after = world.truth, world.diary()
        before = truth.known.diary
        device = f"web{self._sessions}"
        is_mine = self._wrote_the_unit(world, key, device)
        alters = row is not None and any(
            name in (writes or {}) and (writes or {})[name] != row.fields.get(name) for name in UNIT
        )
        needs = key[0] == "dose" and row is not None and not row.deleted and writes and alters and matched is None
        if answer.status >= 400:  # noqa: PLR2004
            truth.unchanged(after, "P4", f"a refused {answer.status} over REST")
            if answer.status == 412:  # noqa: PLR2004
                fine = matched is not None and (row is None or matched != row.rev)
            elif answer.status == 428:  # noqa: PLR2004
                fine = needs and not is_mine
            else:
                fine = answer.status == 404 and row is None  # noqa: PLR2004
            fine = fine or (answer.status == 422 and str((writes or {}).get("local_date")) > "2026-03-02")  # noqa: PLR2004
            require(fine, "P4", f"a REST write of {key} was answered {answer.status} {answer.code}")
            return
        if writes is None and (row is None or row.deleted):
            truth.unchanged(after, "P4", "a delete of nothing over REST")
            return
        require(not needs or is_mine, "P2", f"REST wrote safety fields of {key} that another device wrote, unseen")
        truth.accepted(after, "a REST write")
        judge = Judge(truth, Seen(after, world.history, world.ground.clock()), device, FIELDS)
        sent: dict[str, Any] = dict(writes or {})
        if replaces and row:
            sent = {**dict.fromkeys(row.fields), **sent}
        mutation = {"base": before.rev, "fields": sent, "changed": list(sent)}
        offer = Offer(mutation, key, [], None if writes is None else sent, seen_conflict=matched or 0)
        if writes is None:
            judge.delete(offer, "applied")
        else:
            judge.put(offer, "applied", [], None)
        judge.all_is_explained()
        truth.known.diary = after

    @staticmethod
    def _wrote_the_unit(world: "World", key: Key, device: str) -> bool:
        known = world.truth.known.writes.get(key, {})
        lasts = [known[name] for name in UNIT if name in known]
        return not lasts or max(lasts, key=lambda last: last.rev).device == device
