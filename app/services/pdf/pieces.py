"""The pieces of a page: each knows its height and draws itself; none is ever cut by the end of a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.report.content import Block, Paragraph, Pictures, Points, Section, Table
from app.domain.report.shapes import Colour
from app.services.pdf.fonts import BOLD, REGULAR, width_of
from app.services.pdf.pen import Pen

LEADING = 1.28
"""From one base line to the next, in sizes of the letters."""
_ASCENT = 0.95
_INDENT = 1.1
_HEADING = 1.25
_PICTURE_GAP = 12
_PICTURE_SIDE = 22
"""What a picture leaves free of its half, so that it is less high."""
_CELL_GAP = 4
_BELOW = 5
"""Room below a section."""
_BULLET = "•"


class Piece(Protocol):
    """What stands on a page in one go."""

    height: float
    keeps_next: bool
    """Whether the next piece must stand on the same page."""

    def draw(self, pen: Pen, x: float, y: float) -> None:
        """Draws it below y."""


@dataclass(slots=True, kw_only=True)
class _Text:
    lines: list[str]
    size: float
    role: str
    bold: bool = False
    points: Points | None = None
    """The list that it is an item of."""
    below: float = 0
    keeps_next: bool = False
    height: float = 0

    def __post_init__(self) -> None:
        self.height = len(self.lines) * self.size * LEADING + self.below

    def draw(self, pen: Pen, x: float, y: float) -> None:
        if self.points is None:
            self._draw(pen, x, y)
        else:
            with pen.tags.group("L", self.points):
                self._draw(pen, x, y)

    def _draw(self, pen: Pen, x: float, y: float) -> None:
        indent = _INDENT * self.size if self.points else 0
        base = y + _ASCENT * self.size
        with pen.tags.part(self.role):
            if self.points:
                pen.text(x, base, _BULLET, self.size)
            for at, line in enumerate(self.lines):
                pen.text(x + indent, base + at * LEADING * self.size, line, self.size, bold=self.bold)


@dataclass(slots=True, kw_only=True)
class _Row:
    table: Table
    cells: list[list[str]]
    widths: list[float]
    size: float
    head: bool
    keeps_next: bool
    height: float = 0

    def __post_init__(self) -> None:
        self.height = max(map(len, self.cells)) * self.size * LEADING + 2

    def draw(self, pen: Pen, x: float, y: float) -> None:
        with pen.tags.group("Table", self.table), pen.tags.group("TR"):
            left = x
            for lines, width in zip(self.cells, self.widths, strict=True):
                with pen.tags.part("TH" if self.head else "TD"):
                    for at, line in enumerate(lines):
                        base = y + _ASCENT * self.size + at * LEADING * self.size
                        pen.text(left, base, line, self.size, bold=self.head)
                left += width
        with pen.tags.decoration():
            pen.rule(x, x + sum(self.widths), y + self.height - 1.2, colour=Colour.SOFT if self.head else Colour.GRID)


@dataclass(slots=True, kw_only=True)
class _Pictures:
    shown: Pictures
    width: float
    keeps_next: bool = False
    height: float = 0

    def __post_init__(self) -> None:
        self.height = max(picture.height for picture in self.shown.pictures) * self._each / self._picture_width + 2

    @property
    def _each(self) -> float:
        """The width of one; one that stands alone is not wider than two would be."""
        return (self.width - _PICTURE_GAP) / 2 - _PICTURE_SIDE

    @property
    def _picture_width(self) -> float:
        return self.shown.pictures[0].width

    def draw(self, pen: Pen, x: float, y: float) -> None:
        for at, picture in enumerate(self.shown.pictures):
            left = x + at * (self.width + _PICTURE_GAP) / 2 + _PICTURE_SIDE / 2
            with pen.tags.part("Figure", alt=f"{picture.title}. {picture.words}"):
                pen.picture(left, y, picture, self._each)


def pieces(section: Section, width: float, size: float) -> Iterator[Piece]:
    """What a section is made of in a column of this width, with letters of this size."""
    *first, last = _pieces(section, width, size)
    last.height += _BELOW
    yield from (*first, last)


def _pieces(section: Section, width: float, size: float) -> Iterator[Piece]:
    yield _Text(
        lines=wrapped(section.title, BOLD, size * _HEADING, width),
        size=size * _HEADING,
        role="H2",
        bold=True,
        below=2,
        keeps_next=True,
    )
    for block in section.blocks:
        yield from _block(block, width, size)


def _block(block: Block, width: float, size: float) -> Iterator[Piece]:
    match block:
        case Paragraph():
            yield _Text(lines=wrapped(block.text, REGULAR, size, width), size=size, role="P", below=2)
        case Points():
            for item in block.items:
                lines = wrapped(item, REGULAR, size, width - _INDENT * size)
                yield _Text(lines=lines, size=size, role="LI", points=block, below=1)
        case Table():
            widths = [share * width for share in block.widths]
            yield _row(block, block.head, widths, size)
            for row in block.rows:
                yield _row(block, row, widths, size)
        case Pictures():
            yield _Pictures(shown=block, width=width)


def _row(table: Table, cells: Sequence[str], widths: list[float], size: float) -> _Row:
    head = cells is table.head
    name = BOLD if head else REGULAR
    lines = [wrapped(cell, name, size, width - _CELL_GAP) for cell, width in zip(cells, widths, strict=True)]
    return _Row(table=table, cells=lines, widths=widths, size=size, head=head, keeps_next=head)


def wrapped(text: str, name: str, size: float, width: float) -> list[str]:
    """The text in lines that fit a width; a word that is too long by itself is cut."""
    lines: list[str] = []
    line, room = "", width
    space = width_of(" ", name, size)
    for word in text.split():
        needed = width_of(word, name, size)
        if line and needed + space <= room:
            line, room = f"{line} {word}", room - needed - space
            continue
        if line:
            lines.append(line)
        *whole, line = _cut(word, name, size, width) if needed > width else (word,)
        lines += whole
        room = width - width_of(line, name, size)
    return [*lines, line]


def _cut(word: str, name: str, size: float, width: float) -> Iterator[str]:
    part, room = "", width
    for letter in word:
        needed = width_of(letter, name, size)
        if part and needed > room:
            yield part
            part, room = "", width
        part, room = part + letter, room - needed
    yield part
