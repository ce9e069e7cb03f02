"""A table of days, of an export or made by hand."""

import pytest

from app.domain.errors import Invalid
from app.domain.sync.imported import Import
from app.domain.sync.imported_days import read_days
from tests.domain.sync.test_imported import BY, faults


def read(table: str | bytes) -> Import:
    return read_days(table if isinstance(table, bytes) else table.encode(), BY)


def test_a_table_made_by_hand_is_read() -> None:
    found = read(
        "local_date,pain,skipped,note,own:grip\n2026-03-01,6,fatigue;anxiety,slept badly,3\n\n2026-03-02,0,,,\n"
    )
    assert found.unfit == []
    assert [(day.place, day.id, dict(day.fields)) for day in found.records] == [
        (
            "line 2",
            "day-2026-03-01",
            {
                "local_date": "2026-03-01",
                "pain": 6,
                "skipped": ("fatigue", "anxiety"),
                "note": "slept badly",
                "own:grip": 3,
            },
        ),
        ("line 4", "day-2026-03-02", {"local_date": "2026-03-02", "pain": 0}),
    ]


def test_an_id_names_the_day_too_and_a_revision_says_nothing() -> None:
    found = read("id,rev,pain\r\nday-2026-03-01,7,6\r\n2026-03-02,x,1\r\n")
    assert [(day.id, dict(day.fields)) for day in found.records] == [
        ("day-2026-03-01", {"pain": 6}),
        ("day-2026-03-02", {"pain": 1}),
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_quotes_hold_what_else_would_end_a_cell_or_line(ending: str) -> None:
    lines = ["local_date,note", '2026-03-01,"a, ""b""' + ending + 'c"', "2026-03-02,x", "2026-03-03,"]
    found = read(ending.join(lines))
    assert [(day.place, day.fields.get("note")) for day in found.records] == [
        ("line 2", f'a, "b"{ending}c'),
        ("line 4", "x"),
        ("line 5", None),
    ]


def test_what_a_spreadsheet_adds_is_taken_away() -> None:
    found = read("\ufefflocal_date,note\n2026-03-01,'=1+1\n2026-03-02,'tis\n2026-03-03,=1+1\n")
    assert [day.fields["note"] for day in found.records] == ["=1+1", "'tis", "=1+1"]


def test_no_other_sign_ends_a_line() -> None:
    note = "a\u2028b\x0bc\x85d\x1ce"
    found = read(f"local_date,note\n2026-03-01,{note}\n2026-03-02,x")
    assert [(day.place, day.fields["note"]) for day in found.records] == [("line 2", note), ("line 3", "x")]


@pytest.mark.parametrize(
    ("line", "pointer", "code"),
    [
        ("2026-03-01,11,", "/pain", "out-of-range"),
        ("2026-03-01,6.0,", "/pain", "wrong-type"),
        ("2026-03-01,six,", "/pain", "wrong-type"),
        ("2026-03-01,,joy", "/skipped", "out-of-range"),
        ("2999-03-01,6,", "/local_date", "date-in-future"),
        ("2026-02-30,6,", "/local_date", "invalid-date"),
        ("1.3.2026,6,", "/local_date", "invalid-date"),
        (",6,", "/local_date", "missing-field"),
        ("2026-03-01,6,,7", "", "out-of-range"),
        ("=1,6,", "/local_date", "invalid-date"),
    ],
)
def test_a_bad_line_is_refused_alone(line: str, pointer: str, code: str) -> None:
    found = read(f"local_date,pain,skipped\n{line}\n2026-03-09,1,\n")
    assert faults(found) == [("line 2", pointer, code)]
    assert [day.id for day in found.records] == ["day-2026-03-09"]


def test_a_day_that_stands_twice_is_taken_once() -> None:
    found = read("local_date,pain\n2026-03-01,6\n2026-03-01,7\n")
    assert faults(found) == [("line 3", "/id", "repeated-field")]


def test_a_line_may_be_short() -> None:
    assert [dict(day.fields) for day in read("local_date,pain,note\n2026-03-01,6\n").records] == [
        {"local_date": "2026-03-01", "pain": 6}
    ]


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (b"", "missing-field"),
        (b"\n", "missing-field"),
        (b"pain\n6\n", "missing-field"),
        (b"local_date,grief\n2026-03-01,6\n", "unknown-field"),
        (b"local_date,own:Grip\n", "unknown-field"),
        (b"local_date,pain,pain\n", "repeated-field"),
        (b"local_date;pain\n2026-03-01;6\n", "invalid-text"),
        (b"local_date,note\n2026-03-01,\xff\n", "invalid-text"),
        ("local_date,note\n".encode("utf-16"), "invalid-text"),
        (b'local_date,note\n2026-03-01,"never closed\n', "invalid-text"),
        (b'local_date,note\n2026-03-01,"a"b\n', "invalid-text"),
        (b'"local_date\n', "invalid-text"),
        (b"local_date,note\n2026-03-01," + b"x" * 200_000 + b"\n", "invalid-text"),
        (b"PK\x03\x04", "unknown-field"),
    ],
)
def test_what_is_no_table_of_days_is_refused_as_a_whole(table: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(table)
    assert code in {error.code for error in refused.value.errors}
    assert len(refused.value.errors) <= 100


def test_a_nul_is_the_fault_of_its_line() -> None:
    assert faults(read("local_date,note\n2026-03-01,a\0b\n")) == [("line 2", "/note", "invalid-text")]


def test_thousands_of_unknown_columns_are_named_up_to_a_bound() -> None:
    with pytest.raises(Invalid) as refused:
        read("local_date," + ",".join(f"x{number}" for number in range(5000)))
    assert len(refused.value.errors) == 100
