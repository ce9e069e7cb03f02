"""A class of app/storage that holds a connection also holds an Access: no store opens for nobody in particular."""

import ast
from collections.abc import Iterator, Sequence

from scripts.lint.source import Finding, Source, names_in

_ACCESS_FILE = "app/domain/access.py"


def findings(sources: Sequence[Source]) -> Iterator[Finding]:
    """Classes whose constructor takes a Connection and no Access, or subtype of it."""
    kinds = {kind for source in sources if str(source.path) == _ACCESS_FILE for kind in _kinds_of_access(source.tree)}
    for source in sources:
        if not source.is_in("app/storage"):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef):
                taken = _taken(node)
                if "Connection" in taken and not taken & kinds:
                    yield source.finding(node, f"{node.name} takes a Connection, and no Access that scopes it")


def _kinds_of_access(tree: ast.Module) -> Iterator[str]:
    """`Access` itself, what it is made of, and whatever is derived from that."""
    kinds: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and "Access" in names_in(node.targets[0]):
            kinds |= {"Access", *names_in(node.value)}
    yield from kinds
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any(base in kinds for of in node.bases for base in names_in(of)):
            yield node.name


def _taken(node: ast.ClassDef) -> set[str]:
    """The types that a class is made from: its constructor's parameters, or a dataclass's fields."""
    taken: set[str] = set()
    for part in node.body:
        match part:
            case ast.AnnAssign(annotation=annotation):
                taken.update(names_in(annotation))
            case ast.FunctionDef(name="__init__", args=args):
                for parameter in (*args.posonlyargs, *args.args, *args.kwonlyargs):
                    taken.update(names_in(parameter.annotation))
            case _:
                pass
    return taken
