"""Cells of a spreadsheet: never a formula, and back as they were."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.records.cells import from_cell, to_cell
from app.domain.records.field_types import LONGEST_TEXT, SCORED, Fault, FieldType, Flag, ListOf, Text, WholeNumber
from app.domain.records.record import Value
from tests.domain.records.samples import accepted

NOTE = Text(LONGEST_TEXT)
FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "'=1",
    "''-1",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_is_guarded(text: str) -> None:
    assert to_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "slept well", "5 = fine", "'tis", "a\n=b", "''", "\u00e9"])
def test_what_it_would_not_run_is_left_alone(text: str) -> None:
    assert to_cell(text) == text


@given(st.text() | st.lists(st.sampled_from("'=+-@ \t\r\nab＝"), max_size=6).map("".join))
def test_every_text_comes_back(text: str) -> None:
    assert from_cell(NOTE, to_cell(text)) == (text or None)


@pytest.mark.parametrize("declared", [WholeNumber(0, 10), Flag(), NOTE, ListOf(SCORED, 100)])
def test_what_a_field_accepts_comes_back(declared: FieldType) -> None:
    @given(accepted(declared))
    def comes_back(value: Value) -> None:
        sent = from_cell(declared, to_cell(value))
        assert (declared.check(sent) if sent is not None else None) == (value if value not in ("", ()) else None)

    comes_back()


def test_numbers_are_written_plainly() -> None:
    assert [to_cell(value) for value in (0, 10, Decimal("1.50"), Decimal(3), Decimal("0.001"), True, False, None)] == [
        *("0", "10", "1.5", "3", "0.001", "true", "false", ""),
    ]


@pytest.mark.parametrize("cell", ["7.0", "seven", "-1", "1e1", " 7", "٣", "11", "99999999999999999999"])
def test_what_is_no_score_is_refused_by_the_field(cell: str) -> None:
    score = WholeNumber(0, 10)
    assert isinstance(score.check(from_cell(score, cell)), Fault)


def test_what_is_neither_true_nor_false_is_refused_by_the_field() -> None:
    assert isinstance(Flag().check(from_cell(Flag(), "perhaps")), Fault)
    assert from_cell(Flag(), "TRUE") is True
