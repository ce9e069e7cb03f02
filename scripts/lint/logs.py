"""Log lines carry ids and counts: never a score, a note, a name, an address or a secret."""

import ast
import re
from collections.abc import Iterator, Sequence

from scripts.lint.source import Finding, Source, names_in

_METHODS = frozenset({"bind", "critical", "debug", "error", "exception", "info", "log", "msg", "new", "warning"})
_LOGGERS = re.compile(r"_?(?:log|logger|get_logger|getLogger)", re.IGNORECASE)
_PRIVATE = frozenset(
    {"address", "body", "email", "fields", "mail", "name", "note", "notes", "password", "query", "score", "scores"}
    | {"secret", "text", "token", "tokens", "url", "value", "values"}
)
_WRITES_ALL = "app/logs.py"  # it makes the lines, and cuts other libraries' down to their template


def findings(sources: Sequence[Source]) -> Iterator[Finding]:
    """Calls of a logger that tell too much, or whose first words are not fixed."""
    for source in sources:
        if str(source.path) == _WRITES_ALL:
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and _is_logging(node):
                yield from _of_call(source, node)


def _is_logging(call: ast.Call) -> bool:
    """Whether it is a method of something called log, or of what structlog and logging hand out."""
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr not in _METHODS:
        return False
    return any(_LOGGERS.fullmatch(name) for name in names_in(func.value))


def _of_call(source: Source, call: ast.Call) -> Iterator[Finding]:
    if any(not isinstance(argument, ast.Constant) for argument in call.args):
        yield source.finding(call, "a log line begins with fixed words; what varies is a keyword")
    for keyword in call.keywords:
        if keyword.arg is None:
            yield source.finding(keyword, "a log line names each of its keywords")
            continue
        told = {keyword.arg, *names_in(keyword.value)} - {"exc_info"}
        private = sorted(_PRIVATE & {word for name in told if not name.startswith("__") for word in name.split("_")})
        if private:
            yield source.finding(keyword, f"a log line never tells of: {', '.join(private)}")
