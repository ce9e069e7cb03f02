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
from app.storage.erasures import Erasures
from scripts.lib.fleet.service import Service
from scripts.lib.fleet.stores import Eye, PostgresStore, SqliteStore, Store
from tests.support import postgres
from tests.support.clock import SettableClock

T = TypeVar("T")

START: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOST_PHONES: Final = 5
STRANGERS_DAY: Final = {"pain": 1, "local_date": "2026-02-27", "time_zone": "Europe/Paris"}
"""What another patient has written under an id that phones use too."""
STRANGER: Final = "stranger@example.org"
PASSWORD: Final = "a long walk by the sea"  # noqa: S105 - of made-up people
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - files of a run, in a folder that only its user may enter


@dataclass(frozen=True, slots=True)
class Tokens:
    """A session's."""

    access: str
    refresh: str


@dataclass(frozen=True, slots=True)
class Patient:
    """Somebody whose diary is empty, and who is signed in on every device."""

    email: str
    key: int
    tokens: list[Tokens]


class Ground:
    """The service, its store, and what a run begins with: a patient of its own, until there are none left.

    Opening the service anew for each run would cost as much as the run.
    """

    def __init__(self, engine: str, *, patients: int = 10, server: str | None = None) -> None:
        self._stack = ExitStack()
        at = _IN_MEMORY if _IN_MEMORY.is_dir() else None
        self._folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="onset-fleet-", dir=at)))
        configure_logs("critical")
        self.store = self._store(engine, server)
        self.clock = SettableClock(START)
        self.service = Service(self.store, self._folder, self.clock)
        self.eye = Eye(self.store.url)
        self._loop = asyncio.new_event_loop()
        self._stack.callback(self._loop.close)
        self._stack.callback(self.eye.close)
        self._all = self.wait_for(self._populate(patients))
        self._left: list[Patient] = []
        self.stranger = self.eye.account(STRANGER)
        self.eye.close()
        self.store.save_as_template()
        self.patient = self._all[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait_for(self.service.close())
        self._stack.close()
        self.store.remove()

    def wait_for(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Runs it to its end."""
        return self._loop.run_until_complete(coroutine)

    async def begin(self) -> None:
        """A patient who has written nothing yet, at the hour at which all runs begin."""
        self.clock.now = START
        if not self._left:
            await self.service.close()
            self.eye.close()
            self.store.reset()
            await self.service.open()
            self._left = list(self._all)
        self.patient = self._left.pop()

    def spoil(self) -> None:
        """Has the next run begin on a store made anew."""
        self._left = []

    def back_up(self, name: str) -> Path:
        """A backup, as `scripts/onset backup` takes it."""
        path = self._folder / name
        path.unlink(missing_ok=True)
        take_backup(self.store.url, path, at=self.clock.now)
        return path

    async def restore(self, path: Path) -> None:
        """Brings a backup back, as `scripts/onset restore --replace` does it."""
        self.spoil()  # it ends everybody's sessions
        await self.service.close()
        self.eye.close()
        with path.open("rb") as file:
            restore_backup(
                self.store.url,
                file,
                read_backup(file),
                replace=True,
                erasures=Erasures(self._folder),
                at=self.clock.now,
                chance=os.urandom,
            )
        await self.service.open()

    async def sign_in(self) -> Tokens:
        """A new session of the patient."""
        return await self._sign_in(self.patient.email)

    async def refresh(self, tokens: Tokens) -> Tokens:
        """The next pair of a session; a new session where it has ended."""
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
        answer = await self.service.ask("POST", "/v1/auth/token", form=form)
        if answer.status == 200:  # noqa: PLR2004
            return Tokens(answer.body["access_token"], answer.body["refresh_token"])
        return await self.sign_in()

    async def _sign_in(self, email: str) -> Tokens:
        form = {"grant_type": "password", "username": email, "password": PASSWORD}
        answer = await self.service.ask("POST", "/v1/auth/token", form=form)
        assert answer.status == 200, answer  # noqa: S101, PLR2004
        return Tokens(answer.body["access_token"], answer.body["refresh_token"])

    async def _sign_up(self, email: str) -> None:
        body = {"email": email, "password": PASSWORD, "time_zone": "Europe/London", "role": "patient"}
        answer = await self.service.ask("POST", "/v1/accounts", body=body)
        assert answer.status == 201, answer  # noqa: S101, PLR2004

    async def _populate(self, patients: int) -> list[Patient]:
        self.store.reset()
        await self.service.open()
        found: list[Patient] = []
        for number in range(patients):
            email = f"patient{number}@example.org"
            await self._sign_up(email)
            tokens = [await self._sign_in(email) for _ in range(MOST_PHONES + 1)]
            found.append(Patient(email, self.eye.account(email), tokens))
        await self._sign_up(STRANGER)
        token = (await self._sign_in(STRANGER)).access
        await self.service.ask("PUT", f"/v1/days/{STRANGERS_DAY['local_date']}", body=STRANGERS_DAY, token=token)
        await self.service.close()
        return found

    def _store(self, engine: str, server: str | None) -> Store:
        if engine == "sqlite":
            return SqliteStore(self._folder)
        return PostgresStore(server or postgres.start(uuid4().hex))
