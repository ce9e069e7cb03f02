"""All phones of one account, and a look at the service that is none of them."""

from dataclasses import dataclass
from typing import Any

from httpx2 import Client

from tests.clients.support.phones import Content, SyncPhone, content_of, together
from tests.support.phone import Phone

_MOST_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Household:
    phones: list[SyncPhone]
    client: Client
    headers: dict[str, str]

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
            answers = together(self.phones, "sync")
            stored = self.stored()
            if not any("error" in answer for answer in answers) and self._hold(stored):
                return stored
        assert [answer.get("error") for answer in answers] == [None] * len(self.phones)
        stored = self.stored()
        for phone in self.phones:
            assert phone.content() == stored, phone.name
        return stored

    def _hold(self, stored: Content) -> bool:
        return all(phone.content() == stored for phone in self.phones)
