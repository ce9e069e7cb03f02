"""The colours of the pictures, by theme: each pair that text is read on has a contrast of 4.5 to 1 or more."""

from collections.abc import Mapping
from enum import StrEnum

from app.domain.report.shapes import Colour


class Theme(StrEnum):
    """Whom a picture is coloured for; auto follows the reader's setting, grey is for print."""

    LIGHT = "light"
    DARK = "dark"
    GREY = "grey"
    AUTO = "auto"


Palette = Mapping[Colour, str]

_LIGHT: Palette = {
    Colour.PAPER: "#ffffff",
    Colour.INK: "#1b1f24",
    Colour.SOFT: "#4a525b",
    Colour.GRID: "#d9dee4",
    Colour.SHADE: "#e6eaef",
    Colour.HATCH: "#b7c0ca",
    Colour.LINE: "#1f5fa8",
}
DARK: Palette = {
    Colour.PAPER: "#14181d",
    Colour.INK: "#e8ecf0",
    Colour.SOFT: "#b4bdc7",
    Colour.GRID: "#323a43",
    Colour.SHADE: "#262e37",
    Colour.HATCH: "#48525d",
    Colour.LINE: "#7db7f0",
}
_GREY: Palette = {
    Colour.PAPER: "#ffffff",
    Colour.INK: "#000000",
    Colour.SOFT: "#404040",
    Colour.GRID: "#d4d4d4",
    Colour.SHADE: "#e4e4e4",
    Colour.HATCH: "#ababab",
    Colour.LINE: "#1a1a1a",
}


_PALETTES: Mapping[Theme, Palette] = {Theme.LIGHT: _LIGHT, Theme.DARK: DARK, Theme.GREY: _GREY, Theme.AUTO: _LIGHT}


def palette(theme: Theme) -> Palette:
    """The colours of a theme; those of auto are the light ones, which its style sheet overrides."""
    return _PALETTES[theme]
