"""Each rule of scripts/lint finds what it is for, lets the rest pass, and the service keeps all of them."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from scripts.lint import commits, lent, logs, purity, stores, wire
from scripts.lint.__main__ import check, sources
from scripts.lint.source import Finding, Source

ROOT = Path(__file__).resolve().parents[2]
ACCESS = """
    class Nobody: ...
    class SignedIn: ...
    class OwnDiary(SignedIn): ...
    Access = Nobody | SignedIn
"""

Rule = Callable[[Sequence[Source]], Iterator[Finding]]


def found(rule: Rule, path: str, text: str) -> list[int]:
    """The lines that the rule finds, the first being 1."""
    read = [Source.of(path, dedent(text).strip()), Source.of("app/domain/access.py", dedent(ACCESS))]
    return [finding.line for finding in rule(read) if str(finding.path) == path]


def test_the_service_keeps_every_rule() -> None:
    read = sources(ROOT)
    assert len(read) > 100
    assert [str(finding) for finding in check(read)] == []


@pytest.mark.parametrize(
    "line",
    [
        "connection.commit()",
        "work.connection.begin_nested()",
        "with connection.begin(): ...",
        "transaction.rollback()",
        "connection.exec_driver_sql('COMMIT')",
        "connection.exec_driver_sql(' SAVEPOINT here')",
        "create_engine(url, isolation_level='AUTOCOMMIT')",
    ],
)
def test_a_transaction_begins_and_ends_in_the_database_file_alone(line: str) -> None:
    assert found(commits.findings, "app/storage/records.py", line) == [1]
    assert found(commits.findings, "app/services/diary.py", line) == [1]
    assert found(commits.findings, "app/storage/database.py", line) == []


def test_what_is_merely_named_alike_is_no_transaction() -> None:
    text = """
        admission.begin(ticket)
        "Begin with the oldest."
        event.listens_for(engine, "begin")
    """
    assert found(commits.findings, "app/api/protocol.py", text) == []


def test_records_lent_for_a_guest_are_read_where_they_are_redacted() -> None:
    line = "work.lent.dated(DAY, first)"
    assert found(lent.findings, "app/services/clinic.py", line) == [1]
    assert found(lent.findings, "app/services/visible.py", line) == []


def test_a_store_without_access_is_found_however_it_takes_its_connection() -> None:
    text = """
        class Records:
            def __init__(self, connection: Connection) -> None: ...
        @dataclass
        class Grants:
            connection: "Connection"
            patient: PatientKey
        class Shares:
            def __init__(self, *, connection: Connection | None, access: str) -> None: ...
    """
    assert found(stores.findings, "app/storage/records.py", text) == [1, 4, 7]
    assert found(stores.findings, "app/services/records.py", text) == []


def test_a_store_takes_access_or_a_kind_of_it() -> None:
    text = """
        class Records:
            def __init__(self, connection: Connection, access: OwnDiary) -> None: ...
        @dataclass
        class Grants:
            connection: Connection
            access: "Access"
        class Lanes:
            def __init__(self, engine: Engine) -> None: ...
    """
    assert found(stores.findings, "app/storage/records.py", text) == []


@pytest.mark.parametrize(
    "line",
    [
        "log.info('scored', score=7)",
        "_log.warning('signed-in', email=address)",
        "structlog.get_logger().error('refused', display_name=person)",
        "self._log.info('signed-in', who=person.email)",
        "logger.debug('stored', sent=record.fields)",
        "log.bind(access_token=token)",
        "log.info(f'{person} signed in')",
        "log.info('stored %s', note)",
        "log.info('stored', **record)",
    ],
)
def test_a_log_line_that_tells_too_much_is_found(line: str) -> None:
    assert found(logs.findings, "app/services/diary.py", line) == [1]


def test_a_log_line_of_ids_counts_and_types_is_fine() -> None:
    text = """
        log.info("stored", request_id=request_id, records=len(records), rev=rev)
        log.error("failed", kind=type(error).__name__, exc_info=error)
        parser.error(text)
        math.log(score)
    """
    assert found(logs.findings, "app/services/diary.py", text) == []


@pytest.mark.parametrize(
    "line",
    [
        "import orjson",
        "from pydantic import BaseModel",
        "from app.storage.records import Records",
        "from app import config",
        "import random",
        "from random import choice",
        "from time import monotonic",
        "from pathlib import Path",
        "today = date.today()",
        "at = datetime.now(UTC)",
        "open('diary')",
    ],
)
def test_the_domain_that_reaches_outside_is_found(line: str) -> None:
    assert found(purity.findings, "app/domain/trends/weeks.py", line) == [1]
    assert found(purity.findings, "app/services/trends.py", line) == []


def test_the_domain_may_use_itself_and_what_it_is_handed() -> None:
    text = """
        import re
        from collections.abc import Mapping
        from random import Random
        from app.domain.ids import RecordId
        today = clock()
    """
    assert found(purity.findings, "app/domain/trends/weeks.py", text) == []


def test_a_default_in_an_answer_is_found() -> None:
    text = """
        class TrendOut(BaseModel):
            verdict: str = "none"
            weeks: int | None = None
            bands: list[str] = Field(default_factory=list)
            size: Annotated[float, Field(default=0)]
            first: int = Field(3)
        class LongTrendOut(TrendOut):
            text: str = ""
    """
    assert found(wire.findings, "app/api/v1/trends.py", text) == [2, 3, 4, 5, 6, 8]


def test_an_answer_without_defaults_and_a_request_with_them_are_fine() -> None:
    text = """
        class TrendOut(BaseModel):
            kind: ClassVar[str] = "trend"
            weeks: int | None
            size: float = Field(ge=0)
            first: int = Field(..., ge=0)
        class Request(BaseModel):
            model_config = ConfigDict(extra="forbid")
        class SignUp(Request):
            locale: str = "en"
        class Invite(BaseModel, extra="forbid"):
            purpose: str | None = None
        class TokenForm(BaseModel):
            username: str | None = None
        async def token(form: Annotated[TokenForm, form_body(TokenForm)]) -> Response: ...
        @dataclass
        class Row:
            weeks: int = 0
    """
    assert found(wire.findings, "app/api/v1/trends.py", text) == []
