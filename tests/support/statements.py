"""Listens to every statement of the test run: those on a diary's tables name one patient.

That is what lets the tables be partitioned by patient. A test that looks at all patients says so:
`connection.execution_options(any_patient=True)`.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from alembic import op
from sqlalchemy import Connection, Engine, event

_QUERY = re.compile(r"\s*(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|MERGE|WITH|EXPLAIN)\b", re.IGNORECASE)
_LITERAL = re.compile(r"'[^']*'")
_TABLE = re.compile(
    r"(?<!\w)(?:records|record_history|patient_state|devices|pushes|forks|access_log|access_log_heads|receipts|share_files)(?![\w.])",
    re.IGNORECASE,
)
_PATIENT = re.compile(
    r"""
    \( \s* (?:\w+\.)? patient \s* ,                     # the first of a row: (patient, kind, id)
    | [\w.]* \b patient \s* (?:=|IN\b) \s* [\w.]*       # compared with something,
    | = \s* (?:\w+\.)? patient \b                       # or something with it
    """,
    re.IGNORECASE | re.VERBOSE,
)

heard: list[str] = []
"""What was heard since the test began and names no patient."""


def names_its_patient(statement: str) -> bool:
    """Whether each mention of a diary's table comes with a patient; other tables, DDL and settings do anyway."""
    if not _QUERY.match(statement):
        return True
    plain = _LITERAL.sub("''", statement).replace('"', "")
    return len(_TABLE.findall(plain)) <= len(_PATIENT.findall(plain))


@event.listens_for(Engine, "before_cursor_execute")
def _listen(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:  # noqa: ANN401 - SQLAlchemy's signature
    if connection.get_execution_options().get("any_patient") or names_its_patient(statement) or _is_migrating():
        return
    heard.append(statement)


def _is_migrating() -> bool:
    """Migrations may change all diaries at once."""
    try:
        op.get_context()
    except (NameError, AttributeError):  # before the first migration of the process, and after one
        return False
    return True


@pytest.fixture(autouse=True)
def every_statement_names_its_patient() -> Iterator[None]:
    """Fails the test during which one did not."""
    heard.clear()
    yield
    assert heard == []
