"""The end of a run: the network is good again, phones come to rest, and all of them must hold the same."""

from hashlib import sha256
from typing import TYPE_CHECKING

from scripts.lib.fleet.ground import STRANGERS_DAY
from scripts.lib.fleet.phone import Phone
from scripts.lib.fleet.truth import require

if TYPE_CHECKING:
    from scripts.lib.fleet.world import Message, World

_ROUNDS = 12
_REQUESTS = 60


async def settle_down(world: "World") -> None:
    """Every phone sends all, until nobody has anything to tell anybody; what was late arrives once more in between."""
    world.say("the network is good from here on")
    late = world.replies
    world.replies = []
    world.requests.clear()
    world.luck.doomed = False
    for phone in dict.fromkeys(message.phone for message in late if message.sent):
        if phone.kept.epoch:  # so that what is late is older than what is held
            await _carry(world, world.pull_of(phone, 500))
    for message in late:
        world.hand_over(message)
    world.requests.clear()
    for _ in range(_ROUNDS):
        for phone in world.phones:
            await _empty(world, phone, pulls=phone.kept.epoch is None)
        for phone in world.phones:
            await _empty(world, phone, pulls=True)
        if all(_rests(world, phone) for phone in world.phones):
            return
    waiting = {phone.name: [sent.seq for sent in phone.kept.sents] for phone in world.phones}
    require(condition=False, guarantee="P1", text=f"the phones never come to rest: {waiting}")


def _rests(world: "World", phone: Phone) -> bool:
    kept = phone.kept
    reached = world.truth.known.cursors.get(kept.cursor or "", 0)
    return not kept.edits and not kept.sents and reached == world.truth.known.diary.rev


async def _empty(world: "World", phone: Phone, *, pulls: bool) -> None:
    """Pushes until nothing waits, and pulls until nothing is new."""
    for _ in range(_REQUESTS):
        if not world.tokens[phone.name].access:
            await world.renew(phone)
        message = _next(world, phone, pulls=pulls)
        if message is None:
            return
        await _carry(world, message)
    require(condition=False, guarantee="P1", text=f"{phone.name} never comes to rest")


async def _carry(world: "World", message: "Message") -> None:
    await world.perform(message)
    world.hand_over(message)
    world.requests.clear()


def _next(world: "World", phone: Phone, *, pulls: bool) -> "Message | None":
    kept = phone.kept
    if kept.sents:
        return world.push_of(phone, min(kept.sents, key=lambda sent: sent.seq))
    if kept.edits and kept.epoch and (made := phone.next_push([], 500)):
        return world.push_of(phone, made)
    return world.pull_of(phone, 7) if pulls and not _rests(world, phone) else None


async def check_end(world: "World") -> None:
    """P1, P7, P10 and P13, on what is left."""
    diary = world.diary()
    world.truth.unchanged(diary, "P3", "nobody")
    for phone in world.phones:
        kinds = phone.kinds
        wanted = {key: row for key, row in diary.rows.items() if kinds is None or key[0] in kinds}
        held = phone.kept.held
        require(held.keys() == wanted.keys(), "P1", f"{phone.name} holds {sorted(held.keys() ^ wanted.keys())} wrongly")
        for key, row in wanted.items():
            same = (held[key].rev, held[key].deleted) == (row.rev, row.deleted)
            same = same and (row.deleted or held[key].fields == row.fields)
            require(same, "P1", f"{phone.name} holds {held[key]} for {key}, stored is {row}")
    await _check_digest(world, world.rng.choice(world.phones))
    for phone, number in world.made:
        require(number in world.truth.performed, "P2", f"{phone} dropped an edit that the service never had")
    history = world.all_history()
    for owed in world.truth.owed:
        require(world.truth.is_paid(owed, history), "P7", f"after a restore {owed} never came back")
    others = world.ground.eye.diary(world.ground.stranger)
    stored = {key: dict(row.fields) for key, row in others.rows.items()}
    wanted = {("day", f"day-{STRANGERS_DAY['local_date']}"): STRANGERS_DAY}
    require(stored == wanted, "P10", "another patient's diary changed")


async def _check_digest(world: "World", phone: Phone) -> None:
    message = world.pull_of(phone, 500)
    message.asked = {**message.asked, "verify": 1}
    await world.perform(message)
    assert message.answer is not None  # noqa: S101 - it was performed
    if message.answer.status == 401:  # noqa: PLR2004
        await world.renew(phone)
        await world.perform(message)
    body = message.answer.body
    held = phone.kept.held
    lines = sorted(f"{kind}:{record_id}:{row.rev}\n" for (kind, record_id), row in held.items())
    digest = f"sha256:{sha256(''.join(lines).encode()).hexdigest()}"
    require(body["digest"] == digest, "P13", f"{phone.name} holds another digest than the service")
    counts: dict[str, int] = {}
    for (kind, _), row in held.items():
        if not row.deleted:
            counts[kind] = counts.get(kind, 0) + 1
    require(body["counts"] == counts, "P13", f"{phone.name} counts {counts}, told {body['counts']}")
