"""Many rows fetched as one text: a line each, or as one JSON array.

SQLite's driver lets go of the interpreter between any two rows. With other threads waiting for it, that cost a year of
days five times what the reading itself does; one row that holds all of them costs it once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, cast, func, literal_column, select

_CELL = "\t"
_LINE = "\n"


class Lines:
    """A query for rows of text, none of which holds a tab or a line break (JSON text never does)."""

    def __init__(self, rows: Select[Any], *cells: ColumnElement[Any]) -> None:
        """The rows' filter, order and limit, and what is wanted of each."""
        first, *others = (cast(cell, Text) for cell in cells)
        line: ColumnElement[str] = first
        for other in others:
            line = line + _CELL + other
        self._statement = select(_joined(rows, line, _LINE))

    @property
    def column(self) -> ColumnElement[str]:
        """All of it as one column of another query, whose value `cells` reads."""
        return self._statement.scalar_subquery()

    def fetch(self, connection: Connection, values: Mapping[str, object]) -> list[Sequence[str]]:
        """The cells of each row, ascending by the lines' code points, whatever the order of the query."""
        return self.cells(connection.execute(self._statement, values).scalar_one())

    @staticmethod
    def cells(text: str | None) -> list[Sequence[str]]:
        """The same of what was fetched already."""
        return [line.split(_CELL) for line in sorted(text.split(_LINE))] if text else []


class DatedTexts:
    """Queries for records with their days, each fetched as one JSON array of arrays `[day, fields]`, in no order."""

    def __init__(self, day: ColumnElement[str], fields: ColumnElement[Any], *queries: Select[Any]) -> None:
        """The day is text that JSON need not escape, the fields are JSON; of a query filter, order and limit count."""
        opening: ColumnElement[str] = literal_column("'[\"'", Text)
        item = opening + day + literal_column("'\",'", Text) + cast(fields, Text) + literal_column("']'", Text)
        self._statement = select(*(select(_joined(query, item, ",")).scalar_subquery() for query in queries))

    def fetch(self, connection: Connection, values: Mapping[str, object]) -> list[str]:
        """The text of each query's array, all of them by one statement."""
        return [f"[{array or ''}]" for array in connection.execute(self._statement, values).one()]


def _joined(rows: Select[Any], line: ColumnElement[str], separator: str) -> ColumnElement[str]:
    """The lines of all rows as one text.

    The separator is told as an expression: as a plain string it would be put into the statement's text at each
    execution, which costs as much as reading half a year of days.
    """
    lines = rows.with_only_columns(line.label("line")).subquery()
    between: Any = literal_column(f"'{separator}'", Text)
    return func.aggregate_strings(lines.c.line, between)
