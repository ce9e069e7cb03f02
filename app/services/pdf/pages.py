"""A report on its pages: one if it fits, with letters a little smaller if need be, else as many as it takes."""

# pyright: reportUnknownMemberType=false, reportUnknownLambdaType=false
# - the library's types leave some of its own open

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from reportlab.pdfgen.canvas import Canvas

from app.domain.report.content import Report
from app.domain.report.paint import Theme, palette
from app.domain.report.shapes import Anchor, Colour
from app.services.pdf.fonts import BOLD, REGULAR, font
from app.services.pdf.pen import PAGE_HEIGHT, PAGE_WIDTH, Pen
from app.services.pdf.pieces import LEADING, Piece, pieces, wrapped

_SIZES = (8.5, 8.0, 7.5, 7.0)
"""The sizes of the letters that are tried; the second is taken where none makes it one page."""
_SIDE, _TOP, _BOTTOM = 40, 34, 40
_WIDTH = PAGE_WIDTH - 2 * _SIDE
_END = PAGE_HEIGHT - _BOTTOM
_COLUMN_GAP = 18
_ROW_GAP = 1
_TITLE = 15


@dataclass(slots=True)
class _Placed:
    piece: Piece
    x: float
    y: float


@dataclass(slots=True)
class _Layout:
    """Where everything stands; the last page goes on at y."""

    y: float
    pages: list[list[_Placed]] = field(default_factory=lambda: [list[_Placed]()])

    def place(self, columns: Sequence[tuple[float, list[Piece]]]) -> None:
        """Columns side by side; what does not fit goes on at the top of the next page, in its own column."""
        highest = max(sum(piece.height for piece in column) for _, column in columns)
        if self.y + highest > _END and highest <= _END - _TOP:
            self._turn()
        rests = [(x, [*column]) for x, column in columns]
        while True:
            bottoms = [self._fill(x, rest) for x, rest in rests]
            if not any(rest for _, rest in rests):
                self.y = max(bottoms) + _ROW_GAP
                return
            self._turn()

    def _fill(self, x: float, rest: list[Piece]) -> float:
        y = self.y
        while rest:
            together = rest[0].height + (rest[1].height if rest[0].keeps_next and len(rest) > 1 else 0)
            if y + together > _END and y > _TOP:
                break
            self.pages[-1].append(_Placed(rest[0], x, y))
            y += rest.pop(0).height
        return y

    def _turn(self) -> None:
        self.pages.append([])
        self.y = _TOP


def printed(report: Report) -> bytes:
    """The report as a PDF with selectable text, embedded fonts, language and structure; takes some 50 ms."""
    for name in (REGULAR, BOLD):
        font(name)
    head = _TITLE * LEADING + len(report.lines) * _SIZES[1] * LEADING + 8
    layouts = (_laid_out(report, size, _TOP + head) for size in _SIZES)
    layout = next((one for one in layouts if len(one.pages) == 1), None) or _laid_out(report, _SIZES[1], _TOP + head)
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), lang=report.language, pageCompression=1, invariant=1)
    canvas.setTitle(report.title)
    canvas.setCreator("Onset")
    canvas.setAuthor("")
    canvas.setSubject("")
    canvas.setDateFormatter(lambda *_: f"D:{report.date:%Y%m%d}")  # the same report is the same bytes
    canvas.setViewerPreference("DisplayDocTitle", "true")
    pen = Pen(canvas, palette(Theme.LIGHT))
    for at, page in enumerate(layout.pages):
        if at == 0:
            _head(pen, report)
        for placed in page:
            placed.piece.draw(pen, placed.x, placed.y)
        _foot(pen, report, at + 1, len(layout.pages))
        pen.tags.next_page()
    pen.tags.finish()
    canvas.save()
    return file.getvalue()


def _laid_out(report: Report, size: float, y: float) -> _Layout:
    layout = _Layout(y)
    for row in report.rows:
        room = _WIDTH - _COLUMN_GAP * (len(row) - 1)
        x, columns = float(_SIDE), list[tuple[float, list[Piece]]]()
        for column in row:
            width = room * column.share
            columns.append((x, [*pieces(column.section, width, size)]))
            x += width + _COLUMN_GAP
        layout.place(columns)
    return layout


def _head(pen: Pen, report: Report) -> None:
    size = _SIZES[1]
    [title, *more] = wrapped(report.title, BOLD, _TITLE, _WIDTH)
    y = _TOP + _TITLE
    with pen.tags.part("H1"):
        pen.text(_SIDE, y, f"{title[:-1]}…" if more else title, _TITLE, bold=True)
    for line in report.lines:
        y += size * LEADING
        [shown, *more] = wrapped(line, REGULAR, size, _WIDTH)
        with pen.tags.part("P"):
            pen.text(_SIDE, y + 3, f"{shown[:-1]}…" if more else shown, size, colour=Colour.SOFT)
    with pen.tags.decoration():
        pen.rule(_SIDE, PAGE_WIDTH - _SIDE, y + 8, colour=Colour.INK, width=0.8)


def _foot(pen: Pen, report: Report, page: int, pages: int) -> None:
    y = PAGE_HEIGHT - _BOTTOM + 18
    with pen.tags.decoration():
        pen.rule(_SIDE, PAGE_WIDTH - _SIDE, y - 10)
        pen.text(_SIDE, y, report.footer, 7, colour=Colour.SOFT)
        number = report.page.format(page=page, pages=pages)
        pen.text(PAGE_WIDTH - _SIDE, y, number, 7, anchor=Anchor.END, colour=Colour.SOFT)
