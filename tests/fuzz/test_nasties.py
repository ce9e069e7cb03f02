"""What breaks other services gets its right verdict here: the same on both engines, over real sockets.

Nothing is stored of what was refused, and what was accepted reads back as it was sent.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import orjson
import pytest
from typing_extensions import override

from app.config import Settings, Switch
from app.main import StandIns, create_app
from tests.fuzz import nasties, nasty_requests
from tests.fuzz.nasties import OK, Nasty
from tests.fuzz.nasty_requests import UUID
from tests.support.clock import SettableClock
from tests.support.people import PASSWORD
from tests.support.serving import Answer, Running, read_answer, serving

FIELDS = {
    "pain": ("days/{day}", b'{"pain":%b}', nasties.SCORES),
    "mg": ("doses/{uuid}", b'{"local_date":"2026-03-01","status":"taken","mg":%b}', nasties.MILLIGRAMS),
    "note": ("days/{day}", b'{"note":%b}', nasties.NOTES),
    "starts_on": ("events/{uuid}", b'{"starts_on":%b}', nasties.DATES),
    "taken_at": ("doses/{uuid}", b'{"local_date":"2026-03-01","status":"taken","taken_at":%b}', nasties.INSTANTS),
    "skipped": ("days/{day}", b'{"skipped":%b}', nasties.LISTS),
}
REQUESTS = {
    "paths": nasty_requests.PATHS,
    "queries": nasty_requests.QUERIES,
    "headers": nasty_requests.HEADERS,
    "forms": nasty_requests.FORMS,
}


@dataclass(frozen=True, slots=True)
class Socket:
    """A signed-in patient who writes bytes to a socket."""

    running: Running
    token: str
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def ask(self, line: str | bytes, body: bytes = b"", headers: bytes = b"") -> Answer:
        named = b"Host: test\r\nAuthorization: Bearer " + self.token.encode() + b"\r\n" + headers
        if body or not isinstance(line, str) or line.startswith(("P",)):
            named += b"Content-Length: %d\r\n" % len(body)
        first = line if isinstance(line, bytes) else line.encode()
        with self.running.connect() as connection:
            connection.sendall(first + b" HTTP/1.1\r\n" + named + b"\r\n" + body)
            return read_answer(connection)

    def new_path(self, template: str) -> str:
        number = next(self.numbers)
        day = date(2026, 1, 31) - timedelta(days=number)
        return template.format(day=day, uuid=f"0198c0de-0000-7000-8000-{number:012x}")


@pytest.fixture
def patient_socket(settings: Settings, stand_ins: StandIns) -> Iterator[Socket]:
    clock = SettableClock(datetime(2026, 11, 25, 12, tzinfo=UTC))
    app = create_app(settings.model_copy(update={"limits": Switch.OFF}), replace(stand_ins, clock=clock))
    with serving(app) as running:
        sign_up = orjson.dumps({"email": "a@example.com", "password": PASSWORD, "time_zone": "Europe/London"})
        assert running.ask("POST", "/v1/accounts", sign_up).status == 201
        form = f"grant_type=password&username=a@example.com&password={PASSWORD.replace(' ', '+')}".encode()
        signed_in = running.ask("POST", "/v1/auth/token", form, {"Content-Type": "application/x-www-form-urlencoded"})
        yield Socket(running, signed_in.json()["access_token"])


def verdict(answer: Answer) -> str:
    """The status, and what the problem says: its code, or for 422 each pointer with its code."""
    if answer.status < 400:
        return str(answer.status)
    problem = answer.json()
    if answer.status != 422:
        return f"{answer.status} {problem['code']}"
    return "422 " + " ".join(f"{error['pointer']} {error['code']}" for error in problem["errors"])


@pytest.mark.parametrize("name", FIELDS)
def test_nasty_value_of_a_field(patient_socket: Socket, name: str) -> None:
    template, body, values = FIELDS[name]
    wrong = [found for nasty in values if (found := _wrong(patient_socket, template, body, name, nasty))]
    assert wrong == []


def _wrong(phone: Socket, template: str, body: bytes, name: str, nasty: Nasty) -> tuple[object, ...] | None:
    """What is not as it should be with a value, if anything."""
    sent = nasty.sent if isinstance(nasty.sent, bytes) else nasty.sent.encode()
    path = "/v1/" + phone.new_path(template)
    got = verdict(phone.ask(f"PUT {path}", body % sent))
    if got != nasty.verdict.format(f"/{name}"):
        return sent[:60], got
    kept = phone.ask(f"GET {path}")
    if nasty.verdict != OK:
        return None if kept.status == 404 else (sent[:60], "stored though refused")
    wanted = _exact(sent if nasty.kept is None else nasty.kept.encode())
    return None if _exact(kept.body)["fields"][name] == wanted else (sent[:60], kept.body)


def _exact(text: bytes) -> Any:  # noqa: ANN401 - any JSON
    """The JSON value, in which numbers are as they are written and not what a binary float makes of them."""
    return json.loads(text, parse_float=_Number, parse_int=_Number)


class _Number(str):
    """Never equal to a text."""

    __slots__ = ()
    __hash__ = str.__hash__

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Number) and str(self) == str(other)


def test_nasty_body(patient_socket: Socket) -> None:
    wrong: list[tuple[object, ...]] = []
    for body, wanted in nasty_requests.BODIES:
        path = "/v1/" + patient_socket.new_path("days/{day}")
        got = verdict(patient_socket.ask(f"PUT {path}", body))
        kept = patient_socket.ask(f"GET {path}")
        if got != wanted or kept.status != (200 if wanted == OK else 404):
            wrong.append((body[:60], got, kept.status))
    assert wrong == []


@pytest.mark.parametrize("place", REQUESTS)
def test_nasty_request(patient_socket: Socket, place: str) -> None:
    wrong: list[tuple[object, ...]] = []
    for request in REQUESTS[place]:
        got = verdict(patient_socket.ask(request.line, request.body, request.headers))
        if got != request.verdict or _is_stored(patient_socket) != (
            request.verdict == OK and UUID in str(request.line)
        ):
            wrong.append((request.line[:60], request.body[:40], request.headers[:60], got))
    assert wrong == []


def _is_stored(phone: Socket) -> bool:
    """Whether there is an event after all; it goes away for the next request."""
    stored: list[dict[str, Any]] = phone.ask("GET /v1/events").json()["items"]
    for record in stored:
        phone.ask(f"DELETE /v1/events/{record['id']}")
    return bool(stored)
