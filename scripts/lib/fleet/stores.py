"""Databases that a run may kill and restore, and the view of them that only the oracle has."""

# ruff: noqa: D102 - what a store does is documented once, by Store

import shutil
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import orjson
from sqlalchemy import Connection, Engine, event

from app.storage.engines import make_engine
from app.storage.schema import migrate
from tests.support import postgres

Key = tuple[str, str]
"""Kind and id of a record."""
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A record as it is stored."""

    rev: int
    deleted: bool
    fields: Fields
    """Without those that are null."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A row of the history."""

    key: Key
    rev: int
    device: str
    seq: int | None
    outcome: str
    old: Fields
    new: Fields


@dataclass(frozen=True, slots=True)
class Diary:
    """All of a diary, as it is stored at one moment."""

    rev: int
    epoch: str
    rows: Mapping[Key, Row]
    entries: int
    """Rows of the history."""
    last_seqs: Mapping[str, int]


class Eye:
    """Reads diaries past the service."""

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url, read_only=True)
        self._connection: Connection | None = None
        self._read: dict[str, Fields] = {}
        self._as_text = "::text" if self._engine.name == "postgresql" else ""

    def close(self) -> None:
        """Lets go of the database."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def account(self, email: str) -> int:
        """The key of an account."""
        return self._select(f"SELECT key FROM accounts WHERE email = '{email}'")[0][0]  # noqa: S608 - a made-up address

    def diary(self, patient: int) -> Diary:
        """As it is stored now."""
        mine = f"WHERE patient = {patient}"
        ((rev, epoch, entries),) = self._select(
            f"SELECT rev, epoch, (SELECT count(*) FROM record_history {mine}) FROM patient_state {mine}"  # noqa: S608
        )
        rows = self._select(
            f"SELECT kind, id, rev, deleted, fields{self._as_text} FROM records {mine} ORDER BY kind, id"  # noqa: S608
        )
        seqs = self._select(f"SELECT device, last_seq FROM devices {mine}")  # noqa: S608 - a number of our own
        return Diary(
            rev=rev,
            epoch=epoch,
            rows={(row[0], row[1]): Row(row[2], bool(row[3]), self._fields(row[4])) for row in rows},
            entries=entries,
            last_seqs={row[0]: row[1] for row in seqs},
        )

    def history(self, patient: int, after: int) -> list[HistoryRow]:
        """The rows of later revisions."""
        rows = self._select(
            f"SELECT kind, id, rev, device, seq, outcome, changes{self._as_text} FROM record_history "  # noqa: S608
            f"WHERE patient = {patient} AND rev > {after} ORDER BY rev, kind, id, ordinal"
        )
        return [HistoryRow((row[0], row[1]), *row[2:6], **orjson.loads(row[6])) for row in rows]

    def _select(self, query: str) -> list[tuple[Any, ...]]:
        if self._connection is None:
            self._connection = self._engine.connect()
        with self._connection.begin() as transaction:
            found = [tuple(row) for row in self._connection.exec_driver_sql(query)]
            transaction.rollback()
        return found

    def _fields(self, text: str) -> Fields:
        found = self._read.get(text)
        if found is None:
            found = {name: value for name, value in orjson.loads(text).items() if value is not None}
            self._read[text] = found
        return found


Image = Any
"""A database as it stood at a moment; only its store knows what that is."""


class Store(Protocol):
    """Where the service keeps its data."""

    url: str

    def reset(self) -> None:
        """Makes it a copy of the template; nobody may be connected."""
        ...

    def save_as_template(self) -> None:
        """Makes what it holds now what `reset` goes back to; nobody may be connected."""
        ...

    def image(self) -> Image:
        """What the disk holds at this moment."""
        ...

    def take_up(self, image: Image) -> None:
        """Goes on with an image; nobody may be connected."""
        ...

    def killing_at(self, engine: Engine, statement: int) -> AbstractContextManager[Callable[[], Image]]:
        """While it lasts, the engine dies before the statement of that number, and leaves an image."""
        ...

    def remove(self) -> None:
        """Takes away what a folder does not hold; nobody may be connected."""
        ...


class SqliteStore:
    """Files in a folder; an image is what a power cut would leave of them."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "onset.db"
        self._template = folder / "template.db"
        self.url = f"sqlite:///{self._file}"
        migrate(make_engine(f"sqlite:///{self._template}"))

    def reset(self) -> None:
        self._clear()
        shutil.copyfile(self._template, self._file)

    def save_as_template(self) -> None:
        self._with("-wal").unlink(missing_ok=True)  # empty: whoever closed last has moved all into the file
        shutil.copyfile(self._file, self._template)

    def image(self) -> Image:
        wal = self._with("-wal")
        return self._file.read_bytes(), wal.read_bytes() if wal.exists() else None

    def take_up(self, image: Image) -> None:
        self._clear()
        self._file.write_bytes(image[0])
        if image[1] is not None:
            self._with("-wal").write_bytes(image[1])

    @contextmanager
    def killing_at(self, engine: Engine, statement: int) -> Generator[Callable[[], Image]]:
        taken: list[Image] = []
        seen = 0

        def look(*_: object) -> None:
            nonlocal seen
            seen += 1
            if seen == statement:
                taken.append(self.image())

        event.listen(engine, "before_cursor_execute", look)
        yield lambda: taken[0] if taken else None
        event.remove(engine, "before_cursor_execute", look)

    def remove(self) -> None:
        pass  # its folder goes

    def _clear(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._with(suffix).unlink(missing_ok=True)

    def _with(self, suffix: str) -> Path:
        return self._file.with_name(self._file.name + suffix)


class PostgresStore:
    """A database of a server; a kill takes the connection of a transaction away, and what is committed stays."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._names = (f"fleet_{uuid4().hex}", f"fleet_template_{uuid4().hex}")
        self.url = postgres.create_database(server, self._names[0])
        migrate(make_engine(self.url))
        self.save_as_template()

    def reset(self) -> None:
        self._copy(self._names[1], self._names[0])

    def save_as_template(self) -> None:
        self._copy(*self._names)

    def image(self) -> Image:
        return None  # the server lives on: what is committed stays

    def take_up(self, image: Image) -> None:
        pass  # as of image

    @contextmanager
    def killing_at(self, engine: Engine, statement: int) -> Generator[Callable[[], Image]]:
        seen = 0

        def look(connection: Connection, *_: object) -> None:
            nonlocal seen
            seen += 1
            if seen == statement:
                process = connection.connection.dbapi_connection.info.backend_pid  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType, reportOptionalMemberAccess]
                postgres.run(self._server, f"SELECT pg_terminate_backend({process})")

        event.listen(engine, "before_cursor_execute", look)
        yield lambda: None
        event.remove(engine, "before_cursor_execute", look)

    def remove(self) -> None:
        for name in self._names:
            postgres.drop_database(self._server, name)

    def _copy(self, source: str, target: str) -> None:
        postgres.drop_database(self._server, target)
        postgres.create_database(self._server, target, template=source)
