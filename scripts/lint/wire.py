"""A field of an answer has no default, so that generated clients see what is always there.

A model of app/api is a request if it says what becomes of unknown fields (`extra=...`), itself or by what it derives
from, or if it is read by `json_body` or `form_body`; else it is an answer.
"""

import ast
from collections.abc import Iterator, Sequence

from scripts.lint.source import Finding, Source, names_in

_MODEL = "BaseModel"
_READERS = frozenset({"json_body", "form_body"})
_MESSAGE = "a field of an answer has no default (a request says extra='forbid')"


def findings(sources: Sequence[Source]) -> Iterator[Finding]:
    """Fields of answers that have a default."""
    wire = [source for source in sources if source.is_in("app/api")]
    nodes = [(source, node) for source in wire for node in ast.walk(source.tree)]
    classes = {node.name: node for _, node in nodes if isinstance(node, ast.ClassDef)}
    read = {name for _, node in nodes if isinstance(node, ast.Call) for name in _read(node)}
    for source, node in nodes:
        if isinstance(node, ast.ClassDef) and node.name not in read:
            lineage = _lineage(node, classes)
            if _is_model(lineage) and not any(map(_says_extra, lineage)):
                yield from (source.finding(field, _MESSAGE) for field in _defaults(node))


def _read(call: ast.Call) -> Iterator[str]:
    """The model that `json_body(Model, ...)` reads."""
    if call.args and _READERS & set(names_in(call.func)):
        yield from names_in(call.args[0])


def _lineage(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> list[ast.ClassDef]:
    """The class and what it derives from, as far as it is ours."""
    bases = [classes[name] for base in node.bases for name in names_in(base) if classes.get(name, node) is not node]
    return [node, *(ancestor for base in bases for ancestor in _lineage(base, classes))]


def _is_model(lineage: list[ast.ClassDef]) -> bool:
    return any(_MODEL in names_in(base) for node in lineage for base in node.bases)


def _says_extra(node: ast.ClassDef) -> bool:
    """`class X(BaseModel, extra="forbid")` or `model_config = ConfigDict(extra="forbid")`."""
    keywords = list(node.keywords)
    for part in node.body:
        match part:
            case ast.Assign(targets=[ast.Name(id="model_config")], value=ast.Call(keywords=given)):
                keywords += given
            case _:
                pass
    return any(keyword.arg == "extra" for keyword in keywords)


def _defaults(node: ast.ClassDef) -> Iterator[ast.AnnAssign]:
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and "ClassVar" not in names_in(part.annotation):
            fields = [call for call in ast.walk(part) if isinstance(call, ast.Call) and "Field" in names_in(call.func)]
            if any(map(_gives_default, fields)) or (part.value is not None and part.value not in fields):
                yield part


def _gives_default(field: ast.Call) -> bool:
    given = [value for value in field.args if not (isinstance(value, ast.Constant) and value.value is Ellipsis)]
    return bool(given) or any(keyword.arg in {"default", "default_factory"} for keyword in field.keywords)
