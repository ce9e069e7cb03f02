"""What a rule of ours reads, and what it answers."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One Python file."""

    path: PurePosixPath
    """Relative to the repository."""
    tree: ast.Module

    @classmethod
    def of(cls, path: str, text: str) -> "Source":
        """Parses a file's text."""
        return cls(path=PurePosixPath(path), tree=ast.parse(text, path))

    def is_in(self, folder: str) -> bool:
        """Whether the file lies anywhere under the folder."""
        return self.path.is_relative_to(folder)

    def finding(self, node: ast.stmt | ast.expr | ast.keyword, message: str) -> "Finding":
        """What is wrong at a place of this file."""
        return Finding(path=self.path, line=node.lineno, message=message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A line that breaks a rule."""

    path: PurePosixPath
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def names_in(expression: ast.AST | None) -> Iterator[str]:
    """Every name that an expression mentions, also within an annotation that is written as text."""
    for node in ast.walk(expression) if expression else ():
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.Constant(value=str(text)) if text.isidentifier():
                yield text
            case _:
                pass
