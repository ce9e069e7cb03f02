"""More requests than can be done: the rest is turned away at once, and those let in are answered."""

import asyncio
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from fastapi import Request, Response

from app.api.admission import Admission, Bounds, set_aside
from tests.support.serving import Answer, Running, make_app, read_answer, request, serving
from tests.support.waiting import until

BOUNDS = Bounds(in_flight=2, queue_age_s=0.2, begun_at_once=2)


@pytest.fixture
def gate() -> threading.Event:
    return threading.Event()


@pytest.fixture
def held() -> list[str]:
    """What arrived at the gate."""
    return []


@pytest.fixture
def service(gate: threading.Event, held: list[str]) -> Generator[Running]:
    app = make_app()

    async def opened() -> Response:
        held.append("request")
        while not gate.is_set():  # noqa: ASYNC110  the gate belongs to another thread
            await asyncio.sleep(0.002)
        return Response("done")

    app.add_api_route("/reads", opened, methods=["GET"])
    app.add_api_route("/writes", opened, methods=["POST"])
    app.add_api_route("/healthz", opened, methods=["GET"])

    @app.get("/poll")
    async def poll(request: Request) -> Response:
        set_aside(request.scope)
        return await opened()

    @app.post("/body")
    async def body(request: Request) -> Response:
        return Response(await request.body())

    with serving(app, bounds=BOUNDS) as running:
        yield running
        gate.set()


Start = Callable[[str, str, int], list[Future[Answer]]]


@pytest.fixture
def start(service: Running, gate: threading.Event, held: list[str]) -> Generator[Start]:
    """Asks so many times, each once the one before waits at the gate."""
    with ThreadPoolExecutor(8) as pool:

        def asking(method: str, path: str, times: int) -> list[Future[Answer]]:
            started: list[Future[Answer]] = []
            for _ in range(times):
                before = len(held)
                started.append(pool.submit(service.ask, method, path, b"{}" if method == "POST" else b""))
                until(lambda before=before: len(held) > before)
            return started

        yield asking
        gate.set()


def _turned_away(answer: Answer) -> bool:
    return answer.status == 503 and answer.json()["code"] == "overloaded" and answer.headers["retry-after"] == "2"


def test_what_is_beyond_the_bound_is_turned_away_at_once(service: Running, start: Start, gate: threading.Event) -> None:
    let_in = start("GET", "/reads", 2)
    assert service.admission.in_flight == 2
    assert _turned_away(service.ask("GET", "/reads"))  # while the others still wait
    gate.set()
    assert [one.result().body for one in let_in] == [b"done", b"done"]
    assert service.ask("GET", "/reads").status == 200
    assert (service.admission.in_flight, service.admission.turned_away) == (0, 1)


def test_whoever_reads_a_link_in_a_browser_can_read_that_it_was_turned_away(service: Running, start: Start) -> None:
    start("GET", "/reads", 2)
    links, others = service.ask("GET", "/shl/x"), service.ask("GET", "/reads")
    assert _turned_away(links)
    assert links.headers["access-control-allow-origin"] == "*"
    assert links.headers["access-control-expose-headers"] == "Retry-After"
    assert "access-control-allow-origin" not in others.headers


def test_writes_that_hang_leave_reads_alone(service: Running, start: Start, gate: threading.Event) -> None:
    start("POST", "/writes", 2)
    assert _turned_away(service.ask("POST", "/writes", b"{}"))
    read = start("GET", "/reads", 1)
    gate.set()
    assert read[0].result().status == 200


def test_whoever_watches_is_always_let_in(start: Start, gate: threading.Event) -> None:
    start("GET", "/reads", 2)
    watched = start("GET", "/healthz", 1)
    gate.set()
    assert watched[0].result().status == 200


def test_long_poll_that_waits_takes_nobodys_place(service: Running, start: Start, gate: threading.Event) -> None:
    polls = start("GET", "/poll", 5)
    assert service.admission.in_flight == 0
    gate.set()
    assert {poll.result().status for poll in polls} == {200}


def test_connection_serves_on_after_it_was_turned_away(service: Running, start: Start, gate: threading.Event) -> None:
    with service.connect() as connection:
        start("GET", "/reads", 2)
        connection.sendall(request("GET", "/reads") + request("HEAD", "/reads") + request("GET", "/reads"))
        assert _turned_away(read_answer(connection))
        assert read_answer(connection, head=True).status == 503
        assert _turned_away(read_answer(connection))
        gate.set()
        until(lambda: not service.admission.in_flight)
        connection.sendall(request("GET", "/reads"))
        assert read_answer(connection).body == b"done"


def test_request_whose_body_ends_when_all_is_taken_is_turned_away(
    service: Running, start: Start, gate: threading.Event
) -> None:
    with service.connect() as connection:
        connection.sendall(request("POST", "/body", headers={"Content-Length": "2"}) + b"{")
        start("POST", "/writes", 2)
        connection.sendall(b"}")
        assert _turned_away(read_answer(connection))
        gate.set()


def test_client_that_left_while_it_waited_costs_nothing(
    service: Running, start: Start, gate: threading.Event, held: list[str]
) -> None:
    let_in = start("GET", "/reads", 1)
    with service.connect() as connection:
        connection.sendall(request("GET", "/reads"))
        until(lambda: len(held) == 2)
    gate.set()
    assert let_in[0].result().status == 200
    until(lambda: service.admission.in_flight == 0)


def test_turning_away_is_logged_once_a_second_at_most(service: Running, start: Start, gate: threading.Event) -> None:
    start("GET", "/reads", 2)
    for _ in range(10):
        service.ask("GET", "/reads")
    gate.set()
    lines = [line for line in service.log_lines() if line["event"] == "overloaded"]
    assert [(line["turned_away"], line["reads"], line["writes"]) for line in lines] == [(1, 2, 0)]


def test_requests_begin_a_few_at_a_time_in_order_of_arrival() -> None:
    async def arrivals() -> list[list[int]]:
        admission = Admission(Bounds(begun_at_once=2))
        begun: list[int] = []
        for number in range(5):
            ticket = admission.ticket("GET", "/")
            assert ticket is not None
            admission.begin(ticket, lambda number=number: begun.append(number))
        seen = [list(begun)]
        while len(begun) < 5:
            await asyncio.sleep(0)
            seen.append(list(begun))
        return seen

    assert asyncio.run(arrivals()) == [[0, 1], [0, 1, 2, 3], [0, 1, 2, 3, 4]]


def test_queue_whose_oldest_is_too_old_takes_no_more() -> None:
    async def arrivals() -> list[bool]:
        admission = Admission(Bounds(begun_at_once=1, queue_age_s=0.02))
        let_in: list[bool] = []
        for pause_s in (0, 0, 0.03):
            time.sleep(pause_s)  # noqa: ASYNC251  the loop is kept busy: that is the case
            ticket = admission.ticket("GET", "/")
            let_in.append(ticket is not None)
            if ticket is not None:
                admission.begin(ticket, ticket.give_back)
        while admission.in_flight:  # noqa: ASYNC110  what is waited for is the loop's own next turn
            await asyncio.sleep(0)
        let_in.append(admission.ticket("GET", "/") is not None)
        return let_in

    assert asyncio.run(arrivals()) == [True, True, False, True]
