"""What a diary remembers of the devices that push to it, and of the histories that it had."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Text, bindparam, cast, delete, func, insert, select, update

from app.domain.access import OwnDiary
from app.domain.ids import Device, Revision
from app.domain.sessions import TokenInvalid
from app.domain.sync.answer import Told, from_kept, kept_text
from app.domain.sync.epoch import Fork, Standing
from app.domain.sync.push import KEPT_PUSHES, Push
from app.storage.tables import devices, forks, patient_state, pushes

_OF_DEVICE = (devices.c.patient == bindparam("patient"), devices.c.device == bindparam("device"))
_PUSH_OF_DEVICE = (pushes.c.patient == bindparam("patient"), pushes.c.device == bindparam("device"))
_fork = forks.c.epoch + "." + cast(forks.c.forked_at, Text) + "." + cast(forks.c.resumed_at, Text)
STANDING = select(
    patient_state.c.rev,
    patient_state.c.epoch,
    select(func.aggregate_strings(_fork, ",")).where(forks.c.patient == bindparam("patient")).scalar_subquery(),
    select(devices.c.last_seq).where(*_OF_DEVICE).scalar_subquery(),
).where(patient_state.c.patient == bindparam("patient"))
"""What `standing_of` reads."""
_lock = select(patient_state.c.rev).where(patient_state.c.patient == bindparam("patient")).with_for_update()
_kept = select(pushes.c.digest, pushes.c.told).where(*_PUSH_OF_DEVICE, pushes.c.seq == bindparam("the_seq"))
_register = insert(devices)
_count = (
    update(devices)
    .where(devices.c.patient == bindparam("the_patient"), devices.c.device == bindparam("the_device"))
    .values(last_seq=bindparam("seq"))
)
_keep = insert(pushes)
_forget = delete(pushes).where(*_PUSH_OF_DEVICE, pushes.c.seq <= bindparam("the_seq"))


@dataclass(frozen=True, slots=True)
class KeptPush:
    """A push of before."""

    digest: bytes
    told: Sequence[Told]


class Devices:
    """The devices of the patient of one access."""

    def __init__(self, connection: Connection, access: OwnDiary) -> None:
        self._connection = connection
        self._mine = {"patient": access.patient}

    def standing(self, device: Device | None = None, *, to_write: bool = False) -> tuple[Standing, int]:
        """Where the diary stands, and the last push of the device: 0 before its first, or where none is named.

        To write, the counter is locked until the unit of work ends. Refuses with TokenInvalid where the diary was
        erased since the caller was let in.
        """
        if to_write and self._connection.dialect.name == "postgresql":
            # By itself: of a statement that waited for a lock, all but the locked row is as it was before the wait.
            self._connection.execute(_lock, self._mine)
        row = self._connection.execute(STANDING, {**self._mine, "device": device or ""}).one_or_none()
        return standing_of(row)

    def kept(self, device: Device, seq: int) -> KeptPush | None:
        """One of its last pushes."""
        row = self._connection.execute(_kept, {**self._mine, "device": device, "the_seq": seq}).one_or_none()
        return None if row is None else KeptPush(row.digest, from_kept(row.told))

    def remember(self, push: Push, told: Sequence[Told]) -> None:
        """Counts the push, keeps what was told of it, and forgets what is too old to come again."""
        if push.seq == 1:
            self._connection.execute(_register, {**self._mine, "device": push.device, "last_seq": push.seq})
        else:
            key = {"the_patient": self._mine["patient"], "the_device": push.device}
            self._connection.execute(_count, {**key, "seq": push.seq})
        of_device = {**self._mine, "device": push.device}
        kept = {**of_device, "seq": push.seq, "digest": push.digest, "told": kept_text(told)}
        self._connection.execute(_keep, kept)
        if push.seq > KEPT_PUSHES:
            self._connection.execute(_forget, {**of_device, "the_seq": push.seq - KEPT_PUSHES})


def standing_of(row: Sequence[Any] | None) -> tuple[Standing, int]:
    """Where a diary stands, and the last push of the device; refuses with TokenInvalid where there is none."""
    if row is None:
        raise TokenInvalid
    rev, epoch, its_forks, last_seq = row
    return Standing(rev=Revision(rev), epoch=epoch, forks=_forks_of(its_forks or "")), last_seq or 0


def _forks_of(text: str) -> list[Fork]:
    """The oldest first; an epoch holds neither of the separators."""
    parts = (fork.split(".") for fork in text.split(",") if fork)
    found = [Fork(epoch=epoch, forked_at=Revision(int(at)), resumed_at=Revision(int(on))) for epoch, at, on in parts]
    return sorted(found, key=lambda fork: fork.resumed_at)
