"""A phone as the page on sync has it, for tests and scripts: it keeps base, sequence and cursor."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from httpx2 import Client, Response

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A record as this phone last showed it."""

    kind: str
    id: str
    rev: int
    deleted: bool
    fields: dict[str, Any]


class Refused(Exception):
    """The service refused a whole request: `code` says why, and `problem` holds the rest."""

    def __init__(self, answer: Response) -> None:
        self.problem: dict[str, Any] = answer.json()
        self.code: str = self.problem["code"]
        super().__init__(self.code)


class Phone:
    """Edits offline, pushes and pulls; `client` is any HTTP client whose base is the service, also a TestClient.

    `records` holds what it showed last, by kind and id, tombstones included; `waiting` the edits without an answer.
    """

    def __init__(self, client: Client, headers: dict[str, str]) -> None:
        self._client = client
        self._headers = headers
        self.device = str(uuid4())
        self.seq = 0
        self.epoch: str | None = None
        self.cursor: str | None = None
        self.records: dict[tuple[str, str], Held] = {}
        self.waiting: list[dict[str, Any]] = []
        self._under_way: list[dict[str, Any]] = []
        """The mutations of the push whose answer has not come."""

    def put(self, kind: str, record_id: str, fields: dict[str, Any], *, changed: list[str] | None = None) -> None:
        """Writes fields on this phone; `changed` as of a push, by default all."""
        named: dict[str, Any] = {} if changed is None else {"changed": changed}
        self._write({"kind": kind, "op": "put", "id": record_id, "fields": fields, **named})

    def delete(self, kind: str, record_id: str) -> None:
        """Deletes a record on this phone."""
        self._write({"kind": kind, "op": "delete", "id": record_id})

    def push(self, *, answer_is_lost: bool = False) -> list[dict[str, Any]]:
        """Sends what waits, under the next number of the sequence, and gives the results.

        With `answer_is_lost` the push arrives and nothing is heard of it; the next call sends it again word for word.
        """
        results = self._send(answer_is_lost=answer_is_lost) if self._under_way else []
        if self.waiting and not self._under_way:
            self.seq += 1
            self._under_way, self.waiting = self.waiting, []
            results += self._send(answer_is_lost=answer_is_lost)
        return results

    def pull(self, *, limit: int = 500) -> None:
        """Fetches what is new, page by page."""
        has_more = True
        while has_more:
            place = {} if self.cursor is None else {"cursor": self.cursor}
            page = self._ask("GET", "/v1/sync/pull", params={"limit": limit, "schema": SCHEMA, **place})
            for record in page["changes"]:
                self._hold(record)
            self.epoch, self.cursor, has_more = page["epoch"], page["cursor"], page["has_more"]

    def sync(self) -> list[dict[str, Any]]:
        """Pushes, pulls, and gives the results of the push."""
        results = self.push()
        self.pull()
        return results

    def live(self) -> dict[tuple[str, str], Held]:
        """What it holds without the tombstones."""
        return {place: held for place, held in self.records.items() if not held.deleted}

    def _write(self, mutation: dict[str, Any]) -> None:
        shown = self.records.get((mutation["kind"], mutation["id"]))
        self.waiting.append({**mutation, "base": shown.rev if shown else 0})

    def _send(self, *, answer_is_lost: bool) -> list[dict[str, Any]]:
        if self.epoch is None:
            self.epoch = self._ask("GET", "/v1/sync/pull", params={"limit": 1, "schema": SCHEMA})["epoch"]
        body = {
            "device": self.device,
            "seq": self.seq,
            "schema": SCHEMA,
            "epoch": self.epoch,
            "mutations": self._under_way,
        }
        answer = self._ask("POST", "/v1/sync/push", json=body)
        if answer_is_lost:
            return []
        self._under_way = []
        for result in answer["results"]:
            if result["record"]:
                self._hold(result["record"])
        return answer["results"]

    def _hold(self, record: dict[str, Any]) -> None:
        held = self.records.get((record["kind"], record["id"]))
        if held is None or record["rev"] >= held.rev:
            self.records[record["kind"], record["id"]] = Held(**record)

    def _ask(self, method: str, path: str, **sent: Any) -> dict[str, Any]:  # noqa: ANN401 - as httpx2 takes them
        answer = self._client.request(method, path, headers=self._headers, **sent)
        if answer.is_error:
            raise Refused(answer)
        return answer.json()
