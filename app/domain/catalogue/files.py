"""The catalogue's data files: JSON beside the readers, each with the date of its version."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Protocol, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueFile:
    """One data file as shipped."""

    version: date
    content: Mapping[str, Any]
    digest: bytes
    """SHA-256 of the file's bytes."""


def read_file(name: str) -> CatalogueFile:
    """Read a data file of this package."""
    raw = (files("app.domain.catalogue") / name).read_bytes()
    content: dict[str, Any] = json.loads(raw)
    return CatalogueFile(
        version=date.fromisoformat(content["version"]), content=content, digest=hashlib.sha256(raw).digest()
    )


def version_of(catalogue: Iterable[CatalogueFile]) -> str:
    """Name what all files hold: the newest date and 12 hex digits that change with any byte."""
    read = tuple(catalogue)
    digest = hashlib.sha256(b"".join(file.digest for file in read)).hexdigest()
    return f"{max(file.version for file in read)}-{digest[:12]}"


def check(what: str, rules: Mapping[str, bool]) -> None:
    """Raise ValueError that names each rule which does not hold."""
    broken = [rule for rule, holds in rules.items() if not holds]
    if broken:
        raise ValueError(f"{what}: {', '.join(broken)}")


class _HasCode(Protocol):
    @property
    def code(self) -> str: ...


_Entry = TypeVar("_Entry", bound=_HasCode)


def by_code(entries: Iterable[_Entry]) -> Mapping[str, _Entry]:
    """Index entries by their codes, in the order given; a code that stands twice is refused."""
    listed = tuple(entries)
    index = {entry.code: entry for entry in listed}
    check("catalogue", {"each code stands once": len(index) == len(listed)})
    return MappingProxyType(index)
