"""Phones that run a sync library each, as processes which can be killed, and what they wrote."""

import json
import subprocess
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.clients.support.install import Node
from tests.support.phone import Held
from tests.support.waiting import until

LIBRARIES = ("rxdb", "watermelondb", "replicache", "signaldb")
_Done = TypeVar("_Done")
_PROGRAM = Path(__file__).with_name("phone.mjs")

Content = dict[tuple[str, str], tuple[int, dict[str, Any]]]
"""Live records: by kind and id their revision and the fields that are not null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A value that somebody wrote on a phone, or a deletion."""

    phone: str
    kind: str
    id: str
    seen: int
    """The revision of the record that the phone showed; 0 for none."""
    fields: dict[str, Any] | None
    """None: deleted."""


@dataclass(slots=True)
class SyncPhone:
    """One of them; `start` after `kill` finds what was stored."""

    name: str
    library: str
    node: Node
    folder: Path
    account: dict[str, str]
    edits: list[Edit] = field(default_factory=list[Edit])
    _running: "subprocess.Popen[str] | None" = None

    def switch_on(self) -> None:
        """Starts the process, which gets ready meanwhile."""
        with self._errors.open("a") as errors:
            self._running = subprocess.Popen(
                [self.node.node, str(_PROGRAM), self.library, str(self.folder / "disk")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def start(self, url: str, *, on: bool = False, sends: bool = True) -> None:
        """Opens the diary, with the network on or off, or with one that lets nothing out but pulls."""
        if self._running is None:
            self.switch_on()
        self.ask("open", url=url, account=self.account, on=on, sends=sends)

    def kill(self) -> None:
        """SIGKILL, whatever it is doing."""
        if self._running is None:
            return
        self._running.kill()
        with self._running:
            self._running = None

    def tell(self, command: str, **args: object) -> None:
        """A command whose answer is not waited for."""
        assert self._running
        assert self._running.stdin
        self._running.stdin.write(json.dumps({"command": command, **args}) + "\n")
        self._running.stdin.flush()

    def ask(self, command: str, **args: object) -> Any:  # noqa: ANN401 - each command has its own answer
        answer = self.answer(command, **args)
        assert "error" not in answer, f"{self.name}: {answer['error']}"
        return answer["value"]

    def answer(self, command: str, **args: object) -> dict[str, Any]:
        """As `ask`, with {"error": ...} for what went wrong on the phone."""
        self.tell(command, **args)
        assert self._running
        assert self._running.stdout
        line = self._running.stdout.readline()
        assert line, f"{self.name} ended:\n{self._errors.read_text('utf-8')[-4000:]}"
        return json.loads(line)

    def content(self) -> Content:
        return content_of(Held(**record, deleted=False) for record in self.ask("all"))

    def shows(self, kind: str, record_id: str) -> None:
        """Returns once it does."""
        try:
            until(lambda: (kind, record_id) in self.content())
        except AssertionError as never:
            raise AssertionError(f"{self.name} never showed {record_id}: {self.content()}") from never

    def put(self, kind: str, record_id: str, **fields: object) -> None:
        self.edits.append(
            Edit(phone=self.name, kind=kind, id=record_id, seen=self._seen(kind, record_id), fields=fields)
        )
        self.ask("put", kind=kind, record=record_id, fields=fields)

    def remove(self, kind: str, record_id: str) -> None:
        self.edits.append(Edit(phone=self.name, kind=kind, id=record_id, seen=self._seen(kind, record_id), fields=None))
        self.ask("remove", kind=kind, record=record_id)

    def device(self) -> str:
        """Its name at the service."""
        return json.loads((self.folder / "disk/device").read_text("utf-8"))

    @property
    def _errors(self) -> Path:
        return self.folder / "errors"

    def _seen(self, kind: str, record_id: str) -> int:
        return self.content().get((kind, record_id), (0, {}))[0]


def content_of(records: Iterable[Held]) -> Content:
    return {
        (record.kind, record.id): (
            record.rev,
            {name: value for name, value in record.fields.items() if value is not None},
        )
        for record in records
    }


def each(phones: Sequence[SyncPhone], work: Callable[[SyncPhone], _Done]) -> list[_Done]:
    """The same with all of them at the same time."""
    with ThreadPoolExecutor(len(phones)) as pool:
        return list(pool.map(work, phones))
