"""The domain is plain Python: the standard library alone, and of that neither clock nor chance nor files."""

import ast
import sys
from collections.abc import Iterator, Sequence

from scripts.lint.source import Finding, Source

_IMPURE = frozenset(
    {"glob", "io", "logging", "os", "pathlib", "shutil", "sqlite3", "tempfile"}
    | {"http", "select", "selectors", "socket", "socketserver", "ssl", "urllib"}
    | {"asyncio", "concurrent", "multiprocessing", "signal", "subprocess", "threading"}
    | {"random", "secrets", "time"}
)
_HANDED_IN = {("random", "Random")}  # a simulation's chance, which its caller seeds
_CLOCK_READERS = frozenset({"now", "today", "utcnow"})
_DOORS = frozenset({"input", "open", "print"})
_ALLOWED = {
    ("app/domain/clock.py", "now"),  # the one clock, which everything else is handed
}


def findings(sources: Sequence[Source]) -> Iterator[Finding]:
    """Imports and calls in app/domain that reach outside."""
    for source in sources:
        if not source.is_in("app/domain"):
            continue
        for node in ast.walk(source.tree):
            match node:
                case ast.Import(names=names):
                    modules = {(alias.name, "") for alias in names}
                case ast.ImportFrom(module=str(module), names=names):
                    modules = {(module, alias.name) for alias in names}
                case ast.Call(func=func):
                    yield from _of_call(source, func)
                    continue
                case _:
                    continue
            for module, name in modules:
                if (module, name) not in _HANDED_IN and not _is_pure(module):
                    yield source.finding(node, f"the domain does not import {module}")


def _is_pure(module: str) -> bool:
    top = module.split(".", maxsplit=1)[0]
    if top == "app":
        return module == "app.domain" or module.startswith("app.domain.")
    return top in sys.stdlib_module_names and top not in _IMPURE


def _of_call(source: Source, func: ast.expr) -> Iterator[Finding]:
    match func:
        case ast.Name(id=name) if name in _DOORS:
            yield source.finding(func, f"the domain does not call {name}()")
        case ast.Attribute(attr=name) if name in _CLOCK_READERS and (str(source.path), name) not in _ALLOWED:
            yield source.finding(func, "the domain is handed the time")
        case _:
            pass
