"""The operator's command, as its tests run it: in this process, on the test's own database."""

import io
import json
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zipfile import ZipFile

from app.cli import main
from app.config import Settings


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


def run(settings: Settings, command: str, *arguments: object) -> Said:
    """Runs `scripts/onset COMMAND` on the settings' database."""
    out, err = io.StringIO(), io.StringIO()
    environment = {"ONSET_DATABASE_URL": settings.resolved_database_url()}
    with patch.dict("os.environ", environment), patch.object(sys, "stdout", out), patch.object(sys, "stderr", err):
        code = main([command, "--data", str(settings.data), *map(str, arguments)])
    return Said(code, out.getvalue(), err.getvalue())


def done(settings: Settings, command: str, *arguments: object) -> str:
    """What a command printed that must pass."""
    said = run(settings, command, *arguments)
    assert (said.code, said.err) == (0, ""), said
    return said.out


def refused(settings: Settings, command: str, *arguments: object) -> str:
    """The one line of a command that must be refused."""
    said = run(settings, command, *arguments)
    assert said.code == 1
    assert said.out == ""
    assert said.err.startswith("onset: ")
    assert said.err.count("\n") == 1
    return said.err


def rows(backup: Path, table: str) -> list[dict[str, Any]]:
    """The rows of a table as a backup holds them, by their columns' names."""
    with ZipFile(backup) as archive:
        columns: list[str] = json.loads(archive.read("manifest.json"))["tables"][table]["columns"]
        lines = archive.read(f"{table}.jsonl").splitlines()
    return [dict(zip(columns, json.loads(line), strict=True)) for line in lines]


def all_rows(backup: Path) -> dict[str, list[dict[str, Any]]]:
    """All tables of a backup."""
    with ZipFile(backup) as archive:
        names: Mapping[str, object] = json.loads(archive.read("manifest.json"))["tables"]
    return {name: rows(backup, name) for name in names}


@contextmanager
def rewritten(backup: Path) -> Generator[dict[str, bytes]]:
    """The members of a backup, to be changed; it is then written anew, as a zip that is whole in itself."""
    with ZipFile(backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    yield members
    with ZipFile(backup, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def told(printed: str) -> Iterator[tuple[str, str]]:
    """The lines `name: value` of what a command printed."""
    for line in printed.splitlines():
        name, colon, value = line.partition(": ")
        if colon:
            yield name, value
