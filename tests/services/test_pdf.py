"""Pages: one if all fits, else as many as it takes, each numbered, and nothing lost or outside."""

# pyright: reportUnknownMemberType=false
# - what pypdf reads of a document has no types

import io
from datetime import date

import pytest
from pypdf import PdfReader

from app.domain.report.content import Column, Paragraph, Points, Report, Section, Table
from app.services.pdf.fonts import REGULAR, width_of
from app.services.pdf.pages import printed
from app.services.pdf.pieces import wrapped


def report(*rows: tuple[Column, ...], title: str = "Title") -> Report:
    return Report(
        title=title,
        lines=("Line",),
        rows=rows,
        footer="Footer",
        page="page {page} of {pages}",
        language="en",
        date=date(2026, 3, 2),
    )


def column(*texts: str, share: float = 1.0, title: str = "Section") -> Column:
    return Column(section=Section(title=title, blocks=(Points(items=texts),)), share=share)


def pages(made: Report) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(printed(made))).pages]


def test_what_fits_is_one_page() -> None:
    [page] = pages(report((column("one", "two"),)))
    assert "page 1 of 1" in page


def test_what_does_not_fit_goes_on_and_nothing_is_lost() -> None:
    words = [f"left{at}." for at in range(110)], [f"right{at}." for at in range(40)]
    told = pages(report((column(*words[0], share=0.5), column(*words[1], share=0.5)), (column("the end"),)))
    assert len(told) == 2
    assert "page 2 of 2" in told[1]
    everything = " ".join(told)
    assert all(word in everything for word in (*words[0], *words[1], "the end"))


def test_a_row_that_would_be_torn_begins_on_the_next_page_with_its_heading() -> None:
    first, second = column(*["filler"] * 55), column(*[f"row{at}." for at in range(30)], title="Together")
    told = pages(report((first,), (second,)))
    assert ("Together" in told[0], "Together" in told[1]) == (False, True)
    assert "row0." in told[1]


def test_a_long_table_keeps_its_rows_whole() -> None:
    rows = tuple((f"name{at}", "value " * 12) for at in range(80))
    table = Table(head=("Name", "Value"), rows=rows, widths=(0.8, 0.2))
    told = pages(report((Column(section=Section(title="Table", blocks=(table, Paragraph(text="below")))),)))
    assert len(told) > 2
    for at in range(80):
        assert sum(f"name{at}\n" in f"{page}\n" for page in told) == 1


def test_a_title_of_any_length_stays_on_its_line() -> None:
    [page] = pages(report((column("one"),), title="Wide " * 60))
    assert "…" in page


@pytest.mark.parametrize(
    "text", ["short", "a few words that need two lines or more", "x" * 200, "a " + "y" * 90 + " b"]
)
def test_lines_are_never_wider_than_their_column(text: str) -> None:
    lines = wrapped(text, REGULAR, 8, 100)
    assert all(width_of(line, REGULAR, 8) <= 100 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_nothing_is_an_empty_line() -> None:
    assert wrapped("", REGULAR, 8, 100) == [""]


def test_the_same_report_is_the_same_bytes() -> None:
    made = report((column("one"),))
    assert printed(made) == printed(made)
