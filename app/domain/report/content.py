"""What a report is made of: columns side by side in rows, in the order in which they are read."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from app.domain.report.shapes import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """A list of short texts; never empty."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows as wide as the head; widths are the columns' shares of the whole width."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.widths) for row in (self.head, *self.rows)):
            raise ValueError("a table's rows are as wide as its head")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Pictures side by side."""

    pictures: tuple[Picture, ...]


Block: TypeAlias = Paragraph | Points | Table | Pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A section; share is its part of the width."""

    section: Section
    share: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report of one condition; meant for one page of paper."""

    title: str
    lines: tuple[str, ...]
    """Below the title: what and whose it is."""
    rows: tuple[tuple[Column, ...], ...]
    """One column, or two side by side whose shares are 1 together."""
    footer: str
    page: str
    """The page's number in words, with {page} and {pages}."""
    language: str
    date: date
    """The last day that it knows of."""
