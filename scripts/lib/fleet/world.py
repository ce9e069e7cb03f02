"""One run: people write, phones push and pull, and everything between them goes wrong, all by one seed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Final

from scripts.lib.fleet.content import FIELDS, OLD_FIELDS, ZONES, Author, bad_mutation
from scripts.lib.fleet.ground import Ground, Tokens
from scripts.lib.fleet.luck import Luck
from scripts.lib.fleet.phone import Offer, Phone, Sent, Traits
from scripts.lib.fleet.pushes import Seen, judge_pull, judge_push
from scripts.lib.fleet.service import Answer
from scripts.lib.fleet.settling import check_end, settle_down
from scripts.lib.fleet.stores import Diary, HistoryRow
from scripts.lib.fleet.truth import Truth, is_open
from scripts.lib.fleet.web import Web

_OLD_KINDS: Final = tuple(OLD_FIELDS)
_SKEWS: Final = (-48, 0, 0, 0, 48)


@dataclass(eq=False, slots=True)
class Message:
    """A request on its way to the service, and then its answer on its way back."""

    phone: Phone
    incarnation: int
    sent: Sent | None
    """None: a pull."""
    asked: Mapping[str, Any]
    answer: Answer | None = None
    kept_cursor: str | None = None


@dataclass(slots=True)
class World:
    """All that a run is made of."""

    ground: Ground
    rng: Random
    phones: list[Phone]
    luck: Luck
    truth: Truth
    web: Web
    tokens: dict[str, Tokens]
    trace: list[str] = field(default_factory=list[str])
    requests: list[Message] = field(default_factory=list[Message])
    replies: list[Message] = field(default_factory=list[Message])
    made: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """Every edit, by phone and number."""
    web_writes: int = 0

    def say(self, line: str) -> None:
        """Adds a line to the trace."""
        self.trace.append(line)

    # What people do

    def edit(self, phone: Phone) -> None:
        """Somebody writes."""
        author, rng = phone.author, self.rng
        shown = [key for key in phone.kept.held if key[0] in author.knows]
        shown += [edit.key for edit in phone.kept.edits]
        key = rng.choice(shown) if shown and rng.random() < 0.9 else None  # noqa: PLR2004
        if key is None:
            key, writes = author.new_record(self.ground.clock())
            if phone.shown(key) is not None:
                writes = author.edit(key[0], phone.shown(key) or {})
        elif phone.shown(key) is None:
            if key[0] != "day" or rng.random() < 0.5:  # noqa: PLR2004
                return
            fresh, writes = author.new_record(self.ground.clock())
            if fresh[0] != "day":
                return
            writes["local_date"] = key[1].removeprefix("day-")
        elif rng.random() < 0.12:  # noqa: PLR2004
            writes = None
        else:
            writes = author.edit(key[0], phone.shown(key) or {})
        if writes == {}:
            return
        edit = phone.write(key, writes, self.truth.seen(phone, key))
        self.made.append((phone.name, edit.number))
        self.say(f"{phone.name} writes {key[1][-10:]} {writes}, on {phone.kept.edits[-1].base}")
        self.truth.look(phone, key)

    def settle_something(self, phone: Phone) -> list[Offer]:
        """Sometimes somebody ends a conflict by its own record."""
        if self.rng.random() < 0.5 or phone.kinds:  # noqa: PLR2004
            return []
        listed = [(key, row) for key, row in phone.kept.held.items() if key[0] == "conflict" and is_open(row)]
        if not listed:
            return []
        key, row = self.rng.choice(listed)
        put = {"kind": key[0], "op": "put", "id": key[1], "base": row.rev, "fields": {"status": "settled"}}
        return [Offer(put, key, [], {"status": "settled"}, settles=True, seen_conflict=row.rev)]

    # What phones do

    def send_push(self, phone: Phone, *, most: int = 500) -> bool:
        """Sends what waits: a push that was not answered again, or a new one."""
        kept, rng = phone.kept, self.rng
        unanswered = [sent for sent in kept.sents if not any(each.sent is sent for each in self.requests)]
        if unanswered and rng.random() < 0.7:  # noqa: PLR2004
            self._send(phone, rng.choice(unanswered))
            return True
        if len(kept.sents) < 3:  # noqa: PLR2004
            extra = self.settle_something(phone)
            if rng.random() < 0.12:  # noqa: PLR2004
                extra.append(Offer(bad_mutation(rng, list(kept.held)), None, [], is_bad=True))
            made = phone.next_push(extra, most)
            if made:
                self._send(phone, made)
                return True
        return False

    def _send(self, phone: Phone, sent: Sent) -> None:
        self.requests.append(self.push_of(phone, sent))

    def push_of(self, phone: Phone, sent: Sent) -> Message:
        """A push that the phone has made."""
        self.truth.forgives(phone, sent)
        return Message(phone, phone.incarnation, sent, {})

    def send_pull(self, phone: Phone) -> None:
        """Asks for what is new."""
        self.requests.append(self.pull_of(phone, self.rng.choice((1, 2, 3, 5, 500))))

    def pull_of(self, phone: Phone, limit: int) -> Message:
        """A pull from where the phone stands."""
        kept = phone.kept
        asked: dict[str, Any] = {"limit": limit, "device": kept.device, "min_rev": phone.min_rev, "schema": 1}
        if kept.cursor and phone.counts:
            asked |= {"since": int(kept.cursor)} | ({"epoch": kept.epoch} if phone.doubts else {})
        elif kept.cursor:
            asked["cursor"] = kept.cursor
        elif kept.epoch:
            asked |= {"since": 0, "epoch": kept.epoch}
        if phone.kinds:
            asked["kinds"] = ",".join(phone.kinds)
        return Message(phone, phone.incarnation, None, asked, kept_cursor=kept.cursor)

    # What the network does

    async def deliver(self, message: Message) -> None:
        """The service gets it, and answers."""
        if self.rng.random() < self.luck.weather.lost:
            self.say(f"{message.phone.name}'s request is lost")
            return
        if self.rng.random() < self.luck.weather.twice:
            self.requests.append(Message(message.phone, message.incarnation, message.sent, message.asked))
        await self.perform(message)
        if message.answer is None or self.rng.random() < self.luck.weather.reply_lost:
            self.say(f"{message.phone.name}'s answer is lost")
            return
        if self.rng.random() < self.luck.weather.late:
            self.replies.append(message)
        else:
            self.hand_over(message)

    async def perform(self, message: Message) -> None:
        """The service works at it, and the oracle looks."""
        phone, sent = message.phone, message.sent
        token = self.tokens[phone.name].access
        service, clock = self.ground.service, self.ground.clock
        if sent is None:
            message.answer = await service.ask("GET", "/v1/sync/pull", query=message.asked, token=token)
            body = message.answer.body
            self.say(f"{phone.name} pulls {message.kept_cursor}: {message.answer.status} {_short_pull(body)}")
            judge_pull(self.truth, message.asked, phone.kinds, message.answer)
            return
        if self.luck.doomed:
            await self.luck.kill_during(self, phone, sent)
            return
        message.answer = await service.ask("POST", "/v1/sync/push", body=sent.body, token=token)
        body = message.answer.body
        self.say(f"{phone.name} push {sent.seq}: {_short_push(sent)} -> {message.answer.status} {_short_told(body)}")
        judge_push(self.truth, message.phone, sent, message.answer, Seen(self.diary(), self.history, clock()))

    def hand_over(self, message: Message) -> None:
        """The phone hears the answer."""
        phone, answer, sent = message.phone, message.answer, message.sent
        assert answer is not None  # noqa: S101 - it was performed
        if message.incarnation != phone.incarnation:
            return
        if answer.status == 401:  # noqa: PLR2004
            self.tokens[phone.name] = Tokens("", self.tokens[phone.name].refresh)
        elif answer.code == "resync-required":
            self._resync(phone, message, answer.body)
        elif answer.code == "bad-seq" and sent:
            again = phone.out_of_order(sent, answer.body["last_seq"])
            if again:
                self._send(phone, again)
        elif answer.status == 200 and sent:  # noqa: PLR2004
            self._answered(phone, sent, answer.body)
        elif answer.status == 200:  # noqa: PLR2004
            self._pulled(phone, message, answer.body)

    def _resync(self, phone: Phone, message: Message, told: Mapping[str, Any]) -> None:
        kept, sent = phone.kept, message.sent
        if sent is None:
            is_due = message.asked.get("epoch", kept.epoch) == kept.epoch and message.kept_cursor == kept.cursor
        else:
            is_due = sent in kept.sents
        if not is_due:
            return
        if kept.epoch != told["epoch"]:
            self.truth.starts_over(phone, told["forked_at"])
        phone.resync(told)
        self.say(f"{phone.name} starts over in {kept.epoch}, fork at {told['forked_at']}")

    def _answered(self, phone: Phone, sent: Sent, body: Mapping[str, Any]) -> None:
        if (
            phone.answered(sent, body) and body["epoch"] != self.truth.known.diary.epoch
        ):  # of a history that has ended, as the phone will learn
            self.truth.performed |= {edit.number for offer in sent.offers for edit in offer.edits}
        for key in {offer.key: None for offer in sent.offers if offer.key} | {
            (result["kind"], result["id"]): None for result in body["results"]
        }:
            self.truth.look(phone, key)

    def _pulled(self, phone: Phone, message: Message, body: Mapping[str, Any]) -> None:
        kept = phone.kept
        if kept.epoch is None:
            kept.epoch = body["epoch"]
        is_next = kept.cursor == message.kept_cursor
        if kept.epoch != body["epoch"]:
            phone.doubts = phone.doubts or is_next
            return
        for record in body["changes"]:
            phone.apply(record)
            self.truth.look(phone, (record["kind"], record["id"]))
        if is_next:
            kept.cursor = body["cursor"]
        if is_next and phone.counts:
            kept.cursor = str(body["changes"][-1]["rev"] if body["has_more"] else body["rev"])

    # What befalls everybody

    async def renew(self, phone: Phone) -> None:
        """Gets new tokens, and loses the first answer at times."""
        old = self.tokens[phone.name]
        fresh = await self.ground.refresh(old)
        if self.rng.random() < self.luck.weather.reply_lost:
            fresh = await self.ground.refresh(old)
        self.tokens[phone.name] = fresh

    def pass_time(self) -> None:
        """Minutes, or long enough for tokens to expire."""
        self.ground.clock.advance(timedelta(minutes=self.rng.choice((1, 2, 5, 5, 10, 300))))

    def diary(self) -> Diary:
        """As the database holds it."""
        return self.ground.eye.diary(self.ground.patient.key)

    def all_history(self) -> list[Mapping[str, Any]]:
        """Of the patient, as the oracle compares it."""
        return [{"key": row.key, "new": row.new} for row in self.history(0)]

    def history(self, after: int) -> list[HistoryRow]:
        """Of the patient, after a revision."""
        return self.ground.eye.history(self.ground.patient.key, after)

    async def share_something(self) -> None:
        """One phone writes a record of each kind, and all get them, so that there is something to disagree on."""
        first = self.phones[0]
        missing = dict.fromkeys(FIELDS)
        while missing:
            key, writes = first.author.new_record(self.ground.clock())
            if missing.pop(key[0], True) is None:
                first.write(key, writes, {})
        for phone in [first, *self.phones]:
            message = self.pull_of(phone, 500)
            await self.perform(message)
            self.hand_over(message)
            if phone.kept.edits and (sent := phone.next_push([], 500)):
                message = self.push_of(phone, sent)
                await self.perform(message)
                self.hand_over(message)

    async def step(self) -> None:
        """One thing happens."""
        rng, phone = self.rng, self.rng.choice(self.phones)
        await self.luck.befall(self)
        what = rng.random()
        if not self.tokens[phone.name].access:
            await self.renew(phone)
        if what < 0.34:  # noqa: PLR2004
            self.edit(phone)
        elif what < 0.56:  # noqa: PLR2004
            self.send_push(phone, most=rng.choice((1, 2, 500)))
        elif what < 0.68:  # noqa: PLR2004
            self.send_pull(phone)
        elif what < 0.75:  # noqa: PLR2004
            await self.web.act(self)
        elif what < 0.79:  # noqa: PLR2004
            self.pass_time()
        elif what < 0.81:  # noqa: PLR2004
            phone.author.zone = rng.choice(ZONES)
        if self.requests and rng.random() < 0.65:  # noqa: PLR2004
            chosen = rng.choice(self.requests)
            self.requests.remove(chosen)
            await self.deliver(chosen)
        if self.replies and rng.random() < 0.3:  # noqa: PLR2004
            chosen = rng.choice(self.replies)
            self.replies.remove(chosen)
            self.hand_over(chosen)


async def play(ground: Ground, seed: int, phones: tuple[int, int], steps: int) -> World:
    """Makes a world, plays it, lets it settle and checks what is left; the world raises Violation."""
    rng = Random(f"fleet {seed}")  # noqa: S311 - a seed makes it repeatable
    await ground.begin()
    made = [_phone(rng, number) for number in range(rng.randint(*phones))]
    tokens = {phone.name: ground.patient.tokens[number] for number, phone in enumerate(made)}
    truth = Truth(ground.eye.diary(ground.patient.key))
    web = Web(rng, ground.patient.tokens[-1])
    world = World(ground, rng, made, Luck(rng), truth, web, tokens)
    _LAST.append(world)
    del _LAST[:-1]
    await world.share_something()
    for _ in range(steps):
        await world.step()
    await settle_down(world)
    await check_end(world)
    return world


_LAST: list[World] = []


def last_trace() -> list[str]:
    """Of the run that was played last."""
    return _LAST[-1].trace if _LAST else []


def _phone(rng: Random, number: int) -> Phone:
    is_old = number > 0 and rng.random() < 0.2  # noqa: PLR2004
    author = Author(
        rng,
        OLD_FIELDS if is_old else FIELDS,
        timedelta(hours=rng.choice(_SKEWS)),
        rng.choice(ZONES),
        number=number,
    )
    traits = Traits(
        style=rng.choice(("full", "full", "sparse", "default")),
        kinds=_OLD_KINDS if is_old else None,
        rebuilds=rng.random() < 0.5,  # noqa: PLR2004
        counts=rng.random() < 0.4,  # noqa: PLR2004
    )
    return Phone(f"phone{number}", author, traits)


def _short_push(sent: Sent) -> str:
    return " ".join(
        f"{each.get('op')} {str(each.get('id'))[-10:]}@{each.get('base')} "
        f"{each.get('changed', each.get('fields') if isinstance(each.get('fields'), dict) else '')}"
        for each in (offer.mutation for offer in sent.offers)
    )


def _short_told(body: Any) -> str:  # noqa: ANN401 - any answer
    if "results" in body:
        told = [f"{each['status']}{each['conflict_fields'] or ''}" for each in body["results"]]
        return f"rev {body['rev']} {'replayed ' if body['replayed'] else ''}{' '.join(told)}"
    return f"{body.get('code')} {body.get('last_seq', '')}"


def _short_pull(body: Any) -> str:  # noqa: ANN401 - any answer
    if "changes" in body:
        found = [f"{each['id'][-10:]}@{each['rev']}" for each in body["changes"]]
        return f"{found} to {body['cursor']}"
    return str(body.get("code"))
