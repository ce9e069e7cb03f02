from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ids import RecordId, Revision
from app.domain.records.kinds import Kind
from app.domain.records.record import KindName, StoredRecord, Value, decode, encode, plain
from app.domain.strict_json import read
from tests.domain.records.samples import any_record, milligrams

Drawn = tuple[Kind, tuple[RecordId, dict[str, Value]]]


@given(any_record)
def test_fields_come_back_as_they_were_stored(drawn: Drawn) -> None:
    _, (_, fields) = drawn
    text = encode(fields)
    assert decode(text) == fields
    assert encode(decode(text)) == text


@given(any_record)
def test_the_strict_reader_reads_canonical_text(drawn: Drawn) -> None:
    _, (_, fields) = drawn
    found = read(encode(fields).encode())
    assert isinstance(found, dict)
    assert {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()} == fields


def test_canonical_text_has_sorted_keys_no_spaces_and_plain_characters() -> None:
    fields = {
        "note": 'Ünder\n"ß" 🙂',
        "mg": Decimal("4.50"),
        "b": True,
        "a": None,
        "c": ("x", "y"),
        "d": False,
        "e": -3,
    }
    assert encode(fields) == '{"a":null,"b":true,"c":["x","y"],"d":false,"e":-3,"mg":4.5,"note":"Ünder\\n\\"ß\\" 🙂"}'


@given(milligrams)
def test_milligrams_are_exact_in_text(mg: Decimal) -> None:
    found = decode(encode({"mg": mg}))["mg"]
    assert isinstance(found, Decimal)
    assert found == mg


def test_whole_milligrams_are_a_decimal_too() -> None:
    found = decode('{"mg":3}')["mg"]
    assert isinstance(found, Decimal)
    assert found == 3


@pytest.mark.parametrize(
    ("number", "text"),
    [("3.000", "3"), ("0.050", "0.05"), ("3E+1", "30"), ("30", "30"), ("5E-3", "0.005"), ("-0.0", "0"), ("100", "100")],
)
def test_a_decimal_is_written_plain_and_shortest(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12))
def test_a_plain_decimal_is_the_same_number(number: Decimal) -> None:
    assert Decimal(plain(number)) == number
    assert "E" not in plain(number)


def test_a_stored_record_parses_its_text() -> None:
    record = StoredRecord(
        kind=KindName("day"), id=RecordId("day-2026-03-01"), rev=Revision(2), deleted=False, text='{"skipped":["pain"]}'
    )
    assert record.fields == {"skipped": ("pain",)}
