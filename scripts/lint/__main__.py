"""The rules of this house that no tool brings: `python -m scripts.lint`, from the repository's root."""

import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.lint import commits, lent, logs, purity, stores, wire
from scripts.lint.source import Finding, Source

RULES = (commits.findings, lent.findings, logs.findings, purity.findings, stores.findings, wire.findings)


def sources(root: Path) -> list[Source]:
    """Every Python file of the service."""
    files = sorted((root / "app").rglob("*.py"))
    return [Source.of(file.relative_to(root).as_posix(), file.read_text("utf-8")) for file in files]


def check(read: Sequence[Source]) -> list[Finding]:
    """What all rules find."""
    return [finding for rule in RULES for finding in rule(read)]


if __name__ == "__main__":
    read = sources(Path.cwd())
    found = check(read)
    print(*found, f"{len(read)} files, {len(found)} findings", sep="\n")
    sys.exit(bool(found))
