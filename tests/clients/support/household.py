"""All phones of one account, and a look at the service that is none of them."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from httpx2 import Client

from app.config import Settings
from tests.clients.support.install import Node
from tests.clients.support.phones import LIBRARIES, Content, SyncPhone, content_of, each
from tests.support.people import PASSWORD
from tests.support.phone import Phone
from tests.support.process import Process, process

_MOST_ROUNDS = 6
_ACCOUNT = {"username": "ada@example.org", "password": PASSWORD}


@dataclass(slots=True)
class Household:
    """Two phones of each library, offline until they are told otherwise, and the service, as processes."""

    settings: Settings
    node: Node
    folder: Path
    client: Client
    running: ExitStack
    """Ends what was started."""
    phones: list[SyncPhone] = field(default_factory=list[SyncPhone])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    _service: Process | None = None

    def open(self) -> None:
        """Starts the service, and the phones of a new account."""
        for name, library in ((f"{library}-{number}", library) for number in (1, 2) for library in LIBRARIES):
            (self.folder / name).mkdir()
            phone = SyncPhone(name, library, self.node, self.folder / name, _ACCOUNT)
            self.phones.append(phone)
            self.running.callback(phone.kill)
            phone.switch_on()
        self.start_service()
        made = self.client.post(
            "/v1/accounts",
            json={"email": _ACCOUNT["username"], "password": PASSWORD, "time_zone": "Europe/London"},
        )
        assert made.status_code == 201, made.text
        self.sign_in()
        each(self.phones, lambda phone: phone.start(self.url))

    def restart(self, phone: SyncPhone, *, on: bool = False, sends: bool = True) -> None:
        """Killed at once, when all it wrote is stored."""
        phone.ask("stored")
        phone.kill()
        phone.start(self.url, on=on, sends=sends)

    def start_service(self) -> None:
        """On a port of its own, which phones know once they are started again."""
        self._service = self.running.enter_context(process(self.settings))
        self.client.base_url = f"http://127.0.0.1:{self._service.port}"

    def stop_service(self) -> None:
        assert self._service
        self._service.kill()

    def sign_in(self) -> None:
        tokens = self.client.post("/v1/auth/token", data={"grant_type": "password", **_ACCOUNT}).json()
        self.headers = {"Authorization": f"Bearer {tokens['access_token']}"}

    @property
    def url(self) -> str:
        """Where the service is."""
        return str(self.client.base_url)

    def of(self, library: str) -> list[SyncPhone]:
        return [phone for phone in self.phones if phone.library == library]

    def online(self, *, on: bool) -> None:
        for phone in self.phones:
            phone.ask("online", on=on)

    def stored(self) -> Content:
        """All live records, as a pull from the start brings them."""
        looking = Phone(self.client, self.headers)
        looking.pull()
        return content_of(looking.live().values())

    def history(self, kind: str, record_id: str) -> list[dict[str, Any]]:
        """What became of a record, the oldest first."""
        asked = {"kind": kind, "id": record_id, "limit": "1000"}
        answer = self.client.get("/v1/sync/history", params=asked, headers=self.headers).json()
        assert answer["next_cursor"] is None
        return answer["items"]

    def converge(self) -> Content:
        """Syncs, all at the same time, until every phone holds what the service holds."""
        answers: list[dict[str, Any]] = []
        for _ in range(_MOST_ROUNDS):
            answers = each(self.phones, lambda phone: phone.answer("sync"))
            stored = self.stored()
            if not any("error" in answer for answer in answers) and self._hold(stored):
                return stored
        assert [answer.get("error") for answer in answers] == [None] * len(self.phones)
        stored = self.stored()
        for phone in self.phones:
            held = phone.content()
            differing = {place: (held.get(place), stored.get(place)) for place in held.keys() | stored.keys()}
            wrong = {place: pair for place, pair in differing.items() if pair[0] != pair[1]}
            assert not wrong, f"{phone.name} holds, and the service stores: {wrong}"
        return stored

    def _hold(self, stored: Content) -> bool:
        return all(phone.content() == stored for phone in self.phones)
