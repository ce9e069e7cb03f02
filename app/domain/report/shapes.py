"""What pictures are made of: a few marks on a plane, drawn alike as SVG and in a PDF.

Lengths are in pixels of a phone; x grows to the right and y downwards. Colours are names, so that a theme decides on
them.
"""

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]


class Colour(StrEnum):
    """What a colour is for."""

    PAPER = auto()
    INK = auto()
    SOFT = auto()
    """Text of less weight."""
    GRID = auto()
    SHADE = auto()
    HATCH = auto()
    LINE = auto()
    """What was scored."""


class Anchor(StrEnum):
    """Which part of a text stands at its x."""

    START = auto()
    MIDDLE = auto()
    END = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle with upright sides."""

    left: float
    top: float
    width: float
    height: float
    fill: Colour | None = None
    stroke: Colour | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Lines through points, each by itself; dash is empty, or the lengths of a dash and of the gap after it."""

    through: tuple[tuple[Point, ...], ...]
    stroke: Colour
    width: float = 1
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A circle."""

    x: float
    y: float
    radius: float
    fill: Colour
    stroke: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A filled polygon."""

    corners: tuple[Point, ...]
    fill: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A line of text on a halo, which keeps it readable over lines; y is its base line."""

    x: float
    y: float
    text: str
    size: float
    anchor: Anchor = Anchor.START
    fill: Colour = Colour.SOFT
    bold: bool = False


Mark: TypeAlias = Box | Lines | Dot | Area | Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Marks in the order in which they are laid over one another, and the same in words."""

    key: str
    """Sets the ids of this picture apart from those of others on the same page."""
    width: float
    height: float
    title: str
    words: str
    """Everything that the picture shows."""
    language: str
    marks: tuple[Mark, ...]


def hatching(*, left: float, right: float, top: float, bottom: float, gap: float) -> tuple[tuple[Point, ...], ...]:
    """Slanted lines that fill a rectangle: real lines and no pattern, so that every reader and printer draws them."""
    lines: list[tuple[Point, ...]] = []
    along = left + gap
    while along < right + bottom - top:
        begin = (min(along, right), top + max(along - right, 0))
        end = (max(along - (bottom - top), left), min(top + along - left, bottom))
        lines.append((begin, end))
        along += gap
    return tuple(lines)
