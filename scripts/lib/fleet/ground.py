"""Where runs take place: one service on one store, with accounts that are signed in already, made new for each run."""

import asyncio
import os
from collections.abc import Coroutine
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Self, TypeVar
from uuid import uuid4

from app.logs import configure_logs
from app.services.backup import read_backup, restore_backup, take_backup
from scripts.lib.fleet.service import Service
from scripts.lib.fleet.stores import Eye, PostgresStore, SqliteStore, Store
from tests.support import postgres
from tests.support.clock import SettableClock

T = TypeVar("T")

START: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOST_PHONES: Final = 5
PATIENT, STRANGER = "patient@example.org", "stranger@example.org"
PASSWORD: Final = "a long walk by the sea"  # noqa: S105 - of made-up people
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - files of a run, in a folder that only its user may enter


@dataclass(frozen=True, slots=True)
class Tokens:
    """A session's."""

    access: str
    refresh: str


class Ground:
    """The service, its store, and what a run begins with."""

    def __init__(self, engine: str) -> None:
        self._stack = ExitStack()
        at = _IN_MEMORY if _IN_MEMORY.is_dir() else None
        self._folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="onset-fleet-", dir=at)))
        configure_logs("critical")
        self.store = self._store(engine)
        self.clock = SettableClock(START)
        self.service = Service(self.store, self._folder, self.clock)
        self.eye = Eye(self.store.url)
        self._loop = asyncio.new_event_loop()
        self._stack.callback(self._loop.close)
        self._stack.callback(self.eye.close)
        self.tokens, self.strangers = self.wait_for(self._populate())
        self.patient, self.stranger = self.eye.patient_of(PATIENT), self.eye.patient_of(STRANGER)
        self.eye.close()
        self.store.save_as_template()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait_for(self.service.close())
        self._stack.close()

    def wait_for(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Runs it to its end."""
        return self._loop.run_until_complete(coroutine)

    async def begin(self) -> None:
        """Everything as it was before the first run."""
        await self.service.close()
        self.eye.close()
        self.store.reset()
        self.clock.now = START
        await self.service.open()

    def back_up(self, name: str) -> Path:
        """A backup, as `scripts/onset backup` takes it."""
        path = self._folder / name
        path.unlink(missing_ok=True)
        take_backup(self.store.url, path, at=self.clock.now)
        return path

    async def restore(self, path: Path) -> None:
        """Brings a backup back, as `scripts/onset restore --replace` does it."""
        await self.service.close()
        self.eye.close()
        with path.open("rb") as file:
            restore_backup(
                self.store.url, file, read_backup(file), replace=True, at=self.clock.now, chance=os.urandom
            )
        await self.service.open()

    async def sign_in(self, email: str) -> Tokens:
        """A new session."""
        form = {"grant_type": "password", "username": email, "password": PASSWORD}
        return await self._get_tokens(form)

    async def refresh(self, tokens: Tokens) -> Tokens:
        """The next pair of a session; a new session where it has ended."""
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
        answer = await self.service.ask("POST", "/v1/auth/token", form=form)
        if answer.status == 200:  # noqa: PLR2004
            return Tokens(answer.body["access_token"], answer.body["refresh_token"])
        return await self.sign_in(PATIENT)

    async def _get_tokens(self, form: dict[str, str]) -> Tokens:
        answer = await self.service.ask("POST", "/v1/auth/token", form=form)
        assert answer.status == 200, answer  # noqa: S101, PLR2004
        return Tokens(answer.body["access_token"], answer.body["refresh_token"])

    async def _populate(self) -> tuple[list[Tokens], Tokens]:
        self.store.reset()
        await self.service.open()
        for email in (PATIENT, STRANGER):
            body = {"email": email, "password": PASSWORD, "time_zone": "Europe/London", "role": "patient"}
            answer = await self.service.ask("POST", "/v1/accounts", body=body)
            assert answer.status == 201, answer  # noqa: S101, PLR2004
        found = [await self.sign_in(PATIENT) for _ in range(MOST_PHONES + 1)], await self.sign_in(STRANGER)
        await self.service.close()
        return found

    def _store(self, engine: str) -> Store:
        if engine == "sqlite":
            return SqliteStore(self._folder)
        return PostgresStore(postgres.start(uuid4().hex))
