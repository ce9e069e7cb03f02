"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Dialect, Text, TypeDecorator
from sqlalchemy import cast as sql_cast
from sqlalchemy.types import UserDefinedType
from typing_extensions import override

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as whole microseconds since 1970 (an integer compares alike on both engines)."""

    impl = BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    @override
    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + value * _MICROSECOND


class _JsonbAsText(UserDefinedType[str]):
    """JSONB that goes in and comes out as text, since an outlet hands out stored text without rebuilding it."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
        return "JSONB"

    @override
    def column_expression(self, colexpr: ColumnElement[Any]) -> ColumnElement[str]:
        return sql_cast(colexpr, Text)


JsonText = Text().with_variant(_JsonbAsText(), "postgresql")
"""JSON held as its text: TEXT on SQLite, JSONB on PostgreSQL."""
