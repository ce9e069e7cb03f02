"""Draws on a page whose y grows downwards from its upper edge; lengths are in points, 72 to the inch."""

# pyright: reportUnknownMemberType=false
# - the library's types leave some of its own open

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from app.domain.report.paint import Palette
from app.domain.report.shapes import Anchor, Area, Box, Colour, Dot, Label, Lines, Mark, Picture, Point
from app.services.pdf.fonts import BOLD, REGULAR, font, width_of
from app.services.pdf.tags import Tags

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89
"""A4."""


class Pen:
    """Text, rules and pictures on the pages of one document."""

    def __init__(self, canvas: Canvas, colours: Palette) -> None:
        self._canvas = canvas
        self._colours = {name: HexColor(colour) for name, colour in colours.items()}
        self.tags = Tags(canvas)

    def text(  # noqa: PLR0913 - a text has a place and a look
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        anchor: Anchor = Anchor.START,
        colour: Colour = Colour.INK,
    ) -> None:
        """A line of text on its base line; anchor says which part of it stands at x."""
        name = BOLD if bold else REGULAR
        font(name)
        share = {Anchor.START: 0.0, Anchor.MIDDLE: 0.5, Anchor.END: 1.0}[anchor]
        self._canvas.setFont(name, size)
        self._canvas.setFillColor(self._colours[colour])
        left = x - share * width_of(text, name, size) if share else x
        self._canvas.drawString(left, PAGE_HEIGHT - y, text)

    def rule(self, left: float, right: float, y: float, *, colour: Colour = Colour.HATCH, width: float = 0.5) -> None:
        """A horizontal line."""
        self._canvas.setStrokeColor(self._colours[colour])
        self._canvas.setLineWidth(width)
        self._canvas.line(left, PAGE_HEIGHT - y, right, PAGE_HEIGHT - y)

    def picture(self, x: float, y: float, picture: Picture, width: float) -> None:
        """A picture whose upper left corner stands at x and y, scaled to a width."""
        scale = width / picture.width
        self._canvas.saveState()
        self._canvas.setLineJoin(1)
        for mark in picture.marks:
            self._mark(mark, x, y, scale)
        self._canvas.restoreState()

    def _mark(self, mark: Mark, x: float, y: float, scale: float) -> None:
        canvas = self._canvas

        def at(point: Point) -> Point:
            return x + point[0] * scale, PAGE_HEIGHT - (y + point[1] * scale)

        match mark:
            case Label():
                place = x + mark.x * scale, y + mark.y * scale
                self.text(*place, mark.text, mark.size * scale, bold=mark.bold, anchor=mark.anchor, colour=mark.fill)
            case Box():
                self._colour(mark.fill, mark.stroke, scale)
                left, bottom = at((mark.left, mark.top + mark.height))
                sides = mark.width * scale, mark.height * scale
                canvas.rect(left, bottom, *sides, stroke=int(mark.stroke is not None), fill=int(mark.fill is not None))
            case Lines():
                self._colour(None, mark.stroke, mark.width * scale)
                canvas.setDash([length * scale for length in mark.dash])
                path = canvas.beginPath()
                for line in mark.through:
                    path.moveTo(*at(line[0]))
                    for point in line[1:]:
                        path.lineTo(*at(point))
                canvas.drawPath(path)
                canvas.setDash([])
            case Dot():
                self._colour(mark.fill, mark.stroke, scale)
                canvas.circle(*at((mark.x, mark.y)), mark.radius * scale, fill=1)
            case Area():
                self._colour(mark.fill, None, scale)
                path = canvas.beginPath()
                path.moveTo(*at(mark.corners[0]))
                for corner in mark.corners[1:]:
                    path.lineTo(*at(corner))
                path.close()
                canvas.drawPath(path, stroke=0, fill=1)

    def _colour(self, fill: Colour | None, stroke: Colour | None, width: float) -> None:
        if fill is not None:
            self._canvas.setFillColor(self._colours[fill])
        if stroke is not None:
            self._canvas.setStrokeColor(self._colours[stroke])
            self._canvas.setLineWidth(width)
