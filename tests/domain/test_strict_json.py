import json
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Invalid, MalformedJson
from app.domain.strict_json import MOST_NAMED, JsonValue, RepeatedKeys, is_storable, pointer_to, read, read_batch

FIT_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
ANY_TEXT = st.text(st.characters(codec=None), max_size=8)


def trees(texts: st.SearchStrategy[str]) -> st.SearchStrategy[JsonValue]:
    leaves = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | texts
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
    )


def levels(value: JsonValue) -> int:
    match value:
        case list():
            return 1 + max([levels(item) for item in value], default=0)
        case dict():
            return 1 + max([levels(item) for item in value.values()], default=0)
        case _:
            return 0


def pointers(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    assert {error.code for error in refused.value.errors} == {"invalid-text"}
    return [error.pointer for error in refused.value.errors]


@given(trees(FIT_TEXT), st.booleans())
def test_what_was_written_is_read(value: JsonValue, escaped: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
    body = json.dumps(value, ensure_ascii=escaped).encode()
    assert read(body) == value
    assert read_batch(body) == value


@given(trees(FIT_TEXT), st.integers(0, 5))
def test_nesting_is_bounded_exactly(value: JsonValue, max_depth: int) -> None:
    body = json.dumps(value).encode()
    if levels(value) <= max_depth:
        assert read(body, max_depth=max_depth) == value
    else:
        with pytest.raises(MalformedJson):
            read(body, max_depth=max_depth)


@given(st.binary(max_size=60) | st.text('[]{}",:\\ntrue0.e-1', max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        value = read(body)
    except (MalformedJson, Invalid):
        return
    assert json.loads(body, parse_float=Decimal) == value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"pain":6',
        b'{"pain":6}}',
        b'{"pain":6,}',
        b"{'pain':6}",
        b'{"pain":06}',
        b'{"pain":+6}',
        b'{"pain":.5}',
        b'{"pain":6.}',
        b'{"pain":0x6}',
        b'{"pain":NaN}',
        b'{"pain":Infinity}',
        b'{"pain":-Infinity}',
        b'{"note":"\x00"}',
        b'{"note":"a\nb"}',
        b'{"note":"\\x41"}',
        b'{"note":"\\u12"}',
        b'{"note":"\xff"}',
        b'{"note":"\xed\xa0\x80"}',
        b'{"note":"\xc0\x80"}',
        b"[" * 17 + b"]" * 17,
        b"[" * 20,
        b"]" * 20,
        b'"\\"' + b"[" * 20,
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        "{}".encode("utf-16-le"),
        "{}".encode("utf-32"),
    ],
)
def test_a_malformed_body_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        read(body)
    with pytest.raises(MalformedJson):
        read_batch(body)


@pytest.mark.parametrize("body", [b'{"a":1,"a":1}', b'{"a":1,"\\u0061":2}', b'{"x":[{"a":null,"b":1,"a":2}]}'])
def test_a_repeated_key_makes_one_record_malformed(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        read(body)


def test_a_repeated_key_in_a_batch_marks_its_own_object_only() -> None:
    batch = read_batch(b'[{"fields":{"pain":1,"pain":2}},{"fields":{"pain":3}}]')
    assert isinstance(batch, list)
    bad, good = batch
    assert isinstance(bad, dict)
    assert isinstance(good, dict)
    assert isinstance(bad["fields"], RepeatedKeys)
    assert not isinstance(bad, RepeatedKeys)
    assert not isinstance(good["fields"], RepeatedKeys)


def test_the_depth_of_a_million_brackets_costs_no_recursion_and_little_time() -> None:
    body = b"[" * 500_000 + b"]" * 500_000
    before = time.process_time()
    with pytest.raises(MalformedJson):
        read(body)
    assert time.process_time() - before < 1


def test_brackets_and_quotes_inside_strings_are_no_nesting() -> None:
    note = '[{"' * 50 + "\\" + '\\"[' * 50
    assert read(json.dumps({"note": note, "list": [[[]]]}).encode(), max_depth=4) == {"note": note, "list": [[[]]]}


@pytest.mark.parametrize("text", ["4.5", "4.4999999999999999999", "0.1", "1e2", "-0.0", "3.0", "1.50", "1E-30"])
def test_a_number_with_fraction_or_exponent_is_the_exact_decimal(text: str) -> None:
    value = read(text.encode())
    assert isinstance(value, Decimal)
    assert str(value) == str(Decimal(text))


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_no_decimal_loses_a_digit(number: Decimal) -> None:
    assert read(str(number).encode()) == number


@pytest.mark.parametrize(
    "text",
    ["1" * 20, "-" + "9" * 10_000, "1" * 1_000_000, "1e99999999999999999999", "1." + "1" * 99_999],
    ids=["20 digits", "10,000 digits", "a million digits", "huge exponent", "long fraction"],
)
def test_absurd_numbers_are_exact_or_beyond_all_and_cheap(text: str) -> None:
    before = time.process_time()
    value = read(text.encode())
    assert isinstance(value, Decimal)
    assert value.copy_abs() > 1
    assert time.process_time() - before < 1


@pytest.mark.parametrize("text", ["1e-99999999999999999999", "0e99999999999999999999"])
def test_an_exponent_that_no_decimal_holds_is_beyond_all_ranges(text: str) -> None:
    assert read(text.encode()) == Decimal("1E+999999999999999999")


@pytest.mark.parametrize(
    ("body", "places"),
    [
        (b'{"note":"\\ud800"}', ["/note"]),
        (b'{"note":"a\\u0000b"}', ["/note"]),
        (b'{"note":"\\uDFFF\\uD800"}', ["/note"]),
        (b'{"skipped":["pain","\\u0000"],"a/b~":"\\udead"}', ["/skipped/1", "/a~1b~0"]),
        (b'{"x":[{"y":"\\ud800"}]}', ["/x/0/y"]),
        (b'{"\\ud800":1}', ["/\ufffd"]),
        (b'"\\u0000"', [""]),
    ],
)
def test_text_that_no_database_holds_is_a_fault_of_its_field(body: bytes, places: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        read(body)
    assert pointers(refused) == places
    read_batch(body)


@pytest.mark.parametrize("body", [b'"\\\\u0000"', b'"\\ud83d\\ude00"', b'"\\\\ud800"'])
def test_what_only_looks_like_unfit_text_is_read(body: bytes) -> None:
    assert read(body) == json.loads(body)


def test_a_body_of_faults_is_not_answered_with_all_of_them() -> None:
    body = json.dumps(["\0"] * 1000).encode()
    with pytest.raises(Invalid) as refused:
        read(body)
    assert len(refused.value.errors) == MOST_NAMED


@given(ANY_TEXT)
def test_storable_text_is_what_utf_8_holds_without_nul(text: str) -> None:
    try:
        text.encode()
        fit = "\0" not in text
    except UnicodeEncodeError:
        fit = False
    assert is_storable(text) == fit


@given(ANY_TEXT)
def test_a_pointer_can_always_be_sent(name: str) -> None:
    pointer = pointer_to(name)
    assert is_storable(pointer)
    assert pointer[0] == "/"
    assert "/" not in pointer[1:]


def test_a_very_long_name_is_cut_in_its_pointer() -> None:
    assert pointer_to("a" * 100_000) == "/" + "a" * 100
