"""Transactions begin and end in app/storage/database.py alone, so that what is answered is what was committed."""

import ast
import re
from collections.abc import Iterator, Sequence

from scripts.lint.source import Finding, Source

ALLOWED = {
    "app/storage/database.py",  # read(access, work) and write(access, work)
    "app/storage/engines.py",  # how a transaction begins on SQLite
}
_MESSAGE = "transactions begin and end only in app/storage/database.py"
_METHODS = frozenset({"begin", "begin_nested", "begin_twophase", "commit", "rollback"})
_SQL = re.compile(r"\s*(?:BEGIN|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE|START TRANSACTION|AUTOCOMMIT)\b")


def findings(sources: Sequence[Source]) -> Iterator[Finding]:
    """Calls such as `connection.commit()`, and SQL that does the same."""
    for source in sources:
        if str(source.path) in ALLOWED:
            continue
        for node in ast.walk(source.tree):
            match node:
                case ast.Call(func=ast.Attribute(attr=method), args=[], keywords=[]) if method in _METHODS:
                    yield source.finding(node, _MESSAGE)
                case ast.Constant(value=str(text)) if _SQL.match(text):
                    yield source.finding(node, _MESSAGE)
                case _:
                    pass
