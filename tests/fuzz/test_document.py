"""Every operation of the served document, with what schemathesis makes of its shapes, on both engines.

`ONSET_FUZZ_EXAMPLES` says how many requests each operation gets in each way of making them (as documented, and
broken), and `ONSET_FUZZ_SEED` which: the same seed makes the same requests.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# - schemathesis leaves its generic types open

import json
import logging
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any, TypeAlias, cast

import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from starlette.testclient import TestClient

from app.config import Settings, Switch
from app.domain.ids import RecordId
from app.domain.records.kinds import CONDITION_KIND, KINDS, Kind
from app.domain.records.record import Value, encode
from app.main import StandIns, create_app
from tests.domain.records.samples import UUID, records
from tests.fuzz.sent import Case, hold_to_document, send
from tests.fuzz.visits import Service, Whole, another_uuid, inform
from tests.support.clock import SettableClock
from tests.support.mailbox import Mailbox
from tests.support.people import sign_up

EXAMPLES = int(os.environ.get("ONSET_FUZZ_EXAMPLES", "10"))
SEED = int(os.environ.get("ONSET_FUZZ_SEED", "20261125"))
DIARY = {kind.path: kind for kind in KINDS.values()}
GROUPS = [
    *DIARY,
    "accounts",
    "auth",
    "sessions",
    "catalogue",
    "today",
    "sync",
    "trends",
    "grants",
    "shares",
    "links",
    "clinic",
    "sharing",
    "fhir",
]
LEAST_SUCCESSES = 0.1
HALF, MOST = 0.5, 0.8

_log = logging.getLogger("fuzz")

Operation: TypeAlias = Any
Record = tuple[RecordId, dict[str, Value]]
_drawn = hypothesis_settings(
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.fixture
def service(settings: Settings, stand_ins: StandIns) -> Iterator[Service]:
    mailbox = Mailbox()
    clock = SettableClock(datetime(2026, 11, 25, 12, tzinfo=UTC))
    app = create_app(
        settings.model_copy(update={"limits": Switch.OFF}), replace(stand_ins, clock=clock, mailer=mailbox)
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        app.state.parts.news.end()  # this client shows an answer when it is whole, so no stream may go on
        document = client.get("/v1/openapi.json").json()
        yield Service(client, app.state.parts, mailbox, sign_up(client), document)


def test_groups_are_all_there_is(service: Service) -> None:
    operations = [operation for path in service.document["paths"].values() for operation in path.values()]
    assert {tag for operation in operations for tag in operation["tags"]} == set(GROUPS)


@pytest.mark.parametrize("group", GROUPS)
def test_answers_are_as_documented(service: Service, group: str) -> None:
    kind = DIARY.get(group)
    _fill_diary(service, kind or CONDITION_KIND)
    schema = schemathesis.openapi.from_dict(dict(service.document)).include(tag=group)
    for found in schema.get_all_operations():
        operation: Operation = cast("Any", found).ok()
        statuses = _fuzz(service, operation, kind)
        successes = sum(times for status, times in statuses.items() if status < 300)
        _log.info(
            "%s: %.0f %% of %d; %s",
            operation.label,
            100 * successes / statuses.total(),
            statuses.total(),
            dict(statuses),
        )
        assert successes >= LEAST_SUCCESSES * statuses.total(), operation.label


def _fill_diary(service: Service, kind: Kind) -> None:
    """A few records of the kind, each alone in its day."""

    @seed(SEED)
    @hypothesis_settings(_drawn, max_examples=8)
    @given(record=records(kind))
    def keep(record: Record) -> None:
        service.keep(kind, *record)

    keep()


def _fuzz(service: Service, operation: Operation, kind: Kind | None) -> Counter[int]:
    statuses: Counter[int] = Counter()
    name = operation.definition.raw["operationId"]

    def ask(case: Case, chance: Random, record: Record | None, mode: GenerationMode) -> None:
        visitor = service.visitor(name)
        if mode is GenerationMode.POSITIVE or chance.random() < HALF:
            inform(case, visitor.known, chance)
        whole = [_new(record)] if record and name.startswith("put_") else visitor.whole
        if mode is GenerationMode.POSITIVE and whole and chance.random() < MOST:
            record_id, case.body = chance.choice(whole)
            if record_id:
                case.path_parameters["id"] = record_id
                case.headers.clear()
        answer = send(service.client, case, visitor.headers)
        hold_to_document(case, answer, service.document)
        statuses[answer.status_code] += 1
        if answer.headers.get("content-type") == "application/json":
            service.learn(orjson.loads(answer.content))

    modes = [*GenerationMode] if operation.body or operation.query else [GenerationMode.POSITIVE]
    for mode in modes:
        run = given(
            case=operation.as_strategy(generation_mode=mode),
            chance=st.integers(0, 2**32 - 1).map(Random),  # not st.randoms(): what there is to choose from grows
            record=records(kind) if kind else st.none(),
            mode=st.just(mode),
        )(ask)
        seed(SEED)(hypothesis_settings(_drawn, max_examples=EXAMPLES)(run))()
    return statuses


def _new(record: Record) -> Whole:
    record_id, fields = record
    return (another_uuid() if record_id == UUID else record_id), json.loads(encode(fields))
