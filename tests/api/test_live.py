"""Phones that wait hear at once that their diary moved: by a stream of revisions, or by a pull that waits (sync, 4)."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from fastapi import FastAPI

from app.config import Settings
from app.domain.access import Operator, SignedIn
from app.main import StandIns, create_app
from app.services import live
from app.services.news import MOST, Way
from app.services.parts import Parts
from app.services.sessions import admit
from app.storage.database import Database
from tests.support.clock import SettableClock
from tests.support.diaries import putting_day
from tests.support.events import HEARTBEAT, STREAM, Events, events
from tests.support.files import made_by_hand
from tests.support.people import PASSWORD
from tests.support.relay import relay
from tests.support.serving import Answer, Running, read_answer, request, serving
from tests.support.waiting import until

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
UUID = "0198c0de-7a00-7cc3-98c4-dc0c0c07398f"
QUICK_S = 0.05
LONG = {"Prefer": "wait=60"}


@dataclass(slots=True)
class Phone:
    """A patient's, signed in to the service."""

    running: Running
    app: FastAPI
    email: str
    headers: dict[str, str] = field(default_factory=dict[str, str])
    refresh_token: str = ""

    def sign_in(self) -> "Phone":
        form = {"grant_type": "password", "username": self.email, "password": PASSWORD}
        tokens = self.running.ask("POST", "/v1/auth/token", urlencode(form).encode(), FORM).json()
        return Phone(
            self.running,
            self.app,
            self.email,
            {"Authorization": f"Bearer {tokens['access_token']}"},
            tokens["refresh_token"],
        )

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        sent = b"" if body is None else orjson.dumps(body)
        named = {**self.headers, **JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
        answer = self.running.ask(method, path, sent, named)
        assert answer.status < 500, answer.body
        return answer

    def put_day(self, day: str = "2026-03-01", **scores: object) -> int:
        """The revision that the write took."""
        answer = self.ask("PUT", f"/v1/days/{day}", scores or {"note": "well"})
        assert answer.status in {200, 201}, answer.body
        return answer.json()["rev"]

    def pull(self, query: str = "", **headers: str) -> dict[str, Any]:
        answer = self.ask("GET", f"/v1/sync/pull?{query}", **headers)
        assert answer.status == 200, answer.body
        return answer.json()

    def events(self, **headers: str) -> Any:  # noqa: ANN401 - a context manager of Events
        return events(
            self.running.port,
            self.headers | {name.replace("_", "-"): value for name, value in headers.items()},
        )

    @property
    def parts(self) -> Parts:
        return self.app.state.parts

    async def admitted(self) -> SignedIn:
        """Who the service takes the phone for."""
        return await admit(self.parts, self.headers["Authorization"].removeprefix("Bearer "))

    def waiters(self) -> int:
        """How many diaries are waited for."""
        return len(self.parts.news.waited_for())


@pytest.fixture
def phone(settings: Settings, stand_ins: StandIns) -> Iterator[Phone]:
    app = create_app(settings, stand_ins)
    with serving(app) as running:
        yield signed_up(running, app, "a@example.org")


@pytest.fixture
def heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many a second."""
    monkeypatch.setattr(live, "HEARTBEAT_S", QUICK_S)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(64) as opened:
        yield opened


def signed_up(running: Running, app: FastAPI, email: str) -> Phone:
    account = {"email": email, "password": PASSWORD, "time_zone": "Europe/London"}
    assert running.ask("POST", "/v1/accounts", orjson.dumps(account), JSON).status == 201
    return Phone(running, app, email).sign_in()


# The stream


def test_a_stream_tells_the_present_revision_and_then_each_newer_one(phone: Phone) -> None:
    with phone.events() as stream:
        assert stream.revision() == 1
        for day in range(1, 6):
            rev = phone.put_day(f"2026-02-0{day}")
            assert stream.revision() == rev


def test_a_stream_has_the_headers_that_keep_it_flowing(phone: Phone) -> None:
    with phone.events(Accept_Encoding="gzip") as stream:
        headers = stream.answer.headers
        assert stream.answer.status == 200
        assert headers["Content-Type"].partition(";")[0] == "text/event-stream"
        assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-store", "no")
        assert headers["Content-Encoding"] is None
        assert headers["Content-Length"] is None


def test_who_asks_for_the_headers_alone_is_not_kept(phone: Phone) -> None:
    with phone.running.connect() as connection:
        connection.sendall(request("HEAD", STREAM, headers=phone.headers))
        answer = read_answer(connection, head=True)
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        connection.sendall(request("GET", "/v1/me", headers=phone.headers))
        assert read_answer(connection).status == 200


def test_an_event_is_a_revision_and_nothing_of_the_diary(phone: Phone) -> None:
    with phone.events(Last_Event_ID="1") as stream:
        phone.put_day(note="a canary")
        assert stream.next() == {"event": "rev", "id": "2", "data": '{"rev":2}'}


@pytest.mark.parametrize("seen", ["1", "0", "7", "-1", "x", "", "1" * 5000, "１"])
def test_a_stream_begins_with_an_event_unless_the_present_revision_was_heard_of(phone: Phone, seen: str) -> None:
    with phone.events(Last_Event_ID=seen.encode().decode("latin-1")) as stream:
        if seen != "1":
            assert stream.revision() == 1
        phone.put_day()
        assert stream.revision() == 2


def test_a_stream_hears_of_rest_push_and_delete_alike_and_of_no_other_diary(phone: Phone) -> None:
    other = signed_up(phone.running, phone.app, "b@example.org")
    with phone.events() as stream:
        stream.revision()
        other.put_day()
        phone.put_day()
        push = {
            "device": "phone-1",
            "seq": 1,
            "schema": 1,
            "epoch": phone.pull()["epoch"],
            "mutations": [{"kind": "day", "op": "put", "id": "day-2026-03-02", "fields": {"local_date": "2026-03-02"}}],
        }
        assert phone.ask("POST", "/v1/sync/push", push).status == 200
        assert phone.ask("DELETE", "/v1/days/2026-03-01").status == 204
        told = [stream.revision()]
        while told[-1] < 4:
            told.append(stream.revision())
        assert told[-1] == 4


def test_a_stream_hears_of_a_whole_diary_that_came_into_the_empty_one(phone: Phone) -> None:
    with phone.events() as stream:
        assert stream.revision() == 1
        assert phone.ask("POST", "/v1/me/import", made_by_hand(["2026-03-01"], rev=8)).status == 200
        assert stream.revision() == 8
        rev = phone.put_day("2026-03-02")
        assert stream.revision() == rev > 8


@pytest.mark.usefixtures("heartbeats")
def test_heartbeats_are_comments(phone: Phone) -> None:
    with phone.events() as stream:
        stream.revision()
        assert [stream.next() for _ in range(3)] == [HEARTBEAT] * 3
        phone.put_day()
        assert stream.revision() == 2


@pytest.mark.usefixtures("heartbeats")
def test_a_heartbeat_tells_what_nobody_told(phone: Phone, database: Database) -> None:
    with phone.events() as stream:
        stream.revision()
        access = asyncio.run(phone.admitted())
        asyncio.run(database.write(access, putting_day("2026-03-01", pain=1)))
        assert stream.revision() == 2


@pytest.mark.usefixtures("heartbeats")
@pytest.mark.parametrize("how", ["revoked", "signed-out", "expired", "password-changed", "erased"])
def test_a_stream_ends_with_its_session(phone: Phone, clock: SettableClock, how: str) -> None:
    other = phone.sign_in()
    with phone.events() as stream:
        stream.revision()
        match how:
            case "revoked":
                form = urlencode({"token": phone.refresh_token}).encode()
                assert phone.running.ask("POST", "/v1/auth/revoke", form, FORM).status == 200
            case "signed-out":
                sessions = other.ask("GET", "/v1/me/sessions").json()["items"]
                session = next(each["id"] for each in sessions if not each["current"])
                assert other.ask("DELETE", f"/v1/me/sessions/{session}").status == 204
            case "expired":
                clock.advance(timedelta(minutes=16))
            case "password-changed":
                change = {"current_password": PASSWORD, "new_password": "another walk by the sea"}
                assert other.ask("POST", "/v1/me/password", change).status == 204
            case _:
                assert other.ask("POST", "/v1/me/erasure", {"password": PASSWORD}).status == 204
        assert stream.is_over()
    until(lambda: phone.waiters() == 0)


@pytest.mark.usefixtures("heartbeats")
@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_a_database_that_is_away_ends_no_stream(settings: Settings, stand_ins: StandIns) -> None:
    with relay(settings.resolved_database_url()) as between:
        app = create_app(settings.model_copy(update={"database_url": between.url}), stand_ins)
        with serving(app) as running:
            phone = signed_up(running, app, "a@example.org")
            with phone.events() as stream:
                stream.revision()
                between.close_door()
                between.cut()
                assert running.ask("GET", "/v1/days", headers=phone.headers).status == 503
                assert [stream.next() for _ in range(3)] == [HEARTBEAT] * 3
                between.open_door()
                assert phone.put_day() == 2
                assert stream.revision() == 2


def test_a_stream_needs_a_patient(phone: Phone) -> None:
    assert phone.running.ask("GET", STREAM).status == 401


def test_beyond_twenty_streams_of_a_diary_the_oldest_ends_and_the_newest_flows(phone: Phone) -> None:
    with ExitStack() as opened:
        streams: list[Events] = []
        for _ in range(MOST[Way.STREAM] + 1):
            streams.append(opened.enter_context(phone.events()))
            assert streams[-1].revision() == 1
        assert streams[0].is_over()
        phone.put_day()
        assert [stream.revision() for stream in streams[1:]] == [2] * MOST[Way.STREAM]


def test_streams_and_polls_of_clients_that_leave_are_forgotten(phone: Phone) -> None:
    other = signed_up(phone.running, phone.app, "b@example.org")
    with phone.events() as stream, phone.running.connect() as polling:
        stream.revision()
        polling.sendall(request("GET", "/v1/sync/pull", headers=other.headers | LONG))
        until(lambda: phone.waiters() == 2)
    until(lambda: phone.waiters() == 0)


def test_the_stop_of_the_service_ends_streams_and_polls(
    settings: Settings, stand_ins: StandIns, pool: ThreadPoolExecutor
) -> None:
    app = create_app(settings, stand_ins)
    with ExitStack() as opened:
        with serving(app) as running:
            phone, other = (signed_up(running, app, email) for email in ("a@example.org", "b@example.org"))
            stream = opened.enter_context(phone.events())
            stream.revision()
            poll = begin(pool, other)
        assert poll.result()["changes"] == []
        assert stream.is_over()


# The long poll


def begin(pool: ThreadPoolExecutor, phone: Phone, query: str = "") -> "Future[dict[str, Any]]":
    """A poll that waits by now, the only wait for its diary."""
    before = phone.waiters()
    poll = pool.submit(phone.pull, query, **LONG)
    until(lambda: phone.waiters() == before + 1 and phone.running.admission.in_flight == 0)
    return poll


def test_a_poll_with_something_new_is_answered_at_once(phone: Phone) -> None:
    phone.put_day()
    answer = phone.ask("GET", "/v1/sync/pull", **LONG)
    assert [change["rev"] for change in answer.json()["changes"]] == [2]
    assert answer.headers["preference-applied"] == "wait"


def test_a_pull_without_the_preference_never_waits(phone: Phone) -> None:
    answer = phone.ask("GET", "/v1/sync/pull")
    assert answer.json()["changes"] == []
    assert "preference-applied" not in answer.headers


def test_a_poll_waits_for_news_and_then_answers_as_a_pull_does(phone: Phone, pool: ThreadPoolExecutor) -> None:
    cursor = phone.pull()["cursor"]
    poll = begin(pool, phone, f"cursor={cursor}")
    assert not poll.done()
    phone.put_day()
    assert poll.result() == phone.pull(f"cursor={cursor}")
    assert poll.result()["changes"]
    assert phone.waiters() == 0


def test_a_poll_in_which_nothing_happens_is_answered_empty(phone: Phone) -> None:
    answer = phone.ask("GET", "/v1/sync/pull", Prefer="wait=1")
    assert answer.json() == phone.pull()
    assert answer.headers["preference-applied"] == "wait"
    assert phone.waiters() == 0


def test_a_poll_for_one_kind_is_not_answered_by_another(phone: Phone, pool: ThreadPoolExecutor) -> None:
    poll = begin(pool, phone, "kinds=event")
    phone.put_day()
    assert not poll.done()
    assert phone.ask("PUT", f"/v1/events/{UUID}", {"starts_on": "2026-03-01"}).status == 201
    assert [change["id"] for change in poll.result()["changes"]] == [UUID]


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_a_poll_whose_session_has_ended_is_told_nothing(
    phone: Phone, pool: ThreadPoolExecutor, clock: SettableClock, how: str
) -> None:
    poll = pool.submit(phone.ask, "GET", "/v1/sync/pull", **LONG)
    until(lambda: phone.waiters() == 1 and phone.running.admission.in_flight == 0)
    if how == "revoked":
        form = urlencode({"token": phone.refresh_token}).encode()
        assert phone.running.ask("POST", "/v1/auth/revoke", form, FORM).status == 200
    else:
        clock.advance(timedelta(minutes=16))
    phone.sign_in().put_day()
    assert poll.result().status == 401
    assert poll.result().json()["code"] == {"revoked": "token-invalid", "expired": "token-expired"}[how]


def test_a_poll_is_told_when_a_whole_diary_came_into_the_empty_one(phone: Phone, pool: ThreadPoolExecutor) -> None:
    cursor = phone.pull()["cursor"]
    poll = pool.submit(phone.ask, "GET", f"/v1/sync/pull?cursor={cursor}", **LONG)
    until(lambda: phone.waiters() == 1 and phone.running.admission.in_flight == 0)
    assert phone.ask("POST", "/v1/me/import", made_by_hand(["2026-03-01"], rev=8)).status == 200
    assert (poll.result().status, poll.result().json()["code"]) == (409, "resync-required")
    assert poll.result().json()["epoch"] == phone.pull()["epoch"]
    assert [change["rev"] for change in phone.pull()["changes"]] == [8]


def test_a_poll_is_refused_as_a_pull_is(phone: Phone) -> None:
    assert phone.ask("GET", "/v1/sync/pull?cursor=other.1.1", **LONG).status == 409
    assert phone.ask("GET", "/v1/sync/pull?since=99", **LONG).status == 409


# What waiting costs


def test_those_who_wait_hold_no_connection_and_are_no_load(phone: Phone, pool: ThreadPoolExecutor) -> None:
    with ExitStack() as opened:
        streams = [opened.enter_context(phone.events()) for _ in range(MOST[Way.STREAM])]
        assert [stream.revision() for stream in streams] == [1] * len(streams)
        others = [signed_up(phone.running, phone.app, f"other{number}@example.org") for number in range(50)]
        polls = [begin(pool, other) for other in others]
        assert phone.waiters() == 1 + len(polls)
        meet_in_every_lane(phone)
        for each in (phone, *others):
            each.put_day()
        assert [stream.revision() for stream in streams] == [2] * len(streams)
        assert [[change["rev"] for change in poll.result()["changes"]] for poll in polls] == [[2]] * len(polls)


def meet_in_every_lane(phone: Phone) -> None:
    """Fails unless all lanes that read are free at once: each begins a unit while the others are still at theirs."""
    lanes = 2
    met = threading.Event()

    async def meet() -> None:
        access, database = await phone.admitted(), phone.parts.database
        at_work: list[asyncio.Task[bool]] = []
        for _ in range(lanes):
            begun = threading.Event()
            unit = database.read(access, lambda _, begun=begun: begun.set() or met.wait(4))
            at_work.append(asyncio.create_task(unit))
            assert await asyncio.to_thread(begun.wait, 4)
        met.set()
        assert all(await asyncio.gather(*at_work))
        await database.write(Operator(reason="test"), lambda work: work.schema_revision())

    asyncio.run(meet())
