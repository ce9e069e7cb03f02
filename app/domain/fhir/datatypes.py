"""The data types of FHIR R4 that resources are built from, as plain dicts without nulls and empty lists."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from html import escape
from typing import Any, Final

Resource = dict[str, Any]
Part = dict[str, Any]
Dated = tuple[str, Resource]
"""A resource behind the diary date to which it belongs, which an instant in UTC does not tell."""

UCUM: Final = "http://unitsofmeasure.org"
_XHTML: Final = "http://www.w3.org/1999/xhtml"
_LINE_ENDS: Final = re.compile("\r\n?|[\u0085\u2028\u2029]")
# Of whitespace FHIR's strings have the plain kinds alone; controls are not even XML.
_NOT_TEXT: Final = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\ufeff\ufffe\uffff]"
)


def text_of(value: object) -> str | None:
    """What somebody wrote as a FHIR string: line ends and spaces plain, none around; None where nothing is left."""
    if not isinstance(value, str):
        return None
    return _NOT_TEXT.sub(" ", _LINE_ENDS.sub("\n", value)).strip() or None


def present(**members: object) -> Part:
    """The members that are there: neither None nor an empty list or object. 0 and false are there."""
    return {name: value for name, value in members.items() if value is not None and value not in ([], {})}


def coding(system: str, code: str, display: str | None = None) -> Part:
    """One code of one system."""
    return present(system=system, code=code, display=display)


def concept(*codings: Part, text: str | None = None) -> Part:
    """A CodeableConcept."""
    return present(coding=list(codings), text=text)


def quantity(value: float | Decimal, unit: str) -> Part:
    """A number in a UCUM unit."""
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def period(start: date | None, end: date | None) -> Part | None:
    """Civil dates, both inclusive; None without either."""
    return present(start=start and start.isoformat(), end=end and end.isoformat()) or None


def instant(at: datetime) -> str:
    """An aware instant in UTC, to the second, with `Z`."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def instant_text(text: str) -> str:
    """An RFC 3339 instant as FHIR has it: see `instant`."""
    return instant(datetime.fromisoformat(text))


def annotation(*texts: str | None) -> list[Part]:
    """The `note` of a resource, without the texts that are not there."""
    return [{"text": text} for text in texts if text]


def narrative(*blocks: str) -> Part:
    """XHTML of blocks that are XHTML already: see `paragraph`, `bullets` and `table`."""
    return {"status": "generated", "div": f'<div xmlns="{_XHTML}">{"".join(blocks)}</div>'}


def paragraph(text: str) -> str:
    """A paragraph, escaped."""
    return f"<p>{_escaped(text)}</p>"


def bullets(texts: Iterable[str]) -> str:
    """A list, escaped; of none nothing."""
    items = "".join(f"<li>{_escaped(text)}</li>" for text in texts)
    return f"<ul>{items}</ul>" if items else ""


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table, escaped; without rows nothing."""
    head = "".join(f"<th>{_escaped(text)}</th>" for text in heads)
    body = "".join(f"<tr>{''.join(f'<td>{_escaped(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if body else ""


def _escaped(text: str) -> str:
    return escape(text_of(text) or "", quote=False)
