"""What is read for a guest is read by the one file that redacts it: nobody else asks a unit of work for `lent`."""

import ast
from collections.abc import Iterator, Sequence

from scripts.lint.source import Finding, Source

ALLOWED = {
    "app/services/visible.py",  # reads and redacts
    "app/storage/work.py",  # opens the store
}


def findings(sources: Sequence[Source]) -> Iterator[Finding]:
    """Attributes named `lent`."""
    for source in sources:
        if str(source.path) in ALLOWED:
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and node.attr == "lent":
                yield source.finding(node, "records are lent to app/services/visible.py alone, which redacts them")
