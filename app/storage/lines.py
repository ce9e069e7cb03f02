"""Many rows fetched as one text, a line each.

SQLite's driver lets go of the interpreter between any two rows. With other threads waiting for it, that cost a year of
days five times what the reading itself does; one row that holds all of them costs it once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, cast, func, select

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
        lines = rows.with_only_columns(line.label("line")).subquery()
        self._statement = select(func.aggregate_strings(lines.c.line, _LINE))

    def fetch(self, connection: Connection, values: Mapping[str, object]) -> list[Sequence[str]]:
        """The cells of each row, ascending by the lines' code points, whatever the order of the query."""
        text = connection.execute(self._statement, values).scalar_one()
        return [line.split(_CELL) for line in sorted(text.split(_LINE))] if text else []
