"""What befalls a run beside its network: kills, backups brought back, phones that are replaced by their copies."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from scripts.lib.fleet.phone import Kept, Phone, Sent
from scripts.lib.fleet.pushes import Seen, judge_push
from scripts.lib.fleet.truth import Known

if TYPE_CHECKING:
    from scripts.lib.fleet.world import World


@dataclass(frozen=True, slots=True)
class Weather:
    """How bad this run's network and luck are."""

    lost: float
    reply_lost: float
    twice: float
    late: float
    kills: bool
    restores: bool
    clones: bool

    @classmethod
    def of(cls, rng: Random) -> "Weather":
        """Chosen by the seed."""
        return cls(
            lost=rng.choice((0, 0.1, 0.3)),
            reply_lost=rng.choice((0, 0.15, 0.4)),
            twice=rng.choice((0, 0.15, 0.3)),
            late=rng.choice((0.2, 0.5, 0.8)),
            kills=rng.random() < 0.3,  # noqa: PLR2004
            restores=rng.random() < 0.25,  # noqa: PLR2004
            clones=rng.random() < 0.1,  # noqa: PLR2004
        )


class Luck:
    """One run's."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self.weather = Weather.of(rng)
        self.doomed = False
        """Whether the service will be killed during the next push."""
        self._steps = 0
        self._backups = {rng.randrange(1, 25)} if self.weather.restores else set[int]()
        self._restores = {rng.randrange(25, 60), rng.randrange(40, 100)} if self._backups else set[int]()
        """Some lie beyond the end."""
        self._backup: tuple[Path, Known] | None = None
        self._copies: dict[str, Kept] = {}

    async def _kill(self, world: "World") -> None:
        """Now, or in the middle of the next push."""
        if self._rng.random() < 0.5:  # noqa: PLR2004
            self.doomed = True
            return
        world.say("the service is killed")
        world.ground.eye.close()
        await world.ground.service.kill()
        world.truth.unchanged(world.diary(), "P2", "a kill")

    async def kill_during(self, world: "World", phone: Phone, sent: Sent) -> None:
        """The service dies before some statement of the push."""
        self.doomed = False
        world.say(f"the service is killed while it works at push {sent.seq} of {phone.name}")
        world.ground.eye.close()
        token, service = world.tokens[phone.name].access, world.ground.service
        answer = await service.kill_during(
            self._rng.randrange(1, 7), lambda: service.ask("POST", "/v1/sync/push", body=sent.body, token=token)
        )
        if answer and answer.status < 500:  # noqa: PLR2004
            judge_push(world.truth, phone, sent, answer, Seen(world.diary(), world.history, world.ground.clock()))
        else:
            world.truth.unchanged(world.diary(), "P2", "a kill half way through a push")

    def _back_up(self, world: "World") -> None:
        """Keeps what there is now."""
        self._backup = world.ground.back_up("backup.zip"), world.truth.backed_up()
        world.say(f"a backup at {world.truth.known.diary.rev}")

    async def _restore(self, world: "World") -> None:
        """Goes back to the backup; all sessions end."""
        assert self._backup is not None  # noqa: S101 - there is one
        path, known = self._backup
        world.ground.clock.advance(timedelta(minutes=1))  # no restore takes less than the second that revisions count
        await world.ground.restore(path)
        entries = world.all_history()
        world.truth.restored(known, world.diary(), world.phones, entries)
        world.say(f"restored to {known.diary.rev}, goes on at {world.truth.known.diary.rev}")

    async def befall(self, world: "World") -> None:
        """Something bad happens, at times."""
        self._steps += 1
        if self._steps in self._backups:
            self._back_up(world)
        if self._steps in self._restores:
            await self._restore(world)
        rng, phone = self._rng, self._rng.choice(world.phones)
        what = rng.random()
        if self.weather.kills and what < 0.02:  # noqa: PLR2004
            await self._kill(world)
        elif self.weather.kills and what < 0.05:  # noqa: PLR2004
            world.say(f"{phone.name} is killed")
            phone.killed()
        elif self.weather.clones and what > 0.97:  # noqa: PLR2004
            self._goes_back(world, phone)

    def _goes_back(self, world: "World", phone: Phone) -> None:
        kept = self._copies.pop(phone.name, None)
        if kept is None:
            self._copies[phone.name] = phone.copy_of_store()
            return
        world.say(f"{phone.name} is replaced by its backup")
        phone.goes_back_to(kept)
        world.truth.owed = [owed for owed in world.truth.owed if owed.phone != phone.name]
        kept_edits = {edit.number for edit in phone.kept.edits}
        world.made = [made for made in world.made if made[0] != phone.name or made[1] in kept_edits]
