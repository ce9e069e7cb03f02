"""A table of days as it is read for an import: `days.csv` of an export, or one made by hand."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from app.domain.errors import FieldError, Invalid, fault
from app.domain.records.cells import from_cell
from app.domain.records.field_types import OWN_MEASURE
from app.domain.records.kinds import DAY, SCORE
from app.domain.records.validation import canonical_id, check_fields
from app.domain.strict_json import JsonValue
from app.domain.sync.change import Circumstances
from app.domain.sync.imported import Brought, Import, Sorting

_NAMES: Final = frozenset({"id", "rev"})
_LINE: Final = re.compile("[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""Ends as RFC 4180 has it, or as spreadsheets do; no other sign ends a line."""
_NO_DAY: Final = FieldError(pointer="/local_date", code="missing-field", message="Give the day of each line.")


def read_days(body: bytes, by: Circumstances) -> Import:
    """The days of a table whose first line names the fields; refuses with Invalid what is no such table."""
    try:
        text = body.decode("utf-8-sig")  # some spreadsheets begin with a byte order mark
    except UnicodeDecodeError:
        raise fault("", "invalid-text", "The table is not UTF-8.") from None
    lines = _rows(text)
    nothing: tuple[int, Sequence[str]] = (1, ())
    _, header = next(lines, nothing)
    _check_header(header)
    sorting = Sorting(by)
    for number, cells in lines:
        if any(cells):
            place = f"line {number}"
            sorting.add(place, DAY.name, "", _reader(place, header, cells))
    return sorting.sorted()


def _rows(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows, each with the number of the line on which it begins."""
    reader = csv.reader((line[0] for line in _LINE.finditer(text)), strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error:
        raise fault("", "invalid-text", f"The table is broken on line {begins} or below.") from None


def _check_header(header: Sequence[str]) -> None:
    if len(header) == 1 and re.search("[;\t]", header[0]):
        raise fault("", "invalid-text", "The columns are not separated by commas.")
    known = _NAMES | DAY.fields.keys()
    errors = [
        FieldError(pointer="", code="unknown-field", message=f"Column {number} is no field of a day.")
        for number, name in enumerate(header, 1)
        if name not in known and not re.fullmatch(OWN_MEASURE, name)
    ]
    if len({*header}) < len(header):
        errors.append(FieldError(pointer="", code="repeated-field", message="Two columns have the same name."))
    if "id" not in header and "local_date" not in header:
        errors.append(_NO_DAY)
    if errors:
        raise Invalid(errors[:100])


def _reader(place: str, header: Sequence[str], cells: Sequence[str]) -> Callable[[], Brought]:
    def read() -> Brought:
        if len(cells) > len(header):
            raise fault("", "out-of-range", "There are more cells than columns.")
        row = dict(zip(header, cells, strict=False))
        fields: dict[str, JsonValue] = {}
        for name, cell in row.items():
            declared = DAY.fields.get(name)
            value = from_cell(declared.type if declared else SCORE, cell)
            if name not in _NAMES and value is not None:
                fields[name] = value
        checked = check_fields(DAY, fields)
        if not row.get("id") and not row.get("local_date"):
            raise Invalid([_NO_DAY])
        record_id = canonical_id(DAY, row.get("id") or row.get("local_date", ""))
        return Brought(place=place, kind=DAY, id=record_id, deleted=False, fields=checked)

    return read
